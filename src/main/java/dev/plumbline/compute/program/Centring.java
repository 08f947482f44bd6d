package dev.plumbline.compute.program;

import dev.plumbline.compute.program.Reduce.Kind;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The places of a program where a mean is taken off, {@code c = x - mean(x)}, and the variances over the same axes,
 * {@code mean(c^2)}: the core of every normalisation.
 *
 * <p>They matter because frameworks compute them by formulas of their own that are equal only without rounding. Forward:
 * {@code x alpha + beta} with {@code beta = bias - mean alpha}, which rounds at the size of x and not of c. Backward:
 * since {@code sum(c) = 0}, the variance's derivative never passes through the mean (PyTorch's, cuDNN's and every
 * textbook's formula), so the rounding of the mean, {@code u |mean|}, is left in the sum of the derivatives by x. At an
 * offset of 2,000 deviations both are thousands of times larger than what rounding does to c. A rounding run does as the
 * frameworks do: see {@link #isCentred} and {@link #source}.
 */
final class Centring {

    private final Map<Node, Node> sources = new IdentityHashMap<>(); // centred: x
    private final Map<Node, Node> squares = new IdentityHashMap<>(); // square: x

    private Centring() {}

    static Centring of(Program program) {
        Centring centring = new Centring();
        Map<Node, List<Integer>> axes = new HashMap<>();
        for (Node node : program.nodes()) {
            Reduce sum = node.op() instanceof Binary binary && binary.function() == BinaryFunction.SUBTRACT
                    ? sumOf(node.inputs().get(1), node.inputs().get(0))
                    : null;
            if (sum != null) {
                centring.sources.put(node, node.inputs().get(0));
                axes.put(node, sum.axes());
            }
        }
        if (axes.isEmpty()) {
            return centring;
        }
        Map<Node, Integer> readers = new IdentityHashMap<>();
        program.nodes().forEach(node -> node.inputs().forEach(input -> readers.merge(input, 1, Integer::sum)));
        for (Node node : program.nodes()) {
            boolean sums = node.op() instanceof Reduce reduce && reduce.kind() == Kind.SUM;
            Node square = sums ? node.inputs().get(0) : node;
            Node centred = isSquare(square) ? square.inputs().get(0) : null;
            if (sums
                    && centred != null
                    && readers.getOrDefault(square, 0) == 1
                    && ((Reduce) node.op()).axes().equals(axes.get(centred))) {
                Node source = centring.sources.get(centred);
                if (source != null && source.shape().equals(centred.shape())) {
                    centring.squares.put(square, source);
                }
            }
        }
        return centring;
    }

    /** The sum over x that a value is a multiple of, moved and broadcast; null where it is none. */
    private static @Nullable Reduce sumOf(Node value, Node x) {
        Node node = value;
        while (true) {
            if (node.op() instanceof Reduce reduce && reduce.kind() == Kind.SUM) {
                return node.inputs().get(0) == x ? reduce : null;
            }
            boolean scaled = node.op() instanceof Binary binary
                    && (binary.function() == BinaryFunction.MULTIPLY || binary.function() == BinaryFunction.DIVIDE)
                    && node.inputs().get(1).isConstant();
            if (node.inputs().isEmpty() || !(scaled || node.op().isMove())) {
                return null;
            }
            node = node.inputs().get(0);
        }
    }

    private static boolean isSquare(Node node) {
        if (!(node.op() instanceof Binary binary)) {
            return false;
        }
        Node second = node.inputs().get(1);
        return switch (binary.function()) {
            case MULTIPLY -> node.inputs().get(0) == second;
            case POWER ->
                second.op() instanceof Constant constant
                        && constant.tensor().size() == 1
                        && constant.tensor().at(0) == 2;
            default -> false;
        };
    }

    /** Whether a node is an x with its mean taken off: it is then rounded at the size of x. */
    boolean isCentred(Node node) {
        return sources.containsKey(node);
    }

    /** For the square in a variance the x that its derivative goes to, past the mean; null for other nodes. */
    @Nullable
    Node source(Node node) {
        return squares.get(node);
    }
}
