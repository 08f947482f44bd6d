package dev.plumbline.compute.program;

import dev.plumbline.compute.program.ExtendedRule.Choices;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An objective's value and gradient in double-double (106 bits) on the branches of its float64 evaluation: for gradients
 * that cancellation drowns in float64, such as that of {@code (1 - cos w)/w^2} at 1e-3 or of {@code 1 - tanh(w)^2} at 19.5.
 *
 * <p>The point is taken as exact. The branch of a select, the winner of a maximum or a pool, the side of a comparison, floors,
 * signs and indices are those of {@link Objective#base()}; at ties and kinks the derivative is the reverse mode's. A
 * cotangent that is exactly 0 contributes exactly 0, even where the local derivative is infinite or NaN.
 *
 * <p>It is <b>bad</b> where more than 50 further bits cancel (the result then has fewer than float64's 53); where values leave
 * 1e-290 to 1e300, since lower parts underflow; for sines of more than 2^50, which are NaN here; and in time and memory: 20 to
 * 100 times a float64 gradient, 16 bytes for each element of each node, see {@link #cost}.
 */
public final class ExtendedGradient {

    /** Nanoseconds of one operation as {@link #cost} counts them, within a factor of two on one core of 2024. */
    public static final double NANOSECONDS = 10;

    private final Objective objective;
    private final DoubleDoubles[] values;
    private final DoubleDoubles[] cotangents;

    private ExtendedGradient(Objective objective) {
        this.objective = objective;
        int count = objective.program().nodes().size();
        this.values = new DoubleDoubles[count];
        this.cotangents = new DoubleDoubles[count];
    }

    /** One pass forward and one back. */
    public static ExtendedGradient of(Objective objective) {
        ExtendedGradient gradient = new ExtendedGradient(objective);
        gradient.forward();
        gradient.reverse();
        return gradient;
    }

    /**
     * Elementary operations of both passes, {@link #NANOSECONDS} each: two for a product with its sum, some hundred for an
     * exponential.
     */
    public static double cost(Program program) {
        double sum = 0;
        for (Node node : program.nodes()) {
            sum += 3 * ExtendedCost.once(node);
        }
        return sum;
    }

    private void forward() {
        boolean[] needed = needed();
        for (Node node : objective.program().nodes()) {
            if (needed[node.id()]) {
                values[node.id()] = node.inputs().isEmpty()
                        ? DoubleDoubles.exact(objective.base().value(node))
                        : ExtendedRule.of(node.op()).value(choices(node), inputs(node));
            }
        }
    }

    /** What the objective's value is computed from, gradients stopped on the way or not. */
    private boolean[] needed() {
        boolean[] needed = new boolean[values.length];
        needed[objective.output().id()] = true;
        for (int id = objective.output().id(); id >= 0; id--) {
            if (needed[id]) {
                objective.program().nodes().get(id).inputs().forEach(input -> needed[input.id()] = true);
            }
        }
        return needed;
    }

    private void reverse() {
        Node output = objective.output();
        cotangents[output.id()] = DoubleDoubles.of(1, i -> DoubleDouble.ONE);
        for (int id = output.id(); id >= 0; id--) {
            Node node = objective.program().nodes().get(id);
            if (cotangents[id] != null
                    && objective.program().isDifferentiable(node)
                    && !node.inputs().isEmpty()) {
                ExtendedRule.of(node.op()).pullBack(choices(node), inputs(node), cotangents[id], targets(node));
            }
        }
    }

    private Choices choices(Node node) {
        List<Tensor> inputs =
                node.inputs().stream().map(objective.base()::value).toList();
        return new Choices(inputs, objective.base().value(node));
    }

    private List<DoubleDoubles> inputs(Node node) {
        return node.inputs().stream().map(input -> values[input.id()]).toList();
    }

    private @Nullable DoubleDoubles[] targets(Node node) {
        @Nullable DoubleDoubles[] targets = new DoubleDoubles[node.inputs().size()];
        for (int k = 0; k < targets.length; k++) {
            Node input = node.inputs().get(k);
            if (objective.program().isDifferentiable(input)) {
                if (cotangents[input.id()] == null) {
                    cotangents[input.id()] = DoubleDoubles.zeros(input.shape().size());
                }
                targets[k] = cotangents[input.id()];
            }
        }
        return targets;
    }

    /** The objective's value. */
    public DoubleDouble value() {
        return values[objective.output().id()].at(0);
    }

    /** The gradient by parameter, rounded to float64; zeros where the objective does not depend on it. */
    public Map<String, Tensor> byParameter() {
        return parts(true);
    }

    /** By parameter what that rounding leaves: the gradient is the exact sum of both. */
    public Map<String, Tensor> restByParameter() {
        return parts(false);
    }

    private Map<String, Tensor> parts(boolean high) {
        Map<String, Tensor> parts = new LinkedHashMap<>();
        objective.program().parameters().forEach((name, node) -> {
            DoubleDoubles cotangent = cotangents[node.id()];
            parts.put(
                    name,
                    cotangent == null
                            ? Tensor.zeros(node.shape())
                            : Tensor.of(node.shape(), high ? cotangent.hi() : cotangent.lo()));
        });
        return parts;
    }
}
