package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What constant folding made of a weight by taking some of its numbers, multiplying all by one factor and adding one offset:
 *
 * <pre>
 *   folded[i] = factor * weight[indices[i]] + offset
 * </pre>
 *
 * A column, a row turned round, the weight's negative, a half of it, 1 minus it. It is recognised by its values, and only
 * where they leave no choice: a weight with equal numbers has no view but of all of it. It is bad at anything else: squares, products of
 * two weights, parts that are scaled.
 *
 * @param indices into the weight's numbers, one for each of the folded tensor's
 * @param shape of the folded tensor
 */
record View(Tensor indices, Shape shape, double factor, double offset) {

    /** Numbers of fewer bits than this, such as 0.25, are equal by chance. */
    private static final double COARSE = 0x1p12;

    /** Factors and offsets of so many decimals are taken for what was written. */
    private static final double DECIMALS = 1e4;

    /** So many different numbers fix a factor and an offset, and bear witness to them. */
    private static final int ENOUGH = 4;

    /** Off even steps by this share of the range: far above float32's rounding. */
    private static final double UNEVEN = 1e-3;

    /** The view that the second is of the first; null where it is none, or may be one of several. */
    static @Nullable View of(Tensor weight, Tensor folded) {
        if (folded.size() == 0 || weight.size() == 0) {
            return null;
        }
        View same = part(weight, folded, 1);
        View opposite = part(weight, folded, -1);
        return same == null && opposite == null ? whole(weight, folded) : only(same, opposite);
    }

    private static @Nullable View only(@Nullable View one, @Nullable View other) {
        return one == null ? other : other == null ? one : null;
    }

    /** The folded tensor as the program computes it. */
    Node of(ProgramBuilder b, Node weight) {
        Node flat = b.reshape(weight, Shape.of(weight.shape().size()));
        boolean isInOrder = indices.size() == weight.shape().size()
                && IntStream.range(0, indices.size()).allMatch(i -> indices.at(i) == i);
        Node taken = b.reshape(isInOrder ? flat : b.gather(flat, b.constant(indices), 0), shape);
        Node scaled = factor == -1 ? b.negate(taken) : factor == 1 ? taken : b.multiply(taken, factor);
        return offset == 0 ? scaled : b.add(scaled, b.constant(offset));
    }

    private static @Nullable View part(Tensor weight, Tensor folded, double sign) {
        if (!holds(weight, sign * folded.at(0))) {
            return null;
        }
        Map<Double, Integer> places = new HashMap<>();
        for (int i = 0; i < folded.size(); i++) {
            places.put(sign * folded.at(i), -1);
        }
        for (int j = 0; j < weight.size(); j++) {
            Integer before = places.get(weight.at(j));
            if (before != null && before >= 0) {
                return null; // two places for one number
            }
            if (before != null) {
                places.put(weight.at(j), j);
            }
        }
        int[] indices = new int[folded.size()];
        boolean speaks = false;
        for (int i = 0; i < indices.length; i++) {
            double value = sign * folded.at(i);
            indices[i] = places.getOrDefault(value, -1);
            if (indices[i] < 0) {
                return null;
            }
            speaks |= isFine(value);
        }
        return speaks ? new View(whole(indices), folded.shape(), sign, 0) : null;
    }

    private static Tensor whole(int[] indices) {
        return Tensor.vector(IntStream.of(indices).asDoubleStream().toArray());
    }

    private static boolean holds(Tensor weight, double value) {
        for (int j = 0; j < weight.size(); j++) {
            if (weight.at(j) == value) {
                return true;
            }
        }
        return false;
    }

    /** Whether a number has so many bits that two weights hardly have it by chance. */
    private static boolean isFine(double value) {
        double mantissa = Math.scalb(value, -Math.getExponent(value)) * COARSE;
        return mantissa != Math.rint(mantissa);
    }

    /** All of the weight, as it lies or transposed, by a line through its values. */
    private static @Nullable View whole(Tensor weight, Tensor folded) {
        int size = weight.size();
        if (folded.size() != size || !bearsWitness(weight)) {
            return null;
        }
        View straight = line(weight, folded, IntStream.range(0, size).toArray());
        if (weight.shape().rank() != 2) {
            return straight;
        }
        int rows = weight.shape().extent(0);
        int columns = weight.shape().extent(1);
        int[] turned =
                IntStream.range(0, size).map(i -> i % rows * columns + i / rows).toArray();
        return only(straight, folded.shape().equals(Shape.of(columns, rows)) ? line(weight, folded, turned) : null);
    }

    /** Whether a line through the values of a weight is no chance: even steps and masks of two numbers lie on lines through others. */
    private static boolean bearsWitness(Tensor weight) {
        int last = weight.size() - 1;
        double step = last < 1 ? 0 : (weight.at(last) - weight.at(0)) / last;
        double range = Math.max(Math.abs(step) * last, weight.norm() / Math.sqrt(weight.size()));
        Set<Double> uneven = new HashSet<>();
        for (int i = 0; i <= last && uneven.size() < ENOUGH; i++) {
            if (isFine(weight.at(i)) && Math.abs(weight.at(i) - weight.at(0) - i * step) > UNEVEN * range) {
                uneven.add(weight.at(i));
            }
        }
        return uneven.size() >= ENOUGH;
    }

    private static @Nullable View line(Tensor weight, Tensor folded, int[] indices) {
        int low = 0;
        int high = 0;
        for (int i = 0; i < indices.length; i++) {
            low = weight.at(indices[i]) < weight.at(indices[low]) ? i : low;
            high = weight.at(indices[i]) > weight.at(indices[high]) ? i : high;
        }
        double from = weight.at(indices[low]);
        double to = weight.at(indices[high]);
        if (!(to > from)) {
            return null;
        }
        int far = Math.abs(from) > Math.abs(to) ? low : high;
        double ratio = folded.at(far) / weight.at(indices[far]);
        double slope = (folded.at(high) - folded.at(low)) / (to - from);
        double[][] lines = {
            {written(ratio), 0},
            {ratio, 0},
            {written(slope), written(folded.at(far) - written(slope) * weight.at(indices[far]))},
        };
        for (double[] line : lines) {
            if (line[0] != 0 && isOn(weight, folded, indices, line[0], line[1])) {
                return new View(whole(indices), folded.shape(), line[0], line[1]);
            }
        }
        return null;
    }

    /** The number of few decimals, or the inverse of a whole one, that is this but for rounding; else itself. */
    private static double written(double value) {
        double decimal = Math.rint(value * DECIMALS) / DECIMALS;
        double inverse = 1 / Math.rint(1 / value);
        double near = Math.abs(decimal - value) <= Math.abs(inverse - value) ? decimal : inverse;
        return Math.abs(near - value) <= 1e-5 * Math.max(Math.abs(value), 1e-2) ? near : value;
    }

    private static boolean isOn(Tensor weight, Tensor folded, int[] indices, double factor, double offset) {
        double roundoff = 2 * folded.datatype().unitRoundoff();
        for (int i = 0; i < indices.length; i++) {
            double scaled = factor * weight.at(indices[i]);
            if (!(Math.abs(folded.at(i) - scaled - offset) <= roundoff * (Math.abs(scaled) + Math.abs(offset)))) {
                return false;
            }
        }
        return true;
    }
}
