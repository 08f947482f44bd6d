package dev.plumbline.compute.optimizer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** ONNX's own tests of its operators Adam, Adagrad and Momentum. */
class OnnxNodeTests {

    private static final long UNCORRECTED = 1L << 40;

    static List<JsonNode> cases() throws IOException {
        try (InputStream stream =
                OnnxNodeTests.class.getResourceAsStream("/fixtures/optimizers/onnx-node-tests/index.json")) {
            List<JsonNode> cases = new ArrayList<>();
            JsonMapper.shared().readTree(requireNonNull(stream).readAllBytes()).forEach(cases::add);
            return cases;
        }
    }

    /** Inputs are rate, count of updates, and then all X, all G and the moments; outputs all X and the moments. */
    @ParameterizedTest
    @MethodSource("cases")
    void givesTheOutputsOfOnnx(JsonNode test) {
        Optimizer optimizer = optimizer(test);
        int slots = optimizer.slots().size();
        int count = (test.get("inputs").size() - 2) / (2 + slots);
        Map<String, Map<String, Tensor>> moments = new LinkedHashMap<>();
        for (int slot = 0; slot < slots; slot++) {
            moments.put(optimizer.slots().get(slot).name(), tensors(test.get("inputs"), 2 + (2 + slot) * count, count));
        }
        long updates = (long) number(test.get("inputs").get(1));
        // ONNX's Adam corrects no bias while the count of updates is 0; the others count as we do
        long before = optimizer instanceof Adam && updates == 0 ? UNCORRECTED : updates;
        OptimizerStep step = new TensorStep(optimizer)
                .take(
                        new OptimizerState(before, moments),
                        tensors(test.get("inputs"), 2, count),
                        tensors(test.get("inputs"), 2 + count, count));
        check(step.parameters(), tensors(test.get("outputs"), 0, count));
        for (int slot = 0; slot < slots; slot++) {
            check(
                    requireNonNull(
                            step.state().slots().get(optimizer.slots().get(slot).name())),
                    tensors(test.get("outputs"), (1 + slot) * count, count));
        }
    }

    private static Optimizer optimizer(JsonNode test) {
        JsonNode a = test.get("attributes");
        double rate = number(test.get("inputs").get(0));
        WeightDecay decay = WeightDecay.l2(attribute(a, "norm_coefficient", 0));
        return switch (test.get("operator").asString()) {
            case "Adam" ->
                new Adam(
                        rate,
                        attribute(a, "alpha", 0.9),
                        attribute(a, "beta", 0.999),
                        // test_adam_multiple computes with 1e-2 and leaves the attribute out of its model
                        attribute(a, "epsilon", 1e-2),
                        Epsilon.EPSILON_HAT,
                        decay);
            case "Adagrad" ->
                new Adagrad(
                        rate,
                        attribute(a, "decay_factor", 0),
                        0,
                        attribute(a, "epsilon", 1e-6),
                        Epsilon.STANDARD,
                        decay);
            case "Momentum" ->
                new Sgd(
                        rate,
                        attribute(a, "alpha", 0),
                        1 - attribute(a, "beta", 1),
                        a.get("mode").asString().equals("nesterov"),
                        MomentumBuffer.GRADIENTS,
                        decay);
            default -> throw new IllegalArgumentException(test.get("operator").asString());
        };
    }

    private static double attribute(JsonNode attributes, String name, double otherwise) {
        return attributes.has(name) ? attributes.get(name).asDouble() : otherwise;
    }

    private static double number(JsonNode tensor) {
        return tensor.get("data").get(0).asDouble();
    }

    private static Map<String, Tensor> tensors(JsonNode list, int from, int count) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int k = 0; k < count; k++) {
            JsonNode data = list.get(from + k).get("data");
            double[] values = new double[data.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = data.get(i).asDouble();
            }
            tensors.put("x" + k, Tensor.of(Shape.of(values.length), Datatype.FP32, values));
        }
        return tensors;
    }

    /** ONNX's own runner allows 1e-3; float32 gives seven digits. */
    private static void check(Map<String, Tensor> actual, Map<String, Tensor> expected) {
        expected.forEach((name, tensor) -> {
            Tensor ours = requireNonNull(actual.get(name));
            for (int i = 0; i < tensor.size(); i++) {
                assertThat(ours.at(i)).isCloseTo(tensor.at(i), within(3e-7 * Math.abs(tensor.at(i))));
            }
        });
    }
}
