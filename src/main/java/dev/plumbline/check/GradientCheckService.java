package dev.plumbline.check;

import dev.plumbline.compute.consistency.Fingerprint;
import dev.plumbline.compute.explanation.Seen;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.verification.Claims;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.compute.verification.Measurement;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.AnotherModel;
import dev.plumbline.report.ReportFilter;
import java.util.Objects;
import java.util.function.Consumer;
import org.springframework.stereotype.Service;

/**
 * The order of work of a gradient check: read the model, understand the question, measure, hold the claims against it, write
 * the report.
 */
@Service
class GradientCheckService {

    /** Operations that a core does in about a second on small arrays: what {@code auto} takes for exhaustive. */
    private static final double A_SECOND = 5e8;

    /** Forward passes that a certified check takes, with its rounding runs and evidence, roughly. */
    private static final double CERTIFIED_PASSES = 120;

    private final Limits limits;
    private final RecentReports reports;

    GradientCheckService(Limits limits, RecentReports reports) {
        this.limits = limits;
        this.reports = reports;
    }

    /** Checks, and keeps the report for the key that asked, with what has changed since an earlier one that it names. */
    GradientCheckReport check(String owner, GradientCheckRequest request, Consumer<GradientCheckProgress> caller) {
        String label = ReportFilter.label(request.label());
        String earlier = request.comparedWith();
        GradientCheckReport before = earlier == null ? null : reports.earlier(owner, earlier);
        Checked checked = examine(request, caller);
        GradientCheckReport report =
                checked.report().of(label, before == null ? null : ChangesSince.of(before, checked.report()));
        reports.keep(owner, new Checked(report, checked.figures()));
        return report;
    }

    GradientCheckReport check(GradientCheckRequest request) {
        return check(request, progress -> {});
    }

    GradientCheckReport check(GradientCheckRequest request, Consumer<GradientCheckProgress> caller) {
        return examine(request, caller).report();
    }

    /** Tells {@code caller} how far it is; whatever that throws gives the check up. */
    private Checked examine(GradientCheckRequest asked, Consumer<GradientCheckProgress> caller) {
        long started = System.nanoTime();
        Watch watch = new Watch(limits.deadline(), caller);
        limits.requireTensors(asked.tensorCount());
        CheckedModel model = CheckedModel.read(asked, limits.bytes(), this::afford);
        GradientCheckRequest request = asked.by(model.parameterNames());
        Question question = Question.of(request, model, settings -> decided(settings, model.objective()));
        AnotherModel another = DifferentModels.differs(request, model, question, this::afford);
        if (another != null) {
            return new Checked(DifferentModels.report(another, model, question.settings(), started), CheckFigures.NONE);
        }
        Seen seen = SeenValues.of(request, model.objective());
        Fingerprint inputs = Fingerprint.of(model.objective().point());
        Measurement measurement = Measurement.of(model.objective(), question.plan(), watch::at);
        Claims claims = question.claims(measurement);
        return new ReportAssembly(measurement, claims, request, question.settings(), model, inputs, seen)
                .report(watch::at, started);
    }

    private void afford(Program program) {
        limits.requireBytes(3 * program.bytes());
        limits.requireFloatingPointOperations(CERTIFIED_PASSES * program.effort());
    }

    private Coverage decided(CheckSettings settings, Objective objective) {
        Coverage coverage = Objects.requireNonNull(settings.coverage());
        CheckCost cost = new CheckCost(objective);
        if (coverage == Coverage.AUTO) {
            return cost.exhaustive(A_SECOND) <= A_SECOND ? Coverage.EXHAUSTIVE : Coverage.CERTIFIED;
        }
        if (settings.scheme() != null) {
            limits.requireFloatingPointOperations(cost.scheme(settings.scheme()));
        }
        if (coverage == Coverage.EXHAUSTIVE) {
            double exhaustive = cost.exhaustive(limits.floatingPointOperations());
            if (Double.isInfinite(exhaustive)) {
                throw Problem.cost(
                        "/settings/coverage",
                        "every entry of this model by differences would take too much time or memory",
                        objective.program().parameterCount() + " entries of "
                                + objective.program().parameters().size() + " tensors, with up to "
                                + objective.program().nodes().size() + " operations behind each",
                        "coverage certified, which judges every entry too, and whose work grows with the model alone");
            }
            limits.requireFloatingPointOperations(exhaustive);
        } else if (coverage != Coverage.CERTIFIED) {
            limits.requireFloatingPointOperations(
                    cost.differences(coverage, Objects.requireNonNull(settings.samples())));
        }
        return coverage;
    }
}
