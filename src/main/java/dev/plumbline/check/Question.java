package dev.plumbline.check;

import dev.plumbline.compute.judgement.ClaimDatatype;
import dev.plumbline.compute.program.Precision;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.compute.verification.Claims;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.compute.verification.Measurement;
import dev.plumbline.reader.ClaimedGradients;
import dev.plumbline.report.DatatypeSetting;
import dev.plumbline.report.PrecisionSetting;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks of its model: which gradients are judged, and how; names and shapes are the model's.
 *
 * @param settings resolved
 * @param claimed the gradients to be judged; null where our own is
 * @param possible what the claims may have been computed in, for all that is known
 */
record Question(
        CheckSettings settings, CheckPlan plan, @Nullable Map<String, Tensor> claimed, Map<String, Datatype> possible) {

    /** @param decided the coverage for settings that leave it open */
    static Question of(GradientCheckRequest request, CheckedModel model, Function<CheckSettings, Coverage> decided) {
        ClaimedGradients.requireOf(model.program(), request.previousOrNone(), "/previousGradients");
        ClaimedGradients.requireOf(model.program(), request.baselineOrNone(), "/baseline");
        CheckSettings given = request.resolvedSettings();
        ClaimedTensors.requireMasksThatFit(model.program(), given);
        CheckSettings asked = request.frozenRowsOrNone().in(given, model.program());
        ClaimedTensors.requireAny(model.program().parameters().keySet(), asked);
        Map<String, Tensor> gradients = request.gradients();
        Map<String, Tensor> claimed =
                gradients == null ? null : ClaimedTensors.judged(gradients, model.program(), asked);
        Map<String, Datatype> datatypes = ClaimedTensors.datatypes(claimed, model.program(), asked);
        CheckSettings settings = asked.with(decided.apply(asked), DatatypeSetting.of(datatypes));
        PrecisionSetting stated = settings.precision();
        Precision precision = stated == null ? null : stated.precision();
        CheckPlan plan = settings.plan(new CheckPlan.Arithmetic(datatypes, precision, model.holdsFloat32()));
        boolean isStated = asked.claimDatatype() != null || precision != null;
        Map<String, Datatype> possible = claimed == null || isStated ? datatypes : ClaimDatatype.possibly(claimed);
        return new Question(settings, plan, claimed, possible);
    }

    /** The same for claims computed in float32, where their values leave that open; null where they do not. */
    @Nullable
    Question inFloat32() {
        Map<String, Datatype> own = plan.arithmetic().datatypes();
        if (possible.equals(own)
                || plan.coverage() == Coverage.DIRECTIONAL
                || plan.scheme() != null
                || !plan.tolerance().isCalibrated()) {
            return null;
        }
        CheckSettings narrower = settings.with(plan.coverage(), DatatypeSetting.of(possible));
        CheckPlan other = narrower.plan(
                new CheckPlan.Arithmetic(possible, null, plan.arithmetic().float32Constants()));
        return new Question(narrower, other, claimed, possible);
    }

    /** The claims, which without any are our own gradient of the tensors that are judged. */
    Claims claims(Measurement measurement) {
        Map<String, Tensor> tensors = claimed == null ? new LinkedHashMap<>(measurement.reference()) : claimed;
        if (claimed == null) {
            tensors.keySet().retainAll(plan.arithmetic().datatypes().keySet());
        }
        return new Claims(tensors, settings.judged());
    }
}
