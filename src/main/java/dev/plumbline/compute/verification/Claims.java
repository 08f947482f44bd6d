package dev.plumbline.compute.verification;

import dev.plumbline.compute.judgement.Mask;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Claimed gradients by parameter, and which of their entries are judged.
 *
 * @param tensors of the parameters' shapes
 * @param masks by tensor; every entry where there is none
 */
public record Claims(Map<String, Tensor> tensors, Map<String, Mask> masks) {

    public static Claims of(Map<String, Tensor> tensors) {
        return new Claims(tensors, Map.of());
    }

    Mask mask(String name) {
        return masks.getOrDefault(name, Mask.ALL);
    }

    /** How many entries of a tensor are judged. */
    public long judged(String name) {
        Mask mask = mask(name);
        return java.util.stream.IntStream.range(0, tensor(name).size())
                .filter(mask::judges)
                .count();
    }

    Tensor tensor(String name) {
        return Objects.requireNonNull(tensors.get(name));
    }

    /** The claims with {@code reference} where they are not judged, so that what is left out leaves no trace in a sum. */
    public Map<String, Tensor> completed(Map<String, Tensor> reference) {
        Map<String, Tensor> whole = new LinkedHashMap<>(tensors);
        whole.replaceAll((name, claim) -> {
            Mask mask = mask(name);
            Tensor other = reference.get(name);
            if (mask == Mask.ALL || other == null) {
                return claim;
            }
            double[] values = other.values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] = mask.judges(i) ? claim.at(i) : values[i];
            }
            return Tensor.of(claim.shape(), claim.datatype(), values);
        });
        return whole;
    }
}
