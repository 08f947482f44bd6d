package dev.plumbline.compute.optimizer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Against 200 iterations of PyTorch 1.13.1 on five problems: {@code make_lbfgs.py}. */
class LbfgsTests {

    static Stream<Arguments> runs() throws IOException {
        try (InputStream json = LbfgsTests.class.getResourceAsStream("/fixtures/lbfgs.json")) {
            return JsonMapper.shared()
                    .readTree(requireNonNull(json).readAllBytes())
                    .valueStream()
                    .map(run -> Arguments.of(run.get("problem").asString(), run));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void keepsToPyTorchFor200IterationsToTwelveDigits(String problem, JsonNode run) {
        double rate = run.get("learningRate").asDouble();
        Lbfgs lbfgs = new Lbfgs(rate, run.get("historySize").asLong(), 1e-7, 1e-9);
        LbfgsSteps steps = new LbfgsSteps(lbfgs);
        double[] x = numbers(run.get("parameters").get(0));
        double largest = 0;
        for (int t = 0; t < run.get("gradients").size(); t++) {
            steps.step(x, numbers(run.get("gradients").get(t)), rate);
            double[] expected = numbers(run.get("parameters").get(t + 1));
            for (int i = 0; i < x.length; i++) {
                largest = Math.max(largest, Math.abs(expected[i]));
                assertThat(x[i]).as("iteration %d entry %d", t + 1, i).isCloseTo(expected[i], within(1e-12 * largest));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void movesNothingAtLearningRateZero(String problem, JsonNode run) {
        double[] x = numbers(run.get("parameters").get(0));
        LbfgsSteps steps = new LbfgsSteps(Lbfgs.preset(Preset.PYTORCH));
        steps.step(x, numbers(run.get("gradients").get(0)), 0);
        steps.step(x, numbers(run.get("gradients").get(1)), 0);
        assertThat(x).isEqualTo(numbers(run.get("parameters").get(0)));
    }

    private static double[] numbers(JsonNode list) {
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = list.get(i).asDouble();
        }
        return numbers;
    }
}
