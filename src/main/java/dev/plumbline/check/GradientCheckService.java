package dev.plumbline.check;

import dev.plumbline.compute.consistency.Fingerprint;
import dev.plumbline.compute.difference.ExhaustiveGradient;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.compute.verification.Claims;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.compute.verification.Measurement;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.ClaimedGradients;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.reader.SharedWeights;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
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
    private static final double CERTIFIED_PASSES = 120;

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
        ClaimedGradients.requireOf(objective.program(), request.baselineOrNone(), "/baseline");
        ClaimedTensors.requireMasksThatFit(objective.program(), given);
        CheckSettings asked = request.frozenRowsOrNone().in(given, objective.program());
        ClaimedTensors.requireAny(objective.program().parameters().keySet(), asked);
        Map<String, Tensor> claims =
                request.gradients() == null ? null : ClaimedTensors.judged(request.gradients(), objective.program(), asked);
        Map<String, Datatype> datatypes =
                ClaimedTensors.datatypes(claims, objective.program(), asked);
        CheckSettings settings = asked.with(decided(asked, objective), DatatypeSetting.of(datatypes));
        CheckPlan plan = settings.plan(new CheckPlan.Arithmetic(
                datatypes, asked.precision() == null ? null : asked.precision().precision(), model.holdsFloat32()));
        Fingerprint inputs = Fingerprint.of(objective.point());
        Measurement measurement = Measurement.of(objective, plan, watch::at);
        Claims judged = new Claims(claims == null ? own(measurement, datatypes) : claims, settings.judged());
        GradientCheckReport report = new ReportAssembly(
                        measurement, judged, request, settings, reader.names(), batch, inputs)
                .report(watch::at, started);
        reports.keep(report);
        return report;
    }

    /** Our own gradient of the tensors that are judged. */
    private static Map<String, Tensor> own(Measurement measurement, Map<String, Datatype> judged) {
        Map<String, Tensor> own = new LinkedHashMap<>(measurement.reference());
        own.keySet().retainAll(judged.keySet());
        return own;
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
