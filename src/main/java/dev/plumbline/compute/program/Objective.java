package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is differentiated: one number that a program computes, at a point. The evaluation at the point is kept, since
 * everything nearby starts from it.
 */
public final class Objective {

    private final Program program;
    private final Node output;
    private final Map<String, Tensor> point;
    private final Evaluation base;
    private @Nullable Consumers consumers;

    /**
     * @param output a node of the program with one element
     * @param point every parameter and data tensor by name
     */
    public Objective(Program program, Node output, Map<String, Tensor> point) {
        this(program, output, point, program.evaluate(point));
    }

    /** With an evaluation that has been made at the point. */
    public Objective(Program program, Node output, Map<String, Tensor> point, Evaluation base) {
        if (output.shape().size() != 1) {
            throw new IllegalArgumentException("an objective is one number, not " + output);
        }
        this.program = program;
        this.output = output;
        this.point = Map.copyOf(point);
        this.base = base;
    }

    /** The same, differentiated by some of its data too. */
    public Objective differentiatedBy(Set<String> data) {
        Program other = program.differentiatedBy(data);
        return new Objective(other, other.nodes().get(output.id()), point);
    }

    public Program program() {
        return program;
    }

    public Node output() {
        return output;
    }

    public Map<String, Tensor> point() {
        return point;
    }

    /** The value of a parameter at the point. */
    public Tensor parameter(String name) {
        Tensor value = point.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no parameter " + name);
        }
        return value;
    }

    /** The nodes that read a node and that the objective depends on. */
    public List<Node> consumers(Node node) {
        return consumers().of(node);
    }

    /** Whether a function of a node is held constant by {@code stopGradient}, as the largest logit in cross entropy is. */
    boolean isHeld(Node node) {
        return consumers().isHeld(node);
    }

    private Consumers consumers() {
        Consumers found = consumers;
        if (found == null) {
            found = new Consumers(program, output); // two threads may both do this, to the same end
            consumers = found;
        }
        return found;
    }

    /** The operations that the objective depends on and that depend on a parameter, in the order of the program. */
    public List<Operation> operations() {
        return Operations.of(this);
    }

    /** Whether the objective depends on a node. */
    public boolean dependsOn(Node node) {
        return node == output || !consumers(node).isEmpty();
    }

    /**
     * Whether the derivative by a parameter is more than 0 by construction: whether some way leads from it to the objective
     * on which no operation has derivative 0 everywhere, as a comparison has, or an index.
     */
    public boolean hasDerivativeBy(String parameter) {
        Node start = program.parameters().get(parameter);
        BitSet reached = new BitSet();
        for (Node node : program.nodes()) {
            boolean isReached = node == start;
            for (int k = 0; k < node.inputs().size() && !isReached; k++) {
                isReached = reached.get(node.inputs().get(k).id()) && passes(node.op(), k);
            }
            reached.set(node.id(), isReached);
        }
        return reached.get(output.id());
    }

    /**
     * The parameters whose derivative is 0 by construction, as {@link #hasDerivativeBy} has it, all in one pass: each with
     * an operation that holds it back, such as {@code stopGradient} or a comparison; null where the objective does not
     * depend on the parameter at all.
     */
    public Map<String, @Nullable Node> cutOff() {
        BitSet passed = new BitSet();
        passed.set(output.id());
        @Nullable Node[] holding = new Node[output.id() + 1]; // (node): null where it has a derivative, or is not read
        for (int id = output.id(); id >= 0; id--) {
            Node node = program.nodes().get(id);
            Node held = holding[id];
            for (int k = 0; k < node.inputs().size() && (passed.get(id) || held != null); k++) {
                int input = node.inputs().get(k).id();
                boolean passes = passes(node.op(), k);
                if (passes && passed.get(id)) {
                    passed.set(input);
                } else {
                    holding[input] = passes ? held : node;
                }
            }
        }
        Map<String, @Nullable Node> cut = new LinkedHashMap<>();
        program.parameters().forEach((name, node) -> {
            if (!passed.get(node.id())) {
                cut.put(name, node.id() < holding.length ? holding[node.id()] : null);
            }
        });
        return cut;
    }

    private static boolean passes(Op op, int input) {
        if (op instanceof Unary unary) {
            return switch (unary.function()) {
                case SIGN, FLOOR, STOP_GRADIENT -> false;
                default -> true;
            };
        } else if (op instanceof Binary binary) {
            return switch (binary.function()) {
                case LESS, LESS_OR_EQUAL, EQUAL -> false;
                default -> true;
            };
        } else if (op instanceof Select) {
            return input > 0;
        }
        boolean looksUp = op instanceof Gather || op instanceof GatherElements;
        return !looksUp || input == 0;
    }

    /**
     * Whether a finite value between a parameter and the objective is beyond the largest number of a narrower arithmetic: the square
     * of 1e20 in float32. What follows there is not what was meant.
     */
    public boolean overflowsBehind(String parameter, double largest) {
        Node start = program.parameters().get(parameter);
        BitSet reached = new BitSet();
        for (Node node : program.nodes()) {
            boolean isReached = node.inputs().stream().anyMatch(input -> reached.get(input.id()));
            reached.set(node.id(), isReached || node == start);
            boolean overflows = isReached
                    && dependsOn(node)
                    && exceeds(node, largest)
                    && node.inputs().stream().noneMatch(input -> exceeds(input, largest)); // as a mask of -1e300 does
            if (overflows) {
                return true;
            }
        }
        return false;
    }

    private boolean exceeds(Node node, double largest) {
        for (double value : base.value(node).values()) {
            if (Math.abs(value) > largest && Double.isFinite(value)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a node depends on a parameter. */
    public boolean isMoved(Node node) {
        return program.isDifferentiable(node);
    }

    /** The evaluation at the point itself. */
    public Evaluation base() {
        return base;
    }

    public double value() {
        return base.value(output).item();
    }

    /** The first node that reads a parameter: the later, the nearer it is to the objective. -1 where none does. */
    public int firstReader(String parameter) {
        return consumers(node(parameter)).stream().mapToInt(Node::id).min().orElse(-1);
    }

    /** What it takes to evaluate again where one parameter is changed, as {@link Program#seconds}. */
    public double secondsBehind(String parameter) {
        BitSet changed = new BitSet();
        changed.set(node(parameter).id());
        double nanoseconds = 0;
        for (Node node : program.nodes()) {
            if (node.inputs().stream().anyMatch(input -> changed.get(input.id()))) {
                changed.set(node.id());
                nanoseconds += Effort.of(node, 1);
            }
        }
        return nanoseconds / 1e9;
    }

    private Node node(String parameter) {
        return Objects.requireNonNull(program.parameters().get(parameter));
    }

    /** The value where some parameters are changed. */
    public double valueWith(Map<String, Tensor> changed) {
        return base.with(changed).value(output).item();
    }

    /** Our own reverse-mode gradient at the point, whose cotangents are taken again where they are asked for. */
    public Evaluation.Gradient gradientOfParameters() {
        return base.gradientOfParameters(output);
    }

    /** Our own reverse-mode gradient at the point, with its cotangents. */
    public Evaluation.Gradient gradient() {
        return base.gradient(output);
    }
}
