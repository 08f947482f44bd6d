package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Cause.Kind;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ReversePass;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One factor c at every step of a loop: what goes back through the state is multiplied by it again and again. The gradient is
 * a polynomial in c, so that c is solved for step by step, by secants:
 *
 * <pre>
 *   {@code <D(c), e> = <e, e>}
 * </pre>
 *
 * <p>Bad: where c is far from 1 and the loop is long, a secant may not get there; then nothing is said.
 */
final class Decay {

    private static final int STEPS = 8;

    /** The first secant goes through 1, where nothing is wrong, and this. */
    private static final double START = 0.8;

    /** Of c: what is left of it is rounding. */
    private static final double EXACT = 1e-10;

    private final Trial trial;
    private final Map<Node, List<Node>> taken;

    /** @param taken the states that a node takes from the step before */
    Decay(Trial trial, Map<Node, List<Node>> taken) {
        this.trial = trial;
        this.taken = taken;
    }

    @Nullable
    Found found(Node first, int steps) {
        if (!Fit.isLarge(trial.deviation(), 1)) {
            return null;
        }
        double factor = factor();
        if (!Double.isFinite(factor)) {
            return null;
        }
        Cause cause = trial.explained(replay(factor), 1, fit -> cause(first, steps, factor, fit));
        return cause == null ? null : new Found(cause, Found.FITTED, first.id());
    }

    /** NaN where it is not found. */
    private double factor() {
        double before = 1;
        double offBefore = -1;
        double factor = START;
        for (int step = 0; step < STEPS; step++) {
            double off = share(factor) - 1;
            double next = factor - off * (factor - before) / (off - offBefore);
            if (!Double.isFinite(next)) {
                return Double.NaN;
            }
            if (Math.abs(next - factor) <= EXACT) {
                return next;
            }
            before = factor;
            offBefore = off;
            factor = next;
        }
        return factor;
    }

    /** {@code <D(c), e> / <e, e>} in units of the allowances; NaN once the budget is used up. */
    private double share(double factor) {
        double[] effect = trial.effect(replay(factor));
        if (effect == null) {
            return Double.NaN;
        }
        double[] allowance = trial.deviation().allowance();
        double products = 0;
        double squares = 0;
        for (int i = 0; i < effect.length; i++) {
            double off = trial.deviation().off()[i] / allowance[i];
            products += effect[i] / allowance[i] * off;
            squares += off * off;
        }
        return products / squares;
    }

    private Replay replay(double factor) {
        Map<Node, ReversePass.Rule> rules = new HashMap<>();
        taken.forEach((node, states) -> rules.put(node, times(factor, node, states)));
        return Replay.everywhere(trial.wrong().objective().output(), rules);
    }

    /** A node's own rule with what it passes on to some inputs times a factor. */
    static ReversePass.Rule times(double factor, Node node, List<Node> inputs) {
        return (point, cotangent) -> {
            Map<Node, double[]> passed = new HashMap<>(ReversePass.over(point)
                    .within(Set.of(node))
                    .from(Map.of(node, cotangent))
                    .at(node.inputs()));
            for (Node input : inputs) {
                passed.computeIfPresent(
                        input,
                        (key, right) -> factor == 0
                                ? null
                                : Arrays.stream(right)
                                        .map(value -> factor * value)
                                        .toArray());
            }
            return passed;
        };
    }

    private static Cause cause(Node first, int steps, double factor, Fit fit) {
        String words = String.format(
                Locale.ROOT,
                "At each of the %d steps the state's gradient is multiplied by %.6g on its way back, from %s on: look for a factor that stands inside of the loop.",
                steps,
                factor,
                first.label());
        return new Cause(
                Kind.SCALED_PATH,
                null,
                first.label(),
                Loops.title(first),
                null,
                null,
                factor,
                "the same at every step",
                null,
                fit.touched(),
                fit.residual(),
                words,
                List.of());
    }
}
