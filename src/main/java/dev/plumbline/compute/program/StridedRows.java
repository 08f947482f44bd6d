package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import java.util.Arrays;

/**
 * A walk over several arrays at once, each with strides of its own, row by row.
 *
 * <p>Every operation that only moves, repeats or gathers elements is such a walk: a broadcast operand has stride 0, a
 * transposed one has its strides permuted, a slice starts elsewhere, a reduction writes with stride 0. Neighbouring axes
 * that all operands walk alike are merged first, and where the innermost axis is short a much longer one takes its place,
 * so that rows are long: a batch of three class scores is walked class by class.
 */
final class StridedRows {

    /** Where each operand's row begins. */
    interface Row {
        void at(int[] offsets);
    }

    private static final int SHORT = 16;

    private final int[] extents; // outer axes, outermost first
    private final int[][] strides; // (operand, outer axis)
    private final int length;
    private final int[] steps; // (operand)

    private StridedRows(int[] extents, int[][] strides, int length, int[] steps) {
        this.extents = extents;
        this.strides = strides;
        this.length = length;
        this.steps = steps;
    }

    static StridedRows of(Shape shape, int[]... strides) {
        int operands = strides.length;
        int[] extents = new int[shape.rank() + 1];
        int[][] merged = new int[operands][shape.rank() + 1];
        int axes = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            int extent = shape.extent(axis);
            if (extent == 1) {
                continue;
            }
            if (axes > 0 && continues(merged, axes - 1, strides, axis, extent)) {
                extents[axes - 1] *= extent;
                for (int k = 0; k < operands; k++) {
                    merged[k][axes - 1] = strides[k][axis];
                }
            } else {
                extents[axes] = extent;
                for (int k = 0; k < operands; k++) {
                    merged[k][axes] = strides[k][axis];
                }
                axes++;
            }
        }
        if (axes == 0) {
            extents[axes++] = 1;
        }
        int longest = longest(extents, axes);
        if (extents[axes - 1] < SHORT && extents[longest] > 4 * extents[axes - 1]) {
            swap(extents, longest, axes - 1);
            for (int[] own : merged) {
                swap(own, longest, axes - 1);
            }
        }
        int[] steps = new int[operands];
        for (int k = 0; k < operands; k++) {
            steps[k] = merged[k][axes - 1];
            merged[k] = Arrays.copyOf(merged[k], axes - 1);
        }
        return new StridedRows(Arrays.copyOf(extents, axes - 1), merged, extents[axes - 1], steps);
    }

    private static int longest(int[] extents, int axes) {
        int longest = 0;
        for (int axis = 1; axis < axes; axis++) {
            longest = extents[axis] > extents[longest] ? axis : longest;
        }
        return longest;
    }

    private static void swap(int[] values, int i, int k) {
        int value = values[i];
        values[i] = values[k];
        values[k] = value;
    }

    private static boolean continues(int[][] merged, int previous, int[][] strides, int axis, int extent) {
        for (int k = 0; k < strides.length; k++) {
            if (merged[k][previous] != strides[k][axis] * extent) {
                return false;
            }
        }
        return true;
    }

    /** The strides of an operand of shape {@code from} when it is broadcast to {@code to}: 0 where it is repeated. */
    static int[] broadcastStrides(Shape from, Shape to) {
        int[] own = from.strides();
        int[] strides = new int[to.rank()];
        int missing = to.rank() - from.rank();
        for (int axis = missing; axis < to.rank(); axis++) {
            strides[axis] = from.extent(axis - missing) == 1 ? 0 : own[axis - missing];
        }
        return strides;
    }

    /** Elements in a row. */
    int length() {
        return length;
    }

    /** Distance between the elements of a row of an operand. */
    int step(int operand) {
        return steps[operand];
    }

    /** How many axes there are outside the rows. */
    int axes() {
        return extents.length;
    }

    int extent(int axis) {
        return extents[axis];
    }

    /** Distance between the rows of an operand along an outer axis. */
    int stride(int operand, int axis) {
        return strides[operand][axis];
    }

    /** The same walk without one of its outer axes. */
    StridedRows without(int axis) {
        int[][] left = new int[strides.length][];
        for (int k = 0; k < left.length; k++) {
            left[k] = without(strides[k], axis);
        }
        return new StridedRows(without(extents, axis), left, length, steps);
    }

    private static int[] without(int[] values, int axis) {
        int[] left = new int[values.length - 1];
        System.arraycopy(values, 0, left, 0, axis);
        System.arraycopy(values, axis + 1, left, axis, left.length - axis);
        return left;
    }

    void forEach(Row row) {
        forEach(new int[steps.length], row);
    }

    void forEach(int[] starts, Row row) {
        if (length == 0) {
            return;
        }
        for (int extent : extents) {
            if (extent == 0) {
                return;
            }
        }
        int[] offsets = starts.clone();
        int[] counter = new int[extents.length];
        while (true) {
            row.at(offsets);
            int axis = extents.length - 1;
            while (axis >= 0 && ++counter[axis] == extents[axis]) {
                counter[axis] = 0;
                for (int k = 0; k < offsets.length; k++) {
                    offsets[k] -= strides[k][axis] * (extents[axis] - 1);
                }
                axis--;
            }
            if (axis < 0) {
                return;
            }
            for (int k = 0; k < offsets.length; k++) {
                offsets[k] += strides[k][axis];
            }
        }
    }

    /** {@code to = from}, element by element of the walk; operand 0 is {@code to}, operand 1 {@code from}. */
    void copy(double[] to, int toStart, double[] from, int fromStart) {
        int toStep = steps[0];
        int fromStep = steps[1];
        if (Turned.isTurned(this)) {
            Turned.copy(this, to, toStart, from, fromStart);
            return;
        }
        forEach(new int[] {toStart, fromStart}, offsets -> {
            int t = offsets[0];
            int f = offsets[1];
            if (toStep == 1 && fromStep == 1) {
                System.arraycopy(from, f, to, t, length);
                return;
            }
            for (int i = 0; i < length; i++, t += toStep, f += fromStep) {
                to[t] = from[f];
            }
        });
    }

    /** {@code to += from}, element by element of the walk; operand 0 is {@code to}, operand 1 {@code from}. */
    void add(double[] to, int toStart, double[] from, int fromStart) {
        int toStep = steps[0];
        int fromStep = steps[1];
        if (Turned.isTurned(this)) {
            Turned.add(this, to, toStart, from, fromStart);
            return;
        }
        forEach(new int[] {toStart, fromStart}, offsets -> {
            int t = offsets[0];
            int f = offsets[1];
            if (toStep == 0) {
                to[t] += Summation.pairwise(from, f, fromStep, length);
                return;
            }
            for (int i = 0; i < length; i++, t += toStep, f += fromStep) {
                to[t] += from[f];
            }
        });
    }

    /** As {@link #add} from position 0, but what rounding loses between rows is kept and added at the end. */
    void sum(double[] to, double[] from) {
        Summation sums = new Summation(to);
        int toStep = steps[0];
        int fromStep = steps[1];
        forEach(offsets -> {
            int t = offsets[0];
            int f = offsets[1];
            if (toStep == 0) {
                sums.add(t, Summation.pairwise(from, f, fromStep, length));
                return;
            }
            for (int i = 0; i < length; i++, t += toStep, f += fromStep) {
                sums.add(t, from[f]);
            }
        });
        sums.finish();
    }
}
