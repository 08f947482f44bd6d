package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.StridedRows.broadcastStrides;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The germs of operations that bend: each element of the result is one of a few candidates, and where these tie the
 * directional derivative is the largest (or smallest) of theirs.
 */
final class Bends {

    private Bends() {}

    /** {@code x} above 0, {@code slope x} below: the larger of both, or for slopes above 1 the smaller. */
    static Germ relu(Op op, double slope, List<Germ> inputs, Side side) {
        return pieces(op, slope, inputs, side);
    }

    /** {@code x} above 0, {@code -x} below. */
    static Germ abs(Op op, List<Germ> inputs, Side side) {
        return pieces(op, -1, inputs, side);
    }

    private static Germ pieces(Op op, double below, List<Germ> inputs, Side side) {
        Germ x = inputs.get(0);
        double[] values = x.value().values();
        int[] onEdge = onEdge(values.length, i -> Math.abs(values[i]) <= side.width(0, i));
        double[][] terms = new double[side.order()][];
        for (int k = 1; k <= terms.length; k++) {
            if (x.has(k)) {
                double[] term = x.coefficient(k).values().clone();
                for (int i = 0; i < term.length; i++) {
                    if (k == 1) {
                        side.passes(values[i], term[i]);
                    }
                    term[i] = values[i] > 0 ? term[i] : below == 0 ? 0 : below * term[i];
                }
                terms[k - 1] = term;
            }
        }
        Germs.Ties ties = new Germs.Ties(i -> List.of(new Candidate(0, i, below), new Candidate(0, i, 1)), below <= 1);
        return Germs.choice(op, inputs, side, terms, onEdge, ties);
    }

    /** The larger or smaller of two. */
    static Germ extreme(Op op, boolean largest, List<Germ> inputs, Side side) {
        Shape shape = side.shape();
        int[] first = positions(inputs.get(0).value().shape(), shape);
        int[] second = positions(inputs.get(1).value().shape(), shape);
        double[] a = inputs.get(0).value().values();
        double[] b = inputs.get(1).value().values();
        double[][] terms = new double[side.order()][];
        for (int k = 1; k <= terms.length; k++) {
            if (inputs.get(0).has(k) || inputs.get(1).has(k)) {
                terms[k - 1] = new double[shape.size()];
                for (int i = 0; i < shape.size(); i++) {
                    boolean takesFirst = largest == a[first[i]] >= b[second[i]];
                    double ofFirst = inputs.get(0).at(k, first[i]);
                    double ofSecond = inputs.get(1).at(k, second[i]);
                    if (k == 1) {
                        side.passes(a[first[i]] - b[second[i]], ofFirst - ofSecond);
                    }
                    terms[k - 1][i] = takesFirst ? ofFirst : ofSecond;
                }
            }
        }
        int[] onEdge = onEdge(
                shape.size(),
                i -> Math.abs(a[first[i]] - b[second[i]]) <= side.width(0, first[i]) + side.width(1, second[i]));
        Germs.Ties ties =
                new Germs.Ties(i -> List.of(new Candidate(0, first[i], 1), new Candidate(1, second[i], 1)), largest);
        return Germs.choice(op, inputs, side, terms, onEdge, ties);
    }

    /** The elements at these positions; 0 for a position of -1, where a window holds only padding. */
    static double[] chosen(Tensor x, int[] positions) {
        double[] chosen = new double[positions.length];
        for (int i = 0; i < positions.length; i++) {
            chosen[i] = positions[i] < 0 ? 0 : x.at(positions[i]);
        }
        return chosen;
    }

    /** For each element of the result the element of an operand that is broadcast to it. */
    static int[] positions(Shape operand, Shape result) {
        int[] positions = new int[result.size()];
        StridedRows rows = StridedRows.of(result, result.strides(), broadcastStrides(operand, result));
        rows.forEach(at -> {
            for (int i = 0, t = at[0], f = at[1]; i < rows.length(); i++, t += rows.step(0), f += rows.step(1)) {
                positions[t] = f;
            }
        });
        return positions;
    }

    interface OnEdge {
        boolean at(int element);
    }

    private static int[] onEdge(int size, OnEdge test) {
        int[] found = new int[8];
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (test.at(i)) {
                found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
                found[count++] = i;
            }
        }
        return IntStream.of(found).limit(count).toArray();
    }
}
