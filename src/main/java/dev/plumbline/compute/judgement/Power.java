package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What these comparisons could have seen: the share of planted mistakes of one kind that the very same rule notices.
 *
 * <p>Whole tensors are spoiled one after the other, single entries are drawn uniformly over all entries of all tensors
 * (with {@link #ENTRY_TRIALS} draws the share is known to 0.016 at worst, one standard error). An entry that is zero
 * and stays zero, or lies below its allowance, hides its mistake, and counts as missed. Nothing is evaluated again.
 *
 * @param mutation its name on the wire, such as {@code sign}
 * @param detected the share noticed, 0 to 1
 * @param trials how many were planted
 */
public record Power(String mutation, double detected, int trials) {

    static final int ENTRY_TRIALS = 1000;

    /**
     * The power of these comparisons. A mutation that applies to no tensor is left out: no transpose of vectors, no
     * exchange without two tensors of one shape, no weight decay of unknown parameters.
     *
     * @param parameters the parameters at the point, by tensor name, as far as they are known
     */
    public static List<Power> of(
            List<Comparison> comparisons, Map<String, Tensor> parameters, Setting setting, long seed) {
        return new Mutations(comparisons, parameters, setting, seed).judged();
    }
}
