package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One node about to be translated: its attributes and inputs, each asked for by name or position and judged on the way.
 * Problems carry no pointer; {@link Binding} adds the node's.
 */
final class Call {

    private static final int NO_MORE_CONSUMED_INPUTS = 6;

    private final OnnxNode node;
    private final List<@Nullable Value> inputs;
    private final ProgramBuilder builder;
    private final int opset;
    private final Set<String> read = new TreeSet<>();

    Call(OnnxNode node, List<@Nullable Value> inputs, ProgramBuilder builder, int opset) {
        this.node = node;
        this.inputs = inputs;
        this.builder = builder;
        this.opset = opset;
    }

    ProgramBuilder builder() {
        return builder;
    }

    int opset() {
        return opset;
    }

    // ── inputs ──

    int inputCount() {
        return inputs.size();
    }

    boolean has(int position) {
        return position < inputs.size() && inputs.get(position) != null;
    }

    @Nullable
    Value optional(int position) {
        return position < inputs.size() ? inputs.get(position) : null;
    }

    Value value(int position) {
        Value value = optional(position);
        if (value == null) {
            throw Problem.invalid("", "input " + position + " is missing", inputs.size() + " inputs", "this input");
        }
        return value;
    }

    Node in(int position) {
        Value value = value(position);
        if (value.items() != null) {
            throw Problem.invalid("", "input " + position + " is a sequence", "a sequence", "a tensor");
        }
        return value.node();
    }

    /** The tensors of an input that is a sequence. */
    List<Value> items(int position) {
        List<Value> items = value(position).items();
        if (items == null) {
            throw Problem.invalid("", "input " + position + " is no sequence", "a tensor", "a sequence");
        }
        return items;
    }

    /** Integers of a constant input as they are; null where the input is left out. */
    int @Nullable [] optionalWholes(int position) {
        return has(position) ? wholes(position) : null;
    }

    void requireIntegers(int position) {
        if (value(position).isFloat()) {
            throw Problem.invalid(
                    "",
                    "input " + position + " must be integers",
                    value(position).type(),
                    "INT64");
        }
    }

    Value integers(Shape shape, double... values) {
        return constant(Tensor.of(shape, Datatype.INT64, values));
    }

    Node indices(double... positions) {
        return builder.constant(Tensor.of(Shape.of(positions.length), Datatype.INT64, positions));
    }

    /** Every input of an operator that takes any number of them, at least one. */
    List<Value> all() {
        List<Value> all = new ArrayList<>();
        for (int i = 0; i < Math.max(1, inputs.size()); i++) {
            all.add(value(i));
        }
        return all;
    }

    /** An input whose value must be known: it may depend on the data of the request, but not on a parameter. */
    Tensor constant(int position) {
        Tensor known = known(position);
        if (known == null) {
            throw Problem.unsupported(
                    "",
                    "input " + position + " must be known when the model is read",
                    "a value computed from parameters, or from data that may be other in another batch",
                    "an initializer, a constant or something computed from shapes or from the data");
        }
        return known;
    }

    /** The value of an input; null where it depends on parameters. */
    @Nullable
    Tensor known(int position) {
        return builder.knownValue(in(position));
    }

    /** A constant input of whole numbers. */
    int[] wholes(int position) {
        if (value(position).isFloat()) {
            throw Problem.invalid(
                    "",
                    "input " + position + " must be integers",
                    value(position).type(),
                    "INT64");
        }
        return wholes(constant(position), "input " + position);
    }

    /** A constant input of one number. */
    double number(int position) {
        Tensor tensor = constant(position);
        if (tensor.size() != 1) {
            throw Problem.invalid("", "input " + position + " must be one number", tensor.shape(), "[] or [1]");
        }
        return tensor.at(0);
    }

    /**
     * The second of two operands. Until opset 6 it is broadcast only if asked to: its axes are those of the first from
     * {@code axis} on, or the last ones.
     */
    Node second() {
        Node first = in(0);
        Node second = in(1);
        if (opset >= 7) {
            return second;
        }
        boolean broadcast = flag("broadcast", false);
        int axis = hasAttribute("axis") ? axis(whole("axis", 0), first.rank()) : first.rank() - second.rank();
        ignore("axis");
        if (!broadcast || second.rank() == 0 || axis + second.rank() >= first.rank()) {
            return second;
        }
        int[] extents = new int[first.rank() - axis];
        Arrays.fill(extents, 1);
        System.arraycopy(second.shape().extents(), 0, extents, 0, second.rank());
        return builder.reshape(second, Shape.of(extents));
    }

    // ── attributes ──

    boolean hasAttribute(String name) {
        return node.attributes().containsKey(name);
    }

    private <T> @Nullable T attribute(String name, Class<T> kind, String expected) {
        read.add(name);
        Attribute attribute = node.attributes().get(name);
        if (attribute != null && !kind.isInstance(attribute)) {
            throw Problem.invalid("", "attribute " + name + " has another type", attribute.kind(), expected);
        }
        return kind.cast(attribute);
    }

    /** An attribute that has no default. */
    int requiredWhole(String name) {
        if (!hasAttribute(name)) {
            throw Problem.invalid("", "attribute " + name + " is missing", "none", "an integer");
        }
        return whole(name, 0);
    }

    int whole(String name, int absent) {
        Attribute.Whole attribute = attribute(name, Attribute.Whole.class, "an integer");
        return attribute == null ? absent : toInt(attribute.value(), "attribute " + name);
    }

    boolean flag(String name, boolean absent) {
        int value = whole(name, absent ? 1 : 0);
        if (value != 0 && value != 1) {
            throw Problem.invalid("", "attribute " + name + " is a flag", value, "0 or 1");
        }
        return value == 1;
    }

    double number(String name, double absent) {
        Attribute.Number attribute = attribute(name, Attribute.Number.class, "a float");
        return attribute == null ? absent : attribute.value();
    }

    String text(String name, String absent) {
        Attribute.Text attribute = attribute(name, Attribute.Text.class, "a string");
        return attribute == null ? absent : attribute.value();
    }

    /** One of a few words, the first of which is meant where the attribute is absent. */
    String choice(String name, String... words) {
        String word = text(name, words[0]);
        if (!List.of(words).contains(word)) {
            throw Problem.unsupported("", "attribute " + name + " has a value without support", word, List.of(words));
        }
        return word;
    }

    List<String> texts(String name) {
        Attribute.Texts attribute = attribute(name, Attribute.Texts.class, "a list of strings");
        return attribute == null ? List.of() : attribute.values();
    }

    int @Nullable [] wholes(String name) {
        Attribute.Wholes attribute = attribute(name, Attribute.Wholes.class, "a list of integers");
        return attribute == null ? null : wholes(attribute.values(), "attribute " + name);
    }

    @Nullable
    Tensor numbers(String name) {
        Attribute.Numbers attribute = attribute(name, Attribute.Numbers.class, "a list of floats");
        return attribute == null ? null : attribute.values();
    }

    @Nullable
    Tensor tensor(String name) {
        Attribute.Value attribute = attribute(name, Attribute.Value.class, "a tensor");
        return attribute == null ? null : attribute.tensor();
    }

    /** Attributes that change nothing here, such as a seed where nothing is random. */
    void ignore(String... names) {
        read.addAll(List.of(names));
    }

    /** A value that an older opset has as an attribute and a newer one, from {@code since} on, as a constant input. */
    int @Nullable [] wholes(String name, int position, int since) {
        if (opset < since) {
            return wholes(name);
        }
        return has(position) ? wholes(position) : null;
    }

    /** Refuses attributes that nobody has asked for: a misspelt one would silently change the model. */
    void requireAllRead() {
        Set<String> unknown = new TreeSet<>(node.attributes().keySet());
        unknown.removeAll(read);
        if (opset < NO_MORE_CONSUMED_INPUTS) {
            unknown.remove("consumed_inputs"); // which inputs may be overwritten
        }
        if (!unknown.isEmpty()) {
            throw Problem.invalid(
                    "",
                    "it has no such attribute in opset " + opset,
                    unknown,
                    read.isEmpty() ? "no attributes" : "none but " + read);
        }
    }

    // ── outputs ──

    int outputCount() {
        return node.outputs().size();
    }

    boolean wants(int output) {
        return output < node.outputs().size() && !node.outputs().get(output).isEmpty();
    }

    /** A value of the first input's type. */
    List<Value> result(Node result) {
        return List.of(result(result, value(0).type()));
    }

    Value result(Node result, Datatype type) {
        boolean learned = type.isFloat()
                && !result.isConstant()
                && inputs.stream().anyMatch(input -> input != null && input.learned());
        return new Value(result, type, learned);
    }

    Value constant(Tensor tensor) {
        return new Value(builder.constant(tensor), tensor.datatype(), false);
    }

    // ── judging ──

    int axis(int axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw Problem.invalid(
                    "",
                    "there is no such axis",
                    "axis " + axis + " of rank " + rank,
                    "from " + -rank + " to " + (rank - 1));
        }
        return axis < 0 ? axis + rank : axis;
    }

    /** Axes counted from the front, none twice. */
    int[] axes(int[] axes, int rank) {
        int[] resolved = new int[axes.length];
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < axes.length; i++) {
            resolved[i] = axis(axes[i], rank);
            if (!seen.add(resolved[i])) {
                throw Problem.invalid("", "an axis is named twice", Arrays.toString(axes), "different axes");
            }
        }
        return resolved;
    }

    void requireShape(int position, Shape expected) {
        if (!in(position).shape().equals(expected)) {
            throw Problem.invalid(
                    "",
                    "input " + position + " has the wrong shape",
                    in(position).shape(),
                    expected);
        }
    }

    static int[] wholes(Tensor tensor, String what) {
        if (tensor.shape().rank() > 1) {
            throw Problem.invalid("", what + " must be a list", tensor.shape(), "a tensor of rank 1");
        }
        int[] values = new int[tensor.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = toInt((long) tensor.at(i), what);
        }
        return values;
    }

    /** Numbers beyond an int mean <i>to the end</i> or are out of range, which an int's extremes are as well. */
    private static int toInt(long value, String what) {
        if (value != (int) value && Math.abs(value) < Long.MAX_VALUE >> 1 && value != Long.MIN_VALUE) {
            throw Problem.invalid("", what + " is out of range", value, "a 32-bit integer");
        }
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value));
    }

    /** The shape of extents that may be too many or too large. */
    static Shape shape(long... extents) {
        if (!Shape.fits(extents)) {
            throw Problem.invalid(
                    "", "these are no extents of a tensor", Arrays.toString(extents), "at most 2^31 - 1 elements");
        }
        return Shape.of(Arrays.stream(extents).mapToInt(Math::toIntExact).toArray());
    }

    static Operator one(Function<Call, Node> translation) {
        return call -> call.result(translation.apply(call));
    }
}
