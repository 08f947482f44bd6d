package dev.plumbline.compute.difference;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Suffix;
import dev.plumbline.compute.program.Use;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The numeric gradient by every entry of every parameter, hundreds of times cheaper than moving entries one by one.
 *
 * <p>A weight acts through an affine map {@code z = x W + ...}; so the node z is moved, at one position for all samples
 * at once, and {@code dL/dW = x' (dL/dz)} combines the derivatives by z, their error bounds likewise with absolute
 * values. A layer of in x out weights takes out, not in x out, moves. Where a node has more positions than the weights
 * before it have entries, as in early convolutions, the entries themselves are moved. What this assumes is checked by
 * {@link BlackBoxCheck}, and a tensor that it contradicts is done entry by entry.
 *
 * <p>Everything that is moved is independent of the rest, so the processors share all of it.
 */
public final class ExhaustiveGradient {

    /** Stands for an infinite bound in sums of products, where infinity times 0 would be no number. */
    private static final double BLIND = 1e300;

    /** Steps of all suffixes of one gradient: some 200 MB. */
    private static final long MOST_STEPS = 1_000_000;

    /** Seconds that a step takes to be found, as an operation to be handled. */
    private static final double STEP = 250e-9;

    /** The values by which each position is differenced. */
    private static final int FOUR_POINTS = 4;

    private final Objective objective;
    private final long seed;
    private final Map<Node, Optional<Suffix>> suffixes = new HashMap<>(); // asked for plan, work and checks
    private final Map<Suffix, NumericTensor> moved = new HashMap<>();
    private final double roundingNoise;
    private final Progress progress;
    private double affordable = Double.POSITIVE_INFINITY; // steps of suffixes

    /** A square of parameters and operations: finding out what it would cost is too dear itself. */
    private static final class TooDear extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private ExhaustiveGradient(Objective objective, long seed, double roundingNoise, Progress progress) {
        this.objective = objective;
        this.seed = seed;
        this.roundingNoise = roundingNoise;
        this.progress = progress;
    }

    /** How one parameter is differenced: by the nodes behind its uses and a rest, or entry by entry. */
    private final class Plan {

        private final String name;
        private final Node parameter;
        private final List<Use> affine;
        private final @Nullable Suffix rest; // through consumers that are not affine; null where there are none
        private boolean byEntry;
        private @Nullable Suffix whole; // where the analysis was contradicted

        Plan(String name, Node parameter) {
            this.name = name;
            this.parameter = parameter;
            Use.Uses uses = Use.of(objective, parameter);
            this.affine = uses.affine();
            this.rest = Suffix.of(objective, parameter, uses.others())
                    .map(ExhaustiveGradient.this::counted)
                    .orElse(null);
            double nodes =
                    affine.stream().mapToDouble(use -> nodeCost(use.end())).sum();
            this.byEntry = affine.isEmpty() || nodes > entryCost();
        }

        private double entryCost() {
            return suffix(parameter)
                    .map(suffix -> parameter.shape().size() * suffix.seconds())
                    .orElse(0.0);
        }

        /** Relies no more on what analysis found. */
        private void distrust() {
            byEntry = true;
            whole = Suffix.whole(objective, parameter).orElse(null);
        }

        private Optional<Suffix> entries() {
            return whole != null ? Optional.of(whole) : suffix(parameter);
        }

        /** Everything that has to be moved for this parameter. */
        private List<Suffix> suffixes() {
            List<Suffix> all = new ArrayList<>();
            if (byEntry) {
                entries().ifPresent(all::add);
                return all;
            }
            affine.forEach(use -> suffix(use.end()).ifPresent(all::add));
            if (rest != null) {
                all.add(rest);
            }
            return all;
        }

        private NumericTensor combined() {
            NumericTensor sum = NumericTensor.zeros(
                    parameter.shape().size(), byEntry ? NumericTensor.Way.ENTRIES : NumericTensor.Way.NODES);
            if (byEntry) {
                return entries().map(suffix -> sum.plus(moved(suffix))).orElseGet(() -> unmoved(parameter));
            }
            for (Use use : affine) {
                sum.plus(pulledBack(use));
            }
            return rest == null ? sum : sum.plus(moved(rest));
        }
    }

    /** The numeric derivatives by every entry of every parameter, by name. */
    public static Map<String, NumericTensor> of(Objective objective, long seed) {
        return of(objective, seed, Progress.NONE);
    }

    /** The same, and tells how many of the positions to be moved are done. */
    public static Map<String, NumericTensor> of(Objective objective, long seed, Progress progress) {
        return of(objective, seed, 0, progress);
    }

    /**
     * The same.
     *
     * @param roundingNoise the rms of what rounding all intermediate values at random does to the objective; 0 where unknown
     */
    public static Map<String, NumericTensor> of(
            Objective objective, long seed, double roundingNoise, Progress progress) {
        return new ExhaustiveGradient(objective, seed, roundingNoise, progress).all();
    }

    /**
     * Seconds that {@link #of} takes on the core of {@link dev.plumbline.compute.program.Program#seconds}, roughly, where the
     * first steps do.
     *
     * @param most beyond which nobody wants to know; infinite there, as where it would not fit into memory
     */
    public static double seconds(Objective objective, double most) {
        ExhaustiveGradient gradient = new ExhaustiveGradient(objective, 0, 0, Progress.NONE);
        gradient.affordable = Math.min(most / STEP, MOST_STEPS);
        try {
            double seconds = 0;
            for (Suffix suffix : suffixes(gradient.plans())) {
                seconds += FOUR_POINTS * suffix.positions() * suffix.seconds() + STEP * suffix.length();
            }
            return seconds > most ? Double.POSITIVE_INFINITY : seconds;
        } catch (TooDear tooDear) {
            return Double.POSITIVE_INFINITY;
        }
    }

    private Suffix counted(Suffix suffix) {
        affordable -= suffix.length();
        if (affordable < 0) {
            throw new TooDear();
        }
        return suffix;
    }

    private List<Plan> plans() {
        List<Plan> plans = new ArrayList<>();
        objective.program().parameters().forEach((name, parameter) -> plans.add(new Plan(name, parameter)));
        return plans;
    }

    private static Set<Suffix> suffixes(List<Plan> plans) {
        Set<Suffix> suffixes = new LinkedHashSet<>();
        plans.forEach(plan -> suffixes.addAll(plan.suffixes()));
        return suffixes;
    }

    private Map<String, NumericTensor> all() {
        List<Plan> plans = plans();
        Map<String, NumericTensor> gradient = run(plans, "");
        Set<String> contradicted = new BlackBoxCheck(objective, seed).contradicted(gradient);
        plans.removeIf(plan -> !contradicted.contains(plan.name));
        plans.forEach(Plan::distrust);
        gradient.putAll(
                run(plans, String.join(" ", contradicted.stream().sorted().toList())));
        return gradient;
    }

    /**
     * Moves what the plans need, then combines; evaluations count for the first parameter that needs them.
     *
     * @param again which plans are done again, by entry; empty the first time
     */
    private Map<String, NumericTensor> run(List<Plan> plans, String again) {
        List<Suffix> work = new ArrayList<>(suffixes(plans));
        work.removeIf(moved::containsKey);
        long total = work.stream().mapToLong(Suffix::positions).sum();
        LongAdder done = new LongAdder();
        IntConsumer told = positions -> {
            done.add(positions);
            progress.at(Progress.Phase.EXHAUSTIVE, done.sum(), total, 4 * done.sum());
        };
        List<NumericTensor> differences =
                SuffixDifferences.of(work, roundingNoise, new SuffixDifferences.Shift(again, progress.crew(), told));
        for (int i = 0; i < work.size(); i++) {
            moved.put(work.get(i), differences.get(i));
        }
        NumericTensor[] combined = new NumericTensor[plans.size()];
        Workers.share(combined.length, i -> combined[i] = plans.get(i).combined());
        Map<String, NumericTensor> gradient = new LinkedHashMap<>();
        for (int i = 0; i < plans.size(); i++) {
            long evaluations = 0;
            for (Suffix suffix : plans.get(i).suffixes()) {
                evaluations += work.remove(suffix) ? moved(suffix).evaluations() : 0;
            }
            gradient.put(plans.get(i).name, combined[i].withEvaluations(evaluations));
        }
        return gradient;
    }

    private NumericTensor moved(Suffix suffix) {
        return Objects.requireNonNull(moved.get(suffix));
    }

    private NumericTensor pulledBack(Use use) {
        NumericTensor node = suffix(use.end()).map(this::moved).orElseGet(() -> unmoved(use.end()));
        return new NumericTensor(
                use.pullBack(objective.base(), node.values()),
                pulledBackBounds(use, node.bounds()),
                use.pullBackBounds(objective.base(), node.kinkRadii()),
                NumericTensor.Way.NODES,
                0);
    }

    /** Infinite where a blind position has a share in an entry; one that is multiplied by 0 has none. */
    private double[] pulledBackBounds(Use use, double[] bounds) {
        double[] finite =
                Arrays.stream(bounds).map(bound -> Math.min(bound, BLIND)).toArray();
        double[] arriving = use.pullBackBounds(objective.base(), finite);
        for (int i = 0; i < arriving.length; i++) {
            arriving[i] = arriving[i] < Math.sqrt(BLIND) ? arriving[i] : Double.POSITIVE_INFINITY;
        }
        return arriving;
    }

    /** What nothing reads: the objective itself, or a node that it does not depend on. */
    private NumericTensor unmoved(Node node) {
        NumericTensor none = NumericTensor.zeros(node.shape().size(), NumericTensor.Way.NODES);
        Arrays.fill(none.values(), node == objective.output() ? 1 : 0);
        return none;
    }

    private Optional<Suffix> suffix(Node node) {
        return suffixes.computeIfAbsent(node, from -> Suffix.of(objective, from).map(this::counted));
    }

    private double nodeCost(Node node) {
        return suffix(node).map(suffix -> suffix.positions() * suffix.seconds()).orElse(0.0);
    }
}
