package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What rounding alone can make of a hypothesis's steps. Most steps are as exact as their largest entry; but where a moment
 * cancels, little is left of it besides what its parts were rounded by; and where a sign, a maximum or a bound hangs on the last
 * places of a gradient, two right implementations can go different ways (Lion's and Rprop's signs). So steps that miss by a
 * little, or in few entries, are taken again in float64 with gradients and moments that are off by a few last places, each
 * gradient as a whole, as by a norm that was summed up in another order, and each entry for itself: an entry that lies between
 * what comes of these is explained.
 *
 * @param wide the same steps in float64
 */
record Rounding(Replay replay, Replay wide) {

    /** Of the last places that gradients and moments may be off by. */
    private static final double PLACES = 4;

    private static final int RUNS = 12;

    /** Misses by no more are little. */
    private static final double NEAR = 64;

    /** Of all entries of all steps, or one: as many may miss by more. */
    private static final double FEW = 0.01;

    /** The predictions, as near to the observed steps as rounding may bring them; nothing where more than rounding is off. */
    Optional<List<Map<String, Tensor>>> nearest(Hypothesis hypothesis, List<Map<String, Tensor>> begun) {
        if (!mayBe(begun)) {
            return Optional.empty();
        }
        List<Map<String, Tensor>> predicted = begun.size() == replay.steps().size()
                ? begun
                : replay.run(hypothesis, Double.POSITIVE_INFINITY).orElse(List.of());
        if (predicted.isEmpty() || !mayBe(predicted)) {
            return Optional.empty();
        }
        List<List<Map<String, Tensor>>> runs = new ArrayList<>(List.of(predicted));
        wide.run(hypothesis, Double.POSITIVE_INFINITY).ifPresent(runs::add);
        for (int run = 0; run < RUNS; run++) {
            off(run).run(hypothesis, Double.POSITIVE_INFINITY).ifPresent(runs::add);
        }
        return Optional.of(nearest(runs));
    }

    private boolean mayBe(List<Map<String, Tensor>> predicted) {
        double far = 0;
        double all = 0;
        for (int k = 0; k < predicted.size(); k++) {
            ObservedStep step = replay.steps().get(k);
            far += Disagreement.count(step, predicted.get(k), NEAR);
            all += step.entries();
        }
        return far <= Math.max(1, FEW * all);
    }

    private List<Map<String, Tensor>> nearest(List<List<Map<String, Tensor>>> runs) {
        List<Map<String, Tensor>> nearest = new ArrayList<>();
        for (int k = 0; k < replay.steps().size(); k++) {
            int step = k;
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            replay.steps()
                    .get(k)
                    .after()
                    .forEach((name, observed) -> tensors.put(
                            name,
                            nearest(
                                    observed,
                                    runs.stream()
                                            .map(run ->
                                                    requireNonNull(run.get(step).get(name)))
                                            .toList())));
            nearest.add(tensors);
        }
        return nearest;
    }

    private static Tensor nearest(Tensor observed, List<Tensor> predictions) {
        double[] values = new double[observed.size()];
        for (int i = 0; i < values.length; i++) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (Tensor prediction : predictions) {
                low = Math.min(low, prediction.at(i));
                high = Math.max(high, prediction.at(i));
            }
            values[i] = Math.min(Math.max(observed.at(i), low), high);
        }
        return Tensor.of(observed.shape(), values);
    }

    // ── steps of numbers that are off by their last places ──

    private Replay off(int run) {
        SplittableRandom random = new SplittableRandom(run);
        OptimizerState start = wide.start();
        Map<String, Tensor> parameters = replay.steps().get(0).before();
        List<ObservedStep> steps = new ArrayList<>();
        for (ObservedStep step : wide.steps()) {
            OptimizerState said = step.said().state();
            steps.add(new ObservedStep(
                    step.before(),
                    off(step.gradients(), parameters, way(random), random),
                    step.after(),
                    said == null ? step.said() : step.said().with(off(said, parameters, random))));
        }
        return new Replay(
                steps,
                start == null ? null : off(start, parameters, random),
                wide.parts(),
                wide.profile(),
                wide.still());
    }

    private static OptimizerState off(OptimizerState state, Map<String, Tensor> parameters, SplittableRandom random) {
        Map<String, Map<String, Tensor>> slots = new LinkedHashMap<>();
        state.slots().forEach((slot, moments) -> slots.put(slot, off(moments, parameters, 0, random)));
        return new OptimizerState(state.step(), slots);
    }

    private static Map<String, Tensor> off(
            Map<String, Tensor> tensors, Map<String, Tensor> parameters, double together, SplittableRandom random) {
        Map<String, Tensor> off = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            Tensor parameter = parameters.get(name);
            double place = parameter != null && parameter.datatype() == Datatype.FP32 ? 0x1p-24 : 0x1p-53;
            off.put(name, tensor.map(value -> value * (1 + place * (together + way(random)))));
        });
        return off;
    }

    private static double way(SplittableRandom random) {
        return random.nextBoolean() ? PLACES : -PLACES;
    }
}
