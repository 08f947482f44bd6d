package dev.plumbline.compute.health;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The first step's size against the weights', {@code ||update|| / ||parameters||} by layer. Alone it says little: Adam's
 * first step moves each weight by the learning rate whatever its gradient is, so that 1e-3 is 0.014 of weights drawn as
 * PyTorch draws them for 64 inputs, and a linear regression's step at 0.1 is half of its weights; both learn well. Too long
 * is therefore what exceeds {@code most}, more than there is of the weights, or {@code blamed} where the loss has risen
 * behind the step and its curvature is above its bound, or has none.
 *
 * <p>Too short is a step of less than {@code least} of all weights together, where its curvature does not say otherwise:
 * near a minimum steps are short, and should be. One layer alone may stand still, as behind a gain of 0. Weights that are
 * all 0 have no size to be compared with, and are left out.
 */
record FirstUpdate(double least, double blamed, double most) {

    /** What training that goes well has at a usual step, as DL4J and many courses tell; no band, only an aim. */
    private static final double AIM = 1e-3;

    /** @param curved what the curvature along the step has found, whose remedies are then these */
    Judgement judge(Condition condition, @Nullable MeasuredStep step, List<HealthFinding> curved) {
        List<LayerHealth> layers = condition.weighted().stream()
                .filter(layer -> layer.updateRatio() != null && !areZero(layer))
                .toList();
        if (layers.isEmpty()) {
            return Judgement.notEvaluated(
                    Symptom.UPDATE_RATIO,
                    "no update of weights other than 0 is known: give the optimizer, and the parameters");
        }
        boolean isBlamed = step != null && step.rises() && (!step.isBounded() || !curved.isEmpty());
        double threshold = isBlamed ? blamed : most;
        List<LayerHealth> loud =
                layers.stream().filter(layer -> ratio(layer) > threshold).toList();
        if (!loud.isEmpty()) {
            return Judgement.of(tooLong(loud, threshold, step, curved));
        }
        double whole = whole(layers);
        boolean isLongEnough = step != null && step.isBounded() && curved.isEmpty();
        return whole > 0 && whole < least && !isLongEnough
                ? Judgement.of(tooShort(layers, whole, curved))
                : Judgement.HEALTHY;
    }

    private static boolean areZero(LayerHealth layer) {
        return layer.weights() != null && layer.weights().areZero();
    }

    private static double ratio(LayerHealth layer) {
        return layer.updateRatio() == null ? 0 : layer.updateRatio();
    }

    /** Of all layers together. */
    private static double whole(List<LayerHealth> layers) {
        double update = 0;
        double size = 0;
        for (LayerHealth layer : layers) {
            double norm = layer.parameterNorm() == null ? 0 : layer.parameterNorm();
            update = Math.hypot(update, ratio(layer) * norm);
            size = Math.hypot(size, norm);
        }
        return update / size;
    }

    private static HealthFinding tooLong(
            List<LayerHealth> loud, double threshold, @Nullable MeasuredStep step, List<HealthFinding> curved) {
        double ratio = loud.stream().mapToDouble(FirstUpdate::ratio).max().orElse(0);
        String loss = step != null && step.rises()
                ? ", and the loss rises behind it, from %s to %s."
                        .formatted(Words.number(step.before()), Words.number(step.behind()))
                : ": little is left of how they were drawn.";
        return new HealthFinding(
                Symptom.UPDATE_RATIO,
                Severity.WARNING,
                names(loud),
                "norm of the update over norm of the parameters, the largest of these layers",
                ratio,
                threshold,
                HealthFinding.above(ratio, threshold),
                "One step changes %s by %s%s of their size%s"
                        .formatted(
                                Words.names(names(loud)), loud.size() > 1 ? "up to " : "", Words.number(ratio), loss),
                remedies(ratio, curved));
    }

    private HealthFinding tooShort(List<LayerHealth> layers, double whole, List<HealthFinding> curved) {
        return new HealthFinding(
                Symptom.UPDATE_RATIO,
                Severity.WARNING,
                names(layers),
                "norm of the update over norm of the parameters, of all layers together",
                whole,
                least,
                HealthFinding.below(whole, least),
                "One step changes the weights by %s of their size: a model that has not arrived hardly learns so."
                        .formatted(Words.number(whole)),
                remedies(whole, curved));
    }

    private static List<String> names(List<LayerHealth> layers) {
        return layers.stream().map(LayerHealth::name).toList();
    }

    private static List<Remedy> remedies(double ratio, List<HealthFinding> curved) {
        return curved.isEmpty()
                ? List.of(new Remedy(
                        Remedy.Action.LEARNING_RATE,
                        "Multiply the learning rate by this factor, which brings the ratio to " + Words.number(AIM)
                                + ".",
                        Map.of("factor", AIM / ratio)))
                : curved.get(0).remedies();
    }
}
