package dev.plumbline.tensor;

/**
 * The element types that travel, with the names of the Open Inference Protocol (and BF16, which it lacks).
 *
 * <p>{@code unitRoundoff} is the largest relative error of rounding a number into the type: 2^-53 for FP64, 2^-24 for
 * FP32, 2^-11 for FP16, 2^-8 for BF16; 0 for the exact types.
 */
public enum Datatype {
    FP64(8, 0x1p-53),
    FP32(4, 0x1p-24),
    FP16(2, 0x1p-11),
    BF16(2, 0x1p-8),
    INT8(1, 0),
    INT16(2, 0),
    INT32(4, 0),
    INT64(8, 0),
    UINT8(1, 0),
    BOOL(1, 0);

    private final int bytes;
    private final double unitRoundoff;

    Datatype(int bytes, double unitRoundoff) {
        this.bytes = bytes;
        this.unitRoundoff = unitRoundoff;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    public double unitRoundoff() {
        return unitRoundoff;
    }

    public boolean isFloat() {
        return unitRoundoff > 0;
    }

    /** The nearest number of this type, ties to even; infinities and NaN stay. Exact types give back the number. */
    public double round(double value) {
        return switch (this) {
            case FP32 -> (float) value;
            case FP16 -> HalfPrecision.fromFloat16(HalfPrecision.toFloat16(value));
            case BF16 -> HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(value));
            default -> value;
        };
    }
}
