package dev.plumbline.compute.difference;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Suffix;
import dev.plumbline.compute.program.Use;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The numeric gradient by every entry of every parameter, hundreds of times cheaper than moving entries one by one.
 *
 * <p>A weight acts through an affine map {@code z = x W + ...}; so the node z is moved, at one position for all samples
 * at once, and {@code dL/dW = x' (dL/dz)} combines the derivatives by z, their error bounds likewise with absolute
 * values. A layer of in x out weights takes out, not in x out, moves. Where a node has more positions than the weights
 * before it have entries, as in early convolutions, the entries themselves are moved. What this assumes is checked: a
 * seeded entry of every tensor is moved by itself and must agree, else the whole tensor is done that way.
 */
public final class ExhaustiveGradient {

    private static final int SPOT_CHECKS = 1;

    private final Objective objective;
    private final Map<Node, NumericTensor> atNodes = new HashMap<>();
    private final Map<Node, Optional<Suffix>> suffixes = new HashMap<>(); // asked for plan, work and spot checks
    private final SplittableRandom random;
    private long evaluations;

    private ExhaustiveGradient(Objective objective, long seed) {
        this.objective = objective;
        this.random = new SplittableRandom(seed);
    }

    /** The numeric derivatives by every entry of every parameter, by name. */
    public static Map<String, NumericTensor> of(Objective objective, long seed) {
        return new ExhaustiveGradient(objective, seed).all();
    }

    /** Floating-point operations of {@link #of}, roughly, at the cheapest. */
    public static double cost(Objective objective) {
        ExhaustiveGradient plan = new ExhaustiveGradient(objective, 0);
        Map<Node, Double> nodes = new HashMap<>();
        double entries = 0;
        for (Node parameter : objective.program().parameters().values()) {
            Use.Uses uses = Use.of(objective, parameter);
            if (plan.nodesAreCheaper(parameter, uses)) {
                uses.affine().forEach(use -> nodes.put(use.end(), plan.nodeCost(use.end())));
            } else {
                entries += plan.entryCost(parameter);
            }
        }
        return nodes.values().stream().mapToDouble(Double::doubleValue).sum() + entries;
    }

    private Map<String, NumericTensor> all() {
        Map<String, NumericTensor> gradient = new LinkedHashMap<>();
        objective.program().parameters().forEach((name, parameter) -> gradient.put(name, by(parameter)));
        return gradient;
    }

    private NumericTensor by(Node parameter) {
        Use.Uses uses = Use.of(objective, parameter);
        if (!nodesAreCheaper(parameter, uses)) {
            return entryByEntry(parameter);
        }
        long before = evaluations;
        int size = parameter.shape().size();
        NumericTensor sum =
                new NumericTensor(new double[size], new double[size], new double[size], NumericTensor.Way.NODES, 0);
        for (Use use : uses.affine()) {
            add(sum, pulledBack(use));
        }
        Suffix.of(objective, parameter, uses.others()).ifPresent(suffix -> {
            NumericTensor rest = SuffixDifferences.of(suffix);
            evaluations += rest.evaluations();
            add(sum, rest);
        });
        return agreesAtSpots(parameter, sum)
                ? new NumericTensor(
                        sum.values(), sum.bounds(), sum.kinkRadii(), NumericTensor.Way.NODES, evaluations - before)
                : entryByEntry(parameter);
    }

    private NumericTensor pulledBack(Use use) {
        NumericTensor node = atNodes.computeIfAbsent(use.end(), this::atNode);
        return new NumericTensor(
                use.pullBack(objective.base(), node.values()),
                use.pullBackBounds(objective.base(), node.bounds()),
                use.pullBackBounds(objective.base(), node.kinkRadii()),
                NumericTensor.Way.NODES,
                0);
    }

    private NumericTensor atNode(Node node) {
        NumericTensor numeric = suffix(node).map(SuffixDifferences::of).orElseGet(() -> {
            double[] ones = new double[node.shape().size()];
            Arrays.fill(ones, node == objective.output() ? 1 : 0);
            return new NumericTensor(
                    ones, new double[ones.length], new double[ones.length], NumericTensor.Way.NODES, 0);
        });
        evaluations += numeric.evaluations();
        return numeric;
    }

    private Optional<Suffix> suffix(Node node) {
        return suffixes.computeIfAbsent(node, this::newSuffix);
    }

    private Optional<Suffix> newSuffix(Node node) {
        List<Node> consumers = new ArrayList<>();
        for (Node other : objective.program().nodes()) {
            if (other.inputs().contains(node)) {
                consumers.add(other);
            }
        }
        return Suffix.of(objective, node, consumers);
    }

    private NumericTensor entryByEntry(Node parameter) {
        NumericTensor numeric = suffix(parameter).map(SuffixDifferences::of).orElseGet(() -> {
            int size = parameter.shape().size();
            return new NumericTensor(
                    new double[size], new double[size], new double[size], NumericTensor.Way.ENTRIES, 0);
        });
        evaluations += numeric.evaluations();
        return new NumericTensor(
                numeric.values(),
                numeric.bounds(),
                numeric.kinkRadii(),
                NumericTensor.Way.ENTRIES,
                numeric.evaluations());
    }

    private static void add(NumericTensor sum, NumericTensor part) {
        for (int i = 0; i < sum.values().length; i++) {
            sum.values()[i] += part.values()[i];
            sum.bounds()[i] += part.bounds()[i];
            sum.kinkRadii()[i] += part.kinkRadii()[i];
        }
    }

    private boolean agreesAtSpots(Node parameter, NumericTensor numeric) {
        int size = parameter.shape().size();
        Suffix suffix = suffix(parameter).orElse(null);
        if (size == 0 || suffix == null || suffix.samples() > 1) {
            return true; // nothing to check, or every entry was moved by itself already
        }
        int[] spots =
                random.ints(Math.min(SPOT_CHECKS, size), 0, size).distinct().toArray();
        NumericTensor checked = SuffixDifferences.of(suffix, spots);
        evaluations += checked.evaluations();
        for (int spot : spots) {
            double difference = Math.abs(checked.values()[spot] - numeric.values()[spot]);
            double allowed = checked.bounds()[spot]
                    + numeric.bounds()[spot]
                    + checked.kinkRadii()[spot]
                    + numeric.kinkRadii()[spot];
            if (!(difference <= allowed)) {
                return false;
            }
        }
        return true;
    }

    // ── the cheaper way ──

    private boolean nodesAreCheaper(Node parameter, Use.Uses uses) {
        double nodes =
                uses.affine().stream().mapToDouble(use -> nodeCost(use.end())).sum();
        return !uses.affine().isEmpty() && nodes <= entryCost(parameter);
    }

    private double nodeCost(Node node) {
        return suffix(node).map(suffix -> suffix.positions() * suffix.cost()).orElse(0.0);
    }

    private double entryCost(Node parameter) {
        return suffix(parameter)
                .map(suffix -> parameter.shape().size() * suffix.cost())
                .orElse(0.0);
    }
}
