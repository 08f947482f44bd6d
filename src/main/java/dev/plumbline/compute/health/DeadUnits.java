package dev.plumbline.compute.health;

import dev.plumbline.compute.health.Remedy.Action;
import dev.plumbline.compute.program.Objective;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Units of an activation that are 0 for every sample of the batch: no gradient reaches their weights. A layer counts as
 * dead from the share {@code layerShare} of its units on; below that, the share is in the report of the layer.
 *
 * @param leastSamples with fewer, a silent unit may just have met none of its inputs; only a layer that is dead as a
 *     whole counts then
 */
record DeadUnits(double layerShare, int leastSamples) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        List<LayerHealth> activated = condition.activated();
        if (activated.isEmpty()) {
            return Judgement.notEvaluated(Symptom.DEAD_UNITS, "no activation behind a layer is known");
        }
        List<HealthFinding> findings = new ArrayList<>();
        boolean tooFew = false;
        for (LayerHealth layer : activated) {
            ActivationStatistics activation = layer.activation();
            if (activation == null) {
                continue;
            }
            boolean few = activation.samples() < leastSamples;
            double needed = few ? 1 : layerShare;
            tooFew |= few && activation.deadShare() > 0 && activation.deadShare() < 1;
            if (activation.deadShare() >= needed) {
                findings.add(finding(condition, layer, activation));
            }
        }
        return new Judgement(
                findings,
                tooFew
                        ? List.of(new NotEvaluated(
                                Symptom.DEAD_UNITS,
                                "some units are 0 for every sample, but fewer than " + leastSamples
                                        + " samples do not tell a dead unit from a silent one"))
                        : List.of());
    }

    private HealthFinding finding(Condition condition, LayerHealth layer, ActivationStatistics activation) {
        return new HealthFinding(
                Symptom.DEAD_UNITS,
                Severity.UNHEALTHY,
                List.of(layer.name()),
                "share of units that are 0 for every sample",
                activation.deadShare(),
                layerShare,
                HealthFinding.above(activation.deadShare(), layerShare),
                "%d of the %d units behind %s are 0 for all %d samples: %s, so no gradient reaches their weights."
                        .formatted(
                                Math.round(activation.deadShare() * activation.units()),
                                activation.units(),
                                Words.layer(layer.name()),
                                activation.samples(),
                                reason(condition, layer)),
                remedies(condition, layer));
    }

    private static String reason(Condition condition, LayerHealth layer) {
        Silence silence = Silence.of(condition, layer.name());
        if (silence == null) {
            return "their affine values are nowhere above 0";
        }
        if (silence.negative()) {
            return "their affine values are negative throughout";
        }
        return hasZeroWeights(layer)
                ? "their weights are 0, and so are their affine values"
                : "their affine values are exactly 0, since nothing but zeros comes in";
    }

    private static boolean hasZeroWeights(LayerHealth layer) {
        return layer.weights() != null && layer.weights().areZero();
    }

    /** Whether a tensor of the model is known to be 0 throughout: then nothing is to be set back to 0. */
    private static boolean isZero(Condition condition, String name) {
        Objective objective = condition.around().objective();
        return objective != null && objective.parameter(name).norm() == 0;
    }

    private static List<Remedy> remedies(Condition condition, LayerHealth layer) {
        Map<String, Double> biases = layer.tensors().keySet().stream()
                .skip(1)
                .filter(name -> !isZero(condition, name))
                .collect(Collectors.toMap(name -> name, name -> 0.0, (a, b) -> a, LinkedHashMap::new));
        Map<String, Double> spreads = Initialisers.forActivations(List.of(layer));
        List<Remedy> remedies = new ArrayList<>();
        if (!biases.isEmpty()) {
            remedies.add(new Remedy(
                    Action.BIAS,
                    "Set the biases of this layer back to these values; if they were driven there, the learning rate"
                            + " was too high.",
                    biases));
        }
        remedies.add(new Remedy(
                Action.INITIALISATION,
                "Draw this layer's weights anew with standard deviation sqrt(2 / fanIn) (He), biases 0."
                        + (spreads.isEmpty() ? " Its number needs the model." : ""),
                spreads));
        remedies.add(Remedy.of(
                Action.ACTIVATION, "Exchange relu for leakyRelu, elu or gelu, whose derivative is not 0 below 0."));
        remedies.add(Remedy.of(
                Action.LEARNING_RATE, "Lower the learning rate: large steps drive biases below every input."));
        return remedies;
    }
}
