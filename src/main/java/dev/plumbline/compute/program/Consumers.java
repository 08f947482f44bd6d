package dev.plumbline.compute.program;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Who reads whom, among the nodes that one output depends on; what {@code stopGradient} reads is not read. */
final class Consumers {

    private final List<List<Node>> consumers = new ArrayList<>(); // (node)
    private final BitSet held = new BitSet(); // (node)

    Consumers(Program program, Node output) {
        List<Node> nodes = program.nodes();
        boolean[] needed = new boolean[nodes.size()];
        needed[output.id()] = true;
        for (int id = nodes.size() - 1; id >= 0; id--) {
            consumers.add(new ArrayList<>(2));
            for (Node input : nodes.get(id).inputs()) {
                needed[input.id()] |= needed[id] && !nodes.get(id).stopsGradient();
            }
        }
        for (int id = nodes.size() - 1; id >= 0; id--) {
            boolean onlyStopped = !needed[id] && held.get(id);
            if (nodes.get(id).stopsGradient() || onlyStopped) {
                nodes.get(id).inputs().forEach(input -> held.set(input.id()));
            }
        }
        for (Node node : nodes) {
            for (Node input : node.inputs()) {
                List<Node> readers = consumers.get(input.id());
                if (needed[node.id()]
                        && !node.stopsGradient()
                        && (readers.isEmpty() || readers.get(readers.size() - 1) != node)) {
                    readers.add(node);
                }
            }
        }
        consumers.replaceAll(List::copyOf);
    }

    /** In topological order, each once. */
    List<Node> of(Node node) {
        return consumers.get(node.id());
    }

    /** Whether a reader that is not listed leads to {@code stopGradient}: then those listed are not all there is. */
    boolean isHeld(Node node) {
        return held.get(node.id());
    }
}
