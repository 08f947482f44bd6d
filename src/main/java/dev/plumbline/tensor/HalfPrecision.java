package dev.plumbline.tensor;

/**
 * The two 16-bit float formats as bits: IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits) and bfloat16 (the upper
 * half of a binary32). Rounding goes from double in one step, ties to even, so no number is rounded twice. Overflow
 * gives infinity; NaN stays NaN.
 */
public final class HalfPrecision {

    private HalfPrecision() {}

    public static double fromFloat16(short bits) {
        int sign = bits & 0x8000;
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        double magnitude =
                switch (exponent) {
                    case 0 -> fraction * 0x1p-24;
                    case 31 -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
                    default -> Math.scalb(1 + fraction * 0x1p-10, exponent - 15);
                };
        return sign == 0 ? magnitude : -magnitude;
    }

    public static short toFloat16(double value) {
        if (Double.isNaN(value)) {
            return 0x7e00;
        }
        int sign = value < 0 || (value == 0 && 1 / value < 0) ? 0x8000 : 0;
        double magnitude = Math.abs(value);
        // The spacing of binary16 near the magnitude; 2^-24 among the subnormals.
        int exponent = Math.max(magnitude == 0 ? -14 : Math.getExponent(magnitude), -14);
        if (exponent > 15) {
            return (short) (sign | 0x7c00);
        }
        double steps = Math.rint(Math.scalb(magnitude, 10 - exponent)); // 0 ... 2048
        // A carry out of the fraction runs into the exponent field by itself, up to infinity.
        int bits = (int) steps + ((exponent + 14) << 10);
        return (short) (sign | bits);
    }

    public static double fromBfloat16(short bits) {
        return Float.intBitsToFloat((bits & 0xffff) << 16);
    }

    public static short toBfloat16(double value) {
        if (Double.isNaN(value)) {
            return 0x7fc0;
        }
        int sign = value < 0 || (value == 0 && 1 / value < 0) ? 0x8000 : 0;
        double magnitude = Math.abs(value);
        int exponent = Math.max(magnitude == 0 ? -126 : Math.getExponent(magnitude), -126);
        if (exponent > 127) {
            return (short) (sign | 0x7f80);
        }
        double steps = Math.rint(Math.scalb(magnitude, 7 - exponent)); // 0 ... 256
        int bits = (int) steps + ((exponent + 126) << 7);
        return (short) (sign | bits);
    }
}
