package dev.plumbline.compute.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * When the derivative by each parameter is complete in a reverse pass: after the first node that passes something back to it,
 * since the pass goes from the last node to the first. It is handed on then, and its array used again.
 */
final class Completed {

    /** Nothing is handed on. */
    static final Completed NONE = new Completed(Map.of(), (name, derivatives) -> {});

    private final Map<Node, List<Parameter>> byNode;
    private final BiConsumer<String, double[]> taker;

    private record Parameter(String name, Node node) {}

    private Completed(Map<Node, List<Parameter>> byNode, BiConsumer<String, double[]> taker) {
        this.byNode = byNode;
        this.taker = taker;
    }

    /** For a reverse pass from {@code output} in some arithmetic. */
    static Completed of(Program program, Node output, Rounding rounding, BiConsumer<String, double[]> taker) {
        Map<Node, Node> last = new HashMap<>(); // that passes something back, by parameter
        for (int id = output.id(); id >= 0; id--) {
            Node node = program.nodes().get(id);
            for (int k = 0; k < node.inputs().size(); k++) {
                last.put(rounding.receiver(node, k), node);
            }
        }
        Map<Node, List<Parameter>> byNode = new HashMap<>();
        program.parameters()
                .forEach((name, node) -> byNode.computeIfAbsent(last.getOrDefault(node, node), any -> new ArrayList<>())
                        .add(new Parameter(name, node)));
        return new Completed(byNode, taker);
    }

    /** After a node has passed on what arrived there. */
    void after(Node node, double[][] cotangents, Vacated vacated) {
        for (Parameter parameter : byNode.getOrDefault(node, List.of())) {
            int id = parameter.node().id();
            double[] derivatives = cotangents[id];
            if (derivatives != null) {
                taker.accept(parameter.name(), derivatives);
                vacated.add(id, cotangents);
            }
        }
    }
}
