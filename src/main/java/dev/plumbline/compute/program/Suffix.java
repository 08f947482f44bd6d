package dev.plumbline.compute.program;

import dev.plumbline.compute.program.Separability.State;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything between one node and the objective, to be evaluated in many copies at once, each with one position of the
 * node moved, in all samples of the batch together where samples do not see each other.
 *
 * <p>What the node does not reach keeps the values it has at the point. A copy stays a {@link Column}, one number for
 * each sample, as long as operations allow: through element-wise ones, pooling and into the next matrix product, which
 * costs it one row of the weights instead of a product.
 */
public final class Suffix {

    /** Numbers that the largest node of one tile of copies may have: 2 MiB, so that tiles stay in the cache. */
    private static final int TILE = 1 << 18;

    private final Objective objective;
    private final Node from;
    private final List<Node> order; // the nodes to compute again
    private final Map<Node, State> states;
    private final Set<Node> consumers;
    private final int samples;

    private Suffix(Objective objective, Node from, List<Node> consumers, Map<Node, State> states, int samples) {
        this.objective = objective;
        this.from = from;
        this.states = states;
        this.samples = samples;
        this.consumers = Set.copyOf(consumers);
        this.order =
                objective.program().nodes().stream().filter(states::containsKey).toList();
    }

    /** The suffix of a node through some of its consumers; empty where the objective does not depend on it that way. */
    public static Optional<Suffix> of(Objective objective, Node from, List<Node> consumers) {
        List<Node> order = between(objective, from, consumers);
        if (order.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> candidates = new ArrayList<>();
        if (from.rank() > 0) {
            candidates.add(from.shape().extent(0));
        }
        if (from.inputs().isEmpty()) {
            candidates.add(0, from.shape().size()); // a regulariser treats every entry apart
        }
        candidates.add(1);
        for (int samples : candidates) {
            Map<Node, State> states = Separability.of(from, order, consumers, samples);
            if (states != null && (samples == 1 || states.get(objective.output()) == State.SHARED)) {
                return Optional.of(new Suffix(objective, from, consumers, states, samples));
            }
        }
        throw new IllegalStateException("one sample always stays apart");
    }

    /** The nodes on a path from {@code from} to the objective through {@code consumers}. */
    private static List<Node> between(Objective objective, Node from, List<Node> consumers) {
        Set<Node> reached = new HashSet<>();
        for (Node node : objective.program().nodes()) {
            if (consumers.contains(node) || node.inputs().stream().anyMatch(reached::contains)) {
                if (node != from && (consumers.contains(node) || node.id() > from.id())) {
                    reached.add(node);
                }
            }
        }
        Set<Node> needed = new HashSet<>(Set.of(objective.output()));
        List<Node> order = new ArrayList<>();
        List<Node> nodes = objective.program().nodes();
        for (int id = nodes.size() - 1; id >= 0; id--) {
            Node node = nodes.get(id);
            if (needed.contains(node) && reached.contains(node)) {
                order.add(0, node);
                needed.addAll(node.inputs());
            }
        }
        return order;
    }

    /** How many samples are moved together. */
    public int samples() {
        return samples;
    }

    /** How many positions a sample of the node has. */
    public int positions() {
        return from.shape().size() / samples;
    }

    /** Floating-point operations for one copy, roughly. */
    public double cost() {
        double cost = 0;
        for (Node node : order) {
            cost += node.op().cost(Program.shapes(node), node.shape());
        }
        return cost;
    }

    /** How many copies one call should take, at most. */
    public int tile() {
        int largest = 1;
        for (Node node : order) {
            largest = Math.max(largest, node.shape().size());
        }
        return Math.max(1, TILE / largest);
    }

    /** Whether the objective may bend: some operation on the way is not smooth. */
    public boolean mayBend() {
        return order.stream()
                .anyMatch(node -> node.op() instanceof LeakyRelu
                        || node.op() instanceof MaxPool
                        || node.op() instanceof Select
                        || node.op() instanceof Reduce reduce && reduce.kind() == Reduce.Kind.MAX
                        || node.op() instanceof Unary unary && !unary.function().isSmooth()
                        || node.op() instanceof Binary binary
                                && !binary.function().isSmooth());
    }

    /** The objective at the point. */
    public double value() {
        return objective.value();
    }

    /** What rounding leaves of a sample's share: half a unit in the last place of it and of the terms it is a sum of. */
    public double roundOff() {
        double terms = terms(objective.output()) / Math.sqrt(samples);
        return 0x1p-53 * Math.max(Math.abs(value()) / samples, terms);
    }

    /** The norm of the terms of the last sum, scaled as they are on the way from there. */
    private double terms(Node node) {
        if (!states.containsKey(node)) {
            return 0;
        }
        Op op = node.op();
        if (op instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM) {
            return objective.base().value(node.inputs().get(0)).norm();
        }
        if (node.shape().size() != 1) {
            return 0;
        }
        if (op instanceof Binary binary && binary.function() == BinaryFunction.MULTIPLY) {
            return terms(node.inputs().get(0)) * Math.abs(item(node, 1))
                    + terms(node.inputs().get(1)) * Math.abs(item(node, 0));
        }
        if (op instanceof Binary binary && binary.function() == BinaryFunction.DIVIDE) {
            return terms(node.inputs().get(0)) / Math.abs(item(node, 1));
        }
        boolean adds = op instanceof Binary binary
                && (binary.function() == BinaryFunction.ADD || binary.function() == BinaryFunction.SUBTRACT);
        boolean passes = op instanceof Reshape || op instanceof Unary unary && unary.function() == UnaryFunction.NEGATE;
        return adds || passes ? node.inputs().stream().mapToDouble(this::terms).sum() : 0;
    }

    /** The values that the node has at the point. */
    public Tensor point() {
        return objective.base().value(from);
    }

    /**
     * How each sample's share of the objective changes in each copy, against the point: {@code [copy * samples + sample]}.
     *
     * @param positions the position that each copy moves, within a sample
     * @param values the values it is moved to, {@code [copy * samples + sample]}
     */
    public double[] changes(int[] positions, double[] values) {
        int copies = positions.length;
        Map<Node, Column> columns = new HashMap<>();
        Map<Node, Tensor> dense = new HashMap<>();
        Map<Node, double[]> shared = new HashMap<>();
        Column start = new Column(samples, positions, values);
        for (Node node : order) {
            if (states.get(node) == State.SHARED) {
                shared.put(node, shares(node, start, columns, dense, shared));
                continue;
            }
            int operand = onlyColumn(node, start, columns, dense);
            Column x = operand < 0 ? null : column(node, operand, start, columns);
            List<Tensor> point = point(node);
            Column column = x == null ? null : node.op().column(x, operand, point, node.shape());
            if (column != null) {
                columns.put(node, column);
                continue;
            }
            double[] all = x == null
                    ? null
                    : node.op().values(x, operand, point, objective.base().value(node));
            dense.put(node, all != null ? copies(node, copies, all) : denseValue(node, copies, start, columns, dense));
        }
        double[] result = shared.get(objective.output());
        return result != null ? result : changes(objective.output(), columns.get(objective.output()), dense, copies);
    }

    /** What a node's values, summed over each sample, differ by from the point's. */
    private double[] changes(Node summed, @Nullable Column column, Map<Node, Tensor> dense, int copies) {
        double[] point = objective.base().value(summed).values();
        int part = point.length / samples;
        double[] changes = new double[copies * samples];
        if (column != null) {
            for (int i = 0; i < changes.length; i++) {
                int position = column.positions()[i / samples];
                changes[i] = position < 0 ? 0 : column.values()[i] - point[i % samples * part + position];
            }
            return changes;
        }
        double[] all = Objects.requireNonNull(dense.get(summed)).values();
        for (int i = 0, at = 0; i < changes.length; i++) {
            int begin = i % samples * part;
            double sum = 0;
            for (int k = 0; k < part; k++, at++) {
                sum += all[at] - point[begin + k];
            }
            changes[i] = sum;
        }
        return changes;
    }

    private static Tensor copies(Node node, int copies, double[] values) {
        return Tensor.of(node.shape().prepend(copies), values);
    }

    private List<Tensor> point(Node node) {
        return node.inputs().stream().map(objective.base()::value).toList();
    }

    private boolean isStart(Node node, int operand) {
        return node.inputs().get(operand) == from && consumers.contains(node);
    }

    /** The operand that is a column, where it is the only one that differs; else -1. */
    private int onlyColumn(Node node, Column start, Map<Node, Column> columns, Map<Node, Tensor> dense) {
        int only = -1;
        for (int k = 0; k < node.inputs().size(); k++) {
            if (column(node, k, start, columns) != null) {
                if (only >= 0) {
                    return -1;
                }
                only = k;
            } else if (dense.containsKey(node.inputs().get(k))) {
                return -1;
            }
        }
        return only;
    }

    private @Nullable Column column(Node node, int operand, Column start, Map<Node, Column> columns) {
        return isStart(node, operand) ? start : columns.get(node.inputs().get(operand));
    }

    private Tensor denseValue(Node node, int copies, Column start, Map<Node, Column> columns, Map<Node, Tensor> dense) {
        List<Tensor> inputs = new ArrayList<>();
        boolean[] differs = new boolean[node.inputs().size()];
        for (int k = 0; k < differs.length; k++) {
            Node input = node.inputs().get(k);
            Column column = column(node, k, start, columns);
            Tensor all = column != null ? column.dense(objective.base().value(input)) : dense.get(input);
            differs[k] = all != null;
            inputs.add(all != null ? all : objective.base().value(input));
        }
        return copies(node, copies, node.op().values(copies, inputs, differs, node.shape()));
    }

    // ── after the sum over samples: one number a sample, the change of its share ──

    private double[] shares(
            Node node, Column start, Map<Node, Column> columns, Map<Node, Tensor> dense, Map<Node, double[]> shared) {
        if (node.inputs().stream().noneMatch(shared::containsKey)) {
            Column column = column(node, 0, start, columns);
            return changes(node.inputs().get(0), column, dense, start.copies());
        }
        double[] first = shared.get(node.inputs().get(0));
        if (!(node.op() instanceof Binary binary)) {
            double sign = node.op() instanceof Unary ? -1 : 1;
            return scaled(Objects.requireNonNull(first), sign);
        }
        double[] second = shared.get(node.inputs().get(1));
        return switch (binary.function()) {
            case MULTIPLY ->
                first != null ? scaled(first, item(node, 1)) : scaled(Objects.requireNonNull(second), item(node, 0));
            case DIVIDE -> scaled(Objects.requireNonNull(first), 1 / item(node, 1));
            default -> combined(first, second, binary.function() == BinaryFunction.SUBTRACT ? -1 : 1);
        };
    }

    private double item(Node node, int operand) {
        return objective.base().value(node.inputs().get(operand)).item();
    }

    private static double[] scaled(double[] shares, double factor) {
        double[] scaled = new double[shares.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = factor * shares[i];
        }
        return scaled;
    }

    private static double[] combined(double @Nullable [] first, double @Nullable [] second, double sign) {
        if (first == null || second == null) {
            return first != null ? first : scaled(Objects.requireNonNull(second), sign);
        }
        double[] combined = new double[first.length];
        for (int i = 0; i < combined.length; i++) {
            combined[i] = first[i] + sign * second[i];
        }
        return combined;
    }
}
