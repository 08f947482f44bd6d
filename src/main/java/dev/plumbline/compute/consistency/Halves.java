package dev.plumbline.compute.consistency;

import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of a batch is that of its halves put together, where its loss is: for N = n + m samples
 *
 * <pre>
 *   L = (n L1 + m L2) / N  ==>  g = (n g1 + m g2) / N          a mean over the samples
 *   L = L1 + L2            ==>  g = g1 + g2                    a sum
 * </pre>
 *
 * <p>Which of the two a loss is, its values say; if neither, the samples see each other (batch normalisation in training
 * mode) or are weighted, and nothing follows. It finds a pass that mixes up samples or counts them wrongly, since the
 * halves run in other shapes.
 */
public record Halves(Part whole, Part first, Part second) {

    public static final String CHECK = "halves";

    /** What rounding may do to a loss that is added up in another order. */
    private static final double LOSS_ROUNDING = 1e-12;

    /** Some samples with their loss and its gradient by parameter. */
    public record Part(int samples, double loss, Map<String, Tensor> gradient) {}

    private record Weights(String name, double first, double second) {}

    /**
     * Whether the law holds within {@code allowance}, by parameter: what rounding in float64 may do to an entry of one of
     * the gradients; there are three.
     */
    public Finding finding(Map<String, Tensor> allowance) {
        Weights weights = weights();
        if (weights == null) {
            return Finding.notEvaluated(
                    CHECK,
                    "the loss of the batch, %s, is neither the mean nor the sum of its halves' %s and %s"
                            .formatted(whole.loss, first.loss, second.loss));
        }
        for (Map.Entry<String, Tensor> tensor : whole.gradient.entrySet()) {
            Tensor one = first.gradient.get(tensor.getKey());
            Tensor other = second.gradient.get(tensor.getKey());
            Tensor rounding = Objects.requireNonNull(allowance.get(tensor.getKey()));
            for (int i = 0; i < rounding.size(); i++) {
                double together = one == null || other == null
                        ? Double.NaN
                        : weights.first * one.at(i) + weights.second * other.at(i);
                double got = tensor.getValue().at(i);
                if (!(Math.abs(got - together) <= 3 * rounding.at(i)) && Double.isFinite(rounding.at(i))) {
                    return new Finding(
                            CHECK,
                            false,
                            "The gradient of the batch is not the %s of its halves': %s has %s and not %s in position %d."
                                    .formatted(weights.name, tensor.getKey(), got, together, i));
                }
            }
        }
        return new Finding(
                CHECK,
                true,
                "The gradient of %d samples is the %s of those of the first %d and the last %d."
                        .formatted(whole.samples, weights.name, first.samples, second.samples));
    }

    private @Nullable Weights weights() {
        double share = first.samples / (double) whole.samples;
        Weights mean = new Weights("mean", share, 1 - share);
        Weights sum = new Weights("sum", 1, 1);
        return explains(mean) ? mean : explains(sum) ? sum : null;
    }

    private boolean explains(Weights weights) {
        double one = weights.first * first.loss;
        double other = weights.second * second.loss;
        return Math.abs(whole.loss - (one + other)) <= LOSS_ROUNDING * (Math.abs(one) + Math.abs(other));
    }
}
