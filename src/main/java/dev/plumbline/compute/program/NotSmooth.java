package dev.plumbline.compute.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A node that depends on parameters and has no derivative somewhere.
 *
 * @param jumps whether its value jumps there, so that its derivative is 0 elsewhere, or only bends
 */
public record NotSmooth(Node node, boolean jumps) {

    /** All of a program, in its order. */
    public static List<NotSmooth> of(Program program) {
        List<NotSmooth> found = new ArrayList<>();
        for (Node node : program.nodes()) {
            if (program.isDifferentiable(node) && !node.op().isSmooth()) {
                found.add(new NotSmooth(node, jumps(node.op())));
            }
        }
        return found;
    }

    private static boolean jumps(Op op) {
        return op instanceof Binary binary
                ? !binary.function().isDifferentiable()
                : op instanceof Unary unary
                        && (unary.function() == UnaryFunction.SIGN || unary.function() == UnaryFunction.FLOOR);
    }

    /** The name of its function. */
    public String operation() {
        Object name = node.op() instanceof Unary unary
                ? unary.function()
                : node.op() instanceof Binary binary
                        ? binary.function()
                        : node.op().getClass().getSimpleName();
        return name.toString().toLowerCase(Locale.ROOT);
    }
}
