package dev.plumbline.compute.program;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a machine computes a program: which operation stands at a node, what becomes of its result as it is stored, and the
 * same for what arrives in the reverse pass. {@link #NONE} is float64 as it comes; the others stray from it at random, as
 * a machine of some precision does in its own, fixed way.
 *
 * <p>Evaluating a gradient a few times with random rounding shows how a right gradient computed in that datatype
 * scatters: through cancellation in a softmax, through a ReLU whose input is nearly 0, wherever it is amplified. (The
 * idea is La Porte and Vignes', 1974: CESTAC, stochastic arithmetic.)
 */
public interface Rounding {

    /** Exact float64, as computed. */
    Rounding NONE = new Rounding() {};

    /** How many times as far operands stray, in narrow arithmetic, for the operations that choose by them. */
    double BOLDNESS = 4;

    /**
     * Arithmetic in {@code datatype} throughout, point and constants included: every result becomes one of the two
     * neighbours it has in the datatype, and a sum is first off by up to {@code 2 u} of its terms' sizes, since its order
     * is anybody's choice. A result that is a number of the datatype was not rounded and stays, so a tie stays a tie.
     * Branches may flip, as they do on real machines, around those of {@code base}. In float64 use {@link #float64}: there every result is a number of
     * the datatype, and which ones were rounded takes residues and a base to know.
     */
    static Rounding random(Datatype datatype, Evaluation base, long seed) {
        return random(datatype, base, seed, Leaning.NONE, TermSizes.alone(base.program()));
    }

    /**
     * The same, whose derivatives lean to one side of the base's edges.
     *
     * @param sizes shared by runs of the same arithmetic and leaning
     */
    static Rounding random(Datatype datatype, Evaluation base, long seed, Leaning leaning, TermSizes sizes) {
        return RandomRounding.throughout(Grid.of(datatype), base, seed, leaning, sizes);
    }

    /** Arithmetic in float64 itself around an evaluation: see {@link Float64Rounding}. */
    static Rounding float64(Evaluation base, long seed) {
        return float64(base, seed, Leaning.NONE, TermSizes.alone(base.program()));
    }

    /**
     * The same, whose derivatives lean to one side of the edges.
     *
     * @param sizes shared by runs of the same leaning
     */
    static Rounding float64(Evaluation base, long seed, Leaning leaning, TermSizes sizes) {
        return new Float64Rounding(base, seed, leaning, sizes);
    }

    /** What {@code datatype} throughout gives where every result is rounded to the nearest. */
    static Rounding nearest(Datatype datatype, Evaluation base, Leaning leaning, TermSizes sizes) {
        boolean ties = datatype == Datatype.FP32; // in 16 bits nearly all numbers of a window would
        return RandomRounding.throughout(Grid.of(datatype), base, 0, leaning, sizes)
                .toNearest(ties);
    }

    /** The same in mixed precision. */
    static Rounding nearest(Precision precision, Datatype kept, Evaluation base, Leaning leaning, TermSizes sizes) {
        return RandomRounding.mixed(precision, Grid.of(kept), base, 0, leaning, sizes)
                .toNearest(false);
    }

    /**
     * Mixed precision to the nearest as libraries have it, which round a product once, with its bias, and add up in any
     * order: values that 16 bits hardly tell apart are equal then, but for one or two.
     */
    static Rounding fused(
            Precision precision, Datatype kept, Evaluation base, long seed, Leaning leaning, TermSizes sizes) {
        return RandomRounding.fused(precision, Grid.of(kept), base, seed, leaning, sizes);
    }

    /** Mixed precision: what {@link Precision} says, and {@code kept} for the rest. */
    static Rounding mixed(Precision precision, Datatype kept, Evaluation base, long seed) {
        return mixed(precision, kept, base, seed, Leaning.NONE, TermSizes.alone(base.program()));
    }

    /**
     * The same, whose derivatives lean to one side of the base's edges.
     *
     * @param sizes shared by runs of the same precision and leaning
     */
    static Rounding mixed(
            Precision precision, Datatype kept, Evaluation base, long seed, Leaning leaning, TermSizes sizes) {
        return RandomRounding.mixed(precision, Grid.of(kept), base, seed, leaning, sizes);
    }

    /** Where it takes the sizes of terms from, and leaves them; null where it looks at none. */
    default @Nullable TermSizes sizes() {
        return null;
    }

    /** The operation at a node: the node's own, except where a constant of it is another. */
    default Op op(Node node) {
        return node.op();
    }

    /** What is stored of a parameter, of data or of a constant. */
    default Tensor given(Node node, Tensor value) {
        return value;
    }

    /** What is stored of the result of an operation on these inputs. */
    default Tensor value(Node node, List<Tensor> inputs) {
        return Tensor.of(node.shape(), op(node).value(inputs, node.shape()));
    }

    /**
     * What is stored of the cotangent that arrived at a node; it may take the place of that in its array.
     *
     * @param sizes the sizes of the terms that were added up to each element, where sums were among them
     */
    default double[] cotangent(Node node, double[] arriving, double @Nullable [] sizes) {
        return arriving;
    }

    /** The vector-Jacobian product of an operation, as {@link Op#pullBack}. */
    default void pullBack(
            Node node, List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        op(node).pullBack(inputs, output, cotangent, into);
    }

    /** The node whose cotangent takes what a node pulls back to its k-th input: that input, except in {@link Centring}. */
    default Node receiver(Node node, int k) {
        return node.inputs().get(k);
    }
}
