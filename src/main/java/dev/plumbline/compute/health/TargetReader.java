package dev.plumbline.compute.health;

import static dev.plumbline.compute.program.BinaryFunction.MULTIPLY;
import static dev.plumbline.compute.program.BinaryFunction.SUBTRACT;
import static dev.plumbline.compute.program.UnaryFunction.LOG;
import static dev.plumbline.compute.program.UnaryFunction.SOFTPLUS;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.Convolution;
import dev.plumbline.compute.program.GatherElements;
import dev.plumbline.compute.program.Input;
import dev.plumbline.compute.program.MatMul;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A place behind the last product where data meet a value of the network: what the network is to give.
 *
 * @param data by name
 * @param prediction what they are held against
 */
record TargetReader(Kind kind, String data, Node prediction) {

    enum Kind {
        /** {@code p - y}. */
        NUMBERS,
        /** The class is picked. */
        CLASSES,
        /** Multiplied with a logarithm of probabilities, or with logits: labels or probabilities. */
        PROBABILITIES
    }

    static List<TargetReader> of(Objective objective) {
        BitSet before = beforeAProduct(objective);
        List<Tensor> logits = objective.program().nodes().stream()
                .filter(node -> Softmax.is(node, SOFTPLUS) && !before.get(node.id()))
                .map(node -> objective.base().value(node.inputs().get(0)))
                .toList();
        List<TargetReader> readers = new ArrayList<>();
        for (Node node : objective.program().nodes()) {
            if (before.get(node.id())
                    || !objective.dependsOn(node)
                    || node.inputs().size() != 2) {
                continue;
            }
            Node first = node.inputs().get(0);
            Node second = node.inputs().get(1);
            if (node.op() instanceof GatherElements) {
                add(objective, Kind.CLASSES, second, first, readers);
            } else if (node.op() instanceof Binary binary && first.shape().equals(second.shape())) {
                boolean multiplies = binary.function() == MULTIPLY;
                if (binary.function() == SUBTRACT || multiplies && isLikely(objective, second, logits)) {
                    add(objective, multiplies ? Kind.PROBABILITIES : Kind.NUMBERS, first, second, readers);
                }
                if (binary.function() == SUBTRACT || multiplies && isLikely(objective, first, logits)) {
                    add(objective, multiplies ? Kind.PROBABILITIES : Kind.NUMBERS, second, first, readers);
                }
            }
        }
        return readers;
    }

    /** Whether a value is the logarithm of something, or what a softplus reads too: a formula may write it twice. */
    private static boolean isLikely(Objective objective, Node node, List<Tensor> logits) {
        boolean isLog = Softmax.is(node, LOG)
                || node.op() instanceof Binary
                        && node.inputs().stream().anyMatch(input -> Softmax.is(Softmax.source(input), LOG));
        double[] values = objective.base().value(node).values();
        return isLog || logits.stream().anyMatch(one -> Arrays.equals(one.values(), values));
    }

    private static void add(Objective objective, Kind kind, Node target, Node prediction, List<TargetReader> readers) {
        if (Rearranged.source(target).op() instanceof Input input
                && input.role() == Input.Role.DATA
                && objective.isMoved(prediction)) {
            readers.add(new TargetReader(kind, input.name(), Softmax.source(prediction)));
        }
    }

    /** The nodes that some product with weights or between values comes behind: what is left is the loss. */
    static BitSet beforeAProduct(Objective objective) {
        BitSet before = new BitSet();
        List<Node> nodes = objective.program().nodes();
        for (int id = nodes.size() - 1; id >= 0; id--) {
            Node node = nodes.get(id);
            if (before.get(id) || node.op() instanceof MatMul || node.op() instanceof Convolution) {
                node.inputs().forEach(input -> before.set(input.id()));
            }
        }
        return before;
    }
}
