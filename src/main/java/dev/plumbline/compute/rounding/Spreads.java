package dev.plumbline.compute.rounding;

import dev.plumbline.compute.program.Edges;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Leaning;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.compute.program.TermSizes;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What float64 rounding does to an objective and to the operands of operations that bend: whether {@code 3 w - 0.3} at
 * w = 0.1 <em>is</em> 0 is a question to its spread. From eight evaluations with random rounding on the branches of the
 * unperturbed one. Where nothing is rounded, as at a parameter, the spread is 0.
 */
public final class Spreads {

    static final int RUNS = 8;

    /** A unit of float64, in units of float32. */
    private static final double NARROWER = 0x1p-29;

    /** What eight runs may see beyond what three have seen. */
    private static final double UNSEEN = 4;

    private final Objective objective;
    private final Map<Node, double[]> largest = new IdentityHashMap<>();
    private final double[] off; // of the objective, in each run

    Spreads(Objective objective, int runs) {
        this.objective = objective;
        this.off = new double[runs];
        Edges.operands(objective.program())
                .forEach(node -> largest.put(node, new double[node.shape().size()]));
    }

    public static Spreads of(Objective objective, long seed) {
        Spreads spreads = new Spreads(objective, RUNS);
        TermSizes sizes = TermSizes.shared(objective.base());
        Set<Node> looked = Collections.newSetFromMap(new IdentityHashMap<>());
        looked.addAll(spreads.largest.keySet());
        looked.add(objective.output());
        IntConsumer runner = run -> {
            Rounding arithmetic = Rounding.float64(objective.base(), seed + run, Leaning.NONE, sizes);
            spreads.add(run, objective.program().evaluateOnly(looked, objective.point(), arithmetic));
        };
        runner.accept(0); // finds the sizes of the terms, for the others
        IntStream.range(1, RUNS).parallel().forEach(runner);
        return spreads;
    }

    synchronized void add(int run, Evaluation strayed) {
        widen(strayed, 1);
        off[run] = strayed.value(objective.output()).item() - objective.value();
    }

    /** An evaluation that strays too, though not by the rounding of the objective, and so many times as far. */
    synchronized void widen(Evaluation strayed, double times) {
        largest.forEach((node, spread) -> {
            double[] base = objective.base().value(node).values();
            double[] values = strayed.value(node).values();
            for (int i = 0; i < spread.length; i++) {
                boolean same = values[i] == base[i]; // infinities too
                spread[i] = same ? spread[i] : Math.max(spread[i], times * Math.abs(values[i] - base[i]));
            }
        });
    }

    /** So many times as far, at edges. */
    Spreads times(double factor) {
        Spreads times = new Spreads(objective, 0);
        largest.forEach((node, spread) -> times.largest.put(
                node, Arrays.stream(spread).map(far -> factor * far).toArray()));
        return times;
    }

    /**
     * What float64 does, of a few runs in float32: 2^-29 of what they saw, with a margin for what they were lucky in, but no
     * less than a unit of the value. A number that float32 did not have to round, float64 has not.
     *
     * <p>Bad where float32 knows nothing of a value any more, so that its spread is that of a saturated function: too small.
     */
    Spreads inFloat64() {
        Spreads narrowed = new Spreads(objective, off.length);
        for (int run = 0; run < off.length; run++) {
            double unit = 0x1p-53 * Math.abs(objective.value());
            narrowed.off[run] = Math.max(UNSEEN * NARROWER * Math.abs(off[run]), unit);
        }
        largest.forEach((node, seen) -> narrowed.largest.put(
                node, inFloat64(seen, objective.base().value(node).values())));
        return narrowed;
    }

    private static double[] inFloat64(double[] seen, double[] values) {
        double usual = Tensor.vector(seen).norm() / Math.sqrt(Math.max(1, seen.length));
        double[] wide = new double[seen.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = seen[i] == 0
                    ? 0
                    : Math.max(UNSEEN * NARROWER * Math.max(seen[i], usual), 0x1p-53 * Math.abs(values[i]));
        }
        return wide;
    }

    /** The largest deviation of each element; null for a node that no bending operation reads. */
    public double @Nullable [] spread(Node node) {
        return largest.get(node);
    }

    /** The root mean square of what the objective itself was off; not finite where the objective is not. */
    public double objectiveNoise() {
        return Tensor.vector(off).norm() / Math.sqrt(off.length);
    }
}
