package dev.plumbline.compute.health;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** When nothing can be said about depth. */
final class Depths {

    private Depths() {}

    static @Nullable String unjudgeable(Condition condition) {
        if (!condition.ordered()) {
            return "the order of the layers is not known: their names do not number them; give it as layers";
        }
        DepthProfile profile = condition.gradients();
        if (profile.depth() < 2) {
            return "fewer than two layers with weights";
        }
        if (profile.norms().stream().anyMatch(norm -> !Double.isFinite(norm))) {
            return "a gradient is not finite";
        }
        if (profile.norms().stream().allMatch(norm -> norm == 0)) {
            return "the whole gradient is exactly 0";
        }
        List<String> zeros = condition.weighted().stream()
                .filter(Depths::isZero)
                .map(LayerHealth::name)
                .toList();
        if (!zeros.isEmpty()) {
            return "no derivative passes the weights of " + Words.names(zeros) + ", which are all 0";
        }
        return null;
    }

    /** Without a model a layer is known to be 0 as a whole, its bias too. */
    private static boolean isZero(LayerHealth layer) {
        Double norm = layer.parameterNorm();
        return layer.weights() == null
                ? norm != null && norm == 0
                : layer.weights().areZero();
    }
}
