package dev.plumbline.compute.optimizer.schedule;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTests {

    private static final Map<String, Schedule> SCHEDULES = Map.of(
            "constant", new Constant(),
            "step", new StepDecay(7, 0.5),
            "exponential", new Exponential(0.93),
            "cosine", new Cosine(40, 0.001),
            "warmup", new LinearWarmup(10, 0.25, new Constant()),
            "warmupExponential", new LinearWarmup(10, 0.1, new Exponential(0.9)),
            "inverseSquareRoot", new InverseSquareRoot(10),
            "plateau", new ReduceOnPlateau(0.5, 2, 1e-4, 0, 0),
            "plateauCooldown", new ReduceOnPlateau(0.1, 1, 1e-2, 3, 0.004));

    /** PyTorch multiplies its rates up step by step, forty roundings; these are closed forms. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "constant",
                "step",
                "exponential",
                "cosine",
                "warmup",
                "warmupExponential",
                "inverseSquareRoot",
                "plateau",
                "plateauCooldown"
            })
    void givesTheRatesOfPyTorch(String name) throws IOException {
        double[] expected = line(name);
        double[] metrics = line("plateau-metrics");
        Schedule schedule = requireNonNull(SCHEDULES.get(name));
        for (int e = 0; e < expected.length; e++) {
            double rate = schedule.rate(e + 1, 0.1, Arrays.copyOf(metrics, e));
            assertThat(rate).as("step %d", e + 1).isCloseTo(expected[e], within(1e-13 * expected[e]));
        }
    }

    @Test
    void staysAtTheMinimumAfterTheCosine() {
        assertThat(new Cosine(10, 0.25).rate(1000, 1)).isEqualTo(0.25);
    }

    @Test
    void reachesTheBaseRateAtTheEndOfTheWarmUp() {
        assertThat(new InverseSquareRoot(100).rate(100, 0.5)).isEqualTo(0.5);
        assertThat(new LinearWarmup(100, 0, new Constant()).rate(101, 0.5)).isEqualTo(0.5);
    }

    @Test
    void beginsToMeasureAPlateauWhenTheWarmUpIsOver() throws IOException {
        double[] expected = line("plateau");
        double[] metrics = line("plateau-metrics");
        Schedule schedule = new LinearWarmup(6, 0.1, new LinearWarmup(4, 1, new ReduceOnPlateau(0.5, 2, 1e-4, 0, 0)));
        assertThat(schedule.measuredFrom()).isEqualTo(11);
        for (int e = 0; e < expected.length; e++) {
            double rate = schedule.rate(10 + e + 1, 0.1, Arrays.copyOf(metrics, e));
            assertThat(rate).as("step %d", 10 + e + 1).isCloseTo(expected[e], within(1e-13 * expected[e]));
        }
        assertThat(new LinearWarmup(6, 0, new Cosine(3, 0)).measuredFrom()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void takesNaNForNoImprovement() {
        Schedule schedule = new ReduceOnPlateau(0.5, 1, 0, 0, 0);
        assertThat(schedule.rate(4, 1, 1, Double.NaN, Double.NaN)).isEqualTo(0.5);
    }

    @Test
    void saysWhatIsOutOfRange() {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> new StepDecay(0, 0.5))
                .satisfies(problem -> assertThat(problem.pointer()).isEqualTo("/every"));
    }

    private static double[] line(String name) throws IOException {
        try (InputStream stream = ScheduleTests.class.getResourceAsStream("/fixtures/schedules/schedules.csv")) {
            String text = new String(requireNonNull(stream).readAllBytes(), StandardCharsets.US_ASCII);
            String line = text.lines()
                    .filter(candidate -> candidate.startsWith(name + ","))
                    .collect(Collectors.joining());
            return Arrays.stream(line.substring(name.length() + 1).split(",", -1))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        }
    }
}
