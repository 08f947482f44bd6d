package dev.plumbline.compute.optimizer;

import static java.util.Objects.requireNonNull;

import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.SafetensorsFile;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One recorded run of a PyTorch optimizer: see {@code fixtures/README.md}. */
record Trajectory(String name, Optimizer optimizer, Tensor gradients, Tensor parameters, Map<String, Tensor> state) {

    private static final String FOLDER = "/fixtures/optimizers/";

    static List<Trajectory> all(String datatype) {
        Map<String, SafetensorsFile> files = new HashMap<>();
        List<Trajectory> trajectories = new ArrayList<>();
        for (JsonNode run : JsonMapper.shared().readTree(bytes("index.json"))) {
            if (run.get("dtype").asString().equals(datatype)) {
                SafetensorsFile file = files.computeIfAbsent(
                        run.get("file").asString(), name -> Safetensors.read(bytes(name), TensorLimits.DEFAULT));
                trajectories.add(read(run, file.tensors()));
            }
        }
        return trajectories;
    }

    /** Steps recorded. */
    int length() {
        return gradients.shape().extent(0);
    }

    Tensor gradient(int step) {
        return row(gradients, step);
    }

    /** The parameters before step {@code step + 1}. */
    Tensor parameter(int step) {
        return row(parameters, step);
    }

    @Override
    public String toString() {
        return name;
    }

    private static Trajectory read(JsonNode run, Map<String, Tensor> tensors) {
        String name = run.get("run").asString();
        Map<String, Tensor> state = new HashMap<>();
        for (JsonNode slot : run.get("state")) {
            String slotName = slot.asString();
            state.put(slotName, requireNonNull(tensors.get(name + "/state/" + slotName)));
        }
        return new Trajectory(
                name,
                optimizer(run),
                requireNonNull(tensors.get(name + "/gradients")),
                requireNonNull(tensors.get(name + "/parameters")),
                state);
    }

    /** Hyper-parameters have our names, but for adamw with amsgrad, which is amsgrad with decoupled decay here. */
    private static Optimizer optimizer(JsonNode run) {
        Map<String, Object> hyper = new HashMap<>();
        run.get("hyper").properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            hyper.put(entry.getKey(), value.isBoolean() ? value.asBoolean() : (Object) value.asDouble());
        });
        boolean amsgrad = Boolean.TRUE.equals(hyper.remove("amsgrad"));
        Kind kind = Kind.named(run.get("kind").asString());
        if (amsgrad && kind == Kind.ADAMW) {
            double rate = run.get("hyper").get("weightDecay").asDouble();
            hyper.put("weightDecay", WeightDecay.decoupled(rate));
        }
        if (run.has("convention")) {
            hyper.put("momentum", "scheduledTwice");
        }
        return HyperParameters.with((amsgrad ? Kind.AMSGRAD : kind).preset(Preset.PYTORCH), hyper);
    }

    private static Tensor row(Tensor table, int row) {
        int size = table.shape().extent(1);
        double[] values = Arrays.copyOfRange(table.values(), row * size, (row + 1) * size);
        return Tensor.of(Shape.of(size), table.datatype(), values);
    }

    private static byte[] bytes(String name) {
        try (InputStream stream = Trajectory.class.getResourceAsStream(FOLDER + name)) {
            return requireNonNull(stream).readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
    }
}
