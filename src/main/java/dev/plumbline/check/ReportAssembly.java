package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.BendReport;
import dev.plumbline.check.GradientCheckReport.Cost;
import dev.plumbline.check.GradientCheckReport.ObjectiveReport;
import dev.plumbline.check.GradientCheckReport.ReferenceReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.consistency.Finding;
import dev.plumbline.compute.consistency.Fingerprint;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.explanation.AloneSetting;
import dev.plumbline.compute.explanation.Budget;
import dev.plumbline.compute.explanation.Case;
import dev.plumbline.compute.explanation.JudgedOperation;
import dev.plumbline.compute.explanation.OperationsAlone;
import dev.plumbline.compute.explanation.OperationsAlone.Judged;
import dev.plumbline.compute.explanation.Search;
import dev.plumbline.compute.explanation.Seen;
import dev.plumbline.compute.judgement.ClaimDatatype;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Mistakes;
import dev.plumbline.compute.judgement.NoiseInjection;
import dev.plumbline.compute.judgement.Power;
import dev.plumbline.compute.judgement.Setting;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Convention;
import dev.plumbline.compute.program.Counts;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.verification.Caveat;
import dev.plumbline.compute.verification.Certificate;
import dev.plumbline.compute.verification.Claims;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.compute.verification.DirectionalExamination;
import dev.plumbline.compute.verification.Evidence;
import dev.plumbline.compute.verification.Examination;
import dev.plumbline.compute.verification.MeasuredClaims;
import dev.plumbline.compute.verification.Measurement;
import dev.plumbline.report.PrecisionSetting;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was measured becomes a report, in the order of the work that is left: the examination of the claims, its evidence,
 * second opinions, power.
 *
 * @param settings resolved
 * @param inputs what the point held before the check
 * @param seen what hooks saw on the way
 */
record ReportAssembly(
        MeasuredClaims measured,
        GradientCheckRequest request,
        CheckSettings settings,
        CheckedModel model,
        Fingerprint inputs,
        Seen seen) {

    /** A rule that is wrong in one entry of so many would have to know which. */
    private static final int WITNESSES = 16;

    /** A reverse pass, in forward passes. */
    private static final double REVERSE = 2.5;

    Measurement measurement() {
        return measured.measurement();
    }

    Claims claims() {
        return measured.claims();
    }

    /** @param started when the request was taken up, in nanoseconds */
    Checked report(Progress progress, long started) {
        return measurement().plan().coverage() == Coverage.DIRECTIONAL
                ? new Checked(directional(progress, started), CheckFigures.NONE)
                : examined(progress, started);
    }

    private Checked examined(Progress progress, long started) {
        Objective objective = measurement().objective();
        Counts counts = Counts.of(objective);
        Setting setting = new Setting(counts.batch(), counts.outputs(), 1);
        Examination examination = measured.examination();
        List<Comparison> comparisons =
                examination.names().stream().map(examination::comparison).toList();
        Evidence evidence = Evidence.of(examination, progress);
        Map<String, String> rows = EmbeddingRows.advice(comparisons, objective);
        Map<String, Mistake> mistakes = EmbeddingRows.advised(
                Mistakes.name(comparisons, objective.point(), setting, request.previousOrNone()), rows);
        DoubtfulNames.requireSomeFit(
                model.names(),
                evidence.tensors(),
                mistakes,
                request.parametersOrNone().keySet(),
                measurement().reverse());
        List<TensorReport> tensors = evidence.tensors().stream()
                .map(tensor -> TensorReport.of(tensor, mistakes.get(tensor.name()), baseline(tensor.name())))
                .toList();
        List<Caveat> caveats = new ArrayList<>(examination.caveats());
        caveats.addAll(evidence.caveats());
        boolean wrong = evidence.verdict() == Verdict.FAIL;
        long seed = measurement().plan().seed();
        Judged operations = operations(progress);
        boolean searched = wrong && !isOfNoRule(comparisons);
        Search.Findings findings =
                searched ? findings(comparisons, operations.seconds(), progress) : Search.Findings.NONE;
        stopped(findings).ifPresent(caveats::add);
        progress.at(Phase.POWER, 0, 1, 0);
        Convention convention = examination.convention();
        GradientCheckReport report = report(
                new Parts(
                        evidence.verdict(),
                        tensors,
                        BendReport.of(measurement().bends(), convention == null ? null : convention.words()),
                        wrong ? List.of() : Power.of(comparisons, objective.point(), setting, seed),
                        wrong ? null : NoiseInjection.of(comparisons, seed),
                        caveats,
                        comparisons,
                        findings,
                        wrong ? List.copyOf(rows.values()) : List.of(),
                        operations.operations(),
                        examination.passes() + operations.passes()),
                progress,
                started);
        return new Checked(
                report,
                CheckFigures.of(
                        evidence.tensors(),
                        objective,
                        new CheckFigures.Place(findings.cause(), findings.suspects(), operations.operations())));
    }

    /** Whether all that is wrong is one entry, which no rule of a backward pass makes so. */
    private static boolean isOfNoRule(List<Comparison> comparisons) {
        List<Comparison> wrong = comparisons.stream()
                .filter(comparison -> comparison.verdict() == Verdict.FAIL)
                .toList();
        return wrong.size() == 1
                && wrong.get(0).beyond() == 1
                && wrong.get(0).judged() >= WITNESSES
                && Double.isFinite(wrong.get(0).claimedNorm());
    }

    private static Optional<Caveat> stopped(Search.Findings findings) {
        return Optional.ofNullable(findings.stopped())
                .map(what -> new Caveat(
                        "explanationStopped",
                        "The search for where the mistake sits ended before its end, for want of %s; more is had by settings.explain, in seconds."
                                .formatted(what)));
    }

    /**
     * Where a wrong claim comes from; a scheme with a fixed step has nothing to be explained.
     *
     * @param spent seconds that went into names of operations' faulty rules
     */
    private Search.Findings findings(List<Comparison> comparisons, double spent, Progress progress) {
        double seconds = settings.explainSeconds() - spent;
        if (request.gradients() == null
                || seconds <= 0
                || settings.scheme() != null
                || !measurement().isFinite()) {
            return Search.Findings.NONE;
        }
        progress.at(Phase.EXPLANATION, 0, 1 + Budget.most(seconds), 0);
        Datatype arithmetic = ClaimDatatype.widest(comparisons.stream()
                .map(comparison -> measurement().plan().arithmetic().datatypes().get(comparison.name()))
                .filter(Objects::nonNull)
                .toList());
        Case wrong = new Case(
                measurement().objective(),
                measurement().gradient(),
                comparisons,
                arithmetic,
                measurement().plan().seed());
        return Search.of(
                wrong,
                Budget.of(seconds, (passes, most) -> progress.at(Phase.EXPLANATION, 1 + passes, 1 + most, passes)));
    }

    /** Every operation by itself, where hooks saw something. */
    private Judged operations(Progress progress) {
        if (!measurement().isFinite()) {
            return Judged.NONE;
        }
        PrecisionSetting stated = settings.precision();
        AloneSetting setting = new AloneSetting(
                stated == null ? null : stated.precision(),
                model.holdsFloat32(),
                measurement().plan().seed(),
                settings.explainSeconds());
        return OperationsAlone.of(
                measurement().objective(),
                seen,
                setting,
                () -> progress.at(Phase.EXPLANATION, 0, 1 + Budget.most(settings.explainSeconds()), 0));
    }

    private GradientCheckReport directional(Progress progress, long started) {
        List<DirectionalExamination.Line> lines = DirectionalExamination.of(measurement(), claims(), progress);
        List<TensorReport> tensors = lines.stream()
                .map(line -> TensorReport.of(
                        line,
                        Objects.requireNonNull(measurement().reference().get(line.name())),
                        claims().judged(line.name())))
                .toList();
        Verdict verdict = tensors.stream().map(TensorReport::verdict).reduce(Verdict.PASS, Verdict::worse);
        Judged operations = operations(progress);
        return report(
                new Parts(
                        verdict,
                        tensors,
                        BendReport.of(measurement().bends(), null),
                        List.of(),
                        null,
                        List.of(DirectionalWords.power(lines)),
                        List.of(),
                        Search.Findings.NONE,
                        List.of(),
                        operations.operations(),
                        operations.passes()),
                progress,
                started);
    }

    /** What the two ways of examining a claim have to say. */
    private record Parts(
            Verdict verdict,
            List<TensorReport> tensors,
            List<BendReport> bends,
            List<Power> power,
            @Nullable NoiseInjection noise,
            List<Caveat> caveats,
            List<Comparison> comparisons,
            Search.Findings findings,
            List<String> advice,
            List<JudgedOperation> operations,
            double passes) {}

    private GradientCheckReport report(Parts parts, Progress progress, long started) {
        Objective objective = measurement().objective();
        boolean claimed = request.gradients() != null;
        SecondOpinions others = new SecondOpinions(measurement(), claims(), progress);
        TaylorReport taylor = others.taylor(parts.verdict());
        List<Finding> consistency = others.consistency(model.batch(), inputs);
        return new GradientCheckReport(
                UUID.randomUUID().toString(),
                parts.verdict(),
                Summary.of(
                                parts.verdict(),
                                parts.tensors(),
                                claimed,
                                parts.bends(),
                                parts.findings(),
                                parts.advice(),
                                measurement().plan().coverage() == Coverage.DIRECTIONAL)
                        + OperationWords.of(parts.operations()),
                null,
                null,
                new ObjectiveReport(
                        objective.value(),
                        measurement().numeric().noise().sigma(),
                        measurement().numeric().isDeterministic()),
                reference(),
                parts.tensors(),
                model.names().namings(),
                parts.bends(),
                parts.findings().cause(),
                parts.findings().suspects(),
                parts.operations(),
                parts.power(),
                parts.noise(),
                taylor,
                consistency,
                List.of(),
                List.of(),
                List.of(),
                Warnings.of(this, parts.comparisons(), parts.caveats(), consistency),
                new Cost(
                        measurement().evaluations(),
                        SecondOpinions.backwardPasses(consistency) + 1,
                        measurement().passes()
                                + parts.passes()
                                + REVERSE * parts.findings().passes()
                                + REVERSE * SecondOpinions.backwardPasses(consistency),
                        (System.nanoTime() - started) / 1_000_000),
                settings);
    }

    private @Nullable ReferenceReport reference() {
        if (measurement().plan().coverage() == Coverage.DIRECTIONAL) {
            return null;
        }
        Certificate certificate = measurement().certificate();
        return new ReferenceReport(certificate.certifiedTo(), certificate.confidence(), certificate.directions());
    }

    /** How many times further from the reference the claim is than a trusted implementation's gradient. */
    private @Nullable Double baseline(String name) {
        Tensor trusted = request.baselineOrNone().get(name);
        Tensor reference = measurement().reference().get(name);
        Tensor claim = claims().tensors().get(name);
        if (trusted == null || reference == null || claim == null) {
            return null;
        }
        double ours = 0;
        double theirs = 0;
        for (int i = 0; i < claim.size(); i++) {
            ours = Math.hypot(ours, claim.at(i) - reference.at(i));
            theirs = Math.hypot(theirs, trusted.at(i) - reference.at(i));
        }
        return ours == 0 ? 0 : ours / theirs;
    }
}
