package dev.plumbline.compute.rounding;

import dev.plumbline.compute.program.Edges;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Leaning;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.compute.program.TermSizes;
import dev.plumbline.tensor.Tensor;
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

    private final Objective objective;
    private final Map<Node, double[]> largest = new IdentityHashMap<>();
    private final double[] off = new double[RUNS]; // of the objective

    Spreads(Objective objective) {
        this.objective = objective;
        Edges.operands(objective.program())
                .forEach(node -> largest.put(node, new double[node.shape().size()]));
    }

    public static Spreads of(Objective objective, long seed) {
        Spreads spreads = new Spreads(objective);
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

    /** The largest deviation of each element; null for a node that no bending operation reads. */
    public double @Nullable [] spread(Node node) {
        return largest.get(node);
    }

    /** The root mean square of what the objective itself was off; not finite where the objective is not. */
    public double objectiveNoise() {
        return Tensor.vector(off).norm() / Math.sqrt(RUNS);
    }
}
