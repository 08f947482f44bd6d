package dev.plumbline.compute.product;

import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.product.Entries.Ruled;
import dev.plumbline.compute.program.Edge;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Products;
import dev.plumbline.compute.program.Ray;
import dev.plumbline.compute.program.Tangents;
import dev.plumbline.compute.program.Work;
import dev.plumbline.compute.rounding.Spreads;
import dev.plumbline.compute.verification.BentOperation;
import dev.plumbline.compute.verification.Measurement;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * How outputs leave the point along a direction and against it, by one-sided forward mode, whose rules share nothing with
 * the tangents written as a program: {@code y'(x; u)} and {@code -y'(x; -u)}.
 *
 * <p>Where the two differ there is no derivative along u: a claim between them is KINK, and so is what the operations' own
 * conventions give; another one FAILs. Where nothing sits on an edge and forward mode still has another value than the
 * program, the fault is ours.
 */
final class OneSided {

    /** Slopes this near to each other are one. */
    private static final double ALIKE = 1e-9;

    /** A limit this many spreads from the value is a jump. */
    private static final double JUMP = 8;

    private final Map<String, double[]> up;
    private final Map<String, double[]> down;
    private final List<Edge> edges;
    private final boolean jumps;
    private final double passes;

    private OneSided(
            Map<String, double[]> up, Map<String, double[]> down, List<Edge> edges, boolean jumps, double passes) {
        this.up = up;
        this.down = down;
        this.edges = List.copyOf(edges);
        this.jumps = jumps;
        this.passes = passes;
    }

    static OneSided of(Products functions, Map<String, Tensor> direction, Set<String> outputs, long seed) {
        Objective sum = functions.pulledBack(weights(functions, outputs, seed), direction.keySet());
        Spreads spreads = Spreads.of(sum, seed);
        Ray.Ground ground = new Ray.Ground(spreads::spread, null);
        Map<String, Tensor> reversed = new LinkedHashMap<>();
        direction.forEach((name, u) -> reversed.put(name, u.map(value -> -value)));
        Ray ahead = Ray.of(sum, direction, Ray.GERM, ground);
        Ray behind = Ray.of(sum, reversed, Ray.GERM, ground);
        List<Edge> edges = new ArrayList<>(ahead.edges());
        edges.addAll(behind.edges());
        double own = JUMP * spreads.objectiveNoise() + JUMP * 0x1p-53 * Math.abs(sum.value());
        boolean jumps =
                !(Math.abs(ahead.limit() - sum.value()) <= own && Math.abs(behind.limit() - sum.value()) <= own);
        return new OneSided(
                tangents(sum, direction, outputs, spreads, 1),
                tangents(sum, reversed, outputs, spreads, -1),
                edges,
                jumps,
                ahead.passes() + behind.passes() + 2);
    }

    private static Map<String, Tensor> weights(Products functions, Set<String> outputs, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        outputs.forEach(name -> weights.put(
                name, Tensor.zeros(functions.program().output(name).shape()).map(zero -> random.nextDouble(1, 2))));
        return weights;
    }

    private static Map<String, double[]> tangents(
            Objective sum, Map<String, Tensor> direction, Set<String> outputs, Spreads spreads, int sign) {
        Set<Node> wanted = new LinkedHashSet<>();
        outputs.forEach(name -> wanted.add(sum.program().output(name)));
        Map<Node, double[]> found = Tangents.of(sum, direction, wanted, new Work(), spreads::spread);
        Map<String, double[]> tangents = new LinkedHashMap<>();
        outputs.forEach(name -> {
            Node node = sum.program().output(name);
            double[] own =
                    found.getOrDefault(node, new double[node.shape().size()]).clone();
            for (int i = 0; i < own.length; i++) {
                own[i] *= sign;
            }
            tangents.put(name, own);
        });
        return tangents;
    }

    /** Whether some output does not go on from the point. */
    boolean jumps() {
        return jumps;
    }

    /** Whether some entry is ruled on here. */
    boolean decides(String name, Measurement measurement) {
        int size = Objects.requireNonNull(up.get(name)).length;
        for (int i = 0; i < size; i++) {
            if (jumps || !isAlike(name, i, measurement)) {
                return true;
            }
        }
        return false;
    }

    private boolean isAlike(String name, int i, Measurement measurement) {
        double ahead = Objects.requireNonNull(up.get(name))[i];
        double behind = Objects.requireNonNull(down.get(name))[i];
        return isSame(ahead, behind, name, i, measurement)
                && isSame(ahead, own(name, i, measurement), name, i, measurement);
    }

    private static double own(String name, int i, Measurement measurement) {
        return Objects.requireNonNull(measurement.reference().get(name)).at(i);
    }

    private static boolean isSame(double a, double c, String name, int i, Measurement measurement) {
        double rounding = 2 * measurement.allowances().float64(name).at(i);
        return Math.abs(a - c) <= ALIKE * Math.max(Math.abs(a), Math.abs(c)) + rounding;
    }

    /** What the entries are held against: the slope where there is one, else what the operations' own conventions give. */
    Tensor reference(String name, Tensor own) {
        double[] values = own.values().clone();
        for (int i = 0; i < values.length; i++) {
            double ahead = Objects.requireNonNull(up.get(name))[i];
            double behind = Objects.requireNonNull(down.get(name))[i];
            boolean isOne = Math.abs(ahead - behind) <= ALIKE * Math.abs(ahead);
            values[i] = isOne
                            && !edges.isEmpty()
                            && Double.isFinite(ahead)
                            && Math.abs(ahead - own.at(i)) > ALIKE * Math.abs(ahead)
                    ? ahead
                    : own.at(i);
        }
        return Tensor.of(own.shape(), values);
    }

    /** The ruling on an entry that bends or jumps; null on any other. */
    @Nullable
    Ruled ruling(String name, int i, double claim, Measurement measurement) {
        if (!jumps && isAlike(name, i, measurement)) {
            return null;
        }
        double ahead = Objects.requireNonNull(up.get(name))[i];
        double behind = Objects.requireNonNull(down.get(name))[i];
        double convention = own(name, i, measurement);
        if (!Double.isFinite(claim)) {
            return Ruled.NOT_FINITE;
        }
        if (edges.isEmpty() && !jumps) {
            return new Ruled(Verdict.INCONCLUSIVE, Reason.OUR_OWN_RULES_DISAGREE);
        }
        if (jumps) {
            return Ruled.DISCONTINUOUS;
        }
        if (!Double.isFinite(ahead) || !Double.isFinite(behind)) {
            return new Ruled(Verdict.INCONCLUSIVE, Reason.NOT_DECIDED);
        }
        double allowance = measurement.allowances().allowance(name).at(i)
                + ALIKE * Math.max(Math.abs(ahead), Math.max(Math.abs(behind), Math.abs(convention)));
        boolean isOne = isSame(ahead, behind, name, i, measurement);
        if (isOne && Math.abs(claim - ahead) <= allowance) {
            return Ruled.PASS;
        }
        double least = Math.min(convention, Math.min(ahead, behind));
        double most = Math.max(convention, Math.max(ahead, behind));
        if (claim < least - allowance || claim > most + allowance) {
            return new Ruled(Verdict.FAIL, Reason.OUTSIDE_SUBGRADIENT);
        }
        return new Ruled(Verdict.KINK, isOne ? Reason.CONVENTION : Reason.SUBGRADIENT);
    }

    /** The operations that the direction leaves an edge of. */
    List<BentOperation> bends() {
        return BentOperation.of(edges.stream().distinct().toList());
    }

    /** The work of it, in forward passes. */
    double passes() {
        return passes;
    }
}
