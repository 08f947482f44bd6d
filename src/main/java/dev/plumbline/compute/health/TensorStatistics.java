package dev.plumbline.compute.health;

import dev.plumbline.tensor.Tensor;
import java.util.Collection;
import java.util.List;

/**
 * Norms and shares of the values of some tensors, taken together. Empty tensors have norm 0 and share 0; a NaN makes the
 * norms NaN and is counted in {@code nonFinite}.
 *
 * @param norm {@code sqrt(sum x^2)}
 * @param l1 {@code sum |x|}
 * @param max {@code max |x|}
 * @param meanAbsolute {@code sum |x| / n}
 * @param zeroShare the share of exact zeros
 */
public record TensorStatistics(
        double norm, double l1, double max, double meanAbsolute, double zeroShare, long nonFinite) {

    public static TensorStatistics of(Tensor tensor) {
        return of(List.of(tensor));
    }

    public static TensorStatistics of(Collection<Tensor> tensors) {
        double l1 = 0;
        double max = 0;
        long zeros = 0;
        long nonFinite = 0;
        long count = 0;
        for (Tensor tensor : tensors) {
            for (double value : tensor.values()) {
                l1 += Math.abs(value);
                max = Math.max(max, Math.abs(value));
                zeros += value == 0 ? 1 : 0;
                nonFinite += Double.isFinite(value) ? 0 : 1;
            }
            count += tensor.size();
        }
        double n = Math.max(count, 1);
        return new TensorStatistics(norm(tensors), l1, max, l1 / n, zeros / n, nonFinite);
    }

    /** The norm of all values together. */
    public static double norm(Collection<Tensor> tensors) {
        return Tensor.vector(tensors.stream().mapToDouble(Tensor::norm).toArray())
                .norm();
    }
}
