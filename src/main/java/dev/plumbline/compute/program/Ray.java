package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an objective leaves its point along a direction: one forward pass, one-sided and exact but for rounding.
 *
 * <pre>
 *   f(x + t d) = limit + slope t + ...     for small t > 0
 * </pre>
 *
 * <p>Forward mode (Griewank and Walther, <i>Evaluating Derivatives</i>, 2008, chapter 3) with directional derivatives at
 * bends: piecewise smooth functions obey the chain rule along a direction (Scholtes, 2012; Griewank, 2013). There is no
 * step, so there is no truncation.
 */
public final class Ray {

    private final Objective objective;
    private final Germ germ;
    private final List<Edge> edges;
    private final boolean undecided;
    private final Tensor[] values; // (node): c0
    private final double passes;
    private final double distance;
    private final int unit; // the coefficient that is the slope

    private Ray(
            Objective objective,
            Germ germ,
            List<Edge> edges,
            boolean undecided,
            Tensor[] values,
            double passes,
            double distance,
            int unit) {
        this.objective = objective;
        this.germ = germ;
        this.edges = List.copyOf(edges);
        this.undecided = undecided;
        this.values = values;
        this.passes = passes;
        this.distance = distance;
        this.unit = unit;
    }

    /** Tangents alone: right wherever no jump or root hangs on higher coefficients, and {@link #isDecided} says so. */
    public static final int TANGENT = 1;

    /** Germs to third order. */
    public static final int GERM = 3;

    /**
     * What is known before a direction is followed.
     *
     * @param spreads of the values, which say what is on an edge
     * @param live by node, the elements that some direction has been seen to leave an edge from; the others stay on theirs.
     *     Null where nothing is known
     */
    public record Ground(Deviations spreads, @Nullable Map<Node, BitSet> live) {

        public static final Ground UNKNOWN = new Ground(Deviations.NONE, null);
    }

    /**
     * The ray along a direction, which has a tensor for each parameter that moves.
     *
     * @param order {@link #TANGENT} or {@link #GERM}
     */
    public static Ray of(Objective objective, Map<String, Tensor> direction, int order, Ground ground) {
        return new Walk(objective, order, ground).along(direction, Map.of());
    }

    /**
     * The ray in {@code s = sqrt(t)}, where square roots of 0 are power series again: {@code cos(sqrt(|w|))} has a slope. Of
     * what follows the slope it knows one coefficient less than {@link #GERM} in t.
     */
    public static Ray rooted(Objective objective, Map<String, Tensor> direction, Ground ground) {
        return new Walk(objective, GERM, ground).along(Map.of(), direction).inRoot();
    }

    private Ray inRoot() {
        return new Ray(objective, germ, edges, undecided, values, passes, distance, 2);
    }

    /**
     * The way along a curve, {@code x + t d + t^2 e} with a random e, to {@link #GERM}: it leaves every edge that can be left,
     * also those along which d itself goes on, and so comes to a piece. Its slope is that of d unless a root is on the way.
     */
    public static Ray curved(
            Objective objective, Map<String, Tensor> direction, Map<String, Tensor> curve, Ground ground) {
        return new Walk(objective, GERM, ground).along(direction, curve);
    }

    /** One forward pass over the program. */
    private static final class Walk {

        private final Objective objective;
        private final int order;
        private final Ground ground;
        private final @Nullable Germ[] germs; // null where nothing moves
        private final Tensor[] values;
        private final List<Edge> edges = new ArrayList<>();
        private boolean undecided;
        private double work;
        private double distance = Double.POSITIVE_INFINITY;
        private Map<String, Tensor> direction = Map.of();
        private Map<String, Tensor> curve = Map.of();

        Walk(Objective objective, int order, Ground ground) {
            this.objective = objective;
            this.order = order;
            this.ground = ground;
            this.germs = new Germ[objective.output().id() + 1];
            this.values = new Tensor[germs.length];
        }

        Ray along(Map<String, Tensor> direction, Map<String, Tensor> curve) {
            this.direction = direction;
            this.curve = curve;
            int[] lastUse = lastUses();
            boolean[] counts = counting();
            for (Node node : objective.program().nodes().subList(0, germs.length)) {
                Tensor point = objective.base().value(node);
                values[node.id()] = point;
                if (counts[node.id()] && node.inputs().stream().anyMatch(this::moves)) {
                    germs[node.id()] = step(node, point);
                }
                for (Node input : node.inputs()) {
                    if (lastUse[input.id()] == node.id()) {
                        germs[input.id()] = null;
                    }
                }
            }
            Germ last = germ(objective.output());
            Germ germ = last == null ? Germ.constant(objective.base().value(objective.output()), order, true) : last;
            double passes = work / Math.max(1, objective.program().cost());
            return new Ray(objective, germ, edges, undecided, values, passes, distance, 1);
        }

        private boolean moves(Node node) {
            return node.id() < germs.length && (germs[node.id()] != null || isMoved(node));
        }

        private boolean isMoved(Node node) {
            return node.op() instanceof Input input
                    && input.role() == Input.Role.PARAMETER
                    && (direction.containsKey(input.name()) || curve.containsKey(input.name()));
        }

        /** Null where nothing moves. A parameter's is not there before it is read: all of them together are as large as the model. */
        private @Nullable Germ germ(Node node) {
            if (germs[node.id()] == null && node.op() instanceof Input input && isMoved(node)) {
                germs[node.id()] =
                        line(objective.base().value(node), direction.get(input.name()), curve.get(input.name()));
            }
            return germs[node.id()];
        }

        private Germ line(Tensor point, @Nullable Tensor direction, @Nullable Tensor curve) {
            double[] @Nullable [] terms = new double[order][];
            terms[0] = direction == null ? null : direction.values();
            if (curve != null) {
                terms[1] = curve.values();
            }
            return new Germ(point, terms, order + 1, true);
        }

        private @Nullable Germ step(Node node, Tensor point) {
            List<Germ> inputs = new ArrayList<>(node.inputs().size());
            double[] @Nullable [] spreads = new double[node.inputs().size()][];
            boolean isAtPoint = true;
            int bilinear = 0;
            for (int k = 0; k < spreads.length; k++) {
                Node input = node.inputs().get(k);
                Germ moving = germ(input);
                inputs.add(moving != null ? moving : Germ.constant(values[input.id()], order, true));
                spreads[k] = ground.spreads().of(input);
                isAtPoint &= inputs.get(k).isAtPoint();
                bilinear += moving == null ? 0 : 1;
            }
            @Nullable BitSet live = ground.live() == null ? null : ground.live().getOrDefault(node, new BitSet());
            Side side = new Side(node, point, isAtPoint, spreads, order, live);
            Germ germ = node.op().germ(inputs, side);
            work += order * bilinear * node.op().cost(Program.shapes(node), node.shape());
            undecided |= side.isUndecided();
            edges.addAll(side.edges());
            distance = Math.min(distance, side.distance());
            values[node.id()] = germ.value();
            return germ.isAtPoint() && germ.isConstant() ? null : germ;
        }

        /** The nodes that move the objective: what is only read where a gradient is stopped does not, nor do its ties. */
        private boolean[] counting() {
            boolean[] counts = new boolean[germs.length];
            counts[objective.output().id()] = true;
            for (int id = germs.length - 1; id >= 0; id--) {
                Node node = objective.program().nodes().get(id);
                if (counts[id] && !node.stopsGradient()) {
                    node.inputs().forEach(input -> counts[input.id()] = true);
                }
            }
            return counts;
        }

        private int[] lastUses() {
            int[] last = new int[germs.length];
            for (Node node : objective.program().nodes().subList(0, germs.length)) {
                last[node.id()] = node.id() == objective.output().id() ? Integer.MAX_VALUE : last[node.id()];
                for (Node input : node.inputs()) {
                    last[input.id()] = Math.max(last[input.id()], node.id());
                }
            }
            return last;
        }
    }

    /** The limit of the objective from this side. */
    public double limit() {
        return germ.value().item();
    }

    /** The one-sided directional derivative; infinite at a root. NaN where it is not {@link #isDecided}. */
    public double slope() {
        return isDecided() ? coefficient() : Double.NaN;
    }

    /** The second derivative along the direction, {@code d'H d}; NaN where this order does not know it. */
    public double curvature() {
        return isDecided() && unit == 1 && germ.known() > 2 ? 2 * germ.at(2, 0) : Double.NaN;
    }

    /** Whether the slope is known to this order. */
    public boolean isDecided() {
        return !undecided && germ.known() > unit && !Double.isNaN(coefficient());
    }

    private double coefficient() {
        double root = unit == 1 ? 0 : germ.at(1, 0);
        return root == 0 ? germ.at(unit, 0) : root * Double.POSITIVE_INFINITY;
    }

    /** The elements that the direction leaves an edge from. */
    public List<Edge> edges() {
        return edges;
    }

    /**
     * How far along the direction, either way, the nearest edge is that the point is not on, to first order: beyond it the
     * objective is another function. Pools, and maxima over axes, are not looked at.
     */
    public double distance() {
        return distance;
    }

    /** The work of it, in forward passes of the program. */
    public double passes() {
        return passes;
    }

    /**
     * The gradient of the smooth piece that this direction goes along: a reverse pass over the limits, with the candidates
     * that the direction takes.
     */
    public Map<String, Tensor> gradient() {
        return Pieces.gradient(objective, values, Pieces.bends(edges), edge -> {
            double[] weights = new double[edge.candidates().size()];
            weights[edge.chosen()] = 1;
            return weights;
        });
    }
}
