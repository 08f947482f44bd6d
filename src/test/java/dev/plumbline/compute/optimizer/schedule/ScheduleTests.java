package dev.plumbline.compute.optimizer.schedule;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.optimizer.schedule.OneCycle.Anneal;
import dev.plumbline.compute.optimizer.schedule.OneCycle.Counting;
import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleTests {

    private static final Map<String, Schedule> SCHEDULES = Map.ofEntries(
            entry("constant", new Constant()),
            entry("step", new StepDecay(7, 0.5)),
            entry("exponential", new Exponential(0.93)),
            entry("cosine", new Cosine(40, 0.001)),
            entry("warmup", new LinearWarmup(10, 0.25, new Constant())),
            entry("warmupExponential", new LinearWarmup(10, 0.1, new Exponential(0.9))),
            entry("inverseSquareRoot", new InverseSquareRoot(10)),
            entry("plateau", new ReduceOnPlateau(0.5, 2, 1e-4, 0, 0)),
            entry("plateauCooldown", new ReduceOnPlateau(0.1, 1, 1e-2, 3, 0.004)),
            entry("multiStep", new MultiStep(List.of(5L, 12L, 30L), 0.3)),
            entry("polynomial", new Polynomial(30, 1.7, 0)),
            entry("linear", new Polynomial(25, 1, 0)),
            entry("cosineRises", new Cosine(12, 0.001, true)),
            entry("restarts", new CosineRestarts(5, 2, 0.001)),
            entry("restartsEqual", new CosineRestarts(7, 1, 0)),
            entry("oneCycle", new OneCycle(41, 0.3, 25, 1e4, Anneal.COSINE, false, Counting.PYTORCH)),
            entry("oneCycleLinear", new OneCycle(45, 0.45, 10, 50, Anneal.LINEAR, true, Counting.PYTORCH)),
            entry("cyclic", new Cyclic(4, 9, 0.01, Cyclic.Mode.TRIANGULAR, 1)),
            entry("cyclic2", new Cyclic(6, 6, 0.01, Cyclic.Mode.TRIANGULAR2, 1)),
            entry("cyclicExponential", new Cyclic(5, 5, 0.01, Cyclic.Mode.EXPONENTIAL, 0.97)),
            entry("oneCycleThree", cycle(0.25, Anneal.COSINE, true, new MomentumCycle(0.7, 0.99))),
            entry("oneCycleTwo", cycle(0.3, Anneal.LINEAR, false, new MomentumCycle(0, 0.5))),
            entry("cyclicBounds", new Cyclic(3, 5, 0.01, Cyclic.Mode.TRIANGULAR2, 1, new MomentumCycle(0.3, 0.97))),
            entry(
                    "chained",
                    new Chained(
                            List.of(new LinearWarmup(8, 0.1, new Constant()), new Constant(), new StepDecay(4, 0.5)),
                            List.of(8L, 20L))),
            entry("warmupZero", new LinearWarmup(10, 0, new Polynomial(20, 1, 0))),
            entry("inverseSquareRootZero", new InverseSquareRoot(10, 0)));

    private static Schedule cycle(double rise, Anneal anneal, boolean threePhases, MomentumCycle momenta) {
        return new OneCycle(40, rise, 25, 1e4, anneal, threePhases, Counting.PYTORCH, momenta);
    }

    /** One after the other, of which the momentum stays where it is, or waits. */
    private static final Map<String, Schedule> OF_MOMENTA = Map.of(
            "warmupOneCycle", new LinearWarmup(8, 0.1, cycle(0.3, Anneal.COSINE, false, OneCycle.USUAL_MOMENTA)),
            "chainedCycles",
                    new Chained(
                            List.of(
                                    new LinearWarmup(4, 0.1, new Constant()),
                                    new Cyclic(4, 4, 0.01, Cyclic.Mode.TRIANGULAR, 1),
                                    cycle(0.3, Anneal.COSINE, false, new MomentumCycle(0.5, 0.6)),
                                    new Constant()),
                            List.of(4L, 9L, 20L)));

    static Stream<String> cycling() {
        Stream<String> alone = names().filter(name -> name.startsWith("cyclic") || name.startsWith("oneCycle"));
        return Stream.concat(alone, OF_MOMENTA.keySet().stream());
    }

    /** Where nothing is said of it, PyTorch's own bounds. */
    @ParameterizedTest
    @MethodSource("cycling")
    void givesTheMomentaOfPyTorch(String name) throws IOException {
        double[] expected = line(name + "-momenta");
        Schedule said = requireNonNull(SCHEDULES.getOrDefault(name, OF_MOMENTA.get(name)));
        Schedule schedule = said.cyclingMomentum();
        MomentumCycle bounds = requireNonNull(schedule.momenta());
        for (int e = 0; e < expected.length; e++) {
            assertThat(schedule.momentum(e + 1).orElseThrow())
                    .as("step %d", e + 1)
                    .isCloseTo(expected[e], within(1e-12))
                    .isBetween(bounds.base() - 1e-12, bounds.max() + 1e-12);
        }
    }

    @Test
    void cyclesNoMomentumUnlessThatIsSaid() {
        assertThat(names().map(SCHEDULES::get).filter(schedule -> schedule.momenta() != null))
                .hasSize(3);
        Schedule warmup = new LinearWarmup(3, 0.1, new Cyclic(4, 4, 0, Cyclic.Mode.TRIANGULAR, 1));
        assertThat(warmup.momentum(1)).isEmpty();
        assertThat(warmup.cyclingMomentum().momentum(8).orElseThrow()).isCloseTo(0.8, within(1e-15));
        Schedule optax = new OneCycle(100, 0.3, 25, 1e4, Anneal.COSINE, false, Counting.OPTAX);
        assertThat(optax.cyclingMomentum()).isEqualTo(optax);
    }

    @Test
    void refusesAMomentumThatGrowsForEver() {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> new MomentumCycle(0.5, 1))
                .satisfies(problem -> assertThat(problem.pointer()).isEqualTo("/maxMomentum"));
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> new MomentumCycle(0.9, 0.8))
                .satisfies(problem -> assertThat(problem.pointer()).isEqualTo("/baseMomentum"));
    }

    static Stream<String> names() {
        return SCHEDULES.keySet().stream().sorted();
    }

    /** PyTorch multiplies its rates up step by step, forty roundings; these are closed forms. */
    @ParameterizedTest
    @MethodSource("names")
    void givesTheRatesOfPyTorch(String name) throws IOException {
        double[] expected = line(name);
        double[] metrics = line("plateau-metrics");
        Schedule schedule = requireNonNull(SCHEDULES.get(name));
        Schedule.Course course = schedule.course(0.1);
        for (int e = 0; e < expected.length; e++) {
            double rate = schedule.rate(e + 1, 0.1, Arrays.copyOf(metrics, e));
            assertThat(rate).as("step %d", e + 1).isCloseTo(expected[e], within(1e-13 * 0.1 + 1e-13 * expected[e]));
            assertThat(course.rate(e + 1)).isEqualTo(rate);
            course.measured(metrics[e]);
        }
    }

    /** Optax 0.2, join_schedules of its docstring: the peak after 30 of 100 steps, the end after 100. */
    @Test
    void endsOptaxsCycleOneStepLater() {
        Schedule optax = new OneCycle(100, 0.3, 25, 1e4, Anneal.COSINE, false, Counting.OPTAX);
        assertThat(optax.rate(1, 1)).isCloseTo(1 / 25.0, within(1e-15));
        assertThat(optax.rate(31, 1)).isEqualTo(1);
        assertThat(optax.rate(101, 1)).isCloseTo(1 / 25.0 / 1e4, within(1e-18));
    }

    @Test
    void takesAMillionMetricsInTheTimeOfOneEach() {
        Schedule.Course course = new ReduceOnPlateau(0.5, 10, 1e-4, 0, 1e-3).course(1);
        for (int t = 1; t <= 1_000_000; t++) {
            course.measured(1);
            assertThat(course.rate(t) >= 1e-3).isTrue();
        }
        assertThat(course.rate(1_000_001)).isEqualTo(1e-3);
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

    /** 2^40 calls would take hours. */
    @Test
    @Timeout(1)
    void hasNoMomentumInHoweverManySchedules() {
        Schedule nested = new Constant();
        for (int depth = 0; depth < 40; depth++) {
            nested = new Chained(List.of(nested, new Constant()), List.of(3L));
        }
        assertThat(nested.momentum(2)).isEmpty();
        assertThat(nested.momentum(5)).isEmpty();
    }

    @Test
    void cyclesNoMomentumBelowItsBase() {
        MomentumCycle cycle = new MomentumCycle(1e-20, 0.9);
        Schedule cyclic = new Cyclic(3, 4, 0, Cyclic.Mode.TRIANGULAR, 1, cycle);
        Schedule oneCycle =
                new OneCycle(10, 0.3, 25, 1e4, OneCycle.Anneal.COSINE, false, OneCycle.Counting.PYTORCH, cycle);
        for (Schedule schedule : List.of(cyclic, oneCycle)) {
            assertThat(LongStream.rangeClosed(1, 10)
                            .mapToDouble(t -> schedule.momentum(t).orElseThrow()))
                    .allMatch(momentum -> momentum >= 1e-20 && momentum <= 0.9);
        }
    }
}
