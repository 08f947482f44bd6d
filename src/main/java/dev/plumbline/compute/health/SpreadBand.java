package dev.plumbline.compute.health;

import java.util.ArrayList;
import java.util.List;

/** An activation whose standard deviation lies outside a fixed band. */
record SpreadBand(double least, double most) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        List<HealthFinding> findings = new ArrayList<>();
        for (LayerHealth layer : condition.activated()) {
            double spread =
                    layer.activation() == null ? least : layer.activation().spread();
            if (spread < least || spread > most) {
                boolean large = spread > most;
                double threshold = large ? most : least;
                findings.add(new HealthFinding(
                        Symptom.INITIALISATION,
                        Severity.WARNING,
                        List.of(layer.name()),
                        "standard deviation of the activation",
                        spread,
                        threshold,
                        large ? HealthFinding.above(spread, threshold) : HealthFinding.below(spread, threshold),
                        "The activation behind " + layer.name() + " has a standard deviation of " + Words.number(spread)
                                + ", outside " + least + " to " + most + ".",
                        List.of(Initialisers.remedy(condition))));
            }
        }
        return condition.activated().isEmpty()
                ? Judgement.notEvaluated(Symptom.INITIALISATION, "no activation is known")
                : Judgement.of(findings);
    }
}
