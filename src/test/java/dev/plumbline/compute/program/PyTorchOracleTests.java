package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.json.JsonMapper;

/** Values and gradients are PyTorch's, in float64, also where it had a choice: at kinks, ties and saturation. */
class PyTorchOracleTests {

    /** Both compute a few dozen operations in float64, in another order. */
    private static final double TOLERANCE = 4e-14;

    static Stream<PyTorchCase> cases() throws IOException {
        JsonMapper json = JsonMapper.builder()
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .build();
        try (InputStream file = PyTorchOracleTests.class.getResourceAsStream("/fixtures/primitives/primitives.json")) {
            return StreamSupport.stream(
                    json.readTree(Objects.requireNonNull(file)).spliterator(), false)
                    .map(PyTorchCase::of)
                    .toList()
                    .stream();
        }
    }

    @Test
    void thereAreHundredsOfCases() throws IOException {
        assertThat(cases().count()).isGreaterThan(450);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void valueIsPyTorchs(PyTorchCase expected) {
        Program program = PyTorchProgram.of(expected);
        Tensor value = program.evaluate(expected.inputs()).value(program.output("y"));
        assertThat(value.shape()).isEqualTo(expected.output().shape());
        assertClose(value, expected.output());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientIsPyTorchs(PyTorchCase expected) {
        Program program = PyTorchProgram.of(expected);
        Map<String, Tensor> gradient = program.evaluate(expected.inputs())
                .gradient(program.output("y"), expected.cotangent())
                .byParameter();
        assertThat(gradient).containsOnlyKeys(expected.gradients().keySet());
        expected.gradients().forEach((name, right) -> assertClose(Objects.requireNonNull(gradient.get(name)), right));
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        double largest = 1;
        for (double value : expected.values()) {
            largest = Double.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
        }
        for (int i = 0; i < expected.size(); i++) {
            if (Double.isFinite(expected.at(i))) {
                assertThat(Math.abs(actual.at(i) - expected.at(i)))
                        .as("element %s: %s, PyTorch has %s", i, actual.at(i), expected.at(i))
                        .isLessThanOrEqualTo(TOLERANCE * largest);
            } else {
                assertThat(actual.at(i)).as("element %s", i).isEqualTo(expected.at(i));
            }
        }
    }
}
