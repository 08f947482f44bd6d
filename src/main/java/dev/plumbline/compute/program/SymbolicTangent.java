package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A program together with its tangents along a direction, as nodes of another program:
 *
 * <pre>
 *   y = g(x_1, ..., x_n)      dy = sum_k  g_k(x) dx_k
 * </pre>
 *
 * <p>Every operation is copied, and beside it stands how it moves, built from the same primitives. So the tangent is a
 * program like any other: it is differentiated again by the one reverse pass (second derivatives), rounded at random, and
 * taken in double-double. Where an operation bends or picks, its tangent compares again, so a point on the edge is a jump of
 * the tangent and is seen as one.
 *
 * <p>Bad for wide pools: the tangent of a maximum over k elements takes about 3 k operations.
 */
final class SymbolicTangent {

    private final ProgramBuilder b;
    private final Evaluation base;
    private final Alteration alteration;
    private final Map<Node, Node> copies = new HashMap<>();
    private final Map<Node, @Nullable Node> tangents = new HashMap<>(); // by the original; null where nothing moves

    /**
     * @param base an evaluation of the program that is copied, at the point
     * @param alteration a mistake in the rules, or none
     */
    SymbolicTangent(ProgramBuilder b, Evaluation base, Alteration alteration) {
        this.b = b;
        this.base = base;
        this.alteration = alteration;
    }

    /** An input of the program, or any other node, by what stands for it and for its tangent. */
    void put(Node original, Node copy, @Nullable Node tangent) {
        copies.put(original, copy);
        tangents.put(original, tangent);
    }

    /** Copies an operation whose inputs are there. */
    void step(Node node) {
        List<Node> in = new ArrayList<>(node.inputs().stream().map(this::copy).toList());
        List<@Nullable Node> moved = new ArrayList<>();
        node.inputs().forEach(input -> moved.add(tangents.get(input)));
        b.at(node.label(), node.origin().kind());
        for (int k = 0; k < in.size(); k++) {
            if (alteration.drops(node, k)) {
                moved.set(k, null);
                in.set(k, b.unary(UnaryFunction.STOP_GRADIENT, in.get(k)));
            }
        }
        Node y = b.copy(node, in);
        copies.put(node, y);
        boolean moves = moved.stream().anyMatch(Objects::nonNull);
        tangents.put(node, moves ? tangent(node, y, in, moved) : null);
    }

    Node copy(Node original) {
        return Objects.requireNonNull(copies.get(original));
    }

    /** Null where nothing moves. */
    @Nullable
    Node tangent(Node original) {
        return tangents.get(original);
    }

    private @Nullable Node tangent(Node node, Node value, List<Node> read, List<@Nullable Node> moved) {
        boolean isStill = alteration.holdsSlope(node);
        List<Node> in = isStill ? read.stream().map(this::held).toList() : read;
        Node y = isStill ? held(value) : value;
        Op op = node.op();
        Node dx = moved.get(0);
        Node passedOn = alteration.passedOn(node);
        if (passedOn != null) {
            return tangents.get(passedOn);
        }
        if (op instanceof Unary unary) {
            Node slope = SymbolicGradient.derivative(b, unary.function(), in.get(0), y);
            return slope == null ? null : b.multiply(Objects.requireNonNull(dx), slope);
        } else if (op instanceof LeakyRelu leaky) {
            Node positive = b.binary(BinaryFunction.LESS, b.constant(0), in.get(0));
            Node own = Objects.requireNonNull(dx);
            return b.select(positive, own, b.multiply(own, leaky.slope()));
        } else if (op instanceof Binary binary) {
            Node sum = binary(binary.function(), y, in.get(0), in.get(1), dx, moved.get(1));
            return sum == null ? null : b.broadcast(sum, node.shape());
        } else if (op instanceof Select) {
            Node first = moved.get(1);
            Node second = moved.get(2);
            boolean neither = first == null && second == null;
            return neither ? null : b.select(in.get(0), orZero(first), orZero(second));
        } else if (op instanceof Contraction) {
            return sum(
                    dx == null ? null : b.apply(op, dx, in.get(1)),
                    moved.get(1) == null ? null : b.apply(op, in.get(0), moved.get(1)));
        } else if (op instanceof Concat) {
            Node[] parts = IntStream.range(0, in.size())
                    .mapToObj(k -> Objects.requireNonNullElseGet(
                            moved.get(k),
                            () -> b.constant(Tensor.zeros(in.get(k).shape()))))
                    .toArray(Node[]::new);
            return b.apply(op, parts);
        } else if (dx == null) {
            return null; // indices, which do not move continuously
        } else if (op instanceof MaxPool pool) {
            return pooled(pool.window(), node, in.get(0), dx);
        } else if (op instanceof Reduce reduce && reduce.kind() == Reduce.Kind.MAX) {
            return largest(reduce, in.get(0), dx);
        } else if (op instanceof Pad pad) {
            return b.pad(dx, pad.before(), pad.after(), 0);
        }
        Node[] linear = in.toArray(Node[]::new);
        linear[0] = dx;
        return b.apply(op, linear);
    }

    private Node held(Node node) {
        return node.isConstant() ? node : b.unary(UnaryFunction.STOP_GRADIENT, node);
    }

    private Node orZero(@Nullable Node tangent) {
        return tangent == null ? b.constant(0) : tangent;
    }

    private @Nullable Node sum(@Nullable Node first, @Nullable Node second) {
        return first == null ? second : second == null ? first : b.add(first, second);
    }

    private @Nullable Node times(@Nullable Node tangent, Node factor) {
        return tangent == null ? null : b.multiply(tangent, factor);
    }

    private @Nullable Node binary(
            BinaryFunction function, Node y, Node first, Node second, @Nullable Node da, @Nullable Node db) {
        return switch (function) {
            case ADD -> sum(da, db);
            case SUBTRACT -> db == null ? da : da == null ? b.negate(db) : b.subtract(da, db);
            case MULTIPLY -> sum(times(da, second), times(db, first));
            case DIVIDE -> {
                Node less = db == null ? null : b.negate(b.multiply(db, y));
                yield b.divide(Objects.requireNonNull(sum(da, less)), second);
            }
            case POWER ->
                sum(
                        da == null ? null : b.multiply(da, slopeOfPower(first, second)),
                        db == null ? null : b.multiply(db, b.multiply(y, b.unary(UnaryFunction.LOG, first))));
            case MAXIMUM -> b.select(b.binary(BinaryFunction.LESS, first, second), orZero(db), orZero(da));
            case MINIMUM -> b.select(b.binary(BinaryFunction.LESS, second, first), orZero(db), orZero(da));
            case LESS, LESS_OR_EQUAL, EQUAL -> null;
        };
    }

    /** {@code n x^(n - 1)}, without a power where that could be {@code 0^0}. */
    private Node slopeOfPower(Node x, Node exponent) {
        if (exponent.isConstant() && exponent.shape().size() == 1) {
            double n = b.constantValue(exponent).item();
            if (n == 2) {
                return b.multiply(x, 2);
            } else if (n == 1) {
                return b.constant(1);
            }
        }
        return b.multiply(exponent, b.power(x, b.subtract(exponent, b.constant(1))));
    }

    // ── maxima: a tournament, in which the first of two that tie goes on ──

    private record Player(Node value, Node tangent) {}

    private Player winner(Player a, Player c) {
        Node second = b.binary(BinaryFunction.LESS, a.value(), c.value());
        return new Player(b.select(second, c.value(), a.value()), b.select(second, c.tangent(), a.tangent()));
    }

    private Node largest(Reduce reduce, Node x, Node dx) {
        Player players = new Player(x, dx);
        for (int axis : reduce.axes()) {
            for (int extent = x.shape().extent(axis); extent > 1; extent = (extent + 1) / 2) {
                int half = extent / 2;
                Player first = slice(players, axis, 0, half, 1);
                Player won = winner(first, slice(players, axis, half, half, 1));
                if (extent % 2 == 1) {
                    Player idle = slice(players, axis, extent - 1, 1, 1);
                    won = new Player(
                            b.concat(axis, List.of(won.value(), idle.value())),
                            b.concat(axis, List.of(won.tangent(), idle.tangent())));
                }
                players = won;
            }
        }
        return b.reshape(players.tangent(), reduce.shape(List.of(x.shape())));
    }

    private Player slice(Player players, int axis, int start, int count, int step) {
        return new Player(
                b.slice(players.value(), axis, start, count, step),
                b.slice(players.tangent(), axis, start, count, step));
    }

    private Node pooled(Window window, Node node, Node x, Node dx) {
        Shape out = node.shape();
        List<Integer> before =
                List.of(0, 0, window.padding().get(0), window.padding().get(1));
        List<Integer> after = List.of(0, 0, behind(window, 0, x.shape(), out), behind(window, 1, x.shape(), out));
        Player padded = new Player(b.pad(x, before, after, belowAll(node)), b.pad(dx, before, after, 0));
        Player best = null;
        for (int i = 0; i < window.kernel().get(0); i++) {
            int top = i * window.dilations().get(0);
            Player rows = slice(padded, 2, top, out.extent(2), window.strides().get(0));
            for (int j = 0; j < window.kernel().get(1); j++) {
                int left = j * window.dilations().get(1);
                Player own =
                        slice(rows, 3, left, out.extent(3), window.strides().get(1));
                best = best == null ? own : winner(best, own);
            }
        }
        return Objects.requireNonNull(best).tangent();
    }

    /** How far the windows reach beyond the input along a spatial axis. */
    private static int behind(Window window, int axis, Shape x, Shape out) {
        int reach = (out.extent(axis + 2) - 1) * window.strides().get(axis)
                + (window.kernel().get(axis) - 1) * window.dilations().get(axis)
                + 1;
        return Math.max(0, reach - x.extent(axis + 2) - window.padding().get(axis));
    }

    /** Padding never wins: a number well below all that is pooled. */
    private double belowAll(Node pool) {
        double least = 0;
        for (double value : base.value(pool.inputs().get(0)).values()) {
            least = Math.min(least, value);
        }
        return 2 * least - 1;
    }
}
