package dev.plumbline.check;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One network exported by PyTorch with its data, its gradients and recipes for wrong ones (fixtures/README.md). */
record Fixture(String name, String dtype) {

    static final List<String> NAMES = List.of(
            "linear", "linear-loss", "sigmoid-mlp", "sigmoid-mlp-wide", "relu-mlp", "relu-mlp-loss", "tanh-mlp", "cnn");

    private static final JsonMapper JSON = JsonMapper.shared();

    static List<Fixture> all() {
        List<Fixture> all = new ArrayList<>();
        for (String name : NAMES) {
            all.add(new Fixture(name, "float64"));
            all.add(new Fixture(name, "float32"));
        }
        return all;
    }

    Path folder() {
        return Path.of("src/test/resources/fixtures/models", name, dtype);
    }

    Map<String, Tensor> tensors(String file) {
        return Safetensors.read(bytes(file), TensorLimits.DEFAULT).tensors();
    }

    byte[] bytes(String file) {
        try {
            return Files.readAllBytes(folder().resolve(file));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    JsonNode json(String file) {
        return JSON.readTree(bytes(file));
    }

    /** The gradient as PyTorch computed it, in float64 for the same weights and data. */
    Map<String, Tensor> exactGradients() {
        return tensors(dtype.equals("float64") ? "gradients.safetensors" : "gradients64.safetensors");
    }

    GradientCheckRequest request(@Nullable Map<String, Tensor> gradients, CheckSettings settings) {
        return new GradientCheckRequest(
                new ModelSource(null, bytes("model.onnx")),
                loss(),
                null,
                tensors("data.safetensors"),
                gradients,
                settings,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    LossSource loss() {
        JsonNode loss = json("fixture.json").get("loss");
        if (loss.has("output")) {
            return LossSource.ofOutput(loss.get("output").asString());
        }
        Loss.Kind kind = loss.get("kind").asString().equals("mse") ? Loss.Kind.MSE : Loss.Kind.CROSS_ENTROPY;
        return LossSource.of(kind);
    }

    Objective objective() {
        return new ObjectiveReader(
                        new ModelSource(null, bytes("model.onnx")).read(),
                        loss(),
                        Map.of(),
                        tensors("data.safetensors"))
                .read(program -> {});
    }

    Map<String, Tensor> parameters() {
        Objective objective = objective();
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        objective.program().parameters().keySet().forEach(key -> parameters.put(key, objective.parameter(key)));
        return parameters;
    }

    /** The gradients with one recipe of {@code mistakes/index.json} worked into them. */
    Map<String, Tensor> with(JsonNode recipe, Map<String, Tensor> parameters) {
        Map<String, Tensor> right = tensors("gradients.safetensors");
        Map<String, Tensor> wrong = new LinkedHashMap<>(right);
        String named = recipe.get("tensor").asString();
        for (String key : right.keySet()) {
            if (named.equals("*") || named.equals(key)) {
                wrong.put(key, Recipe.apply(recipe, key, right, parameters));
            }
        }
        if (recipe.get("kind").asString().equals("swapped")) {
            String other = recipe.get("other").asString();
            wrong.put(other, Objects.requireNonNull(right.get(named)));
        }
        return wrong;
    }

    @Override
    public String toString() {
        return name + " in " + dtype;
    }
}
