package dev.plumbline.compute.program;

import dev.plumbline.compute.program.Separability.State;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

    /** Numbers that the largest node of one tile of copies may have: half a MiB, so that tiles stay in the cache. */
    private static final int TILE = 1 << 16;

    /**
     * A node to be computed again: what it reads, the values it reads at the point, and its own there.
     *
     * @param consumesFirst whether its first input is an earlier step's and nobody else reads it
     */
    record Step(Node node, boolean isShared, int[] sources, List<Tensor> point, Tensor result, boolean consumesFirst) {}

    /** What a step reads, where that is not an earlier step: the node that is moved, or values that stay. */
    static final int START = -1;

    static final int POINT = -2;

    private final Objective objective;
    private final Node from;
    private final List<Step> steps;
    private final int samples;
    private final int tile;
    private final double seconds;

    private Suffix(Objective objective, Node from, List<Step> steps, int samples) {
        this.objective = objective;
        this.from = from;
        this.steps = steps;
        this.samples = samples;
        int largest = 1;
        for (Step step : steps) {
            largest = Math.max(largest, step.result().size());
        }
        this.tile = Math.max(1, TILE / largest);
        double nanoseconds = 0;
        for (Step step : steps) {
            nanoseconds += Effort.of(step.node(), tile);
        }
        this.seconds = nanoseconds / tile / 1e9;
    }

    /** The suffix of a node; empty where the objective does not depend on it. */
    public static Optional<Suffix> of(Objective objective, Node from) {
        return of(objective, from, objective.consumers(from));
    }

    /** The suffix of a node through some of its consumers; empty where the objective does not depend on it that way. */
    public static Optional<Suffix> of(Objective objective, Node from, List<Node> consumers) {
        List<Node> order = between(objective, from, consumers);
        if (order.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> candidates = new ArrayList<>();
        if (from.inputs().isEmpty()) {
            candidates.add(from.shape().size()); // a regulariser treats every entry apart
        }
        if (from.rank() > 0) {
            candidates.add(from.shape().extent(0));
        }
        candidates.add(1);
        for (int samples : candidates) {
            @Nullable State[] states = Separability.of(from, order, consumers, samples);
            if (states != null && (samples == 1 || states[objective.output().id()] == State.SHARED)) {
                return Optional.of(
                        new Suffix(objective, from, steps(objective, from, order, consumers, states), samples));
            }
        }
        throw new IllegalStateException("one sample always stays apart");
    }

    /** The suffix of a node where nothing is assumed about samples: one position is moved at a time. */
    public static Optional<Suffix> whole(Objective objective, Node from) {
        List<Node> consumers = objective.consumers(from);
        List<Node> order = between(objective, from, consumers);
        if (order.isEmpty()) {
            return Optional.empty();
        }
        State[] apart = new State[objective.output().id() + 1];
        return Optional.of(new Suffix(objective, from, steps(objective, from, order, consumers, apart), 1));
    }

    /** The nodes on a path from {@code from} to the objective through {@code consumers}. */
    private static List<Node> between(Objective objective, Node from, List<Node> consumers) {
        boolean[] reached = new boolean[objective.output().id() + 1];
        List<Node> order = new ArrayList<>();
        for (Node consumer : consumers) {
            reached[consumer.id()] |= objective.dependsOn(consumer);
        }
        for (Node node : objective.program().nodes().subList(0, reached.length)) {
            if (reached[node.id()] && node != from) {
                order.add(node);
                objective.consumers(node).forEach(consumer -> reached[consumer.id()] = true);
            }
        }
        return order;
    }

    private static List<Step> steps(
            Objective objective, Node from, List<Node> order, List<Node> consumers, @Nullable State[] states) {
        int[] places = new int[objective.output().id() + 1];
        Arrays.fill(places, POINT);
        int[] uses = new int[places.length];
        order.forEach(node -> node.inputs().forEach(input -> uses[input.id()]++));
        List<Step> steps = new ArrayList<>(order.size());
        for (Node node : order) {
            int[] sources = new int[node.inputs().size()];
            List<Tensor> point = new ArrayList<>(sources.length);
            for (int k = 0; k < sources.length; k++) {
                Node input = node.inputs().get(k);
                sources[k] = input == from && consumers.contains(node) ? START : places[input.id()];
                point.add(objective.base().value(input));
            }
            places[node.id()] = steps.size();
            boolean isShared = states[node.id()] == State.SHARED;
            boolean consumesFirst =
                    sources.length > 0 && sources[0] >= 0 && isReadOnce(steps.get(sources[0]), uses, steps);
            steps.add(new Step(node, isShared, sources, point, objective.base().value(node), consumesFirst));
        }
        return steps;
    }

    /** A reshaped value lies in the array of the one that it reshapes. */
    private static boolean isReadOnce(Step step, int[] uses, List<Step> steps) {
        Step reshaped = step;
        while (uses[reshaped.node().id()] == 1 && reshaped.node().op() instanceof Reshape) {
            int source = reshaped.sources()[0];
            if (source < 0) {
                return false;
            }
            reshaped = steps.get(source);
        }
        return uses[reshaped.node().id()] == 1;
    }

    /** How many samples are moved together. */
    public int samples() {
        return samples;
    }

    /** How many positions a sample of the node has. */
    public int positions() {
        return from.shape().size() / samples;
    }

    /** Operations between the node and the objective: steps that finding it takes, and the memory that it keeps. */
    public int length() {
        return steps.size();
    }

    /** Of one copy, in full tiles, on the core of {@link Program#seconds}. */
    public double seconds() {
        return seconds;
    }

    /** How many copies one call should take, at most. */
    public int tile() {
        return tile;
    }

    /** Whether the objective may bend: some operation on the way is not smooth. */
    public boolean mayBend() {
        for (Step step : steps) {
            if (!step.node().op().isSmooth()) {
                return true;
            }
        }
        return false;
    }

    /** The objective at the point. */
    public double value() {
        return objective.value();
    }

    /** What rounding leaves of a sample's share: half a unit in the last place of it and of the terms it is a sum of. */
    public double roundOff() {
        double[] terms = new double[objective.output().id() + 1]; // (node); 0 where nothing moves
        for (Step step : steps) {
            terms[step.node().id()] = terms(step.node(), terms);
        }
        double last = terms[objective.output().id()] / Math.sqrt(samples);
        return 0x1p-53 * Math.max(Math.abs(value()) / samples, last);
    }

    /** The norm of the terms of the last sum, scaled as they are on the way from there. */
    private double terms(Node node, double[] known) {
        Op op = node.op();
        if (op instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM) {
            return objective.base().value(node.inputs().get(0)).norm();
        }
        if (node.shape().size() != 1) {
            return 0;
        }
        if (op instanceof Binary binary && binary.function() == BinaryFunction.MULTIPLY) {
            return known[node.inputs().get(0).id()] * Math.abs(item(node, 1))
                    + known[node.inputs().get(1).id()] * Math.abs(item(node, 0));
        }
        if (op instanceof Binary binary && binary.function() == BinaryFunction.DIVIDE) {
            return known[node.inputs().get(0).id()] / Math.abs(item(node, 1));
        }
        boolean adds = op instanceof Binary binary
                && (binary.function() == BinaryFunction.ADD || binary.function() == BinaryFunction.SUBTRACT);
        boolean passes = op instanceof Reshape || op instanceof Unary unary && unary.function() == UnaryFunction.NEGATE;
        return adds || passes
                ? node.inputs().stream().mapToDouble(input -> known[input.id()]).sum()
                : 0;
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
        return new SuffixPass(steps, new Column(samples, positions, values), point()).changes();
    }

    private double item(Node node, int operand) {
        return objective.base().value(node.inputs().get(operand)).item();
    }
}
