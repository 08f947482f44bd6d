package dev.plumbline.reader.layers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Layers have the outputs and gradients of PyTorch's modules, under their names, in float64: {@code make_layers.py}. */
class PyTorchLayersTests {

    /** Both compute up to a few thousand operations in float64, in another order. */
    private static final double TOLERANCE = 1e-12;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private record Case(JsonNode json) {

        List<Map<String, Object>> layers() {
            return JSON.convertValue(json.get("layers"), new TypeReference<>() {});
        }

        Map<String, Tensor> tensors(String group) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            json.get(group).properties().forEach(entry -> tensors.put(entry.getKey(), tensor(entry.getValue())));
            return tensors;
        }

        Tensor tensor(String name) {
            return tensor(json.get(name));
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
            return json.get("name").asString();
        }
    }

    static Stream<Case> cases() throws IOException {
        try (InputStream file = PyTorchLayersTests.class.getResourceAsStream("/fixtures/layers/layers.json")) {
            return StreamSupport.stream(
                    JSON.readTree(Objects.requireNonNull(file)).spliterator(), false)
                    .map(Case::new)
                    .toList()
                    .stream();
        }
    }

    @Test
    void thereIsACaseOfEveryKindOfLayerThatPyTorchHas() throws IOException {
        List<String> kinds = new ArrayList<>(LayerKinds.names());
        cases().flatMap(row -> row.layers().stream()).forEach(layer -> kinds.remove((String) layer.get("type")));
        assertThat(kinds).containsOnly("activation", "dropout", "flatten", "identity");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hasPyTorchsOutputAndGradients(Case row) {
        Map<String, Tensor> data = row.tensors("data");
        Map<String, Tensor> parameters = row.tensors("parameters");
        ProgramBuilder b = new ProgramBuilder();
        LayersModel.read(row.layers(), null, 1).appendTo(b, shapes(parameters), shapes(data));
        Program program = b.build();
        assertThat(program.parameters().keySet()).isEqualTo(parameters.keySet());
        Map<String, Tensor> point = new HashMap<>(parameters);
        point.putAll(data);
        Evaluation evaluation = program.evaluate(point);
        assertClose("out", evaluation.value(program.output("out")), row.tensor("out"));
        Map<String, Tensor> gradients = evaluation
                .gradient(program.output("out"), row.tensor("cotangent"))
                .byParameter();
        row.tensors("gradients")
                .forEach((name, right) -> assertClose(name, Objects.requireNonNull(gradients.get(name)), right));
    }

    private static Map<String, Shape> shapes(Map<String, Tensor> tensors) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    private static void assertClose(String name, Tensor found, Tensor right) {
        assertThat(found.shape()).as(name).isEqualTo(right.shape());
        double largest = 1;
        for (double value : right.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < right.size(); i++) {
            assertThat(Math.abs(found.at(i) - right.at(i)))
                    .as("%s[%s]: %s, PyTorch has %s", name, i, found.at(i), right.at(i))
                    .isLessThanOrEqualTo(TOLERANCE * largest);
        }
    }
}
