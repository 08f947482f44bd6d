package dev.plumbline.reader.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whole networks as PyTorch 1.13.1 exported them, held against PyTorch's own values and gradients. */
@NullUnmarked
class OnnxNetworksTests {

    private static final Path MODELS = Path.of("src/test/resources/fixtures/models");

    static Stream<Path> models() throws IOException {
        return Files.walk(MODELS).filter(path -> path.toString().endsWith(".onnx")).sorted().toList().stream();
    }

    @ParameterizedTest
    @MethodSource("models")
    void hasTheValuesAndGradientsOfPyTorch(Path file) {
        Path directory = file.getParent();
        boolean single = directory.endsWith("float32");
        // Float32 files have an oracle in float64 for the same rounded weights, so that only our error is left.
        Map<String, Tensor> expected =
                tensors(directory.resolve(single ? "expected64.safetensors" : "expected.safetensors"));
        Map<String, Tensor> gradients =
                tensors(directory.resolve(single ? "gradients64.safetensors" : "gradients.safetensors"));
        Evaluated evaluated = evaluate(file);
        evaluated.evaluation().outputs().forEach((name, value) -> assertThat(distance(value, expected.get(name)))
                .as(name)
                .isLessThan(1e-12));
        assertThat(distance(evaluated.evaluation().value(evaluated.loss()), expected.get("loss")))
                .isLessThan(1e-12);
        Map<String, Tensor> found =
                evaluated.evaluation().gradient(evaluated.loss()).byParameter();
        assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(gradients.keySet());
        found.forEach((name, gradient) ->
                assertThat(distance(gradient, gradients.get(name))).as(name).isLessThan(1e-10));
    }

    @ParameterizedTest
    @MethodSource("models")
    void isAsCloseToPyTorchInFloat32AsFloat32Allows(Path file) {
        Path directory = file.getParent();
        if (!directory.endsWith("float32")) {
            return;
        }
        Map<String, Tensor> expected = tensors(directory.resolve("expected.safetensors"));
        evaluate(file).evaluation().outputs().forEach((name, value) -> assertThat(distance(value, expected.get(name)))
                .as(name)
                .isLessThan(2e-6)); // its own rounding in 1600-term sums: 1.1e-6
    }

    private record Evaluated(Evaluation evaluation, Node loss) {}

    private static Evaluated evaluate(Path file) {
        Map<String, Tensor> data = tensors(file.resolveSibling("data.safetensors"));
        Map<String, Shape> shapes = new HashMap<>();
        data.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        ProgramBuilder builder = new ProgramBuilder();
        OnnxModel.read(bytes(file)).appendTo(builder, Map.of(), shapes);
        JsonNode fixture = JsonMapper.shared().readTree(bytes(file.resolveSibling("fixture.json")));
        if (!fixture.get("lossInside").asBoolean()) {
            Node target = builder.data("y", shapes.get("y"));
            Node prediction =
                    builder.outputs().get(fixture.get("loss").get("prediction").asString());
            builder.output("loss", loss(fixture.get("loss")).attach(builder, prediction, target));
        }
        Program program = builder.build();
        Map<String, Tensor> point = new LinkedHashMap<>(program.initial());
        point.putAll(data);
        return new Evaluated(program.evaluate(point), program.output("loss"));
    }

    private static Loss loss(JsonNode json) {
        String kind = json.get("kind").asString().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
        return Loss.of(Loss.Kind.valueOf(kind), Loss.Reduction.MEAN);
    }

    static double distance(Tensor found, Tensor expected) {
        assertThat(found.shape().size()).isEqualTo(expected.shape().size());
        double[] difference = new double[found.size()];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = found.at(i) - expected.at(i);
        }
        return Tensor.vector(difference).norm() / Math.max(expected.norm(), Double.MIN_NORMAL);
    }

    static Map<String, Tensor> tensors(Path file) {
        return Safetensors.read(bytes(file), TensorLimits.DEFAULT).tensors();
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    static List<Path> files() throws IOException {
        return models().toList();
    }
}
