package dev.plumbline.reader.samediff;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.samediff.Graph.Operation;
import dev.plumbline.reader.samediff.Graph.Role;
import dev.plumbline.reader.samediff.Graph.Variable;
import dev.plumbline.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.graph.FlatGraph;
import org.nd4j.graph.FlatNode;
import org.nd4j.graph.FlatVariable;
import org.nd4j.graph.IntPair;

/** From bytes to records; the updater's state and the training configuration, which names Java classes, are not looked at. */
final class GraphReader {

    private static final int MOST_NODES = 100_000;
    private static final Role[] ROLES = Role.values();

    private final FlatGraph file;
    private final ArrayReader arrays;
    private final Map<String, Variable> variables = new LinkedHashMap<>();
    private final Map<Long, String> names = new HashMap<>(); // (id of the node, number of its output): variable

    private GraphReader(byte[] bytes, double mostBytes) {
        Bounds.require(bytes);
        this.file = FlatGraph.getRootAsFlatGraph(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        this.arrays = new ArrayReader(mostBytes);
    }

    /** @param mostBytes of memory for the values of variables and constants */
    static Graph read(byte[] bytes, double mostBytes) {
        try {
            return new GraphReader(bytes, mostBytes).read();
        } catch (IllegalArgumentException notText) {
            // how FlatBuffers refuses text that is not UTF-8
            throw Problem.malformed("", "a text of this file is broken", notText.getMessage(), "UTF-8");
        }
    }

    private Graph read() {
        if (file.nodesLength() > MOST_NODES || file.variablesLength() > 4 * MOST_NODES) {
            throw Problem.limit("", "this graph has too many nodes", file.nodesLength(), "at most " + MOST_NODES);
        }
        for (int i = 0; i < file.variablesLength(); i++) {
            read(file.variables(i));
        }
        List<Operation> nodes = new ArrayList<>();
        for (int i = 0; i < file.nodesLength(); i++) {
            nodes.add(operation(file.nodes(i)));
        }
        List<String> losses = new ArrayList<>();
        for (int i = 0; i < file.lossVariablesLength(); i++) {
            losses.add(file.lossVariables(i));
        }
        return new Graph(variables, ordered(nodes), losses);
    }

    private void read(FlatVariable variable) {
        String name = text(variable.name(), "a variable");
        String pointer = Problem.pointer("variable", name);
        int role = variable.variabletype();
        if (role < 0 || role >= ROLES.length) {
            throw Problem.malformed(pointer, "this is no kind of a variable", role, "0 to 3");
        }
        List<Long> shape = new ArrayList<>();
        for (int axis = 0; axis < variable.shapeLength(); axis++) {
            shape.add(variable.shape(axis));
        }
        boolean hasValue = ROLES[role] == Role.VARIABLE || ROLES[role] == Role.CONSTANT;
        Tensor value = hasValue ? arrays.read(variable.ndarray(), pointer) : null;
        Variable read = new Variable(
                name,
                ROLES[role],
                ArrayReader.datatype(variable.dtype()),
                variable.shapeVector() == null ? null : shape,
                value);
        IntPair id = variable.id();
        boolean again = variables.put(name, read) != null;
        again |= id != null && names.put(key(id), name) != null;
        if (id == null || again) {
            throw Problem.malformed(pointer, "variables need a name and a number, each its own", name, "one of each");
        }
    }

    private static long key(IntPair id) {
        return (long) id.first() << 32 | id.second() & 0xffffffffL;
    }

    private Operation operation(FlatNode node) {
        String name = text(node.name(), "a node");
        String pointer = Problem.pointer("node", name);
        List<String> inputs = new ArrayList<>();
        for (int i = 0; i < node.inputPairedLength(); i++) {
            String input = names.get(key(node.inputPaired(i)));
            if (input == null) {
                throw Problem.malformed(
                        pointer, "this node reads what is not there", "input " + i, "a variable's number");
            }
            inputs.add(input);
        }
        List<String> outputs = new ArrayList<>();
        for (int i = 0; i < node.outputNamesLength(); i++) {
            outputs.add(node.outputNames(i));
        }
        double[] reals = new double[node.extraParamsLength()];
        for (int i = 0; i < reals.length; i++) {
            reals[i] = node.extraParams(i);
        }
        long[] integers = new long[node.extraIntegerLength()];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = node.extraInteger(i);
        }
        boolean[] flags = new boolean[node.extraBoolsLength()];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = node.extraBools(i);
        }
        int[] axes = new int[node.dimensionsLength()];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = node.dimensions(i);
        }
        Tensor scalar = node.scalar() == null ? null : arrays.read(node.scalar(), pointer);
        String operator = text(node.opName(), "the operation of node " + name);
        return new Operation(name, operator, inputs, outputs, reals, integers, flags, axes, scalar);
    }

    private static String text(@Nullable String text, String what) {
        if (text == null || text.isEmpty()) {
            throw Problem.malformed("", what + " has no name", "nothing", "a name");
        }
        return text;
    }

    // ── order ──

    /** Each node once all that it reads is there; in the order of the file where that is one. */
    private List<Operation> ordered(List<Operation> nodes) {
        Map<String, Integer> producers = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).outputs()) {
                Variable variable = variables.get(output);
                if (variable == null || variable.role() != Role.ARRAY || producers.put(output, i) != null) {
                    throw Problem.malformed(
                            nodes.get(i).pointer(), "this output is no value of its own", output, "an array variable");
                }
            }
        }
        int[] missing = new int[nodes.size()];
        Map<Integer, List<Integer>> readers = new HashMap<>();
        List<Integer> ready = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Set<Integer> before = new HashSet<>();
            for (String input : nodes.get(i).inputs()) {
                Integer producer = producers.get(input);
                if (producer != null && before.add(producer)) {
                    readers.computeIfAbsent(producer, key -> new ArrayList<>()).add(i);
                } else if (producer == null && role(input) == Role.ARRAY) {
                    throw Problem.malformed(nodes.get(i).pointer(), "nothing computes this", input, "a node's output");
                }
            }
            missing[i] = before.size();
            if (missing[i] == 0) {
                ready.add(i);
            }
        }
        for (int next = 0; next < ready.size(); next++) {
            for (int reader : readers.getOrDefault(ready.get(next), List.of())) {
                if (--missing[reader] == 0) {
                    ready.add(reader);
                }
            }
        }
        if (ready.size() < nodes.size()) {
            throw Problem.malformed("", "the graph goes in a circle", ready.size() + " nodes in order", nodes.size());
        }
        return ready.stream().map(nodes::get).toList();
    }

    private @Nullable Role role(String name) {
        Variable variable = variables.get(name);
        return variable == null ? null : variable.role();
    }
}
