package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Counts;
import dev.plumbline.compute.program.Input;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Reduce;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a loss just before they are added up, in groups that count together: each by itself, or all of a sample.
 *
 * @param terms the node that holds them
 * @param groups how many; group k is the k-th stretch of {@code terms} in row-major order
 * @param areSamples whether a group is a sample
 */
record LossElements(Node terms, int groups, boolean areSamples) {

    /** Samples, then elements where a sample has several; none where the loss is no sum. */
    static List<LossElements> of(Objective objective) {
        Node terms = terms(objective);
        List<LossElements> found = new ArrayList<>();
        if (terms == null) {
            return found;
        }
        int size = terms.shape().size();
        int batch = Counts.of(objective).batch();
        if (batch > 1 && size % batch == 0) {
            found.add(new LossElements(terms, batch, true));
        }
        if (size != batch && size > 1) {
            found.add(new LossElements(terms, size, false));
        }
        return found;
    }

    /** What the last sum that depends on data adds up; the largest where several are. */
    private static @Nullable Node terms(Objective objective) {
        List<Node> nodes = objective.program().nodes();
        boolean[] ofData = new boolean[nodes.size()];
        boolean[] ofParameters = new boolean[nodes.size()];
        Node best = null;
        for (Node node : nodes) {
            ofData[node.id()] = node.op() instanceof Input input && input.role() == Input.Role.DATA
                    || node.inputs().stream().anyMatch(input -> ofData[input.id()]);
            ofParameters[node.id()] = node.op() instanceof Input input && input.role() == Input.Role.PARAMETER
                    || node.inputs().stream().anyMatch(input -> ofParameters[input.id()]);
            boolean sums = node.op() instanceof Reduce reduce
                    && reduce.kind() == Reduce.Kind.SUM
                    && node.shape().size() == 1
                    && objective.dependsOn(node);
            if (sums && ofData[node.id()] && ofParameters[node.id()]) {
                Node terms = node.inputs().get(0);
                boolean larger =
                        best == null || terms.shape().size() >= best.shape().size();
                best = terms.shape().size() > 1 && larger ? terms : best;
            }
        }
        return best;
    }

    /** How many elements a group has. */
    int each() {
        return terms.shape().size() / groups;
    }

    String word() {
        return areSamples ? "samples" : "elements of the loss";
    }
}
