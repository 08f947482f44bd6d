package dev.plumbline.compute.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.UnaryFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What PyTorch's hooks see in the same networks ({@code fixtures/diagnoses/make_diagnoses.py}). */
class PyTorchFiguresTests {

    private static final Map<String, Network> NETWORKS = Map.of(
            "sigmoids", Network.of(UnaryFunction.SIGMOID, 10, 1),
            "healthy", Network.of(UnaryFunction.RELU, 10, Math.sqrt(2)),
            "loud", Network.of(UnaryFunction.RELU, 10, 10 * Math.sqrt(2)),
            "dead", Network.of(UnaryFunction.RELU, 4, Math.sqrt(2)).withBias(-10),
            "saturated", Network.of(UnaryFunction.TANH, 4, 20),
            "equal",
                    Network.of(UnaryFunction.RELU, 4, Math.sqrt(2))
                            .withFilled(Map.of("fc2.weight", 0.05, "fc3.weight", 0.05)),
            "articleThree", Network.articleThree());

    @ParameterizedTest
    @ValueSource(strings = {"sigmoids", "healthy", "loud", "dead", "saturated", "equal", "articleThree"})
    void agreesWithPyTorchToOnePartInAMillion(String name) throws IOException {
        JsonNode expected = JsonMapper.shared()
                .readTree(Files.readAllBytes(Path.of("src/test/resources/fixtures/diagnoses/diagnoses.json")))
                .get(name);

        for (LayerHealth layer :
                Objects.requireNonNull(NETWORKS.get(name)).condition().layers()) {
            JsonNode figures = expected.get(layer.name());
            ActivationStatistics activation = Objects.requireNonNull(layer.activation());
            close(norm(layer, ".weight"), figures.get("weight"));
            close(norm(layer, ".bias"), figures.get("bias"));
            close(Objects.requireNonNull(layer.cotangentNorm()), figures.get("cotangent"));
            close(activation.mean(), figures.get("mean"));
            close(activation.spread(), figures.get("spread"));
            close(activation.deadShare(), figures.get("dead"));
        }
    }

    private static double norm(LayerHealth layer, String kind) {
        return Objects.requireNonNull(layer.tensors().get(layer.name() + kind)).norm();
    }

    private static void close(double actual, JsonNode figure) {
        double expected = figure.asDouble();
        assertThat(actual).isCloseTo(expected, within(1e-6 * Math.abs(expected)));
    }
}
