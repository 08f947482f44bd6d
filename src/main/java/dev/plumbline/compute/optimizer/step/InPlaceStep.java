package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.step.StepReport.Outcome;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One step over arrays where they lie: no tensor is copied, whatever its size. Large tensors are cut into segments for the
 * common pool's worker threads; the result does not depend on how many there are.
 *
 * <p>The step is a single pass, and non-finite numbers are met when they have been written. Only clipping by norm must read
 * all gradients before anything is written, and then a NaN among them leaves the arrays untouched. With {@code norms},
 * gradients, parameters and their changes are measured in the same pass, while a chunk is in the first-level cache.
 */
public record InPlaceStep(Optimizer optimizer, Clipping clipping, boolean norms) {

    private static final int SEGMENT = 1 << 17;
    private static final int WORTH_A_THREAD = 1 << 16;

    /** Takes step {@code t}, from 1. */
    public StepReport take(long t, List<TensorArrays> tensors) {
        List<TensorArrays> segments = optimizer.wholeTensors()
                ? tensors
                : tensors.stream()
                        .flatMap(tensor -> tensor.cut(SEGMENT).stream())
                        .toList();
        double factor = 1;
        if (clipping.scales()) {
            double gradientNorm = norm(run(segments, GradientNorm::of).stream());
            if (!Double.isFinite(gradientNorm)) {
                return failed(Outcome.REFUSED, gradientNorm, tensors);
            }
            factor = clipping.factor(gradientNorm);
        }
        SegmentStep step = new SegmentStep(
                optimizer, optimizer.rule(t), clipping.value(), optimizer.maximizes() ? -factor : factor, norms);
        List<Movement> movements = run(segments, step::take);
        double gradientNorm = norms ? norm(movements.stream().map(Movement::gradientNorm)) : Double.NaN;
        if (!movements.stream().allMatch(Movement::finite) || (norms && !Double.isFinite(gradientNorm))) {
            return failed(Outcome.SPOILED, gradientNorm, tensors);
        }
        Map<String, Update> updates = norms ? updates(movements) : Map.of();
        return new StepReport(Outcome.TAKEN, gradientNorm, factor, updates, List.of());
    }

    /** In the calling thread alone where handing over would cost more than the work. */
    private static <R> List<R> run(List<TensorArrays> segments, Function<TensorArrays, R> work) {
        boolean large = segments.stream().mapToLong(TensorArrays::length).sum() > WORTH_A_THREAD;
        return (large ? segments.parallelStream() : segments.stream()).map(work).toList();
    }

    private static Map<String, Update> updates(List<Movement> movements) {
        return movements.stream()
                .collect(Collectors.groupingBy(
                        Movement::tensor,
                        TreeMap::new,
                        Collectors.collectingAndThen(Collectors.toList(), InPlaceStep::update)));
    }

    private static Update update(List<Movement> movements) {
        return Update.of(
                norm(movements.stream().map(Movement::updateNorm)),
                norm(movements.stream().map(Movement::parameterNorm)));
    }

    private static double norm(Stream<Double> parts) {
        return Tensor.vector(parts.mapToDouble(part -> part).toArray()).norm();
    }

    private StepReport failed(Outcome outcome, double gradientNorm, List<TensorArrays> tensors) {
        boolean made = outcome == Outcome.SPOILED;
        List<NonFinite> found = tensors.stream()
                .map(tensor -> tensor.firstNonFinite(optimizer.slots(), made))
                .flatMap(Optional::stream)
                .toList();
        return new StepReport(outcome, gradientNorm, 1, Map.of(), found);
    }
}
