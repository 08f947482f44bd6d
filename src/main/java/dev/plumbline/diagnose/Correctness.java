package dev.plumbline.diagnose;

import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.explanation.Budget;
import dev.plumbline.compute.explanation.Case;
import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.explanation.Search;
import dev.plumbline.compute.explanation.Suspect;
import dev.plumbline.compute.judgement.ClaimDatatype;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.EntryJudgement;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.MistakeWords;
import dev.plumbline.compute.judgement.Mistakes;
import dev.plumbline.compute.judgement.Setting;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Counts;
import dev.plumbline.compute.verification.Evidence;
import dev.plumbline.compute.verification.Examination;
import dev.plumbline.compute.verification.JudgedEntry;
import dev.plumbline.compute.verification.JudgedTensor;
import dev.plumbline.compute.verification.MeasuredClaims;
import dev.plumbline.compute.verification.Measurement;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether the claimed gradient is this model's: a gradient check of coverage {@code certified}, in short.
 *
 * @param verdict the worst of the tensors'
 * @param summary one plain sentence
 * @param claimDatatype whose rounding the claim was allowed
 * @param certifiedTo a bound on the norm of the reference's own error, with {@code confidence}
 * @param notClaimed the parameters without a claim; their gradient is the model's
 * @param explanation where a wrong gradient comes from, where something in the catalogue makes it
 * @param suspects for a wrong gradient, the operations whose backward rule alone could be at fault
 */
public record Correctness(
        Verdict verdict,
        String summary,
        Datatype claimDatatype,
        double certifiedTo,
        double confidence,
        List<ClaimedTensor> tensors,
        List<String> notClaimed,
        @Nullable Cause explanation,
        List<Suspect> suspects) {

    /**
     * @param relativeError {@code ||claimed - reference|| / ||reference||}
     * @param mistake null where there is none
     * @param entries the worst, with numeric evidence; none where all agree
     */
    public record ClaimedTensor(
            String name,
            Verdict verdict,
            double relativeError,
            double cosine,
            double claimedNorm,
            double referenceNorm,
            @Nullable Mistake mistake,
            List<ClaimedEntry> entries) {

        static ClaimedTensor of(JudgedTensor tensor, @Nullable Mistake mistake) {
            Comparison comparison = tensor.comparison();
            boolean shown = tensor.verdict() != Verdict.PASS;
            return new ClaimedTensor(
                    tensor.name(),
                    tensor.verdict(),
                    comparison.relativeError(),
                    comparison.cosine(),
                    comparison.claimedNorm(),
                    comparison.referenceNorm(),
                    tensor.verdict() == Verdict.FAIL ? mistake : null,
                    tensor.entries().stream()
                            .filter(entry -> shown)
                            .map(entry ->
                                    ClaimedEntry.of(entry, comparison.claimed().shape()))
                            .toList());
        }
    }

    /**
     * @param allowance what rounding in the claim's datatype explains
     * @param numeric the finite difference, {@code errorBound} what it may be off by; null where none was taken
     */
    public record ClaimedEntry(
            List<Integer> index,
            double claimed,
            double reference,
            double allowance,
            @Nullable Double numeric,
            @Nullable Double errorBound,
            Verdict verdict,
            String detail) {

        static ClaimedEntry of(JudgedEntry entry, Shape shape) {
            EntryJudgement judgement = entry.judgement();
            return new ClaimedEntry(
                    Arrays.stream(shape.index(entry.position())).boxed().toList(),
                    judgement.claimed(),
                    judgement.reference(),
                    judgement.allowance(),
                    entry.numeric(),
                    entry.errorBound(),
                    judgement.verdict(),
                    judgement.sentence());
        }
    }

    /** The claims held against a measurement. */
    static Correctness of(MeasuredClaims measured, Runnable alive) {
        Measurement measurement = measured.measurement();
        Map<String, Tensor> claims = measured.claims().tensors();
        Examination examination = measured.examination();
        Evidence evidence = Evidence.of(examination, Progress.NONE);
        Counts counts = Counts.of(measurement.objective());
        List<Comparison> comparisons =
                examination.names().stream().map(examination::comparison).toList();
        Map<String, Mistake> mistakes = Mistakes.name(
                comparisons, measurement.objective().point(), new Setting(counts.batch(), counts.outputs(), 1));
        List<ClaimedTensor> tensors = evidence.tensors().stream()
                .map(tensor -> ClaimedTensor.of(tensor, mistakes.get(tensor.name())))
                .toList();
        Datatype arithmetic =
                ClaimDatatype.widest(measurement.plan().arithmetic().datatypes().values());
        Search.Findings findings = evidence.verdict() == Verdict.FAIL && measurement.isFinite()
                ? Search.of(
                        new Case(
                                measurement.objective(),
                                measurement.gradient(),
                                comparisons,
                                arithmetic,
                                measurement.plan().seed()),
                        Budget.of(Budget.SECONDS, (passes, most) -> alive.run()))
                : Search.Findings.NONE;
        return new Correctness(
                evidence.verdict(),
                summary(evidence.verdict(), tensors, comparisons, findings),
                arithmetic,
                measurement.certificate().certifiedTo(),
                measurement.certificate().confidence(),
                tensors,
                measurement.reverse().keySet().stream()
                        .filter(name -> !claims.containsKey(name))
                        .toList(),
                findings.cause(),
                findings.suspects());
    }

    private static String summary(
            Verdict verdict, List<ClaimedTensor> tensors, List<Comparison> comparisons, Search.Findings findings) {
        String names = names(tensors, verdict);
        return switch (verdict) {
            case PASS -> {
                long entries = comparisons.stream().mapToLong(Comparison::size).sum();
                yield String.format(
                        Locale.ROOT, "The claimed gradient is right in all its entries, %,d in %s.", entries, names);
            }
            case FAIL -> {
                Cause cause = findings.cause();
                boolean isFactor = MistakeWords.areOneFactor(
                        tensors.stream()
                                .filter(tensor -> tensor.verdict() == Verdict.FAIL)
                                .map(ClaimedTensor::mistake)
                                .toList(),
                        tensors.size());
                yield "The claimed gradient is wrong in " + names
                        + (cause == null || isFactor ? mistakes(tensors) : ": " + cause.words()) + ".";
            }
            case KINK -> "The claimed gradient is a subgradient: the loss bends at this point in " + names + ".";
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

    private static String mistakes(List<ClaimedTensor> tensors) {
        Map<String, Mistake> mistakes = new LinkedHashMap<>();
        tensors.forEach(tensor -> {
            @Nullable Mistake mistake = tensor.mistake();
            if (mistake != null) {
                mistakes.put(tensor.name(), mistake);
            }
        });
        return mistakes.isEmpty() ? "" : ": " + MistakeWords.of(mistakes);
    }

    boolean isRefuted() {
        return verdict == Verdict.FAIL;
    }
}
