package dev.plumbline.compute.rounding;

import dev.plumbline.tensor.Datatype;

/** What happens to numbers too small for their datatype: below the smallest normal number the spacing stays, down to 0. */
public final class Underflow {

    private Underflow() {}

    /** Half the smallest number above 0: 2^-25 in FP16, 2^-134 in BF16, 2^-150 in FP32; 2^-1074, a whole one, in FP64. */
    public static double allowance(Datatype datatype) {
        return switch (datatype) {
            case FP32 -> 0x1p-150;
            case FP16 -> 0x1p-25;
            case BF16 -> 0x1p-134;
            default -> Double.MIN_VALUE;
        };
    }

    /** The smallest number with all its digits. */
    public static double smallestNormal(Datatype datatype) {
        return datatype == Datatype.FP16 ? 0x1p-14 : datatype == Datatype.FP64 ? Double.MIN_NORMAL : 0x1p-126;
    }

    /** Whether a claimed 0 is what is left of a gradient below the smallest normal number: scaling the loss would keep it. */
    public static boolean explains(Datatype datatype, double claimed, double reference) {
        return claimed == 0 && reference != 0 && Math.abs(reference) < smallestNormal(datatype);
    }
}
