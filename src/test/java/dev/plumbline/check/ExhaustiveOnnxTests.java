package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.difference.ExhaustiveGradient;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every entry by differences, for everything that PyTorch exports: recurrent, attention, normalisation and the rest. */
class ExhaustiveOnnxTests {

    private static final Path CASES = Path.of("src/test/resources/fixtures/onnx-ops");

    static List<String> cases() throws IOException {
        List<String> names = new ArrayList<>();
        for (JsonNode json : JsonMapper.shared().readTree(Files.readAllBytes(CASES.resolve("index.json")))) {
            names.add(json.get("name").asString());
        }
        return names;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithReverseModeWithinItsOwnErrorBars(String name) throws IOException {
        Objective objective = objective(name);
        Map<String, Tensor> reverse = objective.gradient().byParameter();

        ExhaustiveGradient.of(objective, 5).forEach((parameter, numeric) -> {
            Tensor exact = Objects.requireNonNull(reverse.get(parameter));
            double rounding = 1e-13 * (1 + Math.abs(objective.value()));
            List<String> wrong = IntStream.range(0, exact.size())
                    .filter(i -> !(Math.abs(numeric.values()[i] - exact.at(i))
                            <= numeric.bounds()[i] + numeric.kinkRadii()[i] + rounding))
                    .mapToObj(i -> "[%d] %s, not %s +- %s or %s"
                            .formatted(
                                    i, exact.at(i), numeric.values()[i], numeric.bounds()[i], numeric.kinkRadii()[i]))
                    .toList();
            assertThat(wrong).as(parameter + " " + numeric.way()).isEmpty();
        });
    }

    /** The sum of the output weighted by a cotangent; inputs with a gradient are parameters too. */
    private static Objective objective(String name) throws IOException {
        JsonNode json = JsonMapper.shared()
                .readTree(Files.readAllBytes(CASES.resolve("index.json")))
                .valueStream()
                .filter(each -> each.get("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
        Map<String, Tensor> data = tensors(name, "data");
        Map<String, Tensor> gradients = tensors(name, "gradients");
        Map<String, Shape> parameters = new HashMap<>();
        Map<String, Shape> shapes = new HashMap<>();
        for (String input : json.get("inputs").propertyNames()) {
            Map<String, Shape> role = gradients.containsKey(input) ? parameters : shapes;
            role.put(input, Objects.requireNonNull(data.get(input)).shape());
        }
        ProgramBuilder builder = new ProgramBuilder();
        byte[] model = Files.readAllBytes(CASES.resolve(name).resolve("model.onnx"));
        new ModelSource(null, model).read().appendTo(builder, parameters, shapes);
        Node output = Objects.requireNonNull(
                builder.outputs().get(json.get("outputs").get(0).asString()));
        Node weighted = builder.multiply(output, builder.constant(Objects.requireNonNull(gradients.get("cotangent"))));
        builder.output(
                "objective",
                builder.sum(weighted, IntStream.range(0, weighted.rank()).toArray()));
        Program program = builder.build();
        Map<String, Tensor> point = new HashMap<>(program.initial());
        point.putAll(data);
        return new Objective(program, program.output("objective"), point);
    }

    private static Map<String, Tensor> tensors(String name, String file) throws IOException {
        byte[] bytes = Files.readAllBytes(CASES.resolve(name).resolve(file + ".safetensors"));
        return Safetensors.read(bytes, TensorLimits.DEFAULT).tensors();
    }
}
