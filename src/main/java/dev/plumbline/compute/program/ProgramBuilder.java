package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link Program} node by node. Every call infers and judges the shape at once; a {@link Problem} from it names
 * the place that {@link #at} last set. What depends on constants only is computed at once, so that shapes and indices
 * which a file computes are known values to its reader.
 */
public final class ProgramBuilder {

    /** The most numbers that all values of a program may hold together where nobody says otherwise: 1 GiB of float64. */
    public static final long MOST_ELEMENTS = 1L << 27;

    /** The most nodes a program may have, constants included; their values may be empty. */
    public static final int MOST_NODES = 500_000;

    /** The most floating-point operations spent on constants while a program is built: seconds at worst. */
    public static final double MOST_FOLDED = 2e9;

    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Node> parameters = new LinkedHashMap<>();
    private final Map<String, Node> data = new LinkedHashMap<>();
    private final Map<String, Node> outputs = new LinkedHashMap<>();
    private final Map<String, Node> named = new LinkedHashMap<>();
    private final Set<String> ambiguous = new HashSet<>();
    private final Map<String, Tensor> initial = new LinkedHashMap<>();
    private final Map<String, Node> substitutes = new LinkedHashMap<>();
    private Map<String, String> called = Map.of();
    private final Map<String, Node> wholes = new HashMap<>();
    private final Set<String> furtherNames = new HashSet<>();
    private final KnownValues known = new KnownValues();
    private String place = "";
    private final double mostElements;
    private Origin origin = new Origin("", "");
    private long elements;
    private double folded;

    public ProgramBuilder() {
        this(MOST_ELEMENTS);
    }

    /** @param mostElements the most numbers that all values of the program may hold together */
    public ProgramBuilder(double mostElements) {
        this.mostElements = mostElements;
    }

    /** Sets what the following nodes are called: the words of the file or formula they come from. */
    public ProgramBuilder at(String place) {
        return at(place, "");
    }

    /** The same for an operation of a kind that the file has a word for. */
    public ProgramBuilder at(String place, String kind) {
        this.place = place;
        this.origin = new Origin(place, kind);
        return this;
    }

    /** The operation at hand is read as the function that its writer meant, which is not quite what the file says. */
    public void meaning(String function) {
        origin = origin.meaning(function);
    }

    /** A parameter with the value that its file gives it. */
    public Node parameter(String name, Tensor value) {
        if (!substitutes.containsKey(nameOf(name))) {
            initial.put(nameOf(name), value);
        }
        return parameter(name, value.shape());
    }

    public Node parameter(String name, Shape shape) {
        Node there = parameter(name);
        String own = nameOf(name);
        return ofShape(
                shape,
                there != null ? there : parameters.computeIfAbsent(own, key -> input(key, shape, Input.Role.PARAMETER)),
                own);
    }

    /** The parameter of this name, or what stands for it; null where there is none so far. */
    public @Nullable Node parameter(String name) {
        Node substitute = substitutes.get(nameOf(name));
        return substitute != null ? substitute : parameters.get(nameOf(name));
    }

    /** From now on the parameters that a model names by the keys have the values as their names. */
    public ProgramBuilder called(Map<String, String> names) {
        called = Map.copyOf(names);
        return this;
    }

    /** The program's name of what a model names so. */
    public String nameOf(String parameter) {
        return called.getOrDefault(parameter, parameter);
    }

    /** From now on {@code parameter(name)} gives {@code node}, which the program computes from other parameters. */
    public void substitute(String name, Node node) {
        substitutes.put(name, node);
    }

    public Node data(String name, Shape shape) {
        return ofShape(shape, data.computeIfAbsent(name, key -> input(key, shape, Input.Role.DATA)), name);
    }

    private static Node ofShape(Shape shape, Node node, String name) {
        if (!node.shape().equals(shape)) {
            throw Problem.invalid(
                    Problem.pointer(name), "this name is used with two different shapes", shape, node.shape());
        }
        return node;
    }

    private Node input(String name, Shape shape, Input.Role role) {
        if (parameters.containsKey(name) || data.containsKey(name)) {
            throw Problem.invalid(
                    Problem.pointer(name), "this name is both a parameter and data", name, "two different names");
        }
        Node node = new Node(nodes.size(), new Input(name, shape, role), List.of(), counted(shape), name);
        nodes.add(node);
        return node;
    }

    public Node constant(Tensor tensor) {
        return constant(new Constant(tensor));
    }

    /** A constant that a framework computes in the model's arithmetic, from numbers of the file of these sizes: see {@link Constant}. */
    public Node computed(Tensor tensor, double... sizes) {
        return constant(Constant.computed(tensor, sizes, true));
    }

    /** The same, each element the sum of terms of these sizes. */
    public Node computed(Tensor tensor, double[] sizes, double[] terms) {
        return constant(Constant.computed(tensor, sizes, true).from(terms));
    }

    /** A number that kernels hold in float32 whatever they compute in: see {@link Constant}. */
    Node ofKernel(double value) {
        return constant(Constant.ofKernel(value));
    }

    private Node constant(Constant constant) {
        Shape shape = counted(constant.tensor().shape());
        Node node = new Node(nodes.size(), constant, List.of(), shape, place, origin);
        nodes.add(node);
        return node;
    }

    public Node constant(double value) {
        return constant(Tensor.scalar(value));
    }

    /** The value of a node that {@link Node#isConstant}. */
    public Tensor constantValue(Node node) {
        if (node.op() instanceof Constant constant) {
            return constant.tensor();
        }
        throw Problem.unsupported(
                pointer(), "this must be known when the model is read", "a value computed from data", "a constant");
    }

    /** The program is for these data alone, so that {@link #knownValue} may depend on them. */
    public ProgramBuilder knowing(Map<String, Tensor> data) {
        known.know(data);
        return this;
    }

    /** The value of a node that depends on constants and on known data only; null of any other. */
    public @Nullable Tensor knownValue(Node node) {
        try {
            return known.value(node, this::countFolded);
        } catch (Problem problem) {
            throw problem.within(pointer());
        }
    }

    /** Names a node as an output. */
    public ProgramBuilder output(String name, Node node) {
        outputs.put(name, node);
        return this;
    }

    /** Tells what the file calls a value, output or not. A name that comes to stand for two values stands for none. */
    public ProgramBuilder named(String name, Node node) {
        Node before = named.put(name, node);
        if (before != null && before != node || ambiguous.contains(name)) {
            ambiguous.add(name);
            named.remove(name);
        }
        return this;
    }

    public Map<String, Node> parameters() {
        return parameters;
    }

    /**
     * Tells that parameters are names of one weight: {@code whole} has its value, and moves as any of them moves.
     *
     * @param others its further names
     */
    public ProgramBuilder weight(String first, List<String> others, Node whole) {
        wholes.put(first, whole);
        furtherNames.addAll(others);
        return this;
    }

    /** The parameters as weights: one that has several names is there once. */
    public List<Node> weights() {
        return parameters.keySet().stream()
                .filter(name -> !furtherNames.contains(name))
                .map(name -> wholes.getOrDefault(name, Objects.requireNonNull(parameters.get(name))))
                .toList();
    }

    public Map<String, Node> data() {
        return data;
    }

    public Map<String, Node> outputs() {
        return outputs;
    }

    // ── element by element ──

    public Node unary(UnaryFunction function, Node x) {
        return apply(new Unary(function), x);
    }

    public Node binary(BinaryFunction function, Node a, Node b) {
        return apply(new Binary(function), a, b);
    }

    public Node add(Node a, Node b) {
        return binary(BinaryFunction.ADD, a, b);
    }

    public Node subtract(Node a, Node b) {
        return binary(BinaryFunction.SUBTRACT, a, b);
    }

    public Node multiply(Node a, Node b) {
        return binary(BinaryFunction.MULTIPLY, a, b);
    }

    public Node multiply(Node a, double factor) {
        return factor == 1 ? a : multiply(a, constant(factor));
    }

    public Node divide(Node a, Node b) {
        return binary(BinaryFunction.DIVIDE, a, b);
    }

    public Node power(Node a, Node b) {
        return binary(BinaryFunction.POWER, a, b);
    }

    public Node square(Node a) {
        return power(a, constant(2));
    }

    public Node negate(Node a) {
        return unary(UnaryFunction.NEGATE, a);
    }

    public Node leakyRelu(Node x, double slope) {
        return apply(new LeakyRelu(slope), x);
    }

    /** {@code a} where the condition is not 0, else {@code b}; all three are broadcast together. */
    public Node select(Node condition, Node a, Node b) {
        Shape shape = place(() -> Shapes.broadcast(Shapes.broadcast(condition.shape(), a.shape()), b.shape()));
        return apply(new Select(), broadcast(condition, shape), broadcast(a, shape), broadcast(b, shape));
    }

    // ── products and windows ──

    /** NumPy's {@code matmul}: vectors count as one row on the left, one column on the right. */
    public Node matmul(Node a, Node b) {
        if (a.rank() == 1 && b.rank() >= 1) {
            Node row = matmul(reshape(a, a.shape().prepend(1)), b);
            return reshape(row, without(row.shape(), row.rank() - Math.min(b.rank(), 2)));
        }
        if (b.rank() == 1 && a.rank() >= 2) {
            Node column = matmul(a, reshape(b, Shape.of(b.shape().extent(0), 1)));
            return reshape(column, without(column.shape(), column.rank() - 1));
        }
        return matmul(a, false, b, false);
    }

    /** The product of matrices, either one meant transposed. */
    public Node matmul(Node a, boolean transposeFirst, Node b, boolean transposeSecond) {
        return apply(new MatMul(transposeFirst, transposeSecond), a, b);
    }

    /** A convolution over (batch, channels, height, width). */
    public Node convolution(Node x, Node w, Window window, int groups) {
        return apply(new Convolution(window, groups), x, w);
    }

    public Node maxPool(Node x, Window window) {
        return apply(new MaxPool(window), x);
    }

    public Node averagePool(Node x, Window window, boolean countPadding) {
        return apply(new AveragePool(window, countPadding), x);
    }

    // ── over axes ──

    /** The sum over axes, which disappear; over no axes named, over all. A negative axis counts from the end. */
    public Node sum(Node x, int... axes) {
        return apply(new Reduce(Reduce.Kind.SUM, axes(x, axes)), x);
    }

    public Node mean(Node x, int... axes) {
        List<Integer> over = axes(x, axes);
        double count = over.stream().mapToDouble(axis -> x.shape().extent(axis)).reduce(1, (a, b) -> a * b);
        return divide(sum(x, axes), constant(count)); // 1 / count has a rounding of its own
    }

    public Node max(Node x, int... axes) {
        return apply(new Reduce(Reduce.Kind.MAX, axes(x, axes)), x);
    }

    /** Puts axes of extent 1 back where a reduction over {@code axes} of {@code original} took them away. */
    public Node restoreAxes(Node reduced, Shape original, int... axes) {
        int[] extents = original.extents();
        for (int axis : axes.length == 0 ? IntStream.range(0, extents.length).toArray() : axes) {
            extents[axis(axis, extents.length)] = 1;
        }
        return reshape(reduced, Shape.of(extents));
    }

    public Node cumulativeSum(Node x, int axis) {
        return apply(new CumulativeSum(axis(axis, x.rank())), x);
    }

    // ── moving elements ──

    public Node reshape(Node x, Shape shape) {
        return x.shape().equals(shape) ? x : apply(new Reshape(shape), x);
    }

    public Node transpose(Node x, int... permutation) {
        return apply(new Transpose(IntStream.of(permutation).boxed().toList()), x);
    }

    /** Swaps two axes. */
    public Node swapAxes(Node x, int first, int second) {
        int[] permutation = IntStream.range(0, x.rank()).toArray();
        permutation[axis(first, x.rank())] = axis(second, x.rank());
        permutation[axis(second, x.rank())] = axis(first, x.rank());
        return transpose(x, permutation);
    }

    public Node broadcast(Node x, Shape shape) {
        return x.shape().equals(shape) ? x : apply(new Broadcast(shape), x);
    }

    /** Elements {@code start, start + step, ...} along one axis, {@code count} of them. */
    public Node slice(Node x, int axis, int start, int count, int step) {
        int rank = x.rank();
        int along = axis(axis, rank);
        Integer[] starts = new Integer[rank];
        Integer[] steps = new Integer[rank];
        Arrays.fill(starts, 0);
        Arrays.fill(steps, 1);
        List<Integer> counts = new ArrayList<>(x.shape().toList());
        starts[along] = start;
        steps[along] = step;
        counts.set(along, count);
        return apply(new Slice(List.of(starts), counts, List.of(steps)), x);
    }

    public Node concat(int axis, List<Node> parts) {
        if (parts.isEmpty()) {
            throw Problem.invalid(pointer(), "there is nothing to join", "no tensors", "at least one");
        }
        return apply(new Concat(axis(axis, parts.get(0).rank())), parts.toArray(Node[]::new));
    }

    public Node pad(Node x, List<Integer> before, List<Integer> after, double fill) {
        return apply(new Pad(before, after, fill), x);
    }

    public Node gather(Node x, Node indices, int axis) {
        return apply(new Gather(axis(axis, x.rank())), x, indices);
    }

    public Node gatherElements(Node x, Node indices, int axis) {
        return apply(new GatherElements(axis(axis, x.rank()), true), x, indices);
    }

    /** As {@link #gatherElements}, but no index may be negative. */
    public Node pickClasses(Node x, Node classes, int axis) {
        return apply(new GatherElements(axis, false), x, classes);
    }

    /** As {@link #pickClasses}, and a class {@code ignored} picks 0. */
    public Node pickClasses(Node x, Node classes, int axis, int ignored) {
        return apply(new GatherElements(axis, false, ignored), x, classes);
    }

    /** The program of everything that the outputs need; unused parameters and data stay inputs of it. */
    public Program build() {
        boolean[] needed = new boolean[nodes.size()];
        outputs.values().forEach(node -> needed[node.id()] = true);
        parameters.values().forEach(node -> needed[node.id()] = true);
        data.values().forEach(node -> needed[node.id()] = true);
        for (int id = nodes.size() - 1; id >= 0; id--) {
            if (needed[id]) {
                nodes.get(id).inputs().forEach(input -> needed[input.id()] = true);
            }
        }
        List<Node> kept = new ArrayList<>();
        Map<Node, Node> renumbered = new HashMap<>();
        for (Node node : nodes) {
            if (needed[node.id()]) {
                List<Node> inputs = node.inputs().stream().map(renumbered::get).toList();
                Node copy = new Node(kept.size(), node.op(), inputs, node.shape(), node.label(), node.origin());
                renumbered.put(node, copy);
                kept.add(copy);
            }
        }
        return new Program(
                kept,
                renamed(parameters, renumbered),
                renamed(data, renumbered),
                renamed(outputs, renumbered),
                kept(named, renumbered),
                initial);
    }

    private static Map<String, Node> renamed(Map<String, Node> named, Map<Node, Node> renumbered) {
        Map<String, Node> result = new LinkedHashMap<>();
        named.forEach((name, node) -> result.put(name, Objects.requireNonNull(renumbered.get(node))));
        return result;
    }

    private static Map<String, Node> kept(Map<String, Node> named, Map<Node, Node> renumbered) {
        Map<String, Node> result = new LinkedHashMap<>();
        named.forEach((name, node) -> {
            Node copy = renumbered.get(node);
            if (copy != null) {
                result.put(name, copy);
            }
        });
        return result;
    }

    /** A node of another program on other inputs, by the same name. */
    Node copy(Node node, List<Node> inputs) {
        Node copy = new Node(nodes.size(), node.op(), inputs, node.shape(), node.label(), node.origin());
        nodes.add(copy);
        return copy;
    }

    /** An input under a name of its own that messages call what a node of another program is called. */
    Node standIn(Node node, String name, Input.Role role) {
        Node input = new Node(nodes.size(), new Input(name, node.shape(), role), List.of(), node.shape(), node.label());
        nodes.add(input);
        (role == Input.Role.PARAMETER ? parameters : data).put(name, input);
        return input;
    }

    Node apply(Op op, Node... inputs) {
        List<Shape> shapes = Arrays.stream(inputs).map(Node::shape).toList();
        Shape shape = place(() -> op.shape(shapes));
        if (Arrays.stream(inputs).allMatch(Node::isConstant)) {
            List<Constant> from =
                    Arrays.stream(inputs).map(input -> (Constant) input.op()).toList();
            counted(shape);
            elements -= shape.size();
            countFolded(op.cost(shapes, shape));
            return constant(place(() -> Constant.folded(op, from, shape)));
        }
        String label = place.isEmpty() ? op.title() + "_" + nodes.size() : place;
        Node node = new Node(nodes.size(), op, List.of(inputs), counted(shape), label, origin);
        nodes.add(node);
        return node;
    }

    /** Folding is work before anybody could ask what the program costs. */
    private void countFolded(double cost) {
        folded += cost;
        if (folded > MOST_FOLDED) {
            throw Problem.limit(
                    pointer(),
                    "the constants of this model are too dear to compute",
                    (long) folded + " floating-point operations up to here",
                    "at most " + (long) MOST_FOLDED);
        }
    }

    private Shape counted(Shape shape) {
        if (nodes.size() >= MOST_NODES) {
            throw Problem.limit(
                    pointer(),
                    "this model has too many operations",
                    "more than " + MOST_NODES,
                    "at most " + MOST_NODES);
        }
        elements += shape.size();
        if (elements > mostElements) {
            throw Problem.limit(
                    pointer(),
                    "the values of this model are too large together",
                    elements + " numbers up to here, the last a tensor of shape " + shape,
                    "at most " + (long) mostElements);
        }
        return shape;
    }

    private List<Integer> axes(Node x, int... axes) {
        int[] over = axes.length == 0 ? IntStream.range(0, x.rank()).toArray() : axes;
        return IntStream.of(over)
                .mapToObj(axis -> axis(axis, x.rank()))
                .distinct()
                .sorted()
                .toList();
    }

    private int axis(int axis, int rank) {
        return place(() -> Shapes.axis(axis, rank));
    }

    private String pointer() {
        return place.isEmpty() ? "" : Problem.pointer(place);
    }

    private interface Judged<T> {
        T get();
    }

    private <T> T place(Judged<T> judged) {
        try {
            return judged.get();
        } catch (Problem problem) {
            throw problem.within(pointer());
        }
    }

    private static Shape without(Shape shape, int axis) {
        return Shape.of(IntStream.range(0, shape.rank())
                .filter(k -> k != axis)
                .map(shape::extent)
                .toArray());
    }
}
