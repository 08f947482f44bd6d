package dev.plumbline.compute.health;

import static dev.plumbline.compute.program.UnaryFunction.LOG;
import static dev.plumbline.compute.program.UnaryFunction.SIGMOID;
import static dev.plumbline.compute.program.UnaryFunction.SOFTPLUS;

import dev.plumbline.compute.program.GatherElements;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Reduce;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A place where a loss reads logits, or log-probabilities.
 *
 * @param read the node that it reads
 * @param axis that counts the classes; 0 where there are but yes and no
 */
record LogitReader(Kind kind, Node read, int classes, int axis) {

    enum Kind {
        CROSS_ENTROPY,
        BINARY_CROSS_ENTROPY,
        /** What picks the right class's log-probability. */
        LIKELIHOOD
    }

    /** All in a program, in its order. */
    static List<LogitReader> of(Objective objective) {
        List<LogitReader> readers = new ArrayList<>();
        for (Softmax softmax : Softmax.of(objective)) {
            if (softmax.probabilities() == null) {
                readers.add(new LogitReader(Kind.CROSS_ENTROPY, softmax.logits(), softmax.classes(), softmax.axis()));
            }
        }
        BitSet before = TargetReader.beforeAProduct(objective);
        for (Node node : objective.program().nodes()) {
            if (before.get(node.id()) || !objective.dependsOn(node) || !objective.isMoved(node)) {
                continue;
            }
            boolean isLogged = Softmax.is(node, SIGMOID)
                    && objective.consumers(node).stream().anyMatch(next -> Softmax.is(next, LOG));
            if (isLogged || Softmax.is(node, SOFTPLUS)) {
                readers.add(
                        new LogitReader(Kind.BINARY_CROSS_ENTROPY, node.inputs().get(0), 2, 0));
            }
            if (node.op() instanceof GatherElements gather && isSummedUp(objective, node)) {
                Node from = node.inputs().get(0);
                readers.add(new LogitReader(Kind.LIKELIHOOD, from, from.shape().extent(gather.axis()), gather.axis()));
            }
        }
        return readers;
    }

    /** Whether what was picked goes into a sum as it is: its logarithm may still be taken otherwise. */
    private static boolean isSummedUp(Objective objective, Node picked) {
        return Softmax.readers(objective, picked).stream().allMatch(reader -> reader.op() instanceof Reduce);
    }
}
