package dev.plumbline.compute.verification;

import dev.plumbline.compute.program.Edge;
import dev.plumbline.compute.program.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An operation of the model that sits on a bend, a jump or a root at this point.
 *
 * @param node what its value is called
 * @param operation its kind, such as relu
 * @param kind what happens there
 * @param positions the indices of its result's elements, samples included; the first {@value #LISTED}
 * @param count how many there are
 */
public record BentOperation(String node, String operation, Edge.Kind kind, List<List<Integer>> positions, int count) {

    /** Positions listed at most. */
    static final int LISTED = 20;

    /** Of edges, operation by operation. */
    public static List<BentOperation> of(List<Edge> edges) {
        Map<Node, List<Edge>> byNode = new LinkedHashMap<>();
        edges.forEach(edge ->
                byNode.computeIfAbsent(edge.node(), node -> new ArrayList<>()).add(edge));
        List<BentOperation> operations = new ArrayList<>();
        byNode.forEach((node, own) -> operations.add(new BentOperation(
                node.label(),
                node.op().title(),
                own.get(0).kind(),
                own.stream()
                        .limit(LISTED)
                        .map(edge -> Arrays.stream(node.shape().index(edge.element()))
                                .boxed()
                                .toList())
                        .toList(),
                own.size())));
        return operations;
    }

    /** {@code hidden (relu) at [0, 2]}. */
    String words() {
        return node + " (" + operation + ") at " + positions.get(0)
                + (count > 1 ? " and " + (count - 1) + " more" : "");
    }
}
