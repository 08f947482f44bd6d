package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How values inside a program move along a direction in the parameters: {@code J_v w}, one-sided at bends, by forward mode.
 *
 * <p>{@code <w, J_v' d> = <J_v w, d>}: one pass projects what any cotangent d at any node v does to the gradient.
 */
public final class Tangents {

    private static final int ORDER = 1;

    private Tangents() {}

    /** The tangents of the wanted nodes; none where nothing moves. Operations that no moving parameter reaches cost nothing. */
    public static Map<Node, double[]> of(Objective objective, Map<String, Tensor> direction, Set<Node> wanted) {
        return of(objective, direction, wanted, new Work());
    }

    /** The same, and what it does is added to {@code meter}; where that is over, it stops. */
    public static Map<Node, double[]> of(
            Objective objective, Map<String, Tensor> direction, Set<Node> wanted, Work meter) {
        return of(objective, direction, wanted, meter, Deviations.NONE);
    }

    /** The same where an operand that is as near to an edge as its spread counts as on it. */
    public static Map<Node, double[]> of(
            Objective objective, Map<String, Tensor> direction, Set<Node> wanted, Work meter, Deviations spreads) {
        int last = wanted.stream().mapToInt(Node::id).max().orElse(-1);
        @Nullable Germ[] germs = new Germ[last + 1];
        Map<Node, double[]> tangents = new HashMap<>();
        for (Node node : objective.program().nodes().subList(0, last + 1)) {
            if (meter.isOver()) {
                return tangents;
            }
            Germ germ = germ(objective, node, direction, germs, spreads);
            germs[node.id()] = germ;
            meter.add(objective.program(), node, (int) node.inputs().stream()
                    .filter(input -> germs[input.id()] != null)
                    .count());
            double[] tangent = germ == null ? null : germ.terms()[0];
            if (tangent != null && wanted.contains(node)) {
                tangents.put(node, tangent);
            }
        }
        return tangents;
    }

    private static @Nullable Germ germ(
            Objective objective,
            Node node,
            Map<String, Tensor> direction,
            @Nullable Germ[] germs,
            Deviations deviations) {
        Tensor point = objective.base().value(node);
        if (node.op() instanceof Input input) {
            Tensor moving = input.role() == Input.Role.PARAMETER ? direction.get(input.name()) : null;
            return moving == null ? null : new Germ(point, new double[][] {moving.values()}, ORDER + 1, true);
        }
        if (node.inputs().stream().allMatch(input -> germs[input.id()] == null)) {
            return null;
        }
        List<Germ> inputs = new ArrayList<>(node.inputs().size());
        for (Node input : node.inputs()) {
            Germ moving = germs[input.id()];
            inputs.add(moving != null ? moving : Germ.constant(objective.base().value(input), ORDER, true));
        }
        double[] @Nullable [] spreads = new double[inputs.size()][];
        for (int k = 0; k < spreads.length; k++) {
            spreads[k] = deviations.of(node.inputs().get(k));
        }
        Germ germ = node.op().germ(inputs, new Side(node, point, true, spreads, ORDER, null));
        return germ.isConstant() ? null : germ;
    }
}
