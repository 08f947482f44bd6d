package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names the mistake of each tensor whose claim fails. */
public final class Mistakes {

    private Mistakes() {}

    /**
     * The mistakes of the failed tensors, by name, in the order of the comparisons.
     *
     * @param comparisons all tensors of the check, also those that pass: mistakes can be exchanged between tensors
     * @param parameters the parameters at the point, by tensor name; weight decay is looked for where they are known
     * @param setting the counts the gradient may be wrong by
     */
    public static Map<String, Mistake> name(
            List<Comparison> comparisons, Map<String, Tensor> parameters, Setting setting) {
        Map<String, Mistake> named = new LinkedHashMap<>();
        for (Comparison comparison : comparisons) {
            if (comparison.verdict() == Verdict.FAIL) {
                named.put(comparison.name(), Mistake.of(Mistake.Kind.UNKNOWN, ""));
            }
        }
        return named;
    }
}
