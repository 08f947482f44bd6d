package dev.plumbline.compute.program;

import dev.plumbline.compute.program.Operation.Kind;
import dev.plumbline.compute.program.Operation.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the operations of a program: composites by their shape, whatever file they came from and however many nodes it had
 * for them, and every primitive by itself.
 */
final class Operations {

    /** An activation is not longer than that. */
    private static final int LONGEST = 24;

    private final Objective objective;
    private final Program program;

    private Operations(Objective objective) {
        this.objective = objective;
        this.program = objective.program();
    }

    /** The operations that an objective depends on and that depend on a parameter, in the order of the program. */
    static List<Operation> of(Objective objective) {
        Operations operations = new Operations(objective);
        List<Operation> found = new ArrayList<>();
        for (Node node : objective.program().nodes()) {
            if (!node.inputs().isEmpty() && operations.moves(node) && objective.dependsOn(node)) {
                Operation composite = operations.composite(node);
                if (composite != null) {
                    found.add(composite);
                }
                found.add(operations.primitive(node));
            }
        }
        return found;
    }

    private boolean moves(Node node) {
        return program.isDifferentiable(node) && !node.stopsGradient();
    }

    private Operation primitive(Node node) {
        return Operation.of(kind(node), node, Set.of(node), Map.of(), program);
    }

    private Kind kind(Node node) {
        Op op = node.op();
        if (op instanceof Unary unary) {
            return unary.function() == UnaryFunction.NEGATE ? Kind.SCALING : Kind.ACTIVATION;
        }
        if (op instanceof LeakyRelu) {
            return Kind.ACTIVATION;
        }
        if (op instanceof Binary binary) {
            boolean alone = node.inputs().stream().anyMatch(Node::isConstant);
            boolean scales = binary.function() == BinaryFunction.MULTIPLY || binary.function() == BinaryFunction.DIVIDE;
            boolean adds = binary.function() == BinaryFunction.ADD || binary.function() == BinaryFunction.SUBTRACT;
            return !alone || adds ? Kind.COMBINATION : scales ? Kind.SCALING : Kind.ACTIVATION;
        }
        if (op instanceof MaxPool || op instanceof AveragePool) {
            return Kind.POOL;
        }
        if (op instanceof Reduce) {
            return Kind.REDUCTION;
        }
        if (op instanceof Gather || op instanceof GatherElements) {
            return Kind.LOOKUP;
        }
        return op instanceof MatMul
                ? Kind.PRODUCT
                : op instanceof Convolution ? Kind.CONVOLUTION : op instanceof Select ? Kind.COMBINATION : Kind.MOVE;
    }

    // ── composites ──

    private @Nullable Operation composite(Node node) {
        Operation found = normalisation(node);
        found = found != null ? found : softmax(node);
        found = found != null ? found : logSoftmax(node);
        found = found != null ? found : mean(node);
        found = found == null && isLastOfItsOrigin(node) ? operator(node) : found;
        return found != null ? found : activation(node);
    }

    /** {@code n / sqrt(mean(c^2) + epsilon)}, where c is n; or {@code n} times the inverse. */
    private @Nullable Operation normalisation(Node node) {
        Node centred = null;
        Node root = null;
        if (is(node, BinaryFunction.DIVIDE)) {
            centred = node.inputs().get(0);
            root = bare(node.inputs().get(1));
        } else if (is(node, BinaryFunction.MULTIPLY)) {
            Node inverse = bare(node.inputs().get(1));
            centred = node.inputs().get(0);
            root = is(inverse, BinaryFunction.DIVIDE) && inverse.inputs().get(0).isConstant()
                    ? bare(inverse.inputs().get(1))
                    : null;
        }
        if (centred == null || root == null || !is(root, UnaryFunction.SQRT)) {
            return null;
        }
        Node variance = bare(withoutConstant(bare(root.inputs().get(0))));
        Node squares = meanOf(variance);
        if (squares == null || !isSquareOf(squares, centred)) {
            return null;
        }
        Map<Role, Node> roles = new EnumMap<>(Role.class);
        roles.put(Role.VARIANCE, variance);
        roles.put(Role.DEVIATION, root);
        roles.put(Role.CENTRED, centred);
        Node x = centred;
        if (is(centred, BinaryFunction.SUBTRACT)) {
            Node mean = bare(centred.inputs().get(1));
            if (Objects.equals(meanOf(mean), centred.inputs().get(0))) {
                roles.put(Role.MEAN, mean);
                x = centred.inputs().get(0);
            }
        }
        return between(Kind.NORMALISATION, x, node, roles);
    }

    /** {@code exp(x - m) / sum exp(x - m)}. */
    private @Nullable Operation softmax(Node node) {
        if (!is(node, BinaryFunction.DIVIDE)) {
            return null;
        }
        Node exponentials = node.inputs().get(0);
        Node sum = bare(node.inputs().get(1));
        if (!is(exponentials, UnaryFunction.EXP) || !Objects.equals(sumOf(sum), exponentials)) {
            return null;
        }
        return between(
                Kind.SOFTMAX,
                unshifted(exponentials.inputs().get(0)),
                node,
                new EnumMap<>(Map.of(Role.NORMALISER, sum)));
    }

    /** {@code x - m - log sum exp(x - m)}. */
    private @Nullable Operation logSoftmax(Node node) {
        if (!is(node, BinaryFunction.SUBTRACT)) {
            return null;
        }
        Node shifted = node.inputs().get(0);
        Node logarithm = bare(node.inputs().get(1));
        if (!is(logarithm, UnaryFunction.LOG)) {
            return null;
        }
        Node exponentials = sumOf(bare(logarithm.inputs().get(0)));
        if (exponentials == null
                || !is(exponentials, UnaryFunction.EXP)
                || exponentials.inputs().get(0) != shifted) {
            return null;
        }
        return between(Kind.LOG_SOFTMAX, unshifted(shifted), node, new EnumMap<>(Map.of(Role.NORMALISER, logarithm)));
    }

    private @Nullable Operation mean(Node node) {
        Node x = meanOf(node);
        return x == null ? null : between(Kind.REDUCTION, x, node, Map.of());
    }

    /** All that one operator of the file became, element by element from one value: a hard sigmoid, a clip, a selu. */
    private @Nullable Operation operator(Node node) {
        Node x = null;
        boolean bends = false;
        int count = 0;
        List<Node> open = new ArrayList<>(List.of(node));
        Set<Node> seen = new HashSet<>(open);
        while (!open.isEmpty()) {
            Node last = open.remove(open.size() - 1);
            if (!isElementwise(last) || !last.shape().equals(node.shape()) || ++count > LONGEST) {
                return null;
            }
            bends |= kind(last) == Kind.ACTIVATION || last.op() instanceof Select;
            for (Node input : last.inputs()) {
                boolean isOwn =
                        input.origin() == node.origin() && !input.inputs().isEmpty();
                if (!moves(input) || isOwn && !seen.add(input)) {
                    continue;
                }
                if (isOwn) {
                    open.add(input);
                } else if (x != null && x != input) {
                    return null;
                } else {
                    x = input;
                }
            }
        }
        return x == null || count < 2 || !bends ? null : between(Kind.ACTIVATION, x, node, Map.of());
    }

    private boolean isLastOfItsOrigin(Node node) {
        return objective.consumers(node).stream().noneMatch(reader -> reader.origin() == node.origin());
    }

    private static boolean isElementwise(Node node) {
        return node.op() instanceof Unary
                || node.op() instanceof Binary
                || node.op() instanceof LeakyRelu
                || node.op() instanceof Select;
    }

    /** Element by element from one value, which is read more than once on the way: a gelu, a swish, an elu. */
    private @Nullable Operation activation(Node node) {
        Node end = node;
        if (kind(node) == Kind.SCALING && node.inputs().size() == 2) {
            Node scaled = node.inputs().get(node.inputs().get(0).isConstant() ? 1 : 0);
            end = scaled.shape().equals(node.shape()) && scaled.inputs().size() > 1 ? scaled : node;
        }
        Node x = source(end);
        if (x == null
                || end.inputs().contains(x)
                        && end.inputs().stream().filter(this::moves).count() < 2) {
            return null;
        }
        return between(Kind.ACTIVATION, x, node, Map.of());
    }

    /** The nearest value from which a node is computed element by element; null where there is none. */
    private @Nullable Node source(Node node) {
        TreeSet<Node> open = new TreeSet<>((a, b) -> Integer.compare(a.id(), b.id()));
        open.add(node);
        for (int steps = 0; steps < LONGEST; steps++) {
            Node last = open.last();
            if (open.size() == 1 && last != node) {
                return last;
            }
            if (!isElementwise(last) || !last.shape().equals(node.shape())) {
                return null;
            }
            open.remove(last);
            last.inputs().stream().filter(program::isDifferentiable).forEach(open::add);
            if (open.isEmpty()) {
                return null;
            }
        }
        return null;
    }

    /** Everything from x to a node; null where something else that depends on parameters comes in. */
    private @Nullable Operation between(Kind kind, Node x, Node output, Map<Role, Node> roles) {
        Set<Node> nodes = new HashSet<>();
        List<Node> open = new ArrayList<>(List.of(output));
        while (!open.isEmpty()) {
            Node node = open.remove(open.size() - 1);
            if (node == x || !program.isDifferentiable(node) || !nodes.add(node)) {
                continue;
            }
            if (node.inputs().isEmpty() || node.id() < x.id() || nodes.size() > 2 * LONGEST) {
                return null;
            }
            open.addAll(node.inputs());
        }
        return nodes.size() < 2 ? null : Operation.of(kind, output, nodes, roles, program);
    }

    // ── shapes of composites ──

    private static boolean is(Node node, BinaryFunction function) {
        return node.op() instanceof Binary binary && binary.function() == function;
    }

    private static boolean is(Node node, UnaryFunction function) {
        return node.op() instanceof Unary unary && unary.function() == function;
    }

    /** Without the axes that were put back. */
    private static Node bare(Node node) {
        Node bare = node;
        while (bare.op() instanceof Reshape || bare.op() instanceof Broadcast) {
            bare = bare.inputs().get(0);
        }
        return bare;
    }

    private static Node withoutConstant(Node sum) {
        if (is(sum, BinaryFunction.ADD)) {
            boolean first = sum.inputs().get(0).isConstant();
            return first || sum.inputs().get(1).isConstant() ? sum.inputs().get(first ? 1 : 0) : sum;
        }
        return sum;
    }

    private static @Nullable Node sumOf(Node node) {
        return node.op() instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM
                ? node.inputs().get(0)
                : null;
    }

    private static @Nullable Node meanOf(Node node) {
        boolean isScaled = is(node, BinaryFunction.DIVIDE) || is(node, BinaryFunction.MULTIPLY);
        return isScaled && node.inputs().get(1).isConstant()
                ? sumOf(bare(node.inputs().get(0)))
                : null;
    }

    private static boolean isSquareOf(Node node, Node base) {
        boolean power = is(node, BinaryFunction.POWER) && node.inputs().get(1).isConstant();
        boolean product = is(node, BinaryFunction.MULTIPLY) && node.inputs().get(1) == base;
        return (power || product) && node.inputs().get(0) == base;
    }

    private static Node unshifted(Node node) {
        return is(node, BinaryFunction.SUBTRACT) && bare(node.inputs().get(1)).stopsGradient()
                ? node.inputs().get(0)
                : node;
    }
}
