package dev.plumbline.diagnose;

import dev.plumbline.compute.health.DepthProfile;
import dev.plumbline.compute.health.Diagnosis;
import dev.plumbline.compute.health.Finding;
import dev.plumbline.compute.health.LayerHealth;
import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Passage;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.SampleNorms;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a diagnosis.
 *
 * @param verdict the worst of the findings
 * @param summary one plain sentence for each finding
 * @param loss its value; null where only gradients were given
 * @param layers in the order of computation
 * @param depth norms over the layers with weights
 * @param samples each sample's own gradient norm
 * @param notEvaluated the rules that could not be judged, and why
 */
public record DiagnosisReport(
        Diagnosis.Verdict verdict,
        String summary,
        Profile profile,
        @Nullable Double loss,
        List<LayerHealth> layers,
        DepthReport depth,
        SampleNorms samples,
        List<Finding> findings,
        List<NotEvaluated> notEvaluated) {

    /**
     * @param gradients norms of the layers' gradients
     * @param cotangents norms of the loss's derivatives by the layers' affine values; null without a model
     * @param passages what each activation and weight does to that derivative on its way back, last layer first
     */
    public record DepthReport(
            DepthProfile gradients, @Nullable DepthProfile cotangents, List<Passage> passages) {}
}
