package dev.plumbline.compute.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The step's size against the parameters': {@code ||update|| / ||parameters||} by layer, outside a named tool's band. */
record UpdateRatio(double least, double most) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        List<HealthFinding> findings = new ArrayList<>();
        boolean judged = false;
        for (LayerHealth layer : condition.weighted()) {
            Double ratio = layer.updateRatio();
            judged |= ratio != null;
            if (ratio != null && (ratio < least || ratio > most)) {
                findings.add(finding(layer, ratio));
            }
        }
        return judged
                ? Judgement.of(findings)
                : Judgement.notEvaluated(
                        Symptom.UPDATE_RATIO, "no update is known: give the optimizer, and the parameters");
    }

    private HealthFinding finding(LayerHealth layer, double ratio) {
        boolean large = ratio > most;
        double threshold = large ? most : least;
        double aim = Math.sqrt(least * most);
        return new HealthFinding(
                Symptom.UPDATE_RATIO,
                Severity.WARNING,
                List.of(layer.name()),
                "norm of the update over norm of the parameters",
                ratio,
                threshold,
                large ? HealthFinding.above(ratio, threshold) : HealthFinding.below(ratio, threshold),
                "One step changes %s by %s of its size: %s."
                        .formatted(
                                Words.layer(layer.name()),
                                Words.number(ratio),
                                large ? "too much to follow the loss" : "it hardly learns"),
                List.of(new Remedy(
                        Remedy.Action.LEARNING_RATE,
                        "Multiply the learning rate by this factor, which brings the ratio to " + Words.number(aim)
                                + ".",
                        ratio > 0 ? Map.of("factor", aim / ratio) : Map.of())));
    }
}
