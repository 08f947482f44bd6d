package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Layer;
import dev.plumbline.compute.program.Objective;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How to draw the weights of this network: standard deviations by layer. */
final class Initialisers {

    private static final Set<String> RECTIFIERS = Set.of("relu", "leakyRelu", "composed");

    private Initialisers() {}

    /** For the activation each layer has: He et al. (2015) before a rectifier, Glorot and Bengio (2010) else. */
    static Map<String, Double> forActivations(List<LayerHealth> layers) {
        return spreads(layers, false);
    }

    /** For the same network with rectifiers: {@code sqrt(2 / fanIn)} throughout. */
    static Map<String, Double> forRectifiers(List<LayerHealth> layers) {
        return spreads(layers, true);
    }

    private static Map<String, Double> spreads(List<LayerHealth> layers, boolean rectified) {
        Map<String, Double> spreads = new LinkedHashMap<>();
        for (LayerHealth layer : layers) {
            WeightStatistics weights = layer.weights();
            if (weights != null) {
                ActivationStatistics activation = layer.activation();
                boolean he = rectified || activation != null && RECTIFIERS.contains(activation.function());
                spreads.put(
                        layer.name(),
                        he ? Math.sqrt(2.0 / weights.fanIn()) : Math.sqrt(2.0 / (weights.fanIn() + weights.fanOut())));
            }
        }
        return spreads;
    }

    /** Whether a layer's weights have the spread that it would be drawn with, to a factor of two: then that is no remedy. */
    static boolean isDrawn(LayerHealth layer) {
        Double wanted = forActivations(List.of(layer)).get(layer.name());
        double ratio =
                layer.weights() == null || wanted == null ? 0 : layer.weights().spread() / wanted;
        return ratio > 0.5 && ratio < 2;
    }

    /** For weights that the steps of a recurrent layer share: Glorot and Bengio's, as before its tanh and sigmoids. */
    private static Map<String, Double> forRepeatedProducts(Condition condition) {
        Map<String, Double> spreads = new LinkedHashMap<>();
        Objective objective = condition.around().objective();
        if (objective == null) {
            return spreads;
        }
        for (Layer layer : condition.around().layers()) {
            Layer.Product product = layer.product() == null ? layer.firstProduct(objective) : null;
            if (product != null) {
                spreads.put(layer.name(), Math.sqrt(2.0 / (product.fanIn() + product.fanOut())));
            }
        }
        return spreads;
    }

    static Remedy remedy(Condition condition) {
        Map<String, Double> spreads = forActivations(condition.weighted());
        spreads.putAll(forRepeatedProducts(condition));
        return new Remedy(
                Remedy.Action.INITIALISATION,
                "Draw the weights anew from normal distributions with these standard deviations: sqrt(2 / fanIn) (He)"
                        + " before a rectifier, sqrt(2 / (fanIn + fanOut)) (Glorot) else; biases 0."
                        + (spreads.isEmpty() ? " Their numbers need the model." : ""),
                spreads);
    }
}
