package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.SymbolicGradient;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Branches and loops become what they do: the branch that is taken, the body once for each round. So conditions and numbers
 * of rounds must be known; PyTorch exports a squeeze as a branch, and scripted recurrences as loops.
 */
final class ControlFlow {

    static final Set<String> OPERATORS =
            Set.of("If", "Loop", "Scan", "SequenceMap", "ai.onnx.preview.training.Gradient");

    /** A loop that goes on for longer is most likely one that does not end. */
    private static final int MOST_ROUNDS = 10_000;

    private final Binding binding;
    private final ProgramBuilder builder;
    private final int opset;

    ControlFlow(Binding binding, ProgramBuilder builder, int opset) {
        this.binding = binding;
        this.builder = builder;
        this.opset = opset;
    }

    List<Value> apply(OnnxNode node) {
        return switch (node.operator()) {
            case "If" -> branch(node);
            case "Loop" -> loop(node);
            case "Gradient" -> gradient(node);
            case "Scan" -> new Scans(this, binding, builder, opset).apply(node);
            default -> sequenceMap(node);
        };
    }

    // ── what the node says ──

    @Nullable
    Value input(OnnxNode node, int position) {
        return position < node.inputs().size() ? binding.optional(node.inputs().get(position)) : null;
    }

    Value required(OnnxNode node, int position) {
        Value value = input(node, position);
        if (value == null) {
            throw Problem.invalid(
                    node.pointer(), node.operator() + ": input " + position + " is missing", "nothing", "a value");
        }
        return value;
    }

    static OnnxGraph body(OnnxNode node, String attribute) {
        if (node.attributes().get(attribute) instanceof Attribute.Subgraph body) {
            return body.graph();
        }
        throw Problem.invalid(node.pointer(), node.operator() + ": a branch is missing", "no " + attribute, "a graph");
    }

    /** One number that must be known; {@code absent} where there is none. */
    private double known(OnnxNode node, @Nullable Value value, String what, double absent) {
        if (value == null) {
            return absent;
        }
        Tensor tensor = builder.knownValue(value.node());
        if (tensor == null || tensor.size() != 1) {
            throw Problem.unsupported(
                    node.pointer(),
                    node.operator() + ": the " + what + " must be known when the model is read",
                    "a " + what + " computed from parameters",
                    "a " + what + " computed from shapes, constants and data: torch.onnx.export of the module itself,"
                            + " without torch.jit.script, fixes it by the example input");
        }
        return tensor.at(0);
    }

    // ── If ──

    /** A condition that depends on parameters picks from what both branches compute; it jumps where it ties. */
    private List<Value> branch(OnnxNode node) {
        Value condition = required(node, 0);
        if (builder.knownValue(condition.node()) == null && condition.shape().size() == 1) {
            List<Value> first = binding.body(node, body(node, "then_branch"), List.of());
            List<Value> second = binding.body(node, body(node, "else_branch"), List.of());
            Node takesFirst = builder.reshape(condition.node(), Shape.SCALAR);
            List<Value> picked = new ArrayList<>();
            for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
                picked.add(picked(node, takesFirst, first.get(i), second.get(i)));
            }
            return picked;
        }
        boolean then = known(node, condition, "condition", 1) != 0;
        return binding.body(node, body(node, then ? "then_branch" : "else_branch"), List.of());
    }

    private Value picked(OnnxNode node, Node takesFirst, Value first, Value second) {
        boolean alike = first.items() == null
                && second.items() == null
                && first.shape().equals(second.shape())
                && first.type() == second.type();
        if (!alike) {
            throw Problem.unsupported(
                    node.pointer(),
                    "If: its condition is computed from parameters, and its branches give tensors of different shapes",
                    first.shape() + " " + first.type() + " and " + second.shape() + " " + second.type(),
                    "branches of one shape, or the branch that this point takes alone: torch.onnx.export of the module"
                            + " itself, without torch.jit.script, keeps the one that the example input takes");
        }
        builder.at(node.label(), node.operator());
        Node value = builder.select(takesFirst, first.node(), second.node());
        return new Value(value, first.type(), first.learned() || second.learned());
    }

    // ── Loop ──

    /** Inputs: most rounds, condition, carried values; the body's: round, condition, carried; its outputs: condition, carried, rows. */
    private List<Value> loop(OnnxNode node) {
        OnnxGraph body = body(node, "body");
        double most = known(node, input(node, 0), "number of rounds", Double.POSITIVE_INFINITY);
        Value going = input(node, 1);
        List<Value> carried = new ArrayList<>();
        for (int i = 2; i < node.inputs().size(); i++) {
            carried.add(required(node, i));
        }
        int rows = body.outputs().size() - 1 - carried.size();
        if (rows < 0) {
            throw Problem.invalid(
                    node.pointer(),
                    "Loop: the body has too few outputs",
                    body.outputs().size(),
                    carried.size() + 1);
        }
        List<List<Value>> collected = emptyLists(rows);
        for (int round = 0; round < most && known(node, going, "condition", 1) != 0; round++) {
            requireFewer(node, round);
            List<Value> given = new ArrayList<>();
            given.add(constant(Tensor.of(Shape.SCALAR, Datatype.INT64, new double[] {round})));
            given.add(going == null ? constant(Tensor.of(Shape.SCALAR, Datatype.BOOL, new double[] {1})) : going);
            given.addAll(carried);
            List<Value> results = binding.body(node, body, given);
            going = results.get(0);
            carried = results.subList(1, 1 + carried.size());
            for (int k = 0; k < rows; k++) {
                collected.get(k).add(results.get(1 + carried.size() + k));
            }
        }
        List<Value> outputs = new ArrayList<>(carried);
        for (int k = 0; k < rows; k++) {
            outputs.add(stacked(node, collected.get(k), 0, false));
        }
        return outputs;
    }

    static void requireFewer(OnnxNode node, int rounds) {
        if (rounds >= MOST_ROUNDS) {
            throw Problem.limit(
                    node.pointer(),
                    node.operator() + ": this goes on for too long",
                    "more than " + MOST_ROUNDS + " rounds",
                    "at most " + MOST_ROUNDS);
        }
    }

    static List<List<Value>> emptyLists(int count) {
        List<List<Value>> lists = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            lists.add(new ArrayList<>());
        }
        return lists;
    }

    private Value constant(Tensor tensor) {
        return new Value(builder.constant(tensor), tensor.datatype(), false);
    }

    Value stacked(OnnxNode node, List<Value> rows, int axis, boolean reversed) {
        if (rows.isEmpty()) {
            return constant(Tensor.of(Shape.of(0), Datatype.FP32, new double[0]));
        }
        List<Value> ordered = new ArrayList<>(rows);
        if (reversed) {
            Collections.reverse(ordered);
        }
        Value first = rows.get(0);
        int along = axis(node, axis, first.shape().rank() + 1);
        List<Node> parts = new ArrayList<>();
        for (Value row : ordered) {
            parts.add(builder.reshape(row.node(), inserted(row.shape(), along)));
        }
        boolean learned = rows.stream().anyMatch(Value::learned);
        return new Value(builder.concat(along, parts), first.type(), learned);
    }

    private static Shape inserted(Shape shape, int axis) {
        int[] extents = new int[shape.rank() + 1];
        for (int k = 0, from = 0; k < extents.length; k++) {
            extents[k] = k == axis ? 1 : shape.extent(from++);
        }
        return Shape.of(extents);
    }

    static int axis(OnnxNode node, int axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw Problem.invalid(node.pointer(), "there is no such axis", axis, "from " + -rank + " to " + (rank - 1));
        }
        return axis < 0 ? axis + rank : axis;
    }

    // ── Gradient ──

    /** The gradient of the value {@code y} by the values {@code xs}, at the point itself: the inputs must be those values. */
    private List<Value> gradient(OnnxNode node) {
        List<String> xs = node.attributes().get("xs") instanceof Attribute.Texts names ? names.values() : List.of();
        String y = node.attributes().get("y") instanceof Attribute.Text name ? name.value() : "";
        List<Node> by = new ArrayList<>();
        for (int i = 0; i < xs.size(); i++) {
            Value value = binding.named(xs.get(i));
            if (value == null || !value.node().equals(required(node, i).node())) {
                throw Problem.unsupported(
                        node.pointer(),
                        "Gradient: at another point than the model's own",
                        xs.get(i),
                        "the value itself");
            }
            by.add(value.node());
        }
        Value of = binding.named(y);
        if (of == null || xs.isEmpty()) {
            throw Problem.invalid(node.pointer(), "Gradient: attributes xs or y name nothing", xs + ", " + y, "values");
        }
        builder.at(node.label());
        return SymbolicGradient.of(builder, of.node(), by).stream()
                .map(each -> new Value(each, of.type(), of.learned()))
                .toList();
    }

    // ── SequenceMap ──

    /** The body for each item of the first sequence; other inputs are sequences too, or the same tensor every time. */
    private List<Value> sequenceMap(OnnxNode node) {
        OnnxGraph body = body(node, "body");
        List<Value> items = Objects.requireNonNullElse(required(node, 0).items(), List.of());
        List<List<Value>> collected = emptyLists(body.outputs().size());
        for (int round = 0; round < items.size(); round++) {
            requireFewer(node, round);
            List<Value> given = new ArrayList<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                List<Value> each = required(node, i).items();
                if (each != null && each.size() != items.size()) {
                    throw Problem.invalid(node.pointer(), "SequenceMap: the lengths differ", each.size(), items.size());
                }
                given.add(each == null ? required(node, i) : each.get(round));
            }
            List<Value> results = binding.body(node, body, given);
            for (int k = 0; k < results.size(); k++) {
                collected.get(k).add(results.get(k));
            }
        }
        return collected.stream()
                .map(results -> Value.sequence(builder.constant(0), results))
                .toList();
    }
}
