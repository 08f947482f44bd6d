package dev.plumbline.compute.product;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Products;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A claim of which elements of a Jacobian may be other than 0: those of one output by one input, each by its flat place, in
 * row-major order from 0.
 *
 * <p>Sparse solvers and compressed Jacobians (Curtis, Powell and Reid, 1974) read nothing else, so an element outside of the
 * pattern is a wrong derivative that no number shows. The Jacobian is taken row by row in reverse mode, at the point and at
 * {@value #BESIDE} points beside it, where what vanishes by chance does not. An element counts as other than 0 where it is
 * more than {@value #ROUNDING} of the largest of its row: so rounding does not refute a pattern, and an element below that is
 * not seen. Branches that are taken nowhere near the point are not seen either.
 *
 * @param nonzeros by row, the columns
 */
public record SparsityPattern(String output, String by, List<BitSet> nonzeros) {

    /** Points beside the point that are looked at too. */
    static final int BESIDE = 2;

    /** How far beside, relative to each number. */
    private static final double STEP = 1e-3;

    static final double ROUNDING = 1e-10;

    /** Elements outside of the pattern that are listed. */
    public static final int LISTED = 20;

    /** An element that the pattern does not have. */
    public record Outside(int row, int column, double value) {}

    /**
     * What came of it.
     *
     * @param claimed elements that the pattern has
     * @param seen elements that were seen to be other than 0
     * @param outside of those the first that the pattern does not have
     * @param outsideCount how many there are
     */
    public record Judged(Verdict verdict, long claimed, long seen, List<Outside> outside, long outsideCount) {}

    /** Holds the pattern against the Jacobian; {@code alive} is asked before each row, and may throw to give it up. */
    public Judged judged(Products functions, long seed, Runnable alive) {
        Shape rows = functions.program().output(output).shape();
        Objective row = functions.pulledBack(Map.of(output, Tensor.zeros(rows)), Set.of(by));
        List<Map<String, Tensor>> points = points(row, seed);
        boolean isFinite = true;
        long seen = 0;
        long outsideCount = 0;
        List<Outside> outside = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            double[] unit = new double[rows.size()];
            unit[i] = 1;
            BitSet own = new BitSet();
            for (Map<String, Tensor> point : points) {
                alive.run();
                Map<String, Tensor> at = new HashMap<>(point);
                at.put(Products.cotangent(output), Tensor.of(rows, unit));
                Tensor gradient = Objects.requireNonNull(new Objective(row.program(), row.output(), at)
                        .gradient()
                        .byParameter()
                        .get(by));
                isFinite &= gradient.firstNonFinite() < 0;
                double largest = largest(gradient);
                for (int k = 0; k < gradient.size(); k++) {
                    if (Math.abs(gradient.at(k)) > ROUNDING * largest && !own.get(k)) {
                        own.set(k);
                        if (!nonzeros.get(i).get(k)) {
                            outsideCount++;
                            if (outside.size() < LISTED) {
                                outside.add(new Outside(i, k, gradient.at(k)));
                            }
                        }
                    }
                }
            }
            seen += own.cardinality();
        }
        long claimed = nonzeros.stream().mapToLong(BitSet::cardinality).sum();
        Verdict verdict = outsideCount > 0 ? Verdict.FAIL : isFinite && seen > 0 ? Verdict.PASS : Verdict.INCONCLUSIVE;
        return new Judged(verdict, claimed, seen, outside, outsideCount);
    }

    private static double largest(Tensor gradient) {
        double largest = 0;
        for (double value : gradient.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    /** The point, and some beside it along the input. */
    private List<Map<String, Tensor>> points(Objective row, long seed) {
        List<Map<String, Tensor>> points = new ArrayList<>(List.of(row.point()));
        SplittableRandom random = new SplittableRandom(seed);
        for (int k = 0; k < BESIDE; k++) {
            Map<String, Tensor> point = new HashMap<>(row.point());
            point.computeIfPresent(
                    by,
                    (name, x) -> x.map(
                            value -> value + STEP * random.nextDouble(-1, 1) * (value == 0 ? 1 : Math.abs(value))));
            points.add(point);
        }
        return points;
    }
}
