package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Losses have the values and gradients of PyTorch, in float64, under every setting: {@code make_losses.py}. */
class PyTorchLossTests {

    /** Both compute a few hundred operations in float64, in another order. */
    private static final double TOLERANCE = 1e-13;

    private record Case(JsonNode json) {

        Loss loss() {
            Loss.Reduction reduction =
                    Loss.Reduction.valueOf(constant(settings().get("reduction").asString()));
            Map<LossSetting, Double> numbers = new EnumMap<>(LossSetting.class);
            for (LossSetting setting : LossSetting.values()) {
                if (settings().has(setting.wireName())) {
                    numbers.put(setting, settings().get(setting.wireName()).asDouble());
                }
            }
            return new Loss(kind(), reduction, numbers, weight("weight"), weight("positiveWeight"));
        }

        private JsonNode settings() {
            return json.get("settings");
        }

        private @Nullable Tensor weight(String name) {
            return json.get("weights").has(name) ? tensor(json.get("weights").get(name)) : null;
        }

        Loss.Kind kind() {
            return Loss.Kind.valueOf(constant(json.get("kind").asString()));
        }

        private static String constant(String camelCase) {
            return camelCase.replaceAll("([A-Z]+)", "_$1").toUpperCase(Locale.ROOT);
        }

        Map<String, Tensor> tensors(String group) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            json.get(group).properties().forEach(entry -> tensors.put(entry.getKey(), tensor(entry.getValue())));
            return tensors;
        }

        private static Tensor tensor(JsonNode json) {
            int[] extents = StreamSupport.stream(json.get("shape").spliterator(), false)
                    .mapToInt(JsonNode::asInt)
                    .toArray();
            double[] values = StreamSupport.stream(json.get("data").spliterator(), false)
                    .mapToDouble(JsonNode::asDouble)
                    .toArray();
            return Tensor.of(Shape.of(extents), values);
        }

        @Override
        public String toString() {
            return json.get("name").asString() + " " + settings();
        }
    }

    static Stream<Case> cases() throws IOException {
        JsonMapper json = JsonMapper.builder()
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .build();
        try (InputStream file = PyTorchLossTests.class.getResourceAsStream("/fixtures/losses/losses.json")) {
            return StreamSupport.stream(
                    json.readTree(Objects.requireNonNull(file)).spliterator(), false)
                    .map(Case::new)
                    .toList()
                    .stream();
        }
    }

    @Test
    void thereIsACaseOfEveryKindButOurOwnHinge() throws IOException {
        assertThat(cases().map(Case::kind).distinct()).hasSize(Loss.Kind.values().length - 1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hasPyTorchsValueAndGradients(Case row) {
        ProgramBuilder b = new ProgramBuilder();
        Map<String, Tensor> gradients = row.tensors("gradients");
        Map<String, Tensor> point = new HashMap<>(row.tensors("operands"));
        Map<LossOperand, Node> operands = new EnumMap<>(LossOperand.class);
        for (LossOperand operand : LossOperand.values()) {
            Tensor value = point.get(operand.wireName());
            if (value != null) {
                Node node = gradients.containsKey(operand.wireName())
                        ? b.parameter(operand.wireName(), value.shape())
                        : b.data(operand.wireName(), value.shape());
                operands.put(operand, node);
            }
        }
        Program program = b.output("loss", row.loss().attach(b, operands)).build();
        Evaluation evaluation = program.evaluate(point);
        double expected = row.json().get("value").asDouble();
        double value = evaluation.value(program.output("loss")).item();
        if (!Double.isFinite(expected)) {
            assertThat(value).isEqualTo(expected);
            return;
        }
        assertThat(Math.abs(value - expected)).isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.abs(expected)));
        Map<String, Tensor> found = evaluation.gradient(program.output("loss")).byParameter();
        assertThat(found.keySet()).isEqualTo(gradients.keySet());
        gradients.forEach((name, gradient) -> {
            for (int i = 0; i < gradient.size(); i++) {
                double entry = Objects.requireNonNull(found.get(name)).at(i);
                assertThat(Math.abs(entry - gradient.at(i)))
                        .as("%s[%s]: %s, PyTorch has %s", name, i, entry, gradient.at(i))
                        .isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.abs(gradient.at(i))));
            }
        });
    }
}
