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

    /**
     * Whether a tensor of this type may have the value: an integer in the type's range, 0 or 1 for BOOL. A float type
     * holds NaN, the infinities and every number that does not round to infinity.
     *
     * <p>INT64 ends at 2^53 - 1 either way, the integers that RFC 8259 (section 6) calls interoperable: beyond them a
     * float64 cannot tell neighbours apart, and 2^53 itself may stand for 2^53 + 1.
     */
    public boolean holds(double value) {
        return switch (this) {
            case FP64 -> true;
            case FP32, FP16, BF16 -> !Double.isFinite(value) || Double.isFinite(round(value));
            case INT8 -> isInteger(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case INT16 -> isInteger(value, Short.MIN_VALUE, Short.MAX_VALUE);
            case INT32 -> isInteger(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case INT64 -> isInteger(value, 1 - 0x1p53, 0x1p53 - 1);
            case UINT8 -> isInteger(value, 0, 255);
            case BOOL -> value == 0 || value == 1;
        };
    }

    /** The values that {@link #holds} accepts, in words. */
    public String range() {
        return switch (this) {
            case FP64, FP32, FP16, BF16 -> "a number that " + this + " can hold";
            case INT8 -> "an integer from -128 to 127";
            case INT16 -> "an integer from -32768 to 32767";
            case INT32 -> "an integer from -2147483648 to 2147483647";
            case INT64 -> "an integer from -(2^53 - 1) to 2^53 - 1";
            case UINT8 -> "an integer from 0 to 255";
            case BOOL -> "true or false (1 or 0)";
        };
    }

    private static boolean isInteger(double value, double least, double greatest) {
        return value >= least && value <= greatest && value == Math.rint(value);
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
