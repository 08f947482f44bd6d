package dev.plumbline.check;

import dev.plumbline.check.CheckSettings.Coverage;
import dev.plumbline.check.GradientCheckReport.Cost;
import dev.plumbline.check.GradientCheckReport.ObjectiveReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.difference.ExhaustiveGradient;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Mistakes;
import dev.plumbline.compute.judgement.Power;
import dev.plumbline.compute.judgement.Setting;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** The order of work of a gradient check. */
@Service
class GradientCheckService {

    /** Operations that a core does in about a second on small arrays: what {@code auto} takes for exhaustive. */
    private static final double A_SECOND = 5e8;

    /** Forward passes that a certified check takes, with its rounding runs and evidence, roughly. */
    private static final double CERTIFIED_PASSES = 500;

    private final Limits limits;
    private final RecentReports reports;

    GradientCheckService(Limits limits, RecentReports reports) {
        this.limits = limits;
        this.reports = reports;
    }

    GradientCheckReport check(GradientCheckRequest request) {
        long started = System.nanoTime();
        limits.requireTensors(request.tensorCount());
        CheckSettings asked = request.resolvedSettings();
        Objective objective = new ObjectiveReader(
                        request.requiredModel().read(),
                        request.lossOrNone(),
                        request.parametersOrNone(),
                        request.dataOrNone())
                .read(this::afford);
        Claims.requireAny(objective.program().parameters().keySet(), asked);
        Map<String, Tensor> claims =
                request.gradients() == null ? null : Claims.judged(request.gradients(), objective.program(), asked);
        Datatype datatype = Claims.datatype(claims, asked.claimDatatype());
        CheckSettings settings = asked.with(decided(asked, objective), datatype);
        GradientCheck check = new GradientCheck(objective, claims, settings);
        GradientCheckReport report = report(check, objective, claims, settings, started);
        reports.keep(report);
        return report;
    }

    GradientCheckReport find(String id) {
        return reports.find(id);
    }

    List<GradientCheckReport> recent() {
        return reports.all();
    }

    private void afford(Program program) {
        limits.requireBytes(3 * program.bytes());
        limits.requireFloatingPointOperations(CERTIFIED_PASSES * program.cost());
    }

    private Coverage decided(CheckSettings settings, Objective objective) {
        Coverage coverage = Objects.requireNonNull(settings.coverage());
        double exhaustive = ExhaustiveGradient.cost(objective) * 4;
        if (coverage == Coverage.AUTO) {
            return exhaustive <= A_SECOND ? Coverage.EXHAUSTIVE : Coverage.CERTIFIED;
        }
        if (coverage == Coverage.EXHAUSTIVE) {
            limits.requireFloatingPointOperations(exhaustive);
        }
        if (settings.scheme() != null) {
            limits.requireFloatingPointOperations(settings.scheme().evaluations()
                    * (double) objective.program().parameterCount()
                    * objective.program().cost());
        }
        return coverage;
    }

    private static GradientCheckReport report(
            GradientCheck check,
            Objective objective,
            @Nullable Map<String, Tensor> claims,
            CheckSettings settings,
            long started) {
        Setting setting = Counts.of(objective);
        Map<String, Tensor> point = objective.point();
        Map<String, Mistake> mistakes = Mistakes.name(check.comparisons(), point, setting);
        List<TensorReport> tensors = check.tensors(mistakes);
        Verdict verdict = tensors.stream().map(TensorReport::verdict).reduce(Verdict.PASS, Verdict::worse);
        List<Power> power = verdict == Verdict.FAIL
                ? List.of()
                : Power.of(check.comparisons(), point, setting, Objects.requireNonNull(settings.seed()));
        return new GradientCheckReport(
                UUID.randomUUID().toString(),
                verdict,
                Summary.of(verdict, tensors, claims != null, check),
                new ObjectiveReport(
                        objective.value(),
                        check.numeric().noise().sigma(),
                        check.numeric().isDeterministic()),
                check.referenceReport(),
                tensors,
                power,
                Warnings.of(check, objective, claims, settings),
                new Cost(check.evaluations(), 4, (System.nanoTime() - started) / 1_000_000),
                settings);
    }
}
