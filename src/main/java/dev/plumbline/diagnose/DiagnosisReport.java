package dev.plumbline.diagnose;

import dev.plumbline.compute.health.Condition;
import dev.plumbline.compute.health.DepthProfile;
import dev.plumbline.compute.health.Diagnosis;
import dev.plumbline.compute.health.HealthChanges;
import dev.plumbline.compute.health.HealthChanges.Health;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.LayerHealth;
import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Passage;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.SampleNorms;
import dev.plumbline.reader.AnotherModel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a diagnosis.
 *
 * @param label the request's own name for this diagnosis; null without one
 * @param verdict the worst of the findings; unhealthy where the claimed gradient is wrong
 * @param summary one plain sentence for each finding, and one for the claim
 * @param gradient whose gradient the layers, the profile by depth and the findings are about
 * @param correctness of the claimed gradient; null where there is no claim
 * @param anotherModel where the model does not compute what was expected of it, and what may be the cause; null otherwise
 * @param loss its value; null where only gradients were given
 * @param layers in the order of computation
 * @param depth norms over the layers with weights
 * @param samples each sample's own gradient norm
 * @param notEvaluated the rules that could not be judged, and why
 * @param changes against the earlier report that the request names; null without one
 * @param correctGradient the same for the model's own gradient, where the claimed one is wrong; null otherwise
 */
public record DiagnosisReport(
        String id,
        @Nullable String label,
        Diagnosis.Verdict verdict,
        String summary,
        Profile profile,
        GradientSource gradient,
        @Nullable Correctness correctness,
        @Nullable String anotherModel,
        @Nullable Double loss,
        List<LayerHealth> layers,
        DepthReport depth,
        SampleNorms samples,
        List<HealthFinding> findings,
        List<NotEvaluated> notEvaluated,
        @Nullable CorrectGradient correctGradient,
        @Nullable HealthChanges changes) {

    /** Whose gradient it is. */
    public enum GradientSource {
        /** The model's, by our own reverse pass. */
        MODEL,
        /** The caller's claim for a model; for parameters without a claim, the model's. */
        CLAIMED,
        /** The caller's, without a model. */
        GIVEN
    }

    /** The health of the gradient as it should be. */
    public record CorrectGradient(
            Diagnosis.Verdict verdict,
            String summary,
            List<LayerHealth> layers,
            DepthReport depth,
            List<HealthFinding> findings,
            List<NotEvaluated> notEvaluated) {

        static CorrectGradient of(Condition condition, Profile profile) {
            Diagnosis diagnosis = Diagnosis.of(condition, profile);
            return new CorrectGradient(
                    diagnosis.verdict(),
                    diagnosis.summary(),
                    condition.layers(),
                    DepthReport.of(condition),
                    diagnosis.findings(),
                    diagnosis.notEvaluated());
        }
    }

    /** This report with what is said of the claim in front. */
    DiagnosisReport with(Correctness claim, @Nullable CorrectGradient correct) {
        return new DiagnosisReport(
                id,
                label,
                claim.isRefuted() ? Diagnosis.Verdict.UNHEALTHY : verdict,
                claim.summary() + " " + summary,
                profile,
                gradient,
                claim,
                anotherModel,
                loss,
                layers,
                depth,
                samples,
                findings,
                notEvaluated,
                correct,
                changes);
    }

    /** This report of a model that is not the caller's: whatever it says is of the file. */
    DiagnosisReport ofAnother(AnotherModel another) {
        return new DiagnosisReport(
                id,
                label,
                verdict == Diagnosis.Verdict.HEALTHY ? Diagnosis.Verdict.WARNING : verdict,
                another.words() + " Of the model that was read: " + summary,
                profile,
                gradient,
                correctness,
                another.words(),
                loss,
                layers,
                depth,
                samples,
                findings,
                notEvaluated,
                correctGradient,
                changes);
    }

    /** This report with what is another than in an earlier one; as it is where there is none. */
    DiagnosisReport since(@Nullable DiagnosisReport earlier) {
        return earlier == null
                ? this
                : new DiagnosisReport(
                        id,
                        label,
                        verdict,
                        summary,
                        profile,
                        gradient,
                        correctness,
                        anotherModel,
                        loss,
                        layers,
                        depth,
                        samples,
                        findings,
                        notEvaluated,
                        correctGradient,
                        HealthChanges.of(earlier.id(), earlier.health(), health()));
    }

    private Health health() {
        return new Health(verdict, loss, findings);
    }

    /**
     * @param gradients norms of the layers' gradients
     * @param cotangents norms of the loss's derivatives by the layers' affine values; null without a model, and for a wrong claim
     * @param passages what each activation and weight does to that derivative on its way back, last layer first
     */
    public record DepthReport(
            DepthProfile gradients, @Nullable DepthProfile cotangents, List<Passage> passages) {

        static DepthReport of(Condition condition) {
            return new DepthReport(condition.gradients(), condition.cotangents(), condition.passages());
        }
    }
}
