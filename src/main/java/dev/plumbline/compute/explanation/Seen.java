package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Node;
import dev.plumbline.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a pipeline's hooks saw on the way: values, and gradients of the loss by values, its parameters' among them.
 *
 * @param names what the pipeline calls the nodes
 */
public record Seen(Map<Node, Tensor> activations, Map<Node, Tensor> cotangents, Map<Node, String> names) {

    public Seen {
        activations = Collections.unmodifiableMap(new LinkedHashMap<>(activations));
        cotangents = Collections.unmodifiableMap(new LinkedHashMap<>(cotangents));
        names = Map.copyOf(names);
    }

    /** Whether no hook saw anything. */
    public boolean isNothing() {
        return activations.isEmpty() && cotangents.isEmpty();
    }

    /** What a node is called. */
    String name(Node node) {
        return names.getOrDefault(node, node.label());
    }
}
