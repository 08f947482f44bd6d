package dev.plumbline.diagnose;

import dev.plumbline.compute.difference.Certificate;
import dev.plumbline.compute.difference.NumericGradient;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.difference.RoundingAllowance;
import dev.plumbline.compute.judgement.ClaimDatatype;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.EntryJudgement;
import dev.plumbline.compute.judgement.Judge;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Mistakes;
import dev.plumbline.compute.judgement.Setting;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.Slope;
import dev.plumbline.compute.program.Counts;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.diagnose.Correctness.ClaimedEntry;
import dev.plumbline.diagnose.Correctness.ClaimedTensor;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Judges a claim against the model's own gradient, certified along random directions; every entry is compared, and the
 * worst of the tensors that differ get numeric evidence.
 */
final class CorrectnessCheck {

    private static final long SEED = 42;
    private static final int SHOWN = 3;

    private final Objective objective;
    private final Datatype datatype;
    private final NumericGradient numeric;
    private final Certificate certificate;
    private final List<Comparison> comparisons = new ArrayList<>();
    private final Map<String, Mistake> mistakes;

    private CorrectnessCheck(
            Objective objective, Evaluation.Gradient gradient, Map<String, Tensor> claims, Progress progress) {
        this.objective = objective;
        this.datatype = ClaimDatatype.of(claims.values());
        this.numeric = new NumericGradient(objective);
        Map<String, Tensor> reference = gradient.byParameter();
        this.certificate = Certificate.of(numeric, reference, SEED, progress);
        Map<String, Tensor> allowances = RoundingAllowance.of(objective, gradient, datatype, SEED);
        claims.forEach((name, claim) -> comparisons.add(new Comparison(
                name,
                claim,
                Objects.requireNonNull(reference.get(name)),
                Objects.requireNonNull(allowances.get(name)))));
        Counts counts = Counts.of(objective);
        this.mistakes = Mistakes.name(comparisons, objective.point(), new Setting(counts.batch(), counts.outputs(), 1));
    }

    /** The claims have names and shapes of parameters. */
    static Correctness of(
            Objective objective, Evaluation.Gradient gradient, Map<String, Tensor> claims, Progress progress) {
        return new CorrectnessCheck(objective, gradient, claims, progress).judged();
    }

    private Correctness judged() {
        List<ClaimedTensor> tensors = comparisons.stream().map(this::tensor).toList();
        Verdict verdict = tensors.stream().map(ClaimedTensor::verdict).reduce(Verdict.PASS, Verdict::worse);
        Set<String> claimed = comparisons.stream().map(Comparison::name).collect(Collectors.toSet());
        return new Correctness(
                verdict,
                summary(verdict, tensors),
                datatype,
                certificate.certifiedTo(),
                certificate.confidence(),
                tensors,
                objective.program().parameters().keySet().stream()
                        .filter(name -> !claimed.contains(name))
                        .toList());
    }

    private ClaimedTensor tensor(Comparison comparison) {
        List<ClaimedEntry> entries = new ArrayList<>();
        Set<Integer> shown = new TreeSet<>();
        if (comparison.verdict() != Verdict.PASS) {
            Judge judge = new Judge(comparison.size(), ClaimDatatype.smallestDefect(datatype));
            for (int position : comparison.worst(SHOWN)) {
                entries.add(entry(comparison, position, judge));
                shown.add(position);
            }
        }
        Verdict verdict = certificate.contradicted().contains(comparison.name()) ? Verdict.INCONCLUSIVE : Verdict.PASS;
        for (ClaimedEntry entry : entries) {
            verdict = verdict.worse(entry.verdict());
        }
        for (int i = 0; i < comparison.size(); i++) {
            verdict = shown.contains(i) ? verdict : verdict.worse(verdict(comparison, i));
        }
        return new ClaimedTensor(
                comparison.name(),
                verdict,
                comparison.relativeError(),
                comparison.cosine(),
                comparison.claimedNorm(),
                comparison.referenceNorm(),
                verdict == Verdict.FAIL ? mistakes.get(comparison.name()) : null,
                entries);
    }

    private static Verdict verdict(Comparison comparison, int position) {
        if (comparison.isBeyond(position)) {
            return Verdict.FAIL;
        }
        return comparison.isUndefined(position) ? Verdict.INCONCLUSIVE : Verdict.PASS;
    }

    private ClaimedEntry entry(Comparison comparison, int position, Judge judge) {
        Slope slope = numeric.byEntry(comparison.name(), position);
        double claimed = comparison.claimed().at(position);
        double reference = comparison.reference().at(position);
        double allowance = comparison.allowance().at(position);
        EntryJudgement judgement = judge.entry(claimed, reference, allowance, slope);
        return new ClaimedEntry(
                Arrays.stream(comparison.claimed().shape().index(position))
                        .boxed()
                        .toList(),
                claimed,
                reference,
                allowance,
                slope.value(),
                slope.errorBound(),
                judgement.verdict(),
                judgement.sentence());
    }

    private String summary(Verdict verdict, List<ClaimedTensor> tensors) {
        String names = names(tensors, verdict);
        return switch (verdict) {
            case PASS -> {
                long entries = comparisons.stream().mapToLong(Comparison::size).sum();
                yield String.format(
                        Locale.ROOT, "The claimed gradient is right in all its entries, %,d in %s.", entries, names);
            }
            case FAIL -> "The claimed gradient is wrong in " + names + first(tensors) + ".";
            case KINK ->
                "The claimed gradient is a subgradient: the loss has no derivative at this point in " + names + ".";
            case INCONCLUSIVE ->
                "The claimed gradient can be neither confirmed nor refuted in " + names
                        + "; POST /v1/gradient-checks says more.";
        };
    }

    private static String names(List<ClaimedTensor> tensors, Verdict verdict) {
        List<String> names = tensors.stream()
                .filter(tensor -> tensor.verdict() == verdict)
                .map(ClaimedTensor::name)
                .toList();
        String few = names.stream().limit(4).collect(Collectors.joining(", "));
        return names.size() > 4 ? few + " and " + (names.size() - 4) + " more tensors" : few;
    }

    /** The mistake of the first wrong tensor, in a few words. */
    private static String first(List<ClaimedTensor> tensors) {
        for (ClaimedTensor tensor : tensors) {
            @Nullable Mistake mistake = tensor.mistake();
            if (mistake != null) {
                return ": " + mistake.words();
            }
        }
        return "";
    }
}
