package dev.plumbline.tensor;

/**
 * Whether numbers that came as float64 are float32 numbers: JSON has no datatypes, and float32 printed in a list comes as
 * plain numbers. A float64 result is one by chance once in 2^29; only short binary fractions (0.5, 3, 0) are both.
 */
public final class Float32Numbers {

    private Float32Numbers() {}

    /** Every value is a float32 number: exactly, or as printed in the shortest way that tells it from other float32. */
    public static boolean are(Tensor tensor) {
        for (double value : tensor.values()) {
            float nearest = (float) value;
            boolean exact = nearest == value || Double.isNaN(value);
            if (!exact && Double.parseDouble(Float.toString(nearest)) != value) {
                return false;
            }
        }
        return true;
    }
}
