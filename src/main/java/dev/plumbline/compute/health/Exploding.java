package dev.plumbline.compute.health;

import dev.plumbline.compute.health.Remedy.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The gradient grows on its way back: the mirror image of {@link Vanishing}. With a model the derivatives by the layers'
 * affine values are judged too, because weights that are too large raise activations forwards as much as derivatives
 * backwards, and the gradient of each layer, their product, then looks the same everywhere.
 */
record Exploding(double ratio, double factor) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        String because = Depths.unjudgeable(condition);
        if (because != null) {
            return Judgement.notEvaluated(Symptom.EXPLODING, because);
        }
        HealthFinding gradients = found(condition, condition.gradients(), "gradient");
        if (gradients != null) {
            return Judgement.of(gradients);
        }
        DepthProfile cotangents = condition.cotangents();
        HealthFinding deltas =
                cotangents == null ? null : found(condition, cotangents, "derivative by the affine values");
        return deltas == null ? Judgement.HEALTHY : Judgement.of(deltas);
    }

    private @Nullable HealthFinding found(Condition condition, DepthProfile profile, String what) {
        boolean grown = profile.firstToLast() > ratio;
        boolean growing = profile.depth() >= Vanishing.LAYERS_FOR_A_SLOPE && profile.factorPerLayer() > factor;
        if (!grown && !growing) {
            return null;
        }
        double observed = grown ? profile.firstToLast() : profile.factorPerLayer();
        double threshold = grown ? ratio : factor;
        Explanation explanation = Explanation.of(condition);
        String rise = "The norm of the %s grows from %s in %s to %s in %s%s."
                .formatted(
                        what,
                        Words.number(profile.norms().get(profile.depth() - 1)),
                        Words.layer(profile.layers().get(profile.depth() - 1)),
                        Words.number(profile.norms().get(0)),
                        Words.layer(profile.layers().get(0)),
                        profile.perLayer());
        return new HealthFinding(
                Symptom.EXPLODING,
                Severity.UNHEALTHY,
                loud(profile),
                grown
                        ? "norm of the " + what + " in the first layer over that in the last"
                        : "factor by which the norm of the " + what + " changes per layer on its way back",
                observed,
                threshold,
                HealthFinding.above(observed, threshold),
                rise + " " + Explanation.words(condition, explanation),
                remedies(condition));
    }

    private List<String> loud(DepthProfile profile) {
        List<String> loud = new ArrayList<>();
        double last = profile.norms().get(profile.depth() - 1);
        for (int i = 0; i < profile.depth(); i++) {
            if (profile.norms().get(i) > Math.sqrt(ratio) * last) {
                loud.add(profile.layers().get(i));
            }
        }
        return loud;
    }

    /** The clipping norm is what the whole gradient's would be if every layer had the median layer's. */
    private static List<Remedy> remedies(Condition condition) {
        List<Double> norms = condition.gradients().norms().stream().sorted().toList();
        double median = norms.get(norms.size() / 2);
        return List.of(
                Initialisers.remedy(condition),
                Remedy.of(Action.NORMALISATION, "Normalise (batch or layer normalisation) between the layers."),
                new Remedy(
                        Action.CLIPPING,
                        "Clip the gradient's norm: this is what it would be if every layer had the median layer's. It"
                                + " holds the step, not the cause.",
                        Map.of("clipNorm", median * Math.sqrt(norms.size()))));
    }
}
