package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.limits.Limits;
import dev.plumbline.limits.Pace;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import tools.jackson.databind.json.JsonMapper;

/**
 * Estimates of checks against the time they take, by every coverage: of threads and not of clocks, so that a busy machine
 * counts little, and of the fastest of several, since the first runs before the compiler has seen it.
 *
 * <p>All networks of the fixtures and some more by hand, with {@code -Dplumbline.estimates=true}; a few in every build, and those
 * within wide bounds, lest a crowded machine break it.
 */
class EstimatesTests {

    /** What the estimates of {@link CheckCost} promise of themselves. */
    private static final double MEDIAN = 2;

    private static final double WORST = 4;

    /** In a build on any machine; counting operations alone is off by ten and more. */
    private static final double LOOSE = 8;

    /** Of CPU time for one figure; more is not measured, in seconds. */
    private static final double ENOUGH = 1;

    private static final int LEAST = 3; // repetitions of what is not slow itself

    private static final double TOO_LONG = 30;

    /** What PyTorch's networks of the fixtures are not: wide, deep, recurrent, and dear by the element. */
    private static final List<Net> NETS = List.of(
            new Net(
                    "wide",
                    "{'type': 'dense', 'units': 300, 'activation': 'relu'}, {'type': 'dense', 'units': 10}",
                    50,
                    200),
            new Net(
                    "softplus",
                    "{'type': 'dense', 'units': 64, 'activation': 'softplus'}, {'type': 'dense', 'units': 4}",
                    99,
                    8),
            new Net(
                    "deep",
                    "{'type': 'dense', 'units': 8, 'activation': 'tanh'}, ".repeat(60)
                            + "{'type': 'dense', 'units': 2}",
                    4,
                    3),
            new Net("LSTM", "{'type': 'lstm', 'units': 16}", 8, 12, 10),
            new Net("GRU", "{'type': 'gru', 'units': 12, 'bidirectional': true}", 4, 20, 6),
            new Net("transformer", "{'type': 'transformerEncoderLayer', 'heads': 2, 'feedforward': 32}", 4, 10, 16),
            new Net(
                    "norms",
                    "{'type': 'dense', 'units': 40, 'activation': 'gelu'}, {'type': 'layerNorm'}, {'type': 'dense', 'units': 20}, {'type': 'batchNorm', 'mode': 'batch'}",
                    32,
                    20),
            new Net(
                    "convolutions",
                    "{'type': 'conv2d', 'filters': 8, 'kernel': 3}, {'type': 'relu'}, {'type': 'maxPool2d', 'kernel': 2}, {'type': 'conv2d', 'filters': 8, 'kernel': 3}, {'type': 'tanh'}, {'type': 'flatten'}, {'type': 'dense', 'units': 10}",
                    8,
                    3,
                    20,
                    20),
            new Net(
                    "points",
                    "{'type': 'conv1d', 'filters': 20, 'kernel': 1}, {'type': 'tanh'}, {'type': 'conv1d', 'filters': 4, 'kernel': 5}",
                    6,
                    6,
                    40));

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final GradientCheckService service = new GradientCheckService(Limits.defaults(), new RecentReports());
    private final List<Double> ratios = new ArrayList<>();

    /** @param input its shape, the batch first */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Net(String name, String layers, int... input) {

        GradientCheckRequest request() {
            int[] sample = Arrays.copyOfRange(input, 1, input.length);
            ModelSource source = JsonMapper.shared()
                    .readValue(
                            "{'layers': [%s], 'input': %s, 'seed': 1}"
                                    .formatted(layers, Arrays.toString(sample))
                                    .replace('\'', '"'),
                            ModelSource.class);
            SplittableRandom random = new SplittableRandom(1);
            Tensor x = Tensor.zeros(Shape.of(input)).map(zero -> random.nextGaussian());
            Shape output = new ObjectiveReader(source.read(), LossSource.NONE, Map.of(), Map.of("x", x))
                    .readOutputs(program -> {})
                    .outputs()
                    .values()
                    .iterator()
                    .next()
                    .shape();
            LossSource loss = JsonMapper.shared().readValue("{\"kind\": \"MSE\", \"target\": \"y\"}", LossSource.class);
            return asked(source, loss, Map.of(), Map.of("x", x, "y", Tensor.zeros(output)), Coverage.AUTO);
        }
    }

    @Test
    void estimatesAreRightToAnOrderInEveryBuild() {
        for (Net net : List.of(NETS.get(1), NETS.get(3))) {
            compare(net.name(), net.request(), List.of(Coverage.CERTIFIED, Coverage.EXHAUSTIVE));
        }

        assertThat(ratios).allSatisfy(ratio -> assertThat(ratio).isBetween(1 / LOOSE, LOOSE));
    }

    @Test
    @EnabledIfSystemProperty(named = "plumbline.estimates", matches = "true")
    void estimatesAreWithinTwiceMostlyAndWithinFourTimesAlways() {
        List<Coverage> all = List.of(Coverage.CERTIFIED, Coverage.DIRECTIONAL, Coverage.SAMPLED, Coverage.EXHAUSTIVE);
        NETS.forEach(net -> compare(net.name(), net.request(), all));
        Fixture.all()
                .forEach(fixture -> compare(fixture.toString(), fixture.request(null, CheckSettings.DEFAULT), all));
        for (String suite : List.of("sequences", "float64-on-float32-files")) {
            TorchSets.of(suite, "float64").forEach(file -> {
                TorchSets.TorchSet set = file.sets().get(0);
                ModelSource source = new ModelSource(null, file.model());
                compare(
                        file.network(),
                        asked(source, LossSource.NONE, set.parameters(), set.data(), Coverage.AUTO),
                        all);
            });
        }
        List<Double> off = ratios.stream()
                .map(ratio -> Math.max(ratio, 1 / ratio))
                .sorted()
                .toList();
        double median = off.get(off.size() / 2);
        double worst = off.get(off.size() - 1);
        System.out.printf(Locale.ROOT, "ESTIMATE %d: median off by %.2f, worst by %.2f%n", off.size(), median, worst);

        assertThat(median).isLessThanOrEqualTo(MEDIAN);
        assertThat(worst).isLessThanOrEqualTo(WORST);
    }

    private void compare(String name, GradientCheckRequest request, List<Coverage> coverages) {
        Objective objective = CheckedModel.read(request, Limits.defaults().bytes(), program -> {})
                .objective();
        for (Coverage coverage : coverages) {
            Pace.measure(); // a machine that others use too is not the same for minutes
            double estimate = Pace.here(new CheckCost(objective).of(coverage, 20));
            if (estimate < TOO_LONG) {
                GradientCheckRequest asked = asked(
                        request.requiredModel(),
                        request.lossOrNone(),
                        request.parametersOrNone(),
                        request.dataOrNone(),
                        coverage);
                compare(name + ", " + coverage, estimate, asked);
            }
        }
    }

    private void compare(String name, double estimate, GradientCheckRequest request) {
        double first = seconds(request);
        double best = first;
        double spent = first;
        for (int i = 0; i < LEAST && first < ENOUGH * LEAST || spent < ENOUGH; i++) {
            double again = seconds(request);
            spent += again;
            best = Math.min(best, again);
        }
        ratios.add(estimate / best);
        System.out.printf(
                Locale.ROOT,
                "ESTIMATE %-45s %8.4f s, took %8.4f, at first %8.4f: %5.2f%n",
                name,
                estimate,
                best,
                first,
                estimate / best);
    }

    private static GradientCheckRequest asked(
            ModelSource model,
            LossSource loss,
            Map<String, Tensor> parameters,
            Map<String, Tensor> data,
            Coverage coverage) {
        return new GradientCheckRequest(
                model,
                loss,
                parameters,
                data,
                null,
                GradientCheckServiceTests.settings(coverage, 1),
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private double seconds(GradientCheckRequest request) {
        long before = cpu();
        service.check(request);
        return (cpu() - before) / 1e9;
    }

    /** Of all Java threads, for a check is shared; the compiler's and the collector's are none. */
    private static long cpu() {
        return Arrays.stream(THREADS.getAllThreadIds())
                .map(THREADS::getThreadCpuTime)
                .filter(time -> time > 0)
                .sum();
    }
}
