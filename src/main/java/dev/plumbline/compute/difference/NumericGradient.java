package dev.plumbline.compute.difference;

import dev.plumbline.compute.probe.Noise;
import dev.plumbline.compute.probe.Slope;
import dev.plumbline.compute.probe.SlopeProbe;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Numeric derivatives of an objective at its point, as a black box: along any direction, and by any single entry. It
 * counts its evaluations; any number of threads may ask.
 *
 * <p>Steps and the spacing at which noise is measured are in proportion to what is moved: a tenth of the entry, or of the
 * size of its tensor where the entry is 0; along a direction a tenth of the smallest {@code |w| / |d|} of its tensors, so that no
 * tensor moves by more than a tenth of itself. Where that is too little to be sharp, as for an entry of 1e-12 among others of 1, the
 * larger scale of the tensor (or of all that moves) is tried as well, and the smaller of the two validated bounds counts. Known edges are not crossed: steps stay below
 * half the distance. What the program takes for constant, {@code stopGradient}, stays constant.
 *
 * <p>A derivative takes 30 to 46 evaluations, twice as many where the first scale is not sharp. Bad at what {@link SlopeProbe} is bad
 * at, and blind where the objective's noise drowns the change that a tenth of the entry makes.
 */
public final class NumericGradient {

    /** The largest step as a share of the size of what is perturbed. */
    private static final double LARGEST_STEP = 0.1;

    /** A bound below this share of the value is sharp enough not to try another scale. */
    private static final double SHARP = 1e-6;

    private final Objective objective;
    private final double disorder; // noise that is known before any line is looked at
    private final boolean deterministic;
    private final LongAdder evaluations = new LongAdder();
    private final LongAdder millionths =
            new LongAdder(); // of evaluations of the whole model: whole numbers add up in any order
    private final Map<String, Long> behind = new ConcurrentHashMap<>(); // by parameter, of one evaluation
    private @Nullable Noise noise;

    public NumericGradient(Objective objective) {
        this(objective, 0);
    }

    /**
     * @param roundingNoise the root mean square of what rounding every intermediate value at random does to the objective;
     *     0 where unknown
     */
    public NumericGradient(Objective objective, double roundingNoise) {
        this.objective = objective;
        double again = objective
                .program()
                .evaluate(objective.point())
                .value(objective.output())
                .item();
        this.deterministic = Double.doubleToLongBits(again) == Double.doubleToLongBits(objective.value());
        this.disorder = deterministic ? roundingNoise : Math.max(roundingNoise, Math.abs(again - objective.value()));
        evaluations.add(2);
        millionths.add(2_000_000L);
    }

    /** The same without a look along a line, which takes eighteen evaluations: the rounding noise is all the jitter there is. */
    public static NumericGradient ofRoundingAlone(Objective objective, double roundingNoise) {
        NumericGradient numeric = new NumericGradient(objective, roundingNoise);
        numeric.noise = Noise.ofRounding(objective.value(), numeric.disorder);
        return numeric;
    }

    /** What is differentiated. */
    public Objective objective() {
        return objective;
    }

    /** The jitter of the objective's values near the point, along one direction over all parameters. */
    public Noise noise() {
        Noise found = noise;
        if (found == null) {
            Map<String, Tensor> direction =
                    Directions.gaussian(objective.program().parameters().keySet(), objective, 0);
            found = noise(offsets -> valuesAlong(direction, offsets), largestStep(direction));
            noise = found; // two threads may both do this, to the same end
        }
        return found;
    }

    /** Whether the objective has the same bits when it is evaluated twice. */
    public boolean isDeterministic() {
        return deterministic;
    }

    /** How often the objective has been evaluated here. */
    public long evaluations() {
        return evaluations.sum();
    }

    /** The work of that, in evaluations of the whole model: what lies before a moved entry is not computed again. */
    public double passes() {
        return millionths.sum() / 1e6;
    }

    private long millionths(String parameter) {
        return Math.round(
                1e6 * objective.secondsBehind(parameter) / objective.program().seconds());
    }

    /** The largest step that makes sense along a direction: one that moves no tensor by more than a tenth of its size. */
    public double largestStep(Map<String, Tensor> direction) {
        double smallest = Double.POSITIVE_INFINITY;
        for (Map.Entry<String, Tensor> part : direction.entrySet()) {
            double length = size(part.getValue());
            double size = size(objective.parameter(part.getKey()));
            if (length > 0 && size > 0) {
                smallest = Math.min(smallest, size / length);
            }
        }
        return LARGEST_STEP * (Double.isFinite(smallest) ? smallest : 1);
    }

    private static double size(Tensor tensor) {
        return tensor.norm() / Math.sqrt(Math.max(1, tensor.size()));
    }

    /** The derivative along a direction, which has a tensor for each parameter that moves. */
    public Slope along(Map<String, Tensor> direction) {
        return along(direction, Double.POSITIVE_INFINITY);
    }

    /**
     * The derivative along a direction.
     *
     * @param edge how many times the direction it is to the nearest bend; infinite where unknown
     */
    public Slope along(Map<String, Tensor> direction, double edge) {
        double all = LARGEST_STEP * Directions.size(objective, direction.keySet());
        return sharper(offsets -> valuesAlong(direction, offsets), largestStep(direction), all, edge);
    }

    /** The derivative by one entry of a parameter. */
    public Slope byEntry(String name, int position) {
        return byEntry(name, position, Double.POSITIVE_INFINITY);
    }

    /**
     * The derivative by one entry of a parameter.
     *
     * @param edge how far the entry may move until the objective bends; infinite where unknown
     */
    public Slope byEntry(String name, int position, double edge) {
        double tensor = Directions.size(objective, Set.of(name));
        double entry = Math.abs(objective.parameter(name).at(position));
        return sharper(
                offsets -> valuesAtEntry(name, position, offsets),
                LARGEST_STEP * (entry > 0 ? entry : tensor),
                LARGEST_STEP * tensor,
                edge);
    }

    /** The slope from the steps that are natural, or from larger ones where those are not sharp and these are sharper. */
    private Slope sharper(UnaryOperator<double[]> line, double natural, double larger, double edge) {
        double step = Math.min(natural, edge / 2);
        Slope slope = slope(line, step);
        if (slope.errorBound() <= SHARP * Math.abs(slope.value()) || !(Math.min(larger, edge / 2) > 4 * step)) {
            return slope;
        }
        Slope other = slope(line, Math.min(larger, edge / 2));
        boolean isSharper = other.isValidated()
                ? other.errorBound() < slope.errorBound()
                : !slope.isValidated() && other.sideBound() < slope.sideBound();
        return isSharper ? other : slope;
    }

    /** @param line gives the values at some offsets, and makes these what was added after rounding */
    private Slope slope(UnaryOperator<double[]> line, double largestStep) {
        SlopeProbe probe = new SlopeProbe(objective.value(), noise(line, largestStep), largestStep);
        for (double[] offsets = probe.ask(); offsets.length > 0; offsets = probe.ask()) {
            double[] values = line.apply(offsets);
            probe.tell(offsets, values);
        }
        return probe.slope();
    }

    private Noise noise(UnaryOperator<double[]> line, double largestStep) {
        return Noise.measured(line.apply(Noise.offsets(largestStep)), disorder);
    }

    /** The objective with one entry moved; {@code offsets} become what was added after rounding. */
    double[] valuesAtEntry(String name, int position, double[] offsets) {
        Tensor x = objective.parameter(name);
        evaluations.add(offsets.length);
        millionths.add(offsets.length * behind.computeIfAbsent(name, this::millionths));
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
        millionths.add(offsets.length * 1_000_000L);
        return IntStream.range(0, offsets.length)
                .parallel()
                .mapToDouble(k -> objective.valueWith(moved(direction, offsets[k])))
                .toArray();
    }

    private Map<String, Tensor> moved(Map<String, Tensor> direction, double offset) {
        Map<String, Tensor> moved = new HashMap<>();
        direction.forEach((name, d) -> {
            Tensor parameter = objective.parameter(name);
            double[] x = parameter.values();
            double[] way = d.values();
            double[] values = new double[x.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = x[i] + offset * way[i];
            }
            moved.put(name, Tensor.of(parameter.shape(), values));
        });
        return moved;
    }
}
