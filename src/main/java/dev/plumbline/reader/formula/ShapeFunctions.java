package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** What moves elements or asks for extents. {@code len(x)} and {@code size(x)} are constants. */
final class ShapeFunctions {

    private static final int MOST_CLASSES = 1_000_000;

    static final List<Function> ALL = List.of(
            Function.of("reshape(x, shape)", ShapeFunctions::reshape),
            Function.of("transpose(x, axes?)", (b, a) -> transpose(b, a.node("x"), a.integers("axes"))),
            Function.of("concat([parts], axis=0)", (b, a) -> b.concat(a.integer("axis"), a.list("parts"))),
            Function.of(
                    "gather(x, indices, axis=0)",
                    (b, a) -> b.gather(a.node("x"), a.node("indices"), a.integer("axis"))),
            Function.of("oneHot(indices, classes)", ShapeFunctions::oneHot),
            Function.of("len(x)", (b, a) -> b.constant(extent(a.node("x"), 0))),
            Function.of(
                    "size(x, axis?)",
                    (b, a) -> b.constant(
                            a.has("axis")
                                    ? extent(a.node("x"), a.integer("axis"))
                                    : a.node("x").shape().size())));

    private ShapeFunctions() {}

    /** Reorders the axes; where no order is given, reverses them, as NumPy's {@code .T}. */
    static Node transpose(ProgramBuilder b, Node x, int... order) {
        int rank = x.rank();
        int[] axes = order.length > 0 ? order.clone() : new int[rank];
        for (int k = 0; k < axes.length; k++) {
            axes[k] = order.length > 0 ? (axes[k] < 0 ? axes[k] + rank : axes[k]) : rank - 1 - k;
        }
        return b.transpose(x, axes);
    }

    /** One extent may be -1: it is what the others leave. */
    private static Node reshape(ProgramBuilder b, Arguments a) {
        Node x = a.node("x");
        int[] extents = a.integers("shape");
        int open = Arrays.stream(extents).boxed().toList().indexOf(-1);
        if (open >= 0) {
            extents[open] = 1;
            extents[open] = fits(extents)
                    ? x.shape().size() / Math.max(1, Shape.of(extents).size())
                    : -1;
        }
        if (!fits(extents)) {
            throw Fault.invalid(
                    a.place("shape"),
                    "this is no shape",
                    Arrays.toString(extents),
                    "extents from 0, of which one may be -1, and at most 2^31 - 1 elements");
        }
        return b.reshape(x, Shape.of(extents));
    }

    private static boolean fits(int[] extents) {
        return Shape.fits(Arrays.stream(extents).asLongStream().toArray());
    }

    private static Node oneHot(ProgramBuilder b, Arguments a) {
        int classes = a.integer("classes");
        if (classes < 1 || classes > MOST_CLASSES) {
            throw Fault.limit(
                    a.place("classes"), "the number of classes is out of range", classes, "from 1 to " + MOST_CLASSES);
        }
        return Compositions.oneHot(b, a.node("indices"), classes);
    }

    private static int extent(Node x, int axis) {
        if (axis < -x.rank() || axis >= x.rank()) {
            throw Problem.invalid(
                    "", "there is no such axis", "axis " + axis, "an axis of a tensor of shape " + x.shape());
        }
        return x.shape().extent(axis);
    }
}
