package dev.plumbline.reader.samediff;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.Asked;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.ModelDescription;
import dev.plumbline.reader.samediff.Graph.Operation;
import dev.plumbline.reader.samediff.Graph.Role;
import dev.plumbline.reader.samediff.Graph.Variable;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A model in a file of ND4J's SameDiff (1.0.0-M2.1). Its float variables are its parameters, its placeholders its data; its
 * outputs are the values that nothing else reads and its loss variables. What depends on a placeholder without data is left
 * out, so predictions need no labels. SameDiff itself never sees the file.
 */
public final class SameDiffModel implements Model {

    private static final String LOSS = "loss";

    private final Graph graph;

    private SameDiffModel(Graph graph) {
        this.graph = graph;
    }

    /** Whether these bytes begin as such a file does. */
    public static boolean looksLike(byte[] file) {
        return file.length >= 8 && Bounds.looksLike(file);
    }

    /** @param mostBytes of memory for its arrays */
    public static SameDiffModel read(byte[] file, double mostBytes) {
        Graph graph = GraphReader.read(file, mostBytes);
        requireOperators(graph);
        return new SameDiffModel(graph);
    }

    /** All that cannot be read at once. */
    private static void requireOperators(Graph graph) {
        Set<String> unknown = new TreeSet<>();
        graph.nodes().forEach(node -> unknown.add(node.operator()));
        unknown.removeAll(Operators.names());
        if (!unknown.isEmpty()) {
            Operation first = graph.nodes().stream()
                    .filter(node -> unknown.contains(node.operator()))
                    .findFirst()
                    .orElseThrow();
            throw Problem.unsupported(
                    first.pointer(),
                    "this operation is not supported",
                    String.join(", ", unknown),
                    "some of " + String.join(", ", Operators.names())
                            + Spelling.hint(first.operator(), Operators.names()));
        }
    }

    /** The names of the operations that can be read. */
    public static Set<String> operators() {
        return Operators.names();
    }

    // ── the program ──

    @Override
    public Set<String> parameterNames(Asked asked) {
        Set<String> names = new LinkedHashSet<>();
        graph.variables().values().forEach(variable -> {
            boolean isOpen =
                    variable.role() == Role.PLACEHOLDER && !asked.data().containsKey(variable.name());
            if (isOpen || isLearned(variable)) {
                names.add(variable.name());
            }
        });
        return names;
    }

    private static boolean isLearned(Variable variable) {
        return variable.role() == Role.VARIABLE
                && Objects.requireNonNull(variable.value()).datatype().isFloat();
    }

    @Override
    public void appendTo(ProgramBuilder b, Asked asked) {
        Map<String, Node> values = new HashMap<>();
        Set<String> missing = new LinkedHashSet<>();
        for (Variable variable : graph.variables().values()) {
            append(b, asked, variable, values, missing);
        }
        Set<String> lacking = new LinkedHashSet<>(missing);
        for (Operation operation : graph.nodes()) {
            if (operation.inputs().stream().anyMatch(lacking::contains)) {
                lacking.addAll(operation.outputs());
            } else {
                append(b, operation, values);
            }
        }
        int outputs = 0;
        for (String name : outputs()) {
            Node value = values.get(name);
            if (value != null) {
                b.output(name, value);
                outputs++;
            }
        }
        if (outputs == 0) {
            throw Problem.invalid(
                    "",
                    "nothing can be computed without data for the placeholders",
                    "no data named " + String.join(", ", missing),
                    "data for each");
        }
        Node loss = graph.losses().size() == 1 ? values.get(graph.losses().get(0)) : null;
        if (loss != null && !b.outputs().containsKey(LOSS)) {
            b.output(LOSS, loss);
        }
    }

    private static void append(
            ProgramBuilder b, Asked asked, Variable variable, Map<String, Node> values, Set<String> missing) {
        String name = variable.name();
        switch (variable.role()) {
            case VARIABLE -> {
                Tensor value = Objects.requireNonNull(variable.value());
                values.put(
                        name,
                        isLearned(variable)
                                ? b.parameter(name, value)
                                : b.at(name).constant(value));
            }
            case CONSTANT -> values.put(name, b.at(name).constant(Objects.requireNonNull(variable.value())));
            case PLACEHOLDER -> {
                Shape data = asked.data().get(name);
                Shape parameter = asked.parameters().get(name);
                if (data != null) {
                    requireShape(variable, data);
                    values.put(name, b.data(name, data));
                } else if (parameter != null) {
                    requireShape(variable, parameter);
                    values.put(name, b.parameter(name, parameter));
                } else {
                    missing.add(name);
                }
            }
            case ARRAY -> {
                // computed by a node
            }
        }
    }

    private static void requireShape(Variable variable, Shape given) {
        List<Long> stated = variable.shape();
        boolean fits = stated == null || stated.isEmpty() || stated.size() == given.rank();
        for (int axis = 0; fits && stated != null && axis < stated.size(); axis++) {
            fits = stated.get(axis) < 0 || stated.get(axis) == given.extent(axis);
        }
        if (!fits) {
            throw Problem.invalid(
                    Problem.pointer("variable", variable.name()),
                    "the data for this placeholder has another shape",
                    given,
                    stated + ", where -1 is open");
        }
    }

    private static void append(ProgramBuilder b, Operation operation, Map<String, Node> values) {
        List<Node> inputs = new ArrayList<>();
        for (String input : operation.inputs()) {
            inputs.add(Objects.requireNonNull(values.get(input), input));
        }
        b.at(operation.name());
        try {
            Call call = new Call(b, operation, inputs);
            List<Node> results =
                    Objects.requireNonNull(Operators.find(operation.operator())).apply(call);
            call.requireNothingLeft();
            if (results.size() != operation.outputs().size()) {
                throw Problem.invalid(
                        "", "this operation has another number of outputs", operation.outputs(), results.size());
            }
            for (int i = 0; i < results.size(); i++) {
                values.put(operation.outputs().get(i), results.get(i));
                b.named(operation.outputs().get(i), results.get(i));
            }
        } catch (Problem problem) {
            throw problem.pointer().startsWith(Problem.pointer(operation.name()))
                    ? problem.within("/node")
                    : problem.within(operation.pointer());
        } catch (ArithmeticException overflow) {
            throw Problem.limit(
                    operation.pointer(),
                    "a tensor here is too large",
                    String.valueOf(overflow.getMessage()),
                    "2^31 - 1 numbers");
        }
    }

    /** What nothing reads, and the losses. */
    private Set<String> outputs() {
        Set<String> read = new TreeSet<>();
        Set<String> outputs = new LinkedHashSet<>();
        graph.nodes().forEach(node -> read.addAll(node.inputs()));
        for (Operation operation : graph.nodes()) {
            for (String output : operation.outputs()) {
                if (!read.contains(output) || graph.losses().contains(output)) {
                    outputs.add(output);
                }
            }
        }
        return outputs;
    }

    // ── what it says about itself ──

    @Override
    public ModelDescription describe() {
        Map<String, Integer> operators = new TreeMap<>();
        graph.nodes().forEach(node -> operators.merge(node.operator(), 1, Integer::sum));
        List<ModelDescription.Parameter> parameters = new ArrayList<>();
        List<ModelDescription.Value> inputs = new ArrayList<>();
        Map<String, Variable> variables = new LinkedHashMap<>(graph.variables());
        for (Variable variable : variables.values()) {
            if (variable.role() == Role.PLACEHOLDER) {
                inputs.add(value(variable));
            } else if (variable.role() == Role.VARIABLE && variable.value() != null) {
                Datatype datatype = variable.value().datatype();
                List<Integer> shape = variable.value().shape().toList();
                parameters.add(new ModelDescription.Parameter(variable.name(), shape, datatype));
            }
        }
        List<ModelDescription.Value> outputs = outputs().stream()
                .map(name -> value(Objects.requireNonNull(variables.get(name))))
                .toList();
        return new ModelDescription("samediff", null, "ND4J", operators, parameters, inputs, outputs, List.of());
    }

    private static ModelDescription.Value value(Variable variable) {
        List<Long> shape = variable.role() == Role.PLACEHOLDER ? variable.shape() : null;
        return new ModelDescription.Value(variable.name(), variable.datatype(), shape);
    }
}
