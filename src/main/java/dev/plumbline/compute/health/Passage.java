package dev.plumbline.compute.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What happens to the loss's derivative on its way back from one layer to the one before: it goes through the weights of
 * {@code from} and the activation of {@code to}.
 *
 * @param derivative the root mean square of that activation's derivative
 * @param weightGain {@code ||W|| / sqrt(units)} of the weights
 * @param predicted their product, exact on average for a cotangent of random direction
 * @param observed the norm after over the norm before
 */
public record Passage(String from, String to, double derivative, double weightGain, double predicted, double observed) {

    /** Between all layers with weights; none where the network's activations are not known. */
    static List<Passage> of(List<LayerHealth> layers) {
        List<Passage> passages = new ArrayList<>();
        for (int i = layers.size() - 1; i > 0; i--) {
            LayerHealth from = layers.get(i);
            LayerHealth to = layers.get(i - 1);
            WeightStatistics weights = from.weights();
            ActivationStatistics activation = to.activation();
            Double derivative = activation == null ? null : activation.rootMeanSquareDerivative();
            if (weights != null && derivative != null) {
                double gain = weights.gain();
                double observed = Objects.requireNonNullElse(to.cotangentNorm(), Double.NaN)
                        / Objects.requireNonNullElse(from.cotangentNorm(), Double.NaN);
                passages.add(new Passage(from.name(), to.name(), derivative, gain, derivative * gain, observed));
            }
        }
        return passages;
    }
}
