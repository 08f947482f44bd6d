package dev.plumbline.compute.health;

import dev.plumbline.compute.health.Remedy.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The gradient fades on its way back: the first layer's norm is below {@code ratio} times the last one's, or, over five
 * layers and more, the norm shrinks by more than {@code factor} a layer. Judged on the parameters' gradients and, with a
 * model, on the derivatives by the layers' affine values; both are free of the loss's scale.
 *
 * <p>The explanation (Hochreiter 1991; Glorot and Bengio 2010) is the product over the layers of the activation's
 * derivative and the weights' gain, {@link Passage}. Where it does not explain what was observed, this is a warning. What
 * fades only while some parameters are still at 0 is none ({@link ZeroStarts}).
 */
record Vanishing(double ratio, double factor) implements Rule {

    /** Over fewer layers a straight line says less than the ratio does. */
    static final int LAYERS_FOR_A_SLOPE = 5;

    private static final Set<String> SQUASHING = Set.of("sigmoid", "tanh");

    @Override
    public Judgement judge(Condition condition) {
        String because = Depths.unjudgeable(condition);
        if (because != null) {
            return Judgement.notEvaluated(Symptom.VANISHING, because);
        }
        HealthFinding finding = found(condition);
        if (finding == null) {
            return Judgement.HEALTHY;
        }
        ZeroStarts starts = ZeroStarts.of(condition);
        return starts != null && found(starts.behind()) == null
                ? Judgement.notEvaluated(
                        Symptom.VANISHING,
                        "what is faint is so because of " + Words.names(starts.names())
                                + ", which are 0; they have a gradient of their own, so that the first step ends it")
                : Judgement.of(finding);
    }

    private @Nullable HealthFinding found(Condition condition) {
        HealthFinding gradients = found(condition, condition.gradients(), "gradient");
        DepthProfile cotangents = condition.cotangents();
        return gradients != null || cotangents == null
                ? gradients
                : found(condition, cotangents, "derivative by the affine values");
    }

    private @Nullable HealthFinding found(Condition condition, DepthProfile profile, String what) {
        boolean faded = profile.firstToLast() < ratio;
        boolean fading = profile.depth() >= LAYERS_FOR_A_SLOPE && profile.factorPerLayer() < factor;
        if (!faded && !fading) {
            return null;
        }
        double observed = faded ? profile.firstToLast() : profile.factorPerLayer();
        double threshold = faded ? ratio : factor;
        Explanation explanation = Explanation.of(condition);
        return new HealthFinding(
                Symptom.VANISHING,
                explanation == null || explanation.explains() ? Severity.UNHEALTHY : Severity.WARNING,
                faint(profile),
                faded
                        ? "norm of the " + what + " in the first layer over that in the last"
                        : "factor by which the norm of the " + what + " changes per layer on its way back",
                observed,
                threshold,
                HealthFinding.below(observed, threshold),
                cause(condition, profile, what),
                remedies(condition));
    }

    /** The layers whose norm is below the square root of the threshold, seen from the last. */
    private List<String> faint(DepthProfile profile) {
        List<String> faint = new ArrayList<>();
        double last = profile.norms().get(profile.depth() - 1);
        for (int i = 0; i < profile.depth(); i++) {
            if (profile.norms().get(i) < Math.sqrt(ratio) * last) {
                faint.add(profile.layers().get(i));
            }
        }
        return faint.isEmpty() ? profile.layers().subList(0, 1) : faint;
    }

    private static String cause(Condition condition, DepthProfile profile, String what) {
        String fall = "The norm of the %s falls from %s in %s to %s in %s%s."
                .formatted(
                        what,
                        Words.number(profile.norms().get(profile.depth() - 1)),
                        Words.layer(profile.layers().get(profile.depth() - 1)),
                        Words.number(profile.norms().get(0)),
                        Words.layer(profile.layers().get(0)),
                        profile.perLayer());
        return fall + " " + Explanation.words(condition, Explanation.of(condition));
    }

    private static List<Remedy> remedies(Condition condition) {
        boolean squashed = condition.activated().stream()
                .anyMatch(layer -> layer.activation() != null
                        && SQUASHING.contains(layer.activation().function()));
        List<Remedy> remedies = new ArrayList<>();
        if (squashed) {
            remedies.add(new Remedy(
                    Action.ACTIVATION,
                    "Exchange the hidden sigmoid or tanh activations for relu, and draw the weights anew from normal"
                            + " distributions with these standard deviations, sqrt(2 / fanIn) (He); biases 0.",
                    Initialisers.forRectifiers(condition.weighted())));
        }
        remedies.add(Initialisers.remedy(condition));
        remedies.add(Remedy.of(
                Action.NORMALISATION,
                "Normalise (batch or layer normalisation) before the activations of "
                        + Words.names(condition.weighted().stream()
                                .map(LayerHealth::name)
                                .toList())
                        + "."));
        remedies.add(Remedy.of(
                Action.RESIDUAL,
                "Add residual connections around every two layers, so that a path without factors remains."));
        return remedies;
    }
}
