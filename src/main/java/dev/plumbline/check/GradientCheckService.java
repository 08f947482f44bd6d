package dev.plumbline.check;

import dev.plumbline.check.CheckSettings.Coverage;
import dev.plumbline.compute.consistency.Fingerprint;
import dev.plumbline.compute.difference.ExhaustiveGradient;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.ClaimedGradients;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.reader.SharedWeights;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
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
        return check(request, progress -> {});
    }

    /** Tells {@code caller} how far it is; whatever that throws gives the check up. */
    GradientCheckReport check(GradientCheckRequest request, Consumer<GradientCheckProgress> caller) {
        long started = System.nanoTime();
        Watch watch = new Watch(limits.deadline(), caller);
        limits.requireTensors(request.tensorCount());
        CheckSettings given = request.resolvedSettings();
        Model model = request.requiredModel().read();
        Map<String, Tensor> claimed = request.claimsOrNone();
        Set<String> alone = SharedWeights.alone(
                these -> reader(request, model, request.dataOrNone(), these), claimed, this::afford);
        Batch batch = new Batch(request.dataOrNone(), data -> reader(request, model, data, alone));
        ObjectiveReader reader = batch.reader().apply(batch.data());
        Objective objective = reader.read(this::afford);
        ClaimedGradients.requireOf(objective.program(), request.previousOrNone(), "/previousGradients");
        Claims.requireMasksThatFit(objective.program(), given);
        CheckSettings asked = request.frozenRowsOrNone().in(given, objective.program());
        Claims.requireAny(objective.program().parameters().keySet(), asked);
        Map<String, Tensor> claims =
                request.gradients() == null ? null : Claims.judged(request.gradients(), objective.program(), asked);
        Datatype datatype = Claims.datatype(claims, asked.claimDatatype());
        CheckSettings settings = asked.with(decided(asked, objective), datatype);
        Fingerprint inputs = Fingerprint.of(objective.point());
        GradientCheck check = new GradientCheck(objective, claims, settings, watch::at);
        GradientCheckReport report = new ReportAssembly(check, request, reader.names(), batch, inputs).report(started);
        reports.keep(report);
        return report;
    }

    private static ObjectiveReader reader(
            GradientCheckRequest request, Model model, Map<String, Tensor> data, Set<String> alone) {
        return new ObjectiveReader(
                model, request.lossOrNone(), request.parametersOrNone(), data, request.claimsOrNone(), alone);
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
}
