package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.Asked;
import dev.plumbline.reader.onnx.OnnxInput.Dimension;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One translation of a graph into a program, for the shapes of one request. */
final class Binding {

    private final OnnxGraph graph;
    private final Dialect dialect;
    private final Roles roles;
    private final ProgramBuilder builder;
    private final Asked asked;
    private final Plan plan;
    private final Map<String, Value> values = new HashMap<>();
    private final Map<String, Node> parameters = new HashMap<>();
    private final Map<String, Long> symbols = new HashMap<>();

    Binding(OnnxGraph graph, Families families, Dialect dialect, Roles roles, ProgramBuilder builder, Asked asked) {
        this.graph = graph;
        this.dialect = dialect;
        this.roles = roles;
        this.builder = builder;
        this.asked = asked;
        this.plan = Plan.of(graph, families, roles, asked);
    }

    void append() {
        Map<String, Shape> parameters = asked.parameters();
        Map<String, Shape> data = asked.data();
        requireKnown(parameters.keySet());
        builder.knowing(asked.known());
        Set<String> needed = needed(graph);
        for (OnnxInput input : graph.inputs()) {
            String name = input.name();
            boolean given = parameters.containsKey(name) || data.containsKey(name);
            if (!graph.initializers().containsKey(name) && (given || needed.contains(name))) {
                values.put(name, input(input, parameters, data));
            }
        }
        plan.slots().forEach((name, slot) -> {
            Plan.Placement placement = plan.placement(name);
            if (placement != null) {
                values.put(name, placed(name, slot.value(), placement));
            }
        });
        plan.copies().forEach(this::putCopy);
        graph.initializers().forEach((name, tensor) -> {
            if (!values.containsKey(name) && needed.contains(name)) {
                values.put(name, constant(name, plan.value(name, tensor)));
            }
        });
        translate(graph, needed);
        for (OnnxInput output : graph.outputs()) {
            builder.output(output.name(), value(output.name()).node());
        }
    }

    // ── what comes from outside ──

    private void requireKnown(Set<String> parameters) {
        Set<String> known = new LinkedHashSet<>();
        plan.names().namings().forEach(naming -> known.add(naming.given()));
        known.addAll(plan.names().renamed().keySet());
        known.addAll(plan.names().replaced());
        known.addAll(plan.names().left());
        for (String name : parameters) {
            boolean input = graph.inputs().stream().anyMatch(each -> each.name().equals(name));
            if (!known.contains(name) && (!input || graph.initializers().containsKey(name))) {
                boolean isConstant = graph.initializers().containsKey(name);
                List<String> others = graph.initializers().keySet().stream()
                        .filter(roles::isParameter)
                        .toList();
                throw Problem.invalid(
                        Problem.pointer("parameters", name),
                        isConstant
                                ? "this is a constant of the model, not a parameter"
                                : "the model has no parameter of this name" + Spelling.hint(name, others),
                        name,
                        Spelling.oneOf(name, others));
            }
        }
    }

    /** A tensor of the file, put together from the parameters of the program. */
    private Value placed(String name, Tensor stored, Plan.Placement placement) {
        Layout layout = placement.layout();
        List<Tensor> pieces = layout.taken(plan.value(name, stored));
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            String parameter = placement.names()[i];
            Shape given = asked.parameters().get(parameter);
            Shape own = layout.pieces().get(i);
            if (given != null && !given.equals(own)) {
                throw Problem.invalid(
                        Problem.pointer("parameters", parameter),
                        "this parameter has another shape in the file",
                        given,
                        own);
            }
            builder.at(parameter);
            Tensor value =
                    layout instanceof Layout.Part ? plan.joined(parameter) : plan.valueOf(parameter, pieces.get(i));
            nodes.add(parameters.computeIfAbsent(parameter, key -> parameter(key, value)));
        }
        builder.at(name);
        return new Value(layout.assembled(builder, nodes), stored.datatype(), true);
    }

    /** A parameter and its further names: whatever moves one of them moves it, and the gradient by each is its own. */
    private Node parameter(String name, Tensor stored) {
        Node sum = builder.parameter(name, stored);
        List<Plan.OtherName> others = plan.otherNames(name);
        for (Plan.OtherName other : others) {
            Tensor own = other.transposed()
                    ? new Layout.Transposed(stored.shape()).taken(stored).get(0)
                    : stored;
            Node further = builder.parameter(other.name(), own);
            Node moved = builder.subtract(further, builder.unary(UnaryFunction.STOP_GRADIENT, further));
            sum = builder.add(sum, other.transposed() ? builder.transpose(moved, 1, 0) : moved);
        }
        builder.weight(name, others.stream().map(Plan.OtherName::name).toList(), sum);
        return sum;
    }

    private void putCopy(String name, Plan.Copy copy) {
        Value original = value(copy.slot());
        builder.at(name);
        Node node = copy.view() != null
                ? copy.view().of(builder, original.node())
                : copy.transposed() ? builder.transpose(original.node(), 1, 0) : original.node();
        values.put(name, new Value(node, original.type(), true));
    }

    private Value constant(String name, Tensor tensor) {
        builder.at(name);
        return new Value(builder.constant(tensor), tensor.datatype(), false);
    }

    private Value input(OnnxInput input, Map<String, Shape> parameters, Map<String, Shape> data) {
        String name = input.name();
        String pointer = Problem.pointer("data", name);
        if (input.datatype() == null) {
            throw Problem.unsupported(pointer, "this input is not a tensor of numbers", "another type", "a tensor");
        }
        Shape given = data.containsKey(name) ? data.get(name) : parameters.get(name);
        List<Dimension> dimensions = input.dimensions();
        if (given == null) {
            throw Problem.invalid(
                    pointer,
                    "the model reads this input, but there is no data for it",
                    data.isEmpty() ? "no data" : "data for " + data.keySet(),
                    dimensions == null ? "a tensor" : "a tensor of shape " + dimensions);
        }
        if (dimensions != null) {
            requireFit(pointer, given, dimensions);
        }
        builder.at(name);
        boolean learned = !data.containsKey(name);
        Node node = learned ? builder.parameter(name, given) : builder.data(name, given);
        return new Value(node, input.datatype(), learned && input.datatype().isFloat());
    }

    private void requireFit(String pointer, Shape given, List<Dimension> dimensions) {
        boolean fits = given.rank() == dimensions.size();
        for (int axis = 0; fits && axis < dimensions.size(); axis++) {
            fits = !dimensions.get(axis).isFixed() || dimensions.get(axis).extent() == given.extent(axis);
        }
        if (!fits) {
            throw Problem.invalid(pointer, "the data does not fit this input", given, dimensions);
        }
        for (int axis = 0; axis < dimensions.size(); axis++) {
            String symbol = dimensions.get(axis).symbol();
            long extent = given.extent(axis);
            Long before = symbol == null ? null : symbols.putIfAbsent(symbol, extent);
            if (before != null && before != extent) {
                throw Problem.invalid(
                        pointer,
                        "axis " + axis + " has the name " + symbol + ", which another input gave another extent",
                        extent,
                        before);
            }
        }
    }

    // ── nodes ──

    /** The names that the outputs depend on; what else a file computes is left alone. */
    private static Set<String> needed(OnnxGraph graph) {
        Set<String> needed = new HashSet<>();
        graph.outputs().forEach(output -> needed.add(output.name()));
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            OnnxNode node = graph.nodes().get(i);
            if (node.outputs().stream().anyMatch(needed::contains)) {
                needed.addAll(OnnxGraph.reads(node));
            }
        }
        return needed;
    }

    private void translate(OnnxGraph graph, Set<String> needed) {
        for (OnnxNode node : graph.nodes()) {
            if (node.outputs().stream().anyMatch(needed::contains)) {
                List<Value> results = ControlFlow.OPERATORS.contains(node.fullName())
                        ? new ControlFlow(this, builder, dialect.opset()).apply(node)
                        : results(node);
                for (int i = 0; i < node.outputs().size(); i++) {
                    String output = node.outputs().get(i);
                    if (plan.placement(output) != null || plan.copy(output) != null) {
                        continue; // an Identity between two weights that the request tells apart
                    }
                    if (i < results.size() && !output.isEmpty()) {
                        values.put(output, results.get(i));
                        if (graph == this.graph) { // in bodies of loops one name stands for many values
                            builder.named(output, results.get(i).node());
                        }
                    } else if (needed.contains(output)) {
                        throw Problem.unsupported(
                                node.pointer(),
                                node.operator() + ": output " + i + " is not computed here",
                                output,
                                "a model that uses the first " + results.size() + " only");
                    }
                }
            }
        }
    }

    private List<Value> results(OnnxNode node) {
        builder.at(node.label(), node.operator());
        Operator operator = dialect.operator(node);
        try {
            Call call = new Call(node, inputs(node), builder, dialect.opset());
            List<Value> results = operator.apply(call);
            call.requireAllRead();
            return results.stream()
                    .map(result -> IntegerRange.within(builder, result))
                    .toList();
        } catch (Problem problem) {
            throw relocated(problem, node);
        } catch (ArithmeticException overflow) {
            throw Problem.limit(
                    node.pointer(),
                    node.operator() + ": a tensor of this node is too large",
                    String.valueOf(overflow.getMessage()),
                    "at most 2^31 - 1 elements");
        }
    }

    private static Problem relocated(Problem problem, OnnxNode node) {
        String explanation = node.operator() + ": " + problem.explanation();
        Problem outer = new Problem(problem.code(), node.pointer(), explanation, problem.got(), problem.expected());
        outer.initCause(problem);
        return outer;
    }

    private List<@Nullable Value> inputs(OnnxNode node) {
        List<@Nullable Value> inputs = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            String name = node.inputs().get(i);
            Tensor configuration = name.isEmpty() ? null : roles.configuration(node, i, graph.initializers());
            if (configuration != null) {
                Tensor own = plan.value(name, configuration);
                inputs.add(new Value(builder.constant(own), own.datatype(), false));
            } else {
                inputs.add(name.isEmpty() ? null : value(name));
            }
        }
        return inputs;
    }

    private Value value(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    // ── for graphs inside nodes ──

    @Nullable
    Value optional(String name) {
        return name.isEmpty() ? null : value(name);
    }

    /** A value that has been computed under this name; null where there is none. */
    @Nullable
    Value named(String name) {
        return values.get(name);
    }

    /** Translates a body whose inputs have these values, and gives its outputs. */
    List<Value> body(OnnxNode node, OnnxGraph body, List<Value> given) {
        if (body.inputs().size() != given.size()) {
            throw Problem.invalid(
                    node.pointer(),
                    node.operator() + ": the body has another number of inputs",
                    body.inputs().size(),
                    given.size());
        }
        for (int i = 0; i < given.size(); i++) {
            values.put(body.inputs().get(i).name(), given.get(i));
        }
        body.initializers().forEach((name, tensor) -> {
            if (tensor.datatype().isFloat() && tensor.size() > 1) {
                throw Problem.unsupported(
                        node.pointer(),
                        node.operator() + ": weights inside a branch are not supported",
                        name,
                        "weights of the main graph");
            }
            values.put(name, constant(name, plan.value(name, tensor)));
        });
        translate(body, needed(body));
        return body.outputs().stream().map(output -> value(output.name())).toList();
    }
}
