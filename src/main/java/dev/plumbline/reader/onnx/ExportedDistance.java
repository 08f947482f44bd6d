package dev.plumbline.reader.onnx;

import static dev.plumbline.compute.program.UnaryFunction.ABS;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Broadcast;
import dev.plumbline.compute.program.Constant;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.Reduce;
import dev.plumbline.compute.program.Reshape;
import org.jspecify.annotations.Nullable;

/**
 * {@code torch.pairwise_distance} and {@code torch.cdist} as PyTorch's exporter (all versions, 1.x and 2.x) writes them:
 *
 * <pre>
 *   sum((x - y)^p)^(1 / (p + epsilon))        where they are        sum(|x - y + epsilon|^p)^(1 / p)
 * </pre>
 *
 * with epsilon 1e-6, and 0 for cdist. The file's function is another by a millionth, and for odd p by much more. It is read as
 * PyTorch computes it.
 */
final class ExportedDistance {

    private static final double EPSILON = 1e-6;

    private ExportedDistance() {}

    /** What {@code base^exponent} is meant to be; null where it is just that. */
    static @Nullable Node norm(ProgramBuilder b, Node base, Node exponent) {
        double p = misplaced(exponent);
        Node sum = base.op() instanceof Reshape ? base.inputs().get(0) : base;
        if (p == 0 || !(sum.op() instanceof Reduce reduce) || reduce.kind() != Reduce.Kind.SUM) {
            return null;
        }
        Node difference = difference(sum.inputs().get(0), p);
        if (difference == null) {
            return null;
        }
        b.meaning(isOfAllPairs(difference) ? "torch.cdist" : "torch.pairwise_distance");
        Node shifted = isOfAllPairs(difference) ? difference : b.add(difference, b.constant(EPSILON));
        int[] axes = reduce.axes().stream().mapToInt(Integer::intValue).toArray();
        Node powers = b.sum(p == 1 ? b.unary(ABS, shifted) : b.power(b.unary(ABS, shifted), b.constant(p)), axes);
        Node norm = p == 1 ? powers : p == 2 ? Reductions.root(b, powers) : b.power(powers, b.constant(1 / p));
        return b.reshape(norm, base.shape());
    }

    /**
     * The whole p that an exponent is {@code 1 / (p + epsilon)} of, as float32 may have rounded it; 0 for any other. Half of epsilon
     * tells it from {@code 1 / p}, which float32 puts off by {@code p 2^-24}, up to p = 16: above that it rounds epsilon away.
     */
    private static double misplaced(Node exponent) {
        if (!(exponent.op() instanceof Constant constant) || constant.tensor().size() != 1) {
            return 0;
        }
        double inverse = 1 / constant.tensor().at(0);
        double p = Math.rint(inverse);
        double off = Math.abs(inverse - p - EPSILON);
        return p >= 1 && off < EPSILON / 2 && inverse != p ? p : 0;
    }

    /** The difference that is taken to the power p. */
    private static @Nullable Node difference(Node powered, double p) {
        Node difference = powered;
        if (powered.op() instanceof Binary binary && binary.function() == BinaryFunction.POWER) {
            Node power = bare(powered.inputs().get(1));
            boolean fits =
                    power.op() instanceof Constant constant && constant.tensor().at(0) == p;
            difference = fits ? powered.inputs().get(0) : powered;
        }
        boolean isOne = difference.op() instanceof Binary binary && binary.function() == BinaryFunction.SUBTRACT;
        return isOne && (p == 1 || difference != powered) ? difference : null;
    }

    /** Whether each x meets each y, both with one more axis for the other: cdist has no epsilon. */
    private static boolean isOfAllPairs(Node difference) {
        return difference.inputs().stream()
                .map(ExportedDistance::bare)
                .allMatch(each -> each.op() instanceof Reshape
                        && each.rank() == each.inputs().get(0).rank() + 1);
    }

    private static Node bare(Node node) {
        return node.op() instanceof Broadcast ? node.inputs().get(0) : node;
    }
}
