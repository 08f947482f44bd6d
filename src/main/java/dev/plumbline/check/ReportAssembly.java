package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.Cost;
import dev.plumbline.check.GradientCheckReport.ObjectiveReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.consistency.Finding;
import dev.plumbline.compute.consistency.Fingerprint;
import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Mistakes;
import dev.plumbline.compute.judgement.NoiseInjection;
import dev.plumbline.compute.judgement.Power;
import dev.plumbline.compute.judgement.Setting;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Counts;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.reader.Names;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a check measured becomes its report, in the order of the work that is left: evidence, second opinions, power.
 *
 * @param names how the names of the request were understood
 * @param inputs what the point held before the check
 */
record ReportAssembly(GradientCheck check, GradientCheckRequest request, Names names, Batch batch, Fingerprint inputs) {

    /** Our own gradient, and six with every intermediate value rounded. */
    private static final int OWN_PASSES = 7;

    /** @param started when the request was taken up, in nanoseconds */
    GradientCheckReport report(long started) {
        Objective objective = check.objective();
        boolean claimed = request.gradients() != null;
        Counts counts = Counts.of(objective);
        Setting setting = new Setting(counts.batch(), counts.outputs(), 1);
        Map<String, Tensor> point = objective.point();
        Map<String, Mistake> mistakes = EmbeddingRows.explained(
                Mistakes.name(check.comparisons(), point, setting, request.previousOrNone()),
                check.comparisons(),
                objective);
        List<TensorReport> tensors = new Evidence(check).tensors(mistakes);
        Verdict verdict = tensors.stream().map(TensorReport::verdict).reduce(Verdict.PASS, Verdict::worse);
        SecondOpinions others = new SecondOpinions(check);
        TaylorReport taylor = others.taylor(verdict);
        List<Finding> consistency = others.consistency(batch, inputs);
        check.progress().at(Phase.POWER, 0, 1, 0);
        boolean wrong = verdict == Verdict.FAIL || check.isDirectional();
        return new GradientCheckReport(
                UUID.randomUUID().toString(),
                verdict,
                Summary.of(verdict, tensors, claimed),
                new ObjectiveReport(
                        objective.value(),
                        check.numeric().noise().sigma(),
                        check.numeric().isDeterministic()),
                check.referenceReport(),
                tensors,
                names.namings(),
                wrong ? List.of() : Power.of(check.comparisons(), point, setting, check.seed()),
                wrong ? null : NoiseInjection.of(check.comparisons(), check.seed()),
                taylor,
                consistency,
                Warnings.of(check, claimed, names, consistency),
                new Cost(
                        check.evaluations(),
                        check.isDirectional() ? 1 : OWN_PASSES + SecondOpinions.backwardPasses(consistency),
                        (System.nanoTime() - started) / 1_000_000),
                check.settings());
    }
}
