package dev.plumbline.check;

import dev.plumbline.check.CheckSettings.Coverage;
import dev.plumbline.check.GradientCheckReport.EntryReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.difference.Certificate;
import dev.plumbline.compute.difference.NumericTensor;
import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.EntryJudgement;
import dev.plumbline.compute.judgement.Judge;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.Slope;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The tensors of a check, judged: numeric evidence for the entries that need it, the comparison for all others. */
final class Evidence {

    /** Entries that get evidence in a tensor whose claim agrees everywhere: enough to look at. */
    private static final int EVIDENCE_IF_RIGHT = 1;

    private final GradientCheck check;

    Evidence(GradientCheck check) {
        this.check = check;
    }

    /** The tensors, judged; {@code mistakes} names those that fail. */
    List<TensorReport> tensors(Map<String, Mistake> mistakes) {
        check.progress().at(Phase.EVIDENCE, 0, check.claims().size(), 0);
        if (check.isDirectional()) {
            Certificate certificate = Objects.requireNonNull(check.certificate());
            return DirectionalCheck.tensors(check.completedClaims(), certificate, check.smallestDefect());
        }
        return check.comparisons().stream()
                .map(comparison -> tensor(comparison, mistakes.get(comparison.name())))
                .toList();
    }

    private TensorReport tensor(Comparison comparison, @Nullable Mistake mistake) {
        NumericTensor differenced = check.exhaustive().get(comparison.name());
        Judge judge = new Judge(Math.max(1, comparison.judged()), check.smallestDefect());
        Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
        Verdict verdict = Verdict.PASS;
        Set<Integer> shown = shown(comparison, differenced);
        long before = check.numeric().evaluations();
        AtomicInteger done = new AtomicInteger();
        List<EntryReport> entries = shown.stream()
                .parallel()
                .map(position -> {
                    EntryReport entry = entry(comparison, position, judge);
                    long evaluations = check.numeric().evaluations() - before;
                    check.progress().at(Phase.EVIDENCE, done.incrementAndGet(), shown.size(), evaluations);
                    return entry;
                })
                .toList();
        for (EntryReport entry : entries) {
            verdict = verdict.worse(entry.verdict());
            counts.merge(entry.verdict(), 1L, Long::sum);
        }
        for (int i = 0; i < comparison.size(); i++) {
            if (comparison.isJudged(i) && !shown.contains(i)) {
                Verdict other = verdict(comparison, differenced, i);
                verdict = verdict.worse(other);
                counts.merge(other, 1L, Long::sum);
            }
        }
        if (isDoubtful(comparison.name())) {
            verdict = verdict.worse(Verdict.INCONCLUSIVE);
        }
        int most = Objects.requireNonNull(check.settings().entries());
        return new TensorReport(
                comparison.name(),
                comparison.claimed().shape().toList(),
                verdict,
                comparison.relativeError(),
                comparison.cosine(),
                comparison.claimedNorm(),
                comparison.referenceNorm(),
                verdict == Verdict.FAIL ? mistake : null,
                entries.subList(0, Math.min(most, entries.size())),
                counts,
                differenced == null ? null : differenced.way(),
                differenced == null ? null : differenced.evaluations());
    }

    /** Whether random directions contradict the reference in this tensor, and nothing finer was measured. */
    private boolean isDoubtful(String name) {
        Certificate certificate = check.certificate();
        return certificate != null
                && check.exhaustive().isEmpty()
                && certificate.contradicted().contains(name);
    }

    /** An entry without evidence of its own: by the comparison, or at a kink by the subgradients. */
    private static Verdict verdict(Comparison comparison, @Nullable NumericTensor differenced, int i) {
        if (differenced != null && differenced.kinkRadii()[i] > differenced.bounds()[i]) {
            double reach = differenced.kinkRadii()[i]
                    + differenced.bounds()[i]
                    + comparison.allowance().at(i);
            double distance = Math.abs(comparison.claimed().at(i) - differenced.values()[i]);
            return distance <= reach ? Verdict.KINK : Verdict.FAIL;
        }
        if (differenced != null && !confirms(differenced, comparison.reference().at(i), i)) {
            // The reference is refuted here, so the claim is held against the difference itself.
            double distance = Math.abs(comparison.claimed().at(i) - differenced.values()[i]);
            return distance <= differenced.bounds()[i] + comparison.allowance().at(i) ? Verdict.PASS : Verdict.FAIL;
        }
        if (comparison.isBeyond(i)) {
            return Verdict.FAIL;
        }
        return comparison.isUndefined(i) ? Verdict.INCONCLUSIVE : Verdict.PASS;
    }

    /** Whether a difference leaves the reference standing; beyond ten error bounds it does not. */
    private static boolean confirms(NumericTensor differenced, double reference, int i) {
        double error = Math.abs(differenced.values()[i] - reference);
        return !(error > 10 * differenced.bounds()[i] + 1e-12 * Math.abs(reference));
    }

    /** The positions that get numeric evidence: kinks and disagreements first, then the largest deviations. */
    private Set<Integer> shown(Comparison comparison, @Nullable NumericTensor differenced) {
        int most = Math.max(1, Objects.requireNonNull(check.settings().entries()));
        Set<Integer> shown = new LinkedHashSet<>();
        if (check.settings().coverage() == Coverage.SAMPLED) {
            new SplittableRandom(check.seed())
                    .ints(Objects.requireNonNull(check.settings().samples()), 0, Math.max(1, comparison.judged()))
                    .filter(k -> k < comparison.judged())
                    .map(comparison::judged)
                    .forEach(shown::add);
        }
        for (int i = 0; differenced != null && i < comparison.size() && shown.size() < most; i++) {
            if (comparison.isJudged(i)
                    && differenced.kinkRadii()[i] > differenced.bounds()[i]) {
                shown.add(i);
            }
        }
        int evidence = comparison.verdict() == Verdict.PASS ? Math.min(most, EVIDENCE_IF_RIGHT) : most;
        Arrays.stream(comparison.worst(evidence)).forEach(shown::add);
        return shown;
    }

    private EntryReport entry(Comparison comparison, int position, Judge judge) {
        Slope slope = check.numeric().byEntry(comparison.name(), position);
        double claimed = comparison.claimed().at(position);
        double expected = comparison.reference().at(position);
        double allowance = comparison.allowance().at(position);
        EntryJudgement judgement = judge.entry(claimed, expected, allowance, slope);
        boolean bends = slope.sidesDiffer();
        return new EntryReport(
                Arrays.stream(comparison.claimed().shape().index(position))
                        .boxed()
                        .toList(),
                claimed,
                expected,
                allowance,
                slope.value(),
                slope.errorBound(),
                slope.fPlus(),
                slope.fMinus(),
                slope.step(),
                bends ? slope.left() : null,
                bends ? slope.right() : null,
                judgement.verdict(),
                judgement.reason(),
                judgement.sentence());
    }
}
