package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * The share of planted mistakes of one kind that the very same comparison notices.
 *
 * @param mutation its name on the wire, such as {@code sign}
 * @param detected the share noticed, 0 to 1
 * @param trials how many were planted
 */
public record Power(String mutation, double detected, int trials) {

    /** The power of these comparisons, from seeded mutants of their claims. */
    public static List<Power> of(
            List<Comparison> comparisons, Map<String, Tensor> parameters, Setting setting, long seed) {
        return List.of();
    }
}
