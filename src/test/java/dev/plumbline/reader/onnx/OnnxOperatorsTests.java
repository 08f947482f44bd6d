package dev.plumbline.reader.onnx;

import static dev.plumbline.reader.onnx.OnnxNetworksTests.bytes;
import static dev.plumbline.reader.onnx.OnnxNetworksTests.distance;
import static dev.plumbline.reader.onnx.OnnxNetworksTests.tensors;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Single operators and small blocks as PyTorch 1.13.1 exported them, in several opsets, against autograd. */
@NullUnmarked
class OnnxOperatorsTests {

    private static final Path CASES = Path.of("src/test/resources/fixtures/onnx-ops");

    private record Case(Path file, boolean single, List<String> parameters, List<String> inputs, String output) {
        @Override
        public String toString() {
            return CASES.relativize(file).toString();
        }
    }

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (JsonNode json : JsonMapper.shared().readTree(bytes(CASES.resolve("index.json")))) {
            List<String> parameters =
                    json.get("parameters").valueStream().map(JsonNode::asString).toList();
            List<String> inputs = List.copyOf(json.get("inputs").propertyNames());
            for (String model : json.get("models").propertyNames()) {
                Path file = CASES.resolve(json.get("name").asString()).resolve(model);
                boolean single = json.get("dtype").asString().equals("float32");
                cases.add(new Case(
                        file,
                        single,
                        parameters,
                        inputs,
                        json.get("outputs").get(0).asString()));
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hasTheValuesAndGradientsOfPyTorch(Case exported) {
        Path file = exported.file();
        Map<String, Tensor> data = tensors(file.resolveSibling("data.safetensors"));
        Map<String, Tensor> expected = tensors(file.resolveSibling("expected.safetensors"));
        Map<String, Tensor> gradients = new HashMap<>(tensors(file.resolveSibling("gradients.safetensors")));
        Tensor cotangent = gradients.remove("cotangent");

        // Inputs with a gradient are given as parameters, so that we differentiate by them as well.
        Map<String, Shape> parameters = new HashMap<>();
        Map<String, Shape> shapes = new HashMap<>();
        for (String name : exported.inputs()) {
            (gradients.containsKey(name) ? parameters : shapes)
                    .put(name, data.get(name).shape());
        }
        ProgramBuilder builder = new ProgramBuilder();
        OnnxModel.read(bytes(file)).appendTo(builder, parameters, shapes);
        Program program = builder.build();
        Map<String, Tensor> point = new HashMap<>(program.initial());
        point.putAll(data);
        Evaluation evaluation = program.evaluate(point);

        double valueTolerance = exported.single() ? 2e-6 : ROUNDED.contains(name(file)) ? 1e-7 : 1e-12;
        double gradientTolerance = exported.single() ? 5e-6 : ROUNDED.contains(name(file)) ? 1e-7 : 1e-10;
        expected.forEach((name, value) -> {
            Tensor found = evaluation.outputs().get(name);
            assertThat(found.shape()).as(name).isEqualTo(value.shape());
            assertThat(distance(found, value)).as(name).isLessThan(valueTolerance);
        });
        Evaluation.Gradient gradient = evaluation.gradient(program.output(exported.output()), cotangent);
        gradients.forEach((name, value) -> {
            if (exported.parameters().contains(name) || parameters.containsKey(name)) {
                assertThat(distance(gradient.byParameter().get(name), value))
                        .as(name)
                        .isLessThan(gradientTolerance);
            }
        });
    }

    /** In float64 but with a constant that the file holds in float32. */
    private static final Set<String> ROUNDED = Set.of("hard-swish");

    private static String name(Path file) {
        return file.getParent().getFileName().toString();
    }
}
