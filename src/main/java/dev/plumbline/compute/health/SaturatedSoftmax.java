package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A softmax whose largest probability is 1 to within float32's rounding, 2^-24, in more than {@code share} of its rows: the
 * logits lie more than 16.6 apart. Inside a network no derivative passes such a row. Before a cross-entropy a row that is
 * right gets none and one that is wrong gets all there is, whatever its logits: unhealthy where some are wrong, a warning
 * where all are right, as at the end of a training.
 */
record SaturatedSoftmax(double share) implements Rule {

    /** log(2^24 - 1): where 1 - p is 2^-24. */
    private static final double GAP = 24 * Math.log(2);

    /** Of a row's weight in the loss: a right row of such a gap keeps less, and a wrong one all. */
    private static final double SILENT = 0x1p-23;

    /** A probability of 0.73 against all others together: where the derivative is still large. */
    private static final double AIM = 1;

    @Override
    public Judgement judge(Condition condition) {
        Objective objective = condition.around().objective();
        Evaluation.Gradient gradient = condition.around().gradient();
        if (objective == null || gradient == null) {
            return Judgement.notEvaluated(Symptom.SATURATED_SOFTMAX, Surroundings.NO_MODEL);
        }
        List<Softmax> softmaxes = Softmax.of(objective);
        if (softmaxes.isEmpty()) {
            return Judgement.notEvaluated(Symptom.SATURATED_SOFTMAX, "there is no softmax on the way to the loss");
        }
        List<HealthFinding> findings = new ArrayList<>();
        for (Softmax softmax : softmaxes) {
            HealthFinding finding = finding(objective, gradient, softmax);
            if (finding != null) {
                findings.add(finding);
            }
        }
        return Judgement.of(findings);
    }

    private @Nullable HealthFinding finding(Objective objective, Evaluation.Gradient gradient, Softmax softmax) {
        SoftmaxRows softmaxRows = new SoftmaxRows(softmax, objective.base().value(softmax.logits()));
        Tensor slopes = gradient.by(softmax.logits());
        double full = softmax.logarithm() == null
                ? 0
                : TensorStatistics.of(gradient.by(softmax.logarithm())).max();
        int rows = 0;
        int saturated = 0;
        int silent = 0; // saturated, and without a derivative
        for (int row = 0; row < softmaxRows.count(); row++) {
            rows += softmaxRows.isMasked(row) ? 0 : 1;
            if (softmaxRows.isAbove(GAP, row)) {
                saturated++;
                silent += softmaxRows.norm(slopes, row) <= SILENT * full ? 1 : 0;
            }
        }
        double observed = saturated / (double) Math.max(1, rows);
        if (!(observed > share)) {
            return null;
        }
        double median = softmaxRows.medianGap();
        boolean isHead = softmax.probabilities() == null;
        boolean isLearnt = isHead && silent == saturated;
        Node place = softmax.logits();
        return new HealthFinding(
                Symptom.SATURATED_SOFTMAX,
                isLearnt ? Severity.WARNING : Severity.UNHEALTHY,
                List.of(place.label()),
                "share of the softmax's rows whose largest probability is 1 within float32's rounding",
                observed,
                share,
                HealthFinding.above(observed, share),
                "In %d of %d rows of the softmax of %s the largest probability is 1 within rounding; the median gap between the largest logit and the others together is %s. %s"
                        .formatted(
                                saturated,
                                rows,
                                place.label(),
                                Words.number(median),
                                consequence(isHead, saturated, silent)),
                List.of(
                        new Remedy(
                                Remedy.Action.NORMALISATION,
                                "Multiply these logits by this factor: by their layer's weights and bias, or as a"
                                        + " temperature; in attention it is 1 / sqrt(d).",
                                Map.of("factor", AIM / median)),
                        Remedy.of(
                                Remedy.Action.INITIALISATION,
                                "Draw the weights of the layer that makes these logits smaller, or normalise what comes"
                                        + " into it.")));
    }

    private static String consequence(boolean isHead, int saturated, int silent) {
        if (!isHead) {
            return "A softmax there has derivative 0: nothing passes back through these rows.";
        }
        if (silent == saturated) {
            return "All of these are right, so their gradient is 0: they teach nothing more.";
        }
        return "%d of them are wrong by the whole scale of the logits, and the other %d have no gradient."
                .formatted(saturated - silent, silent);
    }
}
