package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A gradient as nodes of the program, for models that compute with their own gradients: reverse mode over the nodes from
 * {@code y} back to some others, each step built from primitives again. Operations whose step would need a scatter or a
 * window are refused.
 */
public final class SymbolicGradient {

    private final ProgramBuilder b;
    private final Map<Node, Node> cotangents = new HashMap<>();

    private SymbolicGradient(ProgramBuilder b) {
        this.b = b;
    }

    /** The gradients of the sum of {@code y}'s elements; zeros by nodes on which it does not depend. */
    public static List<Node> of(ProgramBuilder b, Node y, List<Node> by) {
        SymbolicGradient gradient = new SymbolicGradient(b);
        gradient.cotangents.put(y, b.constant(Tensor.filled(y.shape(), 1)));
        for (Node node : between(y, by)) {
            Node arriving = gradient.cotangents.get(node);
            if (arriving != null && !by.contains(node)) {
                gradient.pullBack(node, arriving);
            }
        }
        return by.stream()
                .map(x -> gradient.cotangents.getOrDefault(x, b.constant(Tensor.zeros(x.shape()))))
                .toList();
    }

    /** What {@code y} depends on, from it back, up to {@code by}. */
    private static List<Node> between(Node y, List<Node> by) {
        Set<Node> seen = new HashSet<>();
        List<Node> open = new ArrayList<>(List.of(y));
        while (!open.isEmpty()) {
            Node node = open.remove(open.size() - 1);
            if (seen.add(node) && !by.contains(node)) {
                open.addAll(node.inputs());
            }
        }
        List<Node> ordered = new ArrayList<>(seen);
        ordered.sort(Comparator.comparingInt(Node::id).reversed());
        return ordered;
    }

    private void give(Node input, Node cotangent) {
        if (!input.isConstant()) {
            Node own = b.reshape(summed(cotangent, input.shape()), input.shape());
            cotangents.merge(input, own, b::add);
        }
    }

    /** Sums over the axes that broadcasting made. */
    private Node summed(Node cotangent, Shape shape) {
        int added = cotangent.rank() - shape.rank();
        int[] axes = IntStream.range(0, Math.max(0, cotangent.rank()))
                .filter(k -> k < added
                        || (shape.extent(k - added) == 1 && cotangent.shape().extent(k) != 1))
                .toArray();
        return axes.length == 0 ? cotangent : b.sum(cotangent, axes);
    }

    private void pullBack(Node node, Node dy) {
        Op op = node.op();
        List<Node> in = node.inputs();
        if (op instanceof Unary unary) {
            Node slope = derivative(b, unary.function(), in.get(0), node);
            if (slope != null) {
                give(in.get(0), b.multiply(dy, slope));
            }
        } else if (op instanceof LeakyRelu leaky) {
            Node positive = b.binary(BinaryFunction.LESS, b.constant(0), in.get(0));
            give(in.get(0), b.multiply(dy, b.select(positive, b.constant(1), b.constant(leaky.slope()))));
        } else if (op instanceof Binary binary) {
            binary(binary.function(), node, dy);
        } else if (op instanceof Select) {
            give(in.get(1), b.select(in.get(0), dy, b.constant(0)));
            give(in.get(2), b.select(in.get(0), b.constant(0), dy));
        } else if (op instanceof MatMul product) {
            product(product, in.get(0), in.get(1), dy);
        } else if (op instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM) {
            int[] axes = reduce.axes().stream().mapToInt(Integer::intValue).toArray();
            Node kept = axes.length == 0 ? dy : b.restoreAxes(dy, in.get(0).shape(), axes);
            give(in.get(0), b.broadcast(kept, in.get(0).shape()));
        } else if (op instanceof Reshape) {
            give(in.get(0), b.reshape(dy, in.get(0).shape()));
        } else if (op instanceof Broadcast) {
            give(in.get(0), dy);
        } else if (op instanceof Transpose transpose) {
            int[] back = new int[dy.rank()];
            for (int k = 0; k < back.length; k++) {
                back[transpose.permutation().get(k)] = k;
            }
            give(in.get(0), b.transpose(dy, back));
        } else if (op instanceof Concat concat) {
            int start = 0;
            for (Node part : in) {
                int extent = part.shape().extent(concat.axis());
                give(part, b.slice(dy, concat.axis(), extent == 0 ? 0 : start, extent, 1));
                start += extent;
            }
        } else if (op instanceof Slice slice && Collections.frequency(slice.steps(), 1) == dy.rank()) {
            List<Integer> behind = new ArrayList<>();
            for (int k = 0; k < dy.rank(); k++) {
                int extent = in.get(0).shape().extent(k);
                behind.add(extent - slice.starts().get(k) - slice.counts().get(k));
            }
            give(in.get(0), b.pad(dy, slice.starts(), behind, 0));
        } else if (!in.isEmpty() && !in.stream().allMatch(Node::isConstant)) {
            throw Problem.unsupported(
                    "",
                    "a gradient inside the model cannot pass this operation",
                    op.title(),
                    "arithmetic and products");
        }
    }

    /** {@code f'(x)} where {@code y = f(x)}; null where it is 0 everywhere. */
    static @Nullable Node derivative(ProgramBuilder b, UnaryFunction function, Node x, Node y) {
        Node one = b.constant(1);
        return switch (function) {
            case NEGATE -> b.constant(-1);
            case EXP -> y;
            case LOG -> b.divide(one, x);
            case SQRT -> b.divide(b.constant(0.5), y);
            case SIN -> b.unary(UnaryFunction.COS, x);
            case COS -> b.negate(b.unary(UnaryFunction.SIN, x));
            case TANH -> b.subtract(one, b.square(y));
            case SIGMOID -> b.multiply(y, b.subtract(one, y));
            case SOFTPLUS -> b.unary(UnaryFunction.SIGMOID, x);
            case ERF -> b.multiply(b.unary(UnaryFunction.EXP, b.negate(b.square(x))), 2 / Math.sqrt(Math.PI));
            case ATAN -> b.divide(one, b.add(one, b.square(x)));
            case LOG1P -> b.divide(one, b.add(one, x));
            case RELU -> b.binary(BinaryFunction.LESS, b.constant(0), x);
            case ABS -> b.unary(UnaryFunction.SIGN, x);
            case SIGN, FLOOR, STOP_GRADIENT -> null;
        };
    }

    private void binary(BinaryFunction function, Node y, Node dy) {
        Node first = y.inputs().get(0);
        Node second = y.inputs().get(1);
        switch (function) {
            case ADD -> {
                give(first, dy);
                give(second, dy);
            }
            case SUBTRACT -> {
                give(first, dy);
                give(second, b.negate(dy));
            }
            case MULTIPLY -> {
                give(first, b.multiply(dy, second));
                give(second, b.multiply(dy, first));
            }
            case DIVIDE -> {
                give(first, b.divide(dy, second));
                give(second, b.negate(b.divide(b.multiply(dy, y), second)));
            }
            case POWER -> {
                Node lower = b.power(first, b.subtract(second, b.constant(1)));
                give(first, b.multiply(dy, b.multiply(second, lower)));
                if (!second.isConstant()) {
                    give(second, b.multiply(dy, b.multiply(y, b.unary(UnaryFunction.LOG, first))));
                }
            }
            case MAXIMUM, MINIMUM -> {
                Node less = b.binary(BinaryFunction.LESS, first, second);
                Node half = b.multiply(b.binary(BinaryFunction.EQUAL, first, second), 0.5);
                Node smaller = b.add(less, half); // the share of the second in a maximum
                Node larger = b.subtract(b.constant(1), smaller);
                give(first, b.multiply(dy, function == BinaryFunction.MAXIMUM ? larger : smaller));
                give(second, b.multiply(dy, function == BinaryFunction.MAXIMUM ? smaller : larger));
            }
            case LESS, LESS_OR_EQUAL, EQUAL -> {}
        }
    }

    /** With A and B the factors as they are meant: {@code dA = dY B'} and {@code dB = A' dY}. */
    private void product(MatMul op, Node first, Node second, Node dy) {
        boolean a = op.transposeFirst();
        boolean c = op.transposeSecond();
        give(first, a ? b.matmul(second, c, dy, true) : b.matmul(dy, false, second, !c));
        give(second, c ? b.matmul(dy, true, first, a) : b.matmul(first, !a, dy, false));
    }
}
