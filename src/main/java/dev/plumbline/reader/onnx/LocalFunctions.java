package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.FunctionProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.ValueInfoProto;

/**
 * The functions that a file defines for itself, put in the place of the nodes that call them: inputs and outputs get the
 * caller's names, values inside get names of their own, attributes the caller's values.
 */
final class LocalFunctions {

    /** A function that calls itself would go on for ever. */
    private static final int DEEPEST = 32;

    private final Map<String, FunctionProto> functions = new HashMap<>();
    private int nodes;
    private int calls;

    private LocalFunctions(ModelProto model) {
        for (FunctionProto function : model.getFunctionsList()) {
            String name = name(function.getDomain(), function.getName());
            if (functions.put(name, function) != null) {
                throw Problem.invalid(
                        Problem.pointer("function", name), "this function is defined twice", name, "once");
            }
        }
    }

    private static String name(String domain, String operator) {
        return (domain.equals(ModelReader.OWN_DOMAIN) ? "" : domain) + "." + operator;
    }

    static GraphProto inlined(ModelProto model) {
        return model.getFunctionsCount() == 0
                ? model.getGraph()
                : new LocalFunctions(model).inlined(model.getGraph(), 0);
    }

    private GraphProto inlined(GraphProto graph, int depth) {
        GraphProto.Builder result = graph.toBuilder().clearNode();
        graph.getNodeList().forEach(node -> add(node, result, depth));
        return result.build();
    }

    private void add(NodeProto node, GraphProto.Builder graph, int depth) {
        FunctionProto function = functions.get(name(node.getDomain(), node.getOpType()));
        if (++nodes > ModelReader.MOST_NODES || depth > DEEPEST) {
            throw Problem.limit("", "the functions of this model call too much", node.getOpType(), "fewer calls");
        }
        if (function != null) {
            new Call(function, node, "call" + ++calls + "/" + node.getOpType() + "/")
                    .body()
                    .forEach(inner -> add(inner, graph, depth + 1));
            return;
        }
        NodeProto.Builder copy = node.toBuilder().clearAttribute();
        for (AttributeProto attribute : node.getAttributeList()) {
            copy.addAttribute(
                    attribute.hasG()
                            ? attribute.toBuilder()
                                    .setG(inlined(attribute.getG(), depth + 1))
                                    .build()
                            : attribute);
        }
        graph.addNode(copy);
    }

    /** One call: the body with the caller's names. */
    private static final class Call {

        private final FunctionProto function;
        private final String prefix;
        private final Map<String, String> names = new HashMap<>();
        private final Map<String, AttributeProto> given = new LinkedHashMap<>();

        Call(FunctionProto function, NodeProto caller, String prefix) {
            this.function = function;
            this.prefix = prefix;
            rename(function.getInputList(), caller.getInputList());
            rename(function.getOutputList(), caller.getOutputList());
            caller.getAttributeList().forEach(attribute -> given.put(attribute.getName(), attribute));
        }

        private void rename(List<String> formal, List<String> actual) {
            if (actual.size() > formal.size()) {
                throw Problem.invalid(
                        "", "function " + function.getName() + " has fewer inputs or outputs", actual, formal);
            }
            for (int i = 0; i < formal.size(); i++) {
                boolean isGiven = i < actual.size() && !actual.get(i).isEmpty();
                boolean isInput = formal.equals(function.getInputList());
                names.put(formal.get(i), isGiven ? actual.get(i) : isInput ? "" : prefix + formal.get(i));
            }
        }

        List<NodeProto> body() {
            return function.getNodeList().stream()
                    .map(node -> renamed(node, Set.of()))
                    .toList();
        }

        private String name(String inner, Set<String> own) {
            return inner.isEmpty() || own.contains(inner) ? inner : names.getOrDefault(inner, prefix + inner);
        }

        /** @param own names that a graph inside defines, which stay */
        private NodeProto renamed(NodeProto node, Set<String> own) {
            NodeProto.Builder copy =
                    node.toBuilder().clearInput().clearOutput().clearAttribute().setName(prefix + node.getName());
            node.getInputList().forEach(input -> copy.addInput(name(input, own)));
            node.getOutputList().forEach(output -> copy.addOutput(name(output, own)));
            for (AttributeProto attribute : node.getAttributeList()) {
                if (!attribute.getRefAttrName().isEmpty()) {
                    AttributeProto actual = given.get(attribute.getRefAttrName());
                    if (actual != null) { // else the operator's own default
                        copy.addAttribute(actual.toBuilder().setName(attribute.getName()));
                    }
                } else if (attribute.hasG()) {
                    copy.addAttribute(attribute.toBuilder().setG(renamed(attribute.getG(), own)));
                } else {
                    copy.addAttribute(attribute);
                }
            }
            return copy.build();
        }

        private GraphProto renamed(GraphProto graph, Set<String> outer) {
            Set<String> own = new HashSet<>(outer);
            graph.getInputList().stream().map(ValueInfoProto::getName).forEach(own::add);
            graph.getInitializerList().forEach(tensor -> own.add(tensor.getName()));
            graph.getNodeList().forEach(node -> own.addAll(node.getOutputList()));
            GraphProto.Builder copy = graph.toBuilder().clearNode().clearOutput();
            graph.getNodeList().forEach(node -> copy.addNode(renamed(node, own)));
            graph.getOutputList()
                    .forEach(output -> copy.addOutput(output.toBuilder().setName(name(output.getName(), own))));
            return copy.build();
        }
    }
}
