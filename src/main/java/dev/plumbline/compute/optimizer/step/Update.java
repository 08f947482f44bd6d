package dev.plumbline.compute.optimizer.step;

/**
 * How far one tensor moved: the norm of the difference between the parameters after and before, as stored (so an update
 * lost to rounding counts 0), and its ratio to the parameters' norm before; NaN where they were all 0 and stayed.
 *
 * <p>Norms of FP32 tensors are summed in FP32 and FP64 by turns, for entries between 1e-31 and 1e31: good to 4e-6 in the worst
 * case, and to 1e-8 with rounding errors that do not conspire.
 */
public record Update(double norm, double ratio) {

    static Update of(double updateNorm, double parameterNorm) {
        return new Update(updateNorm, updateNorm / parameterNorm);
    }
}
