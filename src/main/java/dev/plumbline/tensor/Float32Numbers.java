package dev.plumbline.tensor;

/**
 * Whether numbers that came as float64 are float32 numbers: JSON has no datatypes, and float32 printed in a list comes as
 * plain numbers. A float64 result is one by chance once in 2^29; only short binary fractions (0.5, 3, 0) are both.
 */
public final class Float32Numbers {

    private Float32Numbers() {}

    /** Every value is a float32 number: exactly, or as printed in the shortest way that tells it from other float32. */
    public static boolean are(Tensor tensor) {
        return firstOther(tensor.values()) < 0;
    }

    /** The position of the first that is no float32 number; -1 where there is none. */
    public static int firstOther(double[] values) {
        for (int i = 0; i < values.length; i++) {
            float nearest = (float) values[i];
            boolean exact = nearest == values[i] || Double.isNaN(values[i]);
            if (!exact && Double.parseDouble(Float.toString(nearest)) != values[i]) {
                return i;
            }
        }
        return -1;
    }
}
