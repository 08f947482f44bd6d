package dev.plumbline.compute.consistency;

import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What tensors held at some time, to the bit: a computation that is right leaves its inputs as they were.
 *
 * @param hashes by name, of the bits in their order; another value at any place is another hash, two have the same one
 *     once in 2^64
 */
public record Fingerprint(Map<String, Long> hashes) {

    private static final String CHECK = "inputsUntouched";

    public static Fingerprint of(Map<String, Tensor> tensors) {
        Map<String, Long> hashes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> hashes.put(name, hash(tensor.values())));
        return new Fingerprint(hashes);
    }

    /** Multiplication by an odd number and the rotation are one-to-one, so no single changed value goes unseen. */
    private static long hash(double[] values) {
        long hash = values.length;
        for (double value : values) {
            hash = Long.rotateLeft((hash ^ Double.doubleToRawLongBits(value)) * 0x9E3779B97F4A7C15L, 29);
        }
        return hash;
    }

    /** Whether the same tensors hold the same now. */
    public Finding still(Map<String, Tensor> tensors) {
        Fingerprint now = of(tensors);
        List<String> changed = hashes.keySet().stream()
                .filter(name -> !Objects.equals(hashes.get(name), now.hashes.get(name)))
                .toList();
        return changed.isEmpty()
                ? new Finding(CHECK, true, "All %d inputs have the bits they had before.".formatted(hashes.size()))
                : new Finding(
                        CHECK, false, "These inputs were written into: %s.".formatted(String.join(", ", changed)));
    }
}
