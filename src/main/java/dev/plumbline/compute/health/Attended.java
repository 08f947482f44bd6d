package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.Broadcast;
import dev.plumbline.compute.program.Layer;
import dev.plumbline.compute.program.MatMul;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Reshape;
import dev.plumbline.compute.program.Select;
import dev.plumbline.compute.program.Slice;
import dev.plumbline.compute.program.Transpose;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The products with weights that an attention reads: those in front of {@code softmax(q k') v}, where q and k are multiplied
 * with each other, and what the softmax is multiplied with. However the file writes it.
 */
final class Attended {

    private final Objective objective;
    private final Set<Node> products = new HashSet<>();
    private final Set<Node> found = new HashSet<>();

    private Attended(Objective objective, List<Layer> layers) {
        this.objective = objective;
        for (Layer layer : layers) {
            if (layer.product() != null) {
                products.add(layer.product().node());
            }
        }
    }

    static Set<Node> of(Objective objective, List<Layer> layers) {
        Attended attended = new Attended(objective, layers);
        for (Softmax softmax : Softmax.of(objective)) {
            Node probabilities = softmax.probabilities();
            if (probabilities != null) {
                attended.look(softmax.logits(), probabilities);
            }
        }
        return attended.found;
    }

    private void look(Node logits, Node probabilities) {
        Set<Node> before = behind(logits);
        boolean multiplies = before.stream().anyMatch(node -> node.op() instanceof MatMul && !products.contains(node));
        if (!multiplies) {
            return;
        }
        for (Node reader : Softmax.readers(objective, probabilities)) {
            if (reader.op() instanceof MatMul && !products.contains(reader)) {
                keep(before);
                reader.inputs().stream()
                        .filter(input -> Softmax.source(input) != probabilities)
                        .forEach(input -> keep(behind(input)));
            }
        }
    }

    private void keep(Set<Node> nodes) {
        nodes.stream().filter(products::contains).forEach(found::add);
    }

    /** The way back from a node to the nearest products with weights, those included. */
    private Set<Node> behind(Node start) {
        Set<Node> seen = new HashSet<>(Set.of(start));
        Deque<Node> waiting = new ArrayDeque<>(seen);
        while (!waiting.isEmpty()) {
            Node node = waiting.remove();
            if (!products.contains(node) && leadsBack(node)) {
                node.inputs().stream()
                        .filter(input -> objective.isMoved(input) && seen.add(input))
                        .forEach(waiting::add);
            }
        }
        return seen;
    }

    private static boolean leadsBack(Node node) {
        return node.op() instanceof MatMul
                || node.op() instanceof Reshape
                || node.op() instanceof Broadcast
                || node.op() instanceof Transpose
                || node.op() instanceof Slice
                || node.op() instanceof Select
                || node.op() instanceof Binary;
    }
}
