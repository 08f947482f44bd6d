package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import java.util.List;

/** Over axes: one, {@code [0, 1]}, or all where none is named; a negative axis counts from the end. */
final class AxisFunctions {

    static final List<Function> ALL = List.of(
            reduction("sum", ProgramBuilder::sum),
            reduction("mean", ProgramBuilder::mean),
            reduction("norm", AxisFunctions::norm),
            reduction("logSumExp", Compositions::logSumExp),
            Function.of(
                    "max(x, other?, *, axis?, keepdims=0)",
                    (b, a) -> extreme(b, a, BinaryFunction.MAXIMUM, ProgramBuilder::max)),
            Function.of(
                    "min(x, other?, *, axis?, keepdims=0)",
                    (b, a) -> extreme(b, a, BinaryFunction.MINIMUM, AxisFunctions::min)),
            Function.of("softmax(x, axis=-1)", (b, a) -> Compositions.softmax(b, a.node("x"), a.integer("axis"))),
            Function.of("logSoftmax(x, axis=-1)", (b, a) -> Compositions.logSoftmax(b, a.node("x"), a.integer("axis"))),
            Function.of("cumsum(x, axis)", (b, a) -> b.cumulativeSum(a.node("x"), a.integer("axis"))),
            Function.of("dot(a, b)", AxisFunctions::dot));

    private AxisFunctions() {}

    private interface Reduction {
        Node append(ProgramBuilder b, Node x, int... axes);
    }

    private static Function reduction(String name, Reduction reduction) {
        return Function.of(name + "(x, axis?, keepdims=0)", (b, a) -> reduced(b, a, reduction));
    }

    private static Node reduced(ProgramBuilder b, Arguments a, Reduction reduction) {
        Node x = a.node("x");
        int[] axes = a.integers("axis");
        Node result = reduction.append(b, x, axes);
        return a.flag("keepdims") ? b.restoreAxes(result, x.shape(), axes) : result;
    }

    /** The larger or smaller of two values, or the largest or smallest along axes. */
    private static Node extreme(ProgramBuilder b, Arguments a, BinaryFunction ofTwo, Reduction overAxes) {
        if (!a.has("other")) {
            return reduced(b, a, overAxes);
        }
        if (a.has("axis") || a.has("keepdims")) {
            throw Fault.invalid(
                    a.place(a.has("axis") ? "axis" : "keepdims"),
                    "of two values the extreme is taken element by element",
                    "two values and an axis",
                    "max(x, other) or max(x, axis=0)");
        }
        return b.binary(ofTwo, a.node("x"), a.node("other"));
    }

    private static Node min(ProgramBuilder b, Node x, int... axes) {
        return b.negate(b.max(b.negate(x), axes));
    }

    /** {@code sqrt(sum x^2)}. At 0, where there is no derivative, the subgradient 0, as in PyTorch. */
    private static Node norm(ProgramBuilder b, Node x, int... axes) {
        Node squares = b.sum(b.square(x), axes);
        Node zero = b.binary(BinaryFunction.EQUAL, squares, b.constant(0));
        Node root = b.unary(UnaryFunction.SQRT, b.select(zero, b.constant(1), squares));
        return b.select(zero, b.constant(0), root);
    }

    private static Node dot(ProgramBuilder b, Arguments a) {
        Node first = a.node("a");
        Node second = a.node("b");
        if (first.rank() != 1 || !first.shape().equals(second.shape())) {
            throw Problem.invalid(
                    "",
                    "dot is for two vectors of one length",
                    first.shape() + " and " + second.shape(),
                    "two vectors, or a @ b for matrices");
        }
        return b.sum(b.multiply(first, second));
    }
}
