package dev.plumbline.compute.program;

import java.util.LinkedHashSet;
import java.util.Set;

/** The values at which an operation of a program may bend, jump or have no derivative. */
public final class Edges {

    private Edges() {}

    /**
     * Operands of kinks (relu, abs, maxima), of steps (sign, floor, comparisons), of choices, and of roots, powers and
     * quotients. Only those that depend on a parameter.
     */
    public static Set<Node> operands(Program program) {
        Set<Node> operands = new LinkedHashSet<>();
        for (Node node : program.nodes()) {
            for (int k = 0; k < node.inputs().size(); k++) {
                Node operand = node.inputs().get(k);
                if ((Branches.hangsOn(node.op(), k) || hasPole(node.op())) && program.isDifferentiable(operand)) {
                    operands.add(operand);
                }
            }
        }
        return operands;
    }

    private static boolean hasPole(Op op) {
        boolean root = op instanceof Unary unary
                && (unary.function() == UnaryFunction.SQRT
                        || unary.function() == UnaryFunction.LOG
                        || unary.function() == UnaryFunction.LOG1P);
        return root
                || (op instanceof Binary binary
                        && (binary.function() == BinaryFunction.POWER || binary.function() == BinaryFunction.DIVIDE));
    }
}
