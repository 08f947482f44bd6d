package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Broadcast;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Reshape;
import dev.plumbline.compute.program.Unary;
import dev.plumbline.compute.program.UnaryFunction;

/** What a value is called in a sentence about an operation: what the file made one operation of has inner values without a name. */
final class ValueWords {

    private ValueWords() {}

    static String of(Node value, Operation operation) {
        if (!isInner(value, operation)) {
            Node outside = bare(value);
            return outside.inputs().isEmpty() ? outside.label() : value.label();
        }
        return isNormalised(value) ? "its normalised input" : "an inner value of its own";
    }

    /** Whether the user has no other name for a value than the operation's. */
    static boolean isInner(Node value, Operation operation) {
        Node outside = bare(value);
        return outside.origin() == operation.output().origin()
                && !outside.inputs().isEmpty();
    }

    /** Whether a value is {@code c / sqrt(...)}, or {@code c} times the inverse. */
    static boolean isNormalised(Node node) {
        if (!(node.op() instanceof Binary binary)) {
            return false;
        }
        Node factor = bare(node.inputs().get(1));
        boolean isInverse = factor.op() instanceof Binary inverse && inverse.function() == BinaryFunction.DIVIDE;
        return binary.function() == BinaryFunction.DIVIDE && isRoot(factor)
                || binary.function() == BinaryFunction.MULTIPLY
                        && isInverse
                        && isRoot(bare(factor.inputs().get(1)));
    }

    private static boolean isRoot(Node node) {
        return node.op() instanceof Unary unary && unary.function() == UnaryFunction.SQRT;
    }

    /** What a value was before it was only repeated or reshaped. */
    static Node bare(Node node) {
        Node bare = node;
        while (bare.op() instanceof Reshape || bare.op() instanceof Broadcast) {
            bare = bare.inputs().get(0);
        }
        return bare;
    }
}
