package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An immutable graph of primitive operations in topological order, with named parameters, data and outputs.
 *
 * <p>Shapes are fixed when it is built, so everything that can be wrong about shapes has been said by then. It holds no
 * mutable state: any number of threads may evaluate it at once.
 */
public final class Program {

    /** Stands where a value was. */
    private static final Tensor FORGOTTEN = Tensor.zeros(Shape.of(0));

    private final List<Node> nodes;
    private final Map<String, Node> parameters;
    private final Map<String, Node> data;
    private final Map<String, Node> outputs;
    private final Map<String, Node> named;
    private final Map<String, Tensor> initial;
    private final boolean[] differentiable; // (node): does it depend on a parameter?
    private final boolean[] shared; // (node): do several nodes read it, or one twice?
    private volatile @Nullable Centring centring;
    private volatile @Nullable Discrete discrete;
    private volatile @Nullable Conditioning conditioning;
    private double @Nullable [] shares;

    Program(
            List<Node> nodes,
            Map<String, Node> parameters,
            Map<String, Node> data,
            Map<String, Node> outputs,
            Map<String, Node> named,
            Map<String, Tensor> initial) {
        this.nodes = List.copyOf(nodes);
        this.parameters = unmodifiable(parameters);
        this.data = unmodifiable(data);
        this.outputs = unmodifiable(outputs);
        this.named = unmodifiable(named);
        this.initial = unmodifiable(initial);
        this.differentiable = new boolean[nodes.size()];
        this.shared = new boolean[nodes.size()];
        boolean[] read = new boolean[nodes.size()];
        for (Node node : nodes) {
            boolean depends = node.op() instanceof Input input && input.role() == Input.Role.PARAMETER;
            for (Node input : node.inputs()) {
                depends |= differentiable[input.id()];
                shared[input.id()] = read[input.id()];
                read[input.id()] = true;
            }
            differentiable[node.id()] = depends;
        }
    }

    private static <T> Map<String, T> unmodifiable(Map<String, T> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    /** The same program, where some data are parameters: it is differentiated by them too. */
    public Program differentiatedBy(Set<String> these) {
        List<Node> own = new ArrayList<>(nodes.size());
        Map<Node, Node> copies = new HashMap<>();
        for (Node node : nodes) {
            Op op = node.op() instanceof Input input && these.contains(input.name())
                    ? new Input(input.name(), input.given(), Input.Role.PARAMETER)
                    : node.op();
            List<Node> inputs = node.inputs().stream().map(copies::get).toList();
            Node copy = new Node(own.size(), op, inputs, node.shape(), node.label(), node.origin());
            copies.put(node, copy);
            own.add(copy);
        }
        Map<String, Node> more = new LinkedHashMap<>(parameters);
        Map<String, Node> fewer = new LinkedHashMap<>(data);
        for (String name : these) {
            more.put(name, Objects.requireNonNull(fewer.remove(name)));
        }
        return new Program(
                own,
                copied(more, copies),
                copied(fewer, copies),
                copied(outputs, copies),
                copied(named, copies),
                initial);
    }

    private static Map<String, Node> copied(Map<String, Node> named, Map<Node, Node> copies) {
        Map<String, Node> result = new LinkedHashMap<>();
        named.forEach((name, node) -> result.put(name, Objects.requireNonNull(copies.get(node))));
        return result;
    }

    /** Every node, each after those it reads. */
    public List<Node> nodes() {
        return nodes;
    }

    public Map<String, Node> parameters() {
        return parameters;
    }

    public Map<String, Node> data() {
        return data;
    }

    public Map<String, Node> outputs() {
        return outputs;
    }

    /** Whether what arrives at a node in a reverse pass is a sum, of what several nodes or one node twice pass back. */
    boolean isReadBySeveral(Node node) {
        return shared[node.id()];
    }

    /** Values by what the file calls them, those in the middle too; of several names for one, the file's first stands first. */
    public Map<String, Node> named() {
        return named;
    }

    /** The parameters' values as the model's file has them; none for a parameter that only has a shape. */
    public Map<String, Tensor> initial() {
        return initial;
    }

    /** An output by name; a problem that lists the others where there is none. */
    public Node output(String name) {
        Node node = outputs.get(name);
        if (node == null) {
            throw Problem.invalid("", "the model has no output of this name", name, "one of " + outputs.keySet());
        }
        return node;
    }

    /** The data that serve as indices only as they came, and which numbers they may hold. */
    public Map<String, IndexRange> indices() {
        return Indices.ranges(nodes);
    }

    /** Whether the node depends on a parameter. */
    boolean isDifferentiable(Node node) {
        return differentiable[node.id()];
    }

    /** Which values are positions, counts and masks; found when rounding first asks. */
    Discrete discrete() {
        Discrete found = discrete;
        if (found == null) {
            found = Discrete.of(this); // two threads may both do this, to the same end
            discrete = found;
        }
        return found;
    }

    /** Where means are taken off; found when rounding first asks. */
    Centring centring() {
        Centring found = centring;
        if (found == null) {
            found = Centring.of(this); // two threads may both do this, to the same end
            centring = found;
        }
        return found;
    }

    /** Where derivatives are computed from rounded values; found when rounding first asks. */
    Conditioning conditioning() {
        Conditioning found = conditioning;
        if (found == null) {
            found = Conditioning.of(this);
            conditioning = found;
        }
        return found;
    }

    /** Floating-point operations of one evaluation, roughly; a reverse pass takes two to three times as many. */
    public double cost() {
        double sum = 0;
        for (Node node : nodes) {
            sum += cost(node);
        }
        return sum;
    }

    /** Seconds of one evaluation on one core of the machine that the figures were measured on; see {@link Effort}. */
    public double seconds() {
        double nanoseconds = 0;
        for (Node node : nodes) {
            nanoseconds += Effort.of(node, 1);
        }
        return nanoseconds / 1e9;
    }

    private static double cost(Node node) {
        return node.op().cost(shapes(node), node.shape());
    }

    /** What a node costs for one of its inputs, as a share of a whole reverse pass. */
    double shareOfReverse(Node node) {
        double[] found = shares;
        if (found == null) {
            found = shares(); // two threads may both do this, to the same end
            shares = found;
        }
        return found[node.id()];
    }

    private double[] shares() {
        double[] costs = new double[nodes.size()];
        double whole = 0;
        for (Node node : nodes) {
            if (isDifferentiable(node) && !node.inputs().isEmpty()) {
                costs[node.id()] = cost(node);
                whole += costs[node.id()]
                        * node.inputs().stream().filter(this::isDifferentiable).count();
            }
        }
        double all = Math.max(whole, 1);
        return Arrays.stream(costs).map(cost -> cost / all).toArray();
    }

    /** Bytes of all values of one evaluation. */
    public double bytes() {
        double sum = 0;
        for (Node node : nodes) {
            sum += 8.0 * node.shape().size();
        }
        return sum;
    }

    /** By id, these nodes and all that depend on one of them. */
    BitSet leadingTo(Collection<Node> of) {
        BitSet leading = new BitSet();
        for (Node node : nodes) {
            boolean onTheWay = of.contains(node) || node.inputs().stream().anyMatch(input -> leading.get(input.id()));
            leading.set(node.id(), onTheWay);
        }
        return leading;
    }

    /** Whether some part is held constant by the reverse pass, so that the gradient is not that of the objective. */
    public boolean stopsGradients() {
        return nodes.stream()
                .anyMatch(node -> node.op() instanceof Unary unary && unary.function() == UnaryFunction.STOP_GRADIENT);
    }

    /** The operations of one of the file's kinds that hold something constant that depends on a parameter. */
    public List<String> stoppingGradients(String kind) {
        return nodes.stream()
                .filter(node -> node.stopsGradient() && differentiable[node.id()])
                .map(Node::origin)
                .filter(origin -> origin.kind().equals(kind))
                .map(Origin::name)
                .distinct()
                .toList();
    }

    /** The operations that depend on a parameter and were read as their writer meant them, not as they stand. */
    public List<Origin> readAsMeant() {
        return nodes.stream()
                .filter(node -> differentiable[node.id()])
                .map(Node::origin)
                .filter(origin -> !origin.meant().isEmpty())
                .distinct()
                .toList();
    }

    /** How many numbers the parameters hold. */
    public long parameterCount() {
        return parameters.values().stream()
                .mapToLong(node -> node.shape().size())
                .sum();
    }

    static List<Shape> shapes(Node node) {
        return node.inputs().stream().map(Node::shape).toList();
    }

    /** Every value at a point, which gives each parameter and each data tensor by name. */
    public Evaluation evaluate(Map<String, Tensor> point) {
        return evaluate(point, Rounding.NONE);
    }

    /** Every value at a point, each result rounded as a machine of less precision would. */
    public Evaluation evaluate(Map<String, Tensor> point, Rounding rounding) {
        Tensor[] values = new Tensor[nodes.size()];
        for (Node node : nodes) {
            values[node.id()] = value(node, point, values, rounding);
        }
        return new Evaluation(this, values, rounding);
    }

    private static Tensor value(Node node, Map<String, Tensor> point, Tensor[] values, Rounding rounding) {
        if (node.op() instanceof Input input) {
            return rounding.given(node, bound(point, input, node.shape()));
        }
        if (node.op() instanceof Constant constant) {
            return rounding.given(node, constant.tensor());
        }
        List<Tensor> inputs = new ArrayList<>(node.inputs().size());
        for (Node input : node.inputs()) {
            inputs.add(values[input.id()]);
        }
        return value(node, inputs, rounding);
    }

    /**
     * The values of some nodes alone: of the others each is forgotten as soon as it has been read for the last time, and there is
     * no gradient of them.
     */
    public Evaluation evaluateOnly(Set<Node> wanted, Map<String, Tensor> point, Rounding rounding) {
        int[] readers = new int[nodes.size()]; // that have not been evaluated yet
        for (Node node : nodes) {
            node.inputs().forEach(input -> readers[input.id()]++);
        }
        Tensor[] values = new Tensor[nodes.size()];
        for (Node node : nodes) {
            values[node.id()] = value(node, point, values, rounding);
            for (Node input : node.inputs()) {
                if (--readers[input.id()] == 0 && !wanted.contains(input)) {
                    values[input.id()] = FORGOTTEN;
                }
            }
        }
        return new Evaluation(this, values, rounding);
    }

    Evaluation reevaluate(Tensor[] before, Map<String, Tensor> changed, Rounding rounding) {
        Tensor[] values = before.clone();
        boolean[] differs = new boolean[values.length];
        List<Tensor> inputs = new ArrayList<>();
        for (Node node : nodes) {
            if (node.op() instanceof Input input && changed.containsKey(input.name())) {
                values[node.id()] = rounding.given(node, bound(changed, input, node.shape()));
                differs[node.id()] = true;
                continue;
            }
            if (node.stopsGradient()) {
                continue; // constant, for differences as for derivatives
            }
            inputs.clear();
            for (Node input : node.inputs()) {
                inputs.add(values[input.id()]);
                differs[node.id()] |= differs[input.id()];
            }
            if (differs[node.id()]) {
                values[node.id()] = value(node, inputs, rounding);
            }
        }
        return new Evaluation(this, values, rounding);
    }

    private static Tensor value(Node node, List<Tensor> inputs, Rounding rounding) {
        try {
            return rounding.value(node, inputs);
        } catch (Problem problem) {
            throw problem.within(Problem.pointer(node.label()));
        }
    }

    private static Tensor bound(Map<String, Tensor> point, Input input, Shape shape) {
        String kind = input.role() == Input.Role.PARAMETER ? "parameter" : "data tensor";
        Tensor given = point.get(input.name());
        if (given == null) {
            throw Problem.invalid(
                    Problem.pointer(input.name()),
                    "this " + kind + " has no value",
                    "nothing",
                    "a tensor of shape " + shape);
        }
        if (!given.shape().equals(shape)) {
            throw Problem.invalid(
                    Problem.pointer(input.name()), "this " + kind + " has the wrong shape", given.shape(), shape);
        }
        return given;
    }
}
