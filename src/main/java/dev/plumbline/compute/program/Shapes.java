package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** Shape rules that several operations share; each refusal says what was got and what would fit. */
final class Shapes {

    private Shapes() {}

    /** NumPy's broadcasting: aligned at the end, extents equal or 1. */
    static Shape broadcast(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        long[] extents = new long[rank];
        for (int axis = 1; axis <= rank; axis++) {
            int first = axis <= a.rank() ? a.extent(-axis) : 1;
            int second = axis <= b.rank() ? b.extent(-axis) : 1;
            if (first != second && first != 1 && second != 1) {
                throw Problem.invalid(
                        "",
                        "these shapes cannot be broadcast together",
                        a + " and " + b,
                        "extents that are equal or 1, aligned at the last axis");
            }
            extents[rank - axis] = first == 1 ? second : first;
        }
        return of(extents);
    }

    /** A shape from extents that may be too large to exist. */
    static Shape of(long... extents) {
        if (!Shape.fits(extents)) {
            throw Problem.limit("", "this tensor is too large", Arrays.toString(extents), "at most 2^31 - 1 elements");
        }
        int[] checked = new int[extents.length];
        for (int i = 0; i < extents.length; i++) {
            checked[i] = (int) extents[i];
        }
        return Shape.of(checked);
    }

    /** An axis counted from the front, for one that may count from the end. */
    static int axis(int axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw Problem.invalid(
                    "",
                    "there is no such axis",
                    "axis " + axis + " of a tensor of rank " + rank,
                    rank == 0 ? "no axis: it is a number" : "an axis from " + -rank + " to " + (rank - 1));
        }
        return axis < 0 ? axis + rank : axis;
    }

    static void requireRank(Shape shape, int rank, String what) {
        if (shape.rank() != rank) {
            throw Problem.invalid("", what + " has the wrong rank", shape, "rank " + rank);
        }
    }

    static void requirePositive(List<Integer> values, String what) {
        for (int value : values) {
            if (value < 1) {
                throw Problem.invalid("", what + " must be at least 1", values, "integers from 1");
            }
        }
    }

    static void requireNotNegative(List<Integer> values, String what) {
        for (int value : values) {
            if (value < 0) {
                throw Problem.invalid("", what + " must not be negative", values, "integers from 0");
            }
        }
    }
}
