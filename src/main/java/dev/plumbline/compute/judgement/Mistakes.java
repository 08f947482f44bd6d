package dev.plumbline.compute.judgement;

import dev.plumbline.compute.judgement.Mistake.Kind;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Names the mistake of each tensor whose claim fails.
 *
 * <p>Every kind is tried; one that predicts each entry of the claim within rounding, and by more than chance ({@link
 * Support}), is an explanation. The simplest is named ({@link Explanation}). Where two kinds explain a tensor equally
 * simply, a law that another tensor obeys decides, since one mistake usually touches all; if none does, the mistake is
 * unknown and the advice names both. A tensor too small to tell, such as a scalar bias scaled by 3.7, takes over a law
 * of the others if it obeys it.
 */
public final class Mistakes {

    private final Laws laws;
    private final List<Search> searches;

    private Mistakes(Surroundings surroundings, Earlier earlier) {
        this.laws = new Laws(surroundings);
        this.searches = List.of(
                new Search(Explanation.PLAIN, earlier::explain),
                new Search(Explanation.PLAIN, laws::explain),
                new Search(Explanation.NAMED, new Rearrangements(surroundings)::explain),
                new Search(Explanation.NAMED, RoundingOff::explain),
                new Search(Explanation.COUNTED, Shifts::explain),
                new Search(Explanation.COUNTED, Rearrangements::blocks),
                new Search(Explanation.COUNTED, Localities::explain),
                new Search(Explanation.ROUND, Clipping::explain));
    }

    /** Some kinds, and the least complexity they can have: not worth looking for once there is something simpler. */
    private record Search(int simplest, Function<Suspect, List<Explanation>> kinds) {}

    /**
     * The mistakes of the failed tensors, by name, in the order of the comparisons.
     *
     * @param comparisons all tensors of the check, also those that pass: mistakes can be exchanged between tensors
     * @param parameters the parameters at the point, by tensor name; weight decay is looked for where they are known
     * @param setting the counts the gradient may be wrong by
     */
    public static Map<String, Mistake> name(
            List<Comparison> comparisons, Map<String, Tensor> parameters, Setting setting) {
        return name(comparisons, parameters, setting, Map.of());
    }

    /**
     * The same where an earlier gradient is known.
     *
     * @param earlier by tensor name; a claim that is stale, or was added to one, is recognised by it
     */
    public static Map<String, Mistake> name(
            List<Comparison> comparisons,
            Map<String, Tensor> parameters,
            Setting setting,
            Map<String, Tensor> earlier) {
        return name(comparisons, parameters, earlier, Surroundings.of(setting, comparisons));
    }

    /**
     * The same where the comparisons are not all tensors, or only samples of them.
     *
     * @param claimedNorm of the whole claim
     * @param referenceNorm of the whole reference
     */
    public static Map<String, Mistake> nameSome(
            List<Comparison> comparisons,
            Setting setting,
            Map<String, Tensor> earlier,
            double claimedNorm,
            double referenceNorm) {
        return name(comparisons, Map.of(), earlier, new Surroundings(setting, comparisons, claimedNorm, referenceNorm));
    }

    private static Map<String, Mistake> name(
            List<Comparison> comparisons,
            Map<String, Tensor> parameters,
            Map<String, Tensor> earlier,
            Surroundings surroundings) {
        List<Suspect> suspects = comparisons.stream()
                .filter(comparison -> comparison.verdict() == Verdict.FAIL)
                .map(comparison -> new Suspect(comparison, parameters.get(comparison.name())))
                .toList();
        return new Mistakes(surroundings, new Earlier(earlier)).name(suspects);
    }

    private Map<String, Mistake> name(List<Suspect> suspects) {
        Map<Suspect, List<Explanation>> candidates = new LinkedHashMap<>();
        suspects.forEach(suspect -> candidates.put(suspect, simplest(explanations(suspect))));
        List<Explanation> settled = settledLaws(candidates.values());
        Map<String, Mistake> named = new LinkedHashMap<>();
        candidates.forEach((suspect, simplest) -> named.put(suspect.name(), settle(suspect, simplest, settled)));
        return named;
    }

    private List<Explanation> explanations(Suspect suspect) {
        if (suspect.comparison().claimed().firstNonFinite() >= 0) {
            return List.of(nonFinite(suspect));
        }
        if (suspect.comparison().undefined() > 0) {
            return List.of();
        }
        if (suspect.comparison().claimedNorm() == 0) {
            return List.of(zero(suspect));
        }
        List<Explanation> explanations = new ArrayList<>();
        int least = Integer.MAX_VALUE;
        for (Search search : searches) {
            if (search.simplest <= least) {
                explanations.addAll(search.kinds.apply(suspect));
                least = least(explanations);
            }
        }
        return explanations;
    }

    private static int least(List<Explanation> explanations) {
        return explanations.stream().mapToInt(Explanation::complexity).min().orElse(Integer.MAX_VALUE);
    }

    /** The least complex explanation; several if they are of different kinds. */
    private static List<Explanation> simplest(List<Explanation> explanations) {
        int least = least(explanations);
        Map<Kind, Explanation> kinds = new LinkedHashMap<>();
        explanations.stream()
                .filter(explanation -> explanation.complexity() == least)
                .sorted(Comparator.comparing(
                        explanation -> explanation.mistake().kind()))
                .forEach(explanation -> kinds.putIfAbsent(explanation.mistake().kind(), explanation));
        return List.copyOf(kinds.values());
    }

    /** Each law that explains some tensor alone, once. */
    private static List<Explanation> settledLaws(Iterable<List<Explanation>> candidates) {
        List<Explanation> laws = new ArrayList<>();
        for (List<Explanation> simplest : candidates) {
            if (simplest.size() == 1) {
                Explanation only = simplest.get(0);
                if (only.law() != Law.NONE
                        && laws.stream().noneMatch(law -> law.law().resembles(only.law()))) {
                    laws.add(only);
                }
            }
        }
        return laws;
    }

    private Mistake settle(Suspect suspect, List<Explanation> simplest, List<Explanation> settled) {
        for (Explanation tied : simplest) {
            if (simplest.size() > 1
                    && settled.stream().anyMatch(law -> law.law().resembles(tied.law()))) {
                return tied.mistake();
            }
        }
        // One mistake of all tensors is simpler than a place in this one, and than nothing known.
        int least = least(simplest);
        for (Explanation law : least > Explanation.NAMED ? settled : List.<Explanation>of()) {
            Optional<Explanation> shared = laws.explain(suspect, law);
            if (shared.isPresent() && shared.get().complexity() < least) {
                return shared.get().mistake();
            }
        }
        return simplest.size() == 1 ? simplest.get(0).mistake() : unknown(suspect, simplest);
    }

    private static Explanation nonFinite(Suspect suspect) {
        double[] claimed = suspect.comparison().claimed().values();
        long count = Arrays.stream(claimed).filter(a -> !Double.isFinite(a)).count();
        List<List<Integer>> indices = IntStream.range(0, claimed.length)
                .filter(i -> !Double.isFinite(claimed[i]))
                .limit(Mistake.LISTED)
                .mapToObj(i -> Arrays.stream(suspect.shape().index(i)).boxed().toList())
                .toList();
        String advice =
                "%d of %d values are NaN or infinite, the first at %s: look for a division by zero, the logarithm of zero, or an overflow."
                        .formatted(count, claimed.length, indices.get(0));
        return new Explanation(new Mistake.NonFinite(indices, advice), Explanation.PLAIN);
    }

    private static Explanation zero(Suspect suspect) {
        String advice =
                "The claim is zero throughout: the backward pass does not reach %s, or its gradient was zeroed before it was read."
                        .formatted(suspect.name());
        return new Explanation(new Mistake.Zero(advice), Explanation.PLAIN);
    }

    private static Mistake unknown(Suspect suspect, List<Explanation> tied) {
        Comparison comparison = suspect.comparison();
        if (!tied.isEmpty()) {
            String both = String.join(
                    " Or: ", tied.stream().map(one -> one.mistake().advice()).toList());
            return new Mistake.Unknown("These explain the claim equally well, and another point would tell. " + both);
        }
        String small = comparison.relativeError() < 1e-2
                ? " It is nearly right: arithmetic of low precision, an approximation, or a small term left out."
                : "";
        return new Mistake.Unknown(String.format(
                Locale.ROOT,
                "%d of %d entries are wrong, in no pattern known here (relative error %s, cosine %s).%s",
                comparison.beyond(),
                comparison.judged(),
                Words.number(comparison.relativeError()),
                Words.number(comparison.cosine()),
                small));
    }
}
