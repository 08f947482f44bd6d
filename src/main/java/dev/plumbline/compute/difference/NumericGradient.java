package dev.plumbline.compute.difference;

import dev.plumbline.compute.probe.Noise;
import dev.plumbline.compute.probe.Slope;
import dev.plumbline.compute.probe.SlopeProbe;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * Numeric derivatives of an objective at its point, as a black box: along any direction, and by any single entry. It
 * counts its evaluations; any number of threads may ask.
 */
public final class NumericGradient {

    /** The largest step as a share of the size (root mean square) of what is perturbed. */
    private static final double LARGEST_STEP = 0.1;

    private final Objective objective;
    private final Noise noise;
    private final boolean deterministic;
    private final LongAdder evaluations = new LongAdder();

    public NumericGradient(Objective objective) {
        this.objective = objective;
        double again = objective
                .program()
                .evaluate(objective.point())
                .value(objective.output())
                .item();
        this.deterministic = Double.doubleToLongBits(again) == Double.doubleToLongBits(objective.value());
        evaluations.add(2);
        Map<String, Tensor> direction =
                Directions.gaussian(objective.program().parameters().keySet(), objective, 0);
        double scale = Directions.size(objective, direction.keySet());
        Noise jitter = Noise.of(valuesAlong(direction, Noise.offsets(scale)));
        this.noise = deterministic ? jitter : new Noise(Math.max(jitter.sigma(), Math.abs(again - objective.value())));
    }

    /** What is differentiated. */
    public Objective objective() {
        return objective;
    }

    /** The jitter of the objective's values near the point. */
    public Noise noise() {
        return noise;
    }

    /** Whether the objective has the same bits when it is evaluated twice. */
    public boolean isDeterministic() {
        return deterministic;
    }

    /** How often the objective has been evaluated here. */
    public long evaluations() {
        return evaluations.sum();
    }

    /** The largest step that makes sense along a direction: a tenth of the size of the parameters that move. */
    public double largestStep(Map<String, Tensor> direction) {
        return LARGEST_STEP * Directions.size(objective, direction.keySet());
    }

    /** The derivative along a direction, which has a tensor for each parameter that moves. */
    public Slope along(Map<String, Tensor> direction) {
        SlopeProbe probe = new SlopeProbe(objective.value(), noise, largestStep(direction));
        for (double[] offsets = probe.ask(); offsets.length > 0; offsets = probe.ask()) {
            probe.tell(offsets, valuesAlong(direction, offsets));
        }
        return probe.slope();
    }

    /** The derivative by one entry of a parameter. */
    public Slope byEntry(String name, int position) {
        double scale = Directions.size(objective, java.util.Set.of(name));
        SlopeProbe probe = new SlopeProbe(objective.value(), noise, LARGEST_STEP * scale);
        for (double[] offsets = probe.ask(); offsets.length > 0; offsets = probe.ask()) {
            double[] taken = offsets.clone();
            probe.tell(taken, valuesAtEntry(name, position, taken));
        }
        return probe.slope();
    }

    /** The objective with one entry moved; {@code offsets} become what was added after rounding. */
    double[] valuesAtEntry(String name, int position, double[] offsets) {
        Tensor x = objective.parameter(name);
        evaluations.add(offsets.length);
        return IntStream.range(0, offsets.length)
                .parallel()
                .mapToDouble(k -> {
                    double[] moved = x.values().clone();
                    moved[position] += offsets[k];
                    offsets[k] = moved[position] - x.at(position);
                    return objective.valueWith(Map.of(name, Tensor.of(x.shape(), moved)));
                })
                .toArray();
    }

    /** The objective with one entry moved by {@code offset}. */
    public double valueAtEntry(String name, int position, double offset) {
        return valuesAtEntry(name, position, new double[] {offset})[0];
    }

    /** The objective where the point is moved along a direction, by each of the offsets. */
    public double[] valuesAlong(Map<String, Tensor> direction, double[] offsets) {
        evaluations.add(offsets.length);
        return IntStream.range(0, offsets.length)
                .parallel()
                .mapToDouble(k -> objective.valueWith(moved(direction, offsets[k])))
                .toArray();
    }

    private Map<String, Tensor> moved(Map<String, Tensor> direction, double offset) {
        Map<String, Tensor> moved = new HashMap<>();
        direction.forEach((name, d) -> {
            Tensor x = objective.parameter(name);
            double[] values = new double[x.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = x.at(i) + offset * d.at(i);
            }
            moved.put(name, Tensor.of(x.shape(), values));
        });
        return moved;
    }
}
