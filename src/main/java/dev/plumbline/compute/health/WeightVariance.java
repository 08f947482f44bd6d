package dev.plumbline.compute.health;

import java.util.List;

/** SageMaker's rule for poor initialisation: the largest variance of a layer's weights over the smallest is too large. */
record WeightVariance(double ratio) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        LayerHealth least = null;
        LayerHealth most = null;
        for (LayerHealth layer : condition.weighted()) {
            least = least == null || variance(layer) < variance(least) ? layer : least;
            most = most == null || variance(layer) > variance(most) ? layer : most;
        }
        if (least == null || most == null || least == most || Double.isNaN(variance(least))) {
            return Judgement.notEvaluated(
                    Symptom.INITIALISATION, "the variance of weights takes a model with two layers or more");
        }
        if (variance(most) == 0) {
            return Judgement.notEvaluated(
                    Symptom.INITIALISATION, "the weights of every layer are all equal, so no variance is above 0");
        }
        double observed = variance(most) / variance(least);
        if (!(observed > ratio)) {
            return Judgement.HEALTHY;
        }
        return Judgement.of(new HealthFinding(
                Symptom.INITIALISATION,
                Severity.WARNING,
                List.of(least.name(), most.name()),
                "largest variance of a layer's weights over the smallest",
                observed,
                ratio,
                HealthFinding.above(observed, ratio),
                "The weights of %s have variance %s, those of %s %s."
                        .formatted(
                                most.name(), Words.number(variance(most)), least.name(), Words.number(variance(least))),
                List.of(Initialisers.remedy(condition))));
    }

    private static double variance(LayerHealth layer) {
        WeightStatistics weights = layer.weights();
        return weights == null ? Double.NaN : weights.spread() * weights.spread();
    }
}
