package dev.plumbline.compute.explanation;

import dev.plumbline.compute.judgement.ClaimDatatype;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Fragment;
import dev.plumbline.compute.program.Fragments;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Backward rules judged one operation at a time: our vector-Jacobian product from the claimed incoming cotangent beside what
 * arrived at the inputs.
 *
 * <p>At a value that several operations read, what arrives is the sum of what they pass on. Where that is wrong and none of
 * them is known to be, the one is at fault whose known faulty rule makes it; else nobody is accused.
 */
final class BackwardAlone {

    private static final int RUNS = 6;

    private final Objective objective;
    private final Seen seen;
    private final AloneSetting setting;
    private final Map<Node, Datatype> datatypes;
    private final Map<Fragment, Alone> alone = new LinkedHashMap<>();
    private final Map<Fragment, Ruling> rulings = new LinkedHashMap<>();
    private final Map<Node, List<Fragment>> readers = new LinkedHashMap<>();
    private final AloneNames names;
    private final AloneWork work;

    BackwardAlone(Objective objective, Seen seen, AloneSetting setting, AloneWork work) {
        this.work = work;
        this.objective = objective;
        this.seen = seen;
        this.setting = setting;
        this.datatypes = ForwardAlone.datatypes(seen.cotangents());
        this.names = new AloneNames(seen, datatypes, setting, work);
    }

    Map<Fragment, Ruling> rulings(Runnable alive) {
        List<Fragment> fragments = Fragments.of(objective, seen.cotangents().keySet());
        for (Fragment fragment : fragments) {
            alive.run();
            rulings.put(fragment, Ruling.none(compute(fragment)));
            fragment.inputs().stream().filter(seen.cotangents()::containsKey).forEach(input -> readers.computeIfAbsent(
                            input, node -> new ArrayList<>())
                    .add(fragment));
        }
        widen(alive);
        alone.values().forEach(work::did);
        Map<Node, Comparison> shared = new LinkedHashMap<>();
        Map<Fragment, List<Comparison>> own = new LinkedHashMap<>();
        readers.forEach((input, reading) -> {
            Comparison comparison = arrived(input, reading);
            if (comparison != null) {
                reading.forEach(fragment ->
                        own.computeIfAbsent(fragment, key -> new ArrayList<>()).add(comparison));
                if (reading.size() > 1) {
                    shared.put(input, comparison);
                }
            }
        });
        own.forEach((fragment, comparisons) -> rulings.put(
                fragment,
                new Ruling(
                        comparisons.stream()
                                .filter(comparison -> !shared.containsValue(comparison))
                                .map(Comparison::verdict)
                                .reduce(Verdict.PASS, Verdict::worse),
                        comparisons,
                        null,
                        null)));
        Set<Fragment> accused = new LinkedHashSet<>(); // in order, as not all are explained
        rulings.forEach((fragment, ruling) -> {
            if (ruling.verdict() == Verdict.FAIL) {
                accused.add(fragment);
            }
        });
        shared.forEach((input, comparison) -> attribute(input, comparison, accused, alive));
        accused.forEach(fragment -> name(fragment, alive));
        return rulings;
    }

    /** Why a fragment cannot be judged. */
    private String compute(Fragment fragment) {
        Map<Node, Tensor> cotangents = cotangents(fragment);
        Map<Node, Datatype> judged = new LinkedHashMap<>();
        for (Node input : fragment.inputs()) {
            if (seen.cotangents().containsKey(input)) {
                judged.put(input, Objects.requireNonNull(datatypes.get(input)));
            }
            boolean isOurs = seen.activations().isEmpty() || input.inputs().isEmpty() || !objective.isMoved(input);
            if (!isOurs && !seen.activations().containsKey(input)) {
                return "no activation came of %s, which it reads".formatted(seen.name(input));
            }
        }
        if (judged.isEmpty()) {
            return "no cotangent came of what it reads";
        }
        Map<Node, Tensor> values = ForwardAlone.values(fragment, seen, objective);
        if (isNotFinite(values) || isNotFinite(cotangents)) {
            return "what it read is not finite";
        }
        try {
            alone.put(fragment, Alone.of(fragment, values, cotangents, judged, Map.of(), setting));
            return "another operation that reads the same values could not be judged";
        } catch (Problem problem) {
            return "it cannot be computed from what was claimed: " + problem.explanation();
        }
    }

    private Map<Node, Tensor> cotangents(Fragment fragment) {
        Map<Node, Tensor> cotangents = new HashMap<>();
        for (Node result : fragment.results()) {
            Tensor claimed = seen.cotangents().get(result);
            cotangents.put(
                    result,
                    claimed == null ? Tensor.filled(result.shape(), result == objective.output() ? 1 : 0) : claimed);
        }
        return cotangents;
    }

    /** Where nobody saw what is read, it is as the pipeline's rounding may have had it: one evaluation at a time. */
    private void widen(Runnable alive) {
        List<Fragment> reading = alone.keySet().stream()
                .filter(fragment -> seen.activations().isEmpty()
                        && fragment.inputs().stream().anyMatch(objective::isMoved))
                .toList();
        Map<Fragment, Map<String, double[]>> squares = new HashMap<>();
        for (int run = 0; run < RUNS && !reading.isEmpty(); run++) {
            Evaluation rounded = RoundedRun.of(objective, ClaimDatatype.widest(datatypes.values()), setting, run);
            work.evaluated();
            for (Fragment fragment : reading) {
                alive.run();
                Map<Node, Tensor> values = new HashMap<>();
                fragment.inputs().forEach(input -> values.put(input, rounded.value(input)));
                Objects.requireNonNull(alone.get(fragment))
                        .move(values, cotangents(fragment), squares.computeIfAbsent(fragment, key -> new HashMap<>()));
            }
        }
        squares.forEach((fragment, moved) -> alone.computeIfPresent(fragment, (key, own) -> own.widened(moved, RUNS)));
    }

    private static boolean isNotFinite(Map<Node, Tensor> tensors) {
        return tensors.values().stream().anyMatch(value -> value.firstNonFinite() >= 0);
    }

    /** The claimed cotangent of a value beside the sum of what its readers pass on; null where one could not be computed. */
    private @Nullable Comparison arrived(Node input, List<Fragment> reading) {
        if (!alone.keySet().containsAll(reading)) {
            return null;
        }
        return comparison(seen.name(input), input, reading, List.of());
    }

    /** What some readers pass on beside the claim, from which that of the others is taken off. */
    private Comparison comparison(String name, Node input, List<Fragment> judged, List<Fragment> others) {
        Tensor claim = Objects.requireNonNull(seen.cotangents().get(input));
        double[] claimed = claim.values().clone();
        double[] sum = new double[claimed.length];
        double[] allowed = new double[claimed.length];
        double u = Objects.requireNonNull(datatypes.get(input)).unitRoundoff();
        int count = judged.size() + others.size();
        for (Fragment fragment : judged) {
            add(fragment, input, sum, 1, allowed, count > 1 ? count * u : 0);
        }
        for (Fragment fragment : others) {
            add(fragment, input, claimed, -1, allowed, count * u);
        }
        return new Comparison(
                name,
                Tensor.of(claim.shape(), claimed),
                Tensor.of(claim.shape(), sum),
                Tensor.of(claim.shape(), allowed));
    }

    private void add(Fragment fragment, Node input, double[] sum, int sign, double[] allowed, double roundoff) {
        Alone own = Objects.requireNonNull(alone.get(fragment));
        Tensor passed = Objects.requireNonNull(own.derivative(Fragment.input(input)));
        Tensor allowance = Objects.requireNonNull(own.allowance(Fragment.input(input)));
        Arrays.setAll(sum, i -> sum[i] + sign * passed.at(i));
        Arrays.setAll(allowed, i -> allowed[i] + allowance.at(i) + roundoff * Math.abs(passed.at(i)));
    }

    /** Finds who is at fault where a value's gradient is wrong that several operations add to. */
    private void attribute(Node input, Comparison comparison, Set<Fragment> accused, Runnable alive) {
        if (comparison.verdict() != Verdict.FAIL) {
            return;
        }
        List<Fragment> reading = Objects.requireNonNull(readers.get(input));
        List<Fragment> guilty = reading.stream().filter(accused::contains).toList();
        if (guilty.stream().anyMatch(fragment -> explained(fragment, claimed(fragment), alive) != null)) {
            return;
        }
        Map<Fragment, Cause> causes = new LinkedHashMap<>();
        for (Fragment fragment : reading) {
            Cause cause = guilty.contains(fragment) ? null : explained(fragment, List.of(input), alive);
            if (cause != null) {
                causes.put(fragment, cause);
            }
        }
        if (causes.size() == 1) {
            causes.forEach((fragment, cause) -> {
                accused.add(fragment);
                rule(fragment, Verdict.FAIL, null, cause);
            });
            return;
        }
        String names = String.join(
                ", ",
                (guilty.isEmpty() ? reading : guilty)
                        .stream().map(BackwardAlone::words).toList());
        for (Fragment fragment : reading) {
            if (guilty.isEmpty()) {
                String words = "the gradient of %s is wrong, and one of the operations that read it is at fault: %s";
                rule(fragment, Verdict.INCONCLUSIVE, words.formatted(seen.name(input), names), null);
            } else if (!guilty.contains(fragment)) {
                String words = "what it passes on to %s cannot be told from what %s does, which is at fault";
                rule(fragment, Verdict.PASS, words.formatted(seen.name(input), names), null);
            }
        }
    }

    /** At least so bad. */
    private void rule(Fragment fragment, Verdict verdict, @Nullable String because, @Nullable Cause cause) {
        Ruling ruling = Objects.requireNonNull(rulings.get(fragment));
        Verdict before = ruling.verdict() == null ? Verdict.PASS : ruling.verdict();
        rulings.put(fragment, ruling.with(before.worse(verdict), because, cause));
    }

    /** What a fragment reads and was judged by. */
    private List<Node> claimed(Fragment fragment) {
        return fragment.inputs().stream()
                .filter(seen.cotangents()::containsKey)
                .filter(input -> alone.keySet().containsAll(Objects.requireNonNull(readers.get(input))))
                .toList();
    }

    private static String words(Fragment fragment) {
        return String.join(
                ", ", fragment.operations().stream().map(Object::toString).toList());
    }

    /** The faulty rule of one that is accused: of all that it passed on, else of what nobody else reads. */
    private void name(Fragment fragment, Runnable alive) {
        Ruling ruling = Objects.requireNonNull(rulings.get(fragment));
        if (ruling.cause() != null) {
            return;
        }
        List<Node> all = claimed(fragment);
        List<Node> own = all.stream()
                .filter(input -> Objects.requireNonNull(readers.get(input)).size() == 1)
                .toList();
        Cause cause = explained(fragment, all, alive);
        if (cause == null && own.size() < all.size()) {
            cause = explained(fragment, own, alive);
        }
        rulings.put(fragment, ruling.with(Verdict.FAIL, ruling.because(), cause));
    }

    private @Nullable Cause explained(Fragment fragment, List<Node> inputs, Runnable alive) {
        return names.of(
                Objects.requireNonNull(alone.get(fragment)),
                inputs,
                input -> comparison(
                        Fragment.input(input),
                        input,
                        List.of(fragment),
                        Objects.requireNonNull(readers.get(input)).stream()
                                .filter(other -> other != fragment)
                                .toList()),
                alive);
    }
}
