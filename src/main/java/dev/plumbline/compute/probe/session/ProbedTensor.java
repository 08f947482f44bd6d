package dev.plumbline.compute.probe.session;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;

/**
 * A tensor of the caller's, by what may be known of it.
 *
 * @param size s_t, by which directions move its entries; the root mean square of its values, mostly
 * @param contribution {@code ||a_t|| s_t}: the standard deviation of {@code a_t . d} over Gaussian directions; NaN of a claim
 *     that is not finite
 * @param claimedNoise what rounding may do to that, {@code ||Delta_t|| s_t}; 0 where unknown
 * @param unused the function does not read it, and its claim is zero
 */
public record ProbedTensor(
        String name,
        Shape shape,
        Datatype datatype,
        double size,
        double contribution,
        double claimedNoise,
        boolean unused) {

    ProbedTensor contributing(double other) {
        return new ProbedTensor(name, shape, datatype, size, other, claimedNoise, unused);
    }
}
