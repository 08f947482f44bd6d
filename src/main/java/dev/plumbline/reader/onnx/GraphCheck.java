package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Whether a file's nodes make a graph: each value is computed once, before it is read, by an operator known here. */
final class GraphCheck {

    private final OnnxGraph graph;
    private final int opset;
    private final @Nullable GraphCheck outer;
    private final Set<String> defined = new HashSet<>();

    private GraphCheck(OnnxGraph graph, int opset, @Nullable GraphCheck outer) {
        this.graph = graph;
        this.opset = opset;
        this.outer = outer;
    }

    static void require(OnnxGraph graph, int opset) {
        new GraphCheck(graph, opset, null).require();
    }

    private void require() {
        for (OnnxInput input : graph.inputs()) {
            if (!defined.add(input.name())) {
                throw Problem.invalid(Problem.pointer("input", input.name()), "this input is listed twice", 2, "once");
            }
        }
        // Until 2019 every initializer was listed among the inputs too.
        defined.addAll(graph.initializers().keySet());
        requireOperators();
        graph.nodes().forEach(this::require);
        if (graph.outputs().isEmpty()) {
            throw Problem.invalid("/output", "the model has no outputs", "none", "at least one");
        }
        for (OnnxInput output : graph.outputs()) {
            if (!isDefined(output.name())) {
                throw Problem.invalid(
                        Problem.pointer("output", output.name()),
                        "nothing computes this output",
                        output.name(),
                        "the output of a node, an input or an initializer");
            }
        }
    }

    private void require(OnnxNode node) {
        for (String input : node.inputs()) {
            if (!input.isEmpty() && !isDefined(input)) {
                boolean later =
                        graph.nodes().stream().anyMatch(other -> other.outputs().contains(input));
                throw Problem.invalid(
                        node.pointer(),
                        later ? "the nodes go in a circle: this is computed only later" : "nothing defines this input",
                        input,
                        "an initializer, an input of the model or the output of an earlier node");
            }
        }
        for (Attribute attribute : node.attributes().values()) {
            if (attribute instanceof Attribute.Subgraph branch) {
                new GraphCheck(branch.graph(), opset, this).require();
            }
        }
        for (String output : node.outputs()) {
            if (!output.isEmpty() && (isDefined(output) || !defined.add(output))) {
                throw Problem.invalid(
                        node.pointer(), "this value is computed twice", output, "one node for each value");
            }
        }
        boolean identity = node.operator().equals("Identity");
        if (identity && (node.inputs().size() != 1 || node.outputs().size() != 1)) {
            throw Problem.invalid(node.pointer(), "Identity has one input and one output", node.inputs(), "one input");
        }
    }

    private boolean isDefined(String name) {
        return defined.contains(name) || (outer != null && outer.isDefined(name));
    }

    /** Every unsupported operator at once, so that nobody has to find them one upload after the other. */
    private void requireOperators() {
        List<OnnxNode> unsupported =
                graph.nodes().stream().filter(node -> !Operators.knows(node)).toList();
        if (unsupported.isEmpty()) {
            return;
        }
        OnnxNode first = unsupported.get(0);
        Set<String> others = new TreeSet<>();
        unsupported.forEach(node -> others.add(node.operator()));
        others.remove(first.operator());
        List<String> got = new ArrayList<>();
        got.add("operator " + first.operator() + " of domain " + first.domain() + ", opset " + opset + ", in node "
                + first.label());
        if (!others.isEmpty()) {
            got.add("also " + String.join(", ", others));
        }
        throw Problem.unsupported(
                first.pointer(),
                "this operator is not supported",
                String.join("; ", got),
                "one of the " + Operators.names().size() + " operators of " + ModelReader.OWN_DOMAIN
                        + " in the list of supported operators");
    }
}
