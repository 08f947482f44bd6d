package dev.plumbline.compute.program;

/**
 * Functions of one number by our own polynomials: four to eight times as fast as the Java library's, erf but
 * a little, where the JVM has {@code jdk.incubator.vector}, with the same bits where it has not, in whatever place of an array and
 * on whatever machine. What each is right to is held over 20,000 arguments against 102 bits ({@code SmoothFunctionsTests}).
 *
 * <p>Nothing is fused, so that neither a compiler nor a processor makes a difference; reductions are by Cody and Waite with parts
 * short enough for exact products, polynomials are Chebyshev fits. Arguments that are rare, where results over- or underflow or turns
 * are many, are left to {@link StrictMath}: {@link #isUsualForExp} and its like say which.
 *
 * <p>Bad for a handful of numbers, which take as long as by the Java library.
 */
final class SmoothFunctions {

    static final double LOG2_E = 1.4426950408889634;

    /** Added and subtracted again it rounds to a whole number, which is then in its last bits. */
    static final double MAGIC = 0x1.8p52;

    /** ln 2 in two parts, the first of 32 bits. */
    static final double LN2_HIGH = 0.6931471803691238;

    static final double LN2_LOW = 1.9082149292705877e-10;

    /** Beyond it exponentials over- or underflow, or are no normal numbers. */
    static final double MOST_EXPONENT = 708;

    /** From here on the hyperbolic tangent is 1. */
    static final double SATURATED = 20;

    /** pi / 2 in three parts, the first two of 33 bits. */
    static final double QUARTER_HIGH = 1.5707963267341256;

    static final double QUARTER_MIDDLE = 6.077100506303966e-11;
    static final double QUARTER_LOW = 2.0222662487959506e-21;
    static final double QUARTERS = 0.6366197723675814;

    /** Whole quarter turns up to here times the first part of pi / 2 are exact. */
    static final double MOST_ANGLE = 1e6;

    static final long ONE = 0x3ff0000000000000L;
    static final long ROOT_HALF = 0x3fe6a09e667f3bcdL;
    static final long MANTISSA = 0x000fffffffffffffL;

    private static final int STRIP = 512;

    /** Until its loop is compiled each register is an object. */
    private static final int WORTH_REGISTERS = 16;

    private static final boolean HAS_REGISTERS =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    static final double ERF_OF_ONE = 1 - tail(1, exp(-1));

    private SmoothFunctions() {}

    // ── exponentials ──

    static boolean isUsualForExp(double x) {
        return Math.abs(x) <= MOST_EXPONENT; // not NaN
    }

    /** {@code e^x}, to 1.1 units in the last place. */
    static double exp(double x) {
        if (!isUsualForExp(x)) {
            return StrictMath.exp(x);
        }
        double whole = x * LOG2_E + MAGIC;
        return (growth(x, whole - MAGIC) + 1) * power(whole);
    }

    /** {@code e^(x - k ln 2) - 1}. */
    private static double growth(double x, double k) {
        double high = x - k * LN2_HIGH;
        double low = k * LN2_LOW;
        double r = high - low;
        double rest = high - r - low;
        return r + (r * r * afterLinear(r) + rest);
    }

    /** 2 to the power of the whole number in the last bits of a sum with {@link #MAGIC}. */
    private static double power(double whole) {
        return Double.longBitsToDouble(Double.doubleToRawLongBits(whole) + 1023 << 52);
    }

    /** {@code (e^r - 1 - r) / r^2} for |r| up to ln(2) / 2: relative error 1e-17 of e^r. */
    private static double afterLinear(double r) {
        double r2 = r * r;
        double r4 = r2 * r2;
        double low =
                r * 0.16666666666666669 + 0.5000000000000001 + (r * 0.008333333333330062 + 0.04166666666662413) * r2;
        double middle = r * 0.0001984126986305428
                + 0.0013888888917214578
                + (r * 2.755726845896983e-06 + 2.480152129461859e-05) * r2;
        double high = r * 2.5100385984118463e-08 + 2.7620089080782014e-07;
        return low + middle * r4 + high * r4 * r4;
    }

    static void exp(double[] x, double[] y) {
        for (int i = HAS_REGISTERS && y.length >= WORTH_REGISTERS ? VectorFunctions.exp(x, y, y.length) : 0;
                i < y.length;
                i++) {
            y[i] = exp(x[i]);
        }
    }

    /** The hyperbolic tangent, {@code (1 - e^-2x) / (1 + e^-2x)}, to 3 units in the last place; odd to the bit. */
    static double tanh(double x) {
        double twice = -2 * Math.min(Math.abs(x), SATURATED);
        double whole = twice * LOG2_E + MAGIC;
        double power = power(whole);
        double decay = growth(twice, whole - MAGIC) * power + (power - 1); // e^-2x - 1
        return Math.copySign(decay / (decay + 2), x);
    }

    static void tanh(double[] x, double[] y) {
        for (int i = HAS_REGISTERS && y.length >= WORTH_REGISTERS ? VectorFunctions.tanh(x, y) : 0; i < y.length; i++) {
            y[i] = tanh(x[i]);
        }
    }

    static boolean isUsualForSigmoid(double x) {
        return x >= -MOST_EXPONENT; // not NaN
    }

    /** {@code 1 / (1 + e^-x)}, to 3 units in the last place, with full relative accuracy for negative x too. */
    static double sigmoid(double x) {
        if (!isUsualForSigmoid(x)) {
            return StrictMath.exp(x);
        }
        double decay = exp(-Math.min(Math.abs(x), MOST_EXPONENT));
        return (x < 0 ? decay : 1) / (decay + 1);
    }

    static void sigmoid(double[] x, double[] y) {
        for (int i = HAS_REGISTERS && y.length >= WORTH_REGISTERS ? VectorFunctions.sigmoid(x, y) : 0;
                i < y.length;
                i++) {
            y[i] = sigmoid(x[i]);
        }
    }

    // ── the error function ──

    /** The error function, to 3 units in the last place; Commons Math takes 300 to 900 ns and loses digits below 1e-154. */
    static double erf(double x) {
        double far =
                Math.min(Math.max(Math.abs(x), 1), 6); // from 5.93 on erfc is less than half of the last place of 1
        return joined(x, far, exp(-(far * far)));
    }

    /** From both sides of 1, each of which is constant on the other. */
    private static double joined(double x, double far, double decay) {
        double near = Math.max(Math.min(x, 1), -1);
        return near * erfOverX(near * near) + near * (1 - tail(far, decay) - ERF_OF_ONE);
    }

    private static double tail(double far, double decay) {
        return decay * scaledErfc(9.6 / (far + 2) - 2.2);
    }

    static void erf(double[] x, double[] y) {
        double[] decays = new double[Math.min(STRIP, y.length)];
        for (int from = 0; from < y.length; from += STRIP) {
            int count = Math.min(STRIP, y.length - from);
            for (int i = 0; i < count; i++) {
                double far = Math.min(Math.max(Math.abs(x[from + i]), 1), 6);
                decays[i] = -(far * far);
            }
            exp(decays, decays); // of a shorter last strip more than it needs
            int done = HAS_REGISTERS && count >= WORTH_REGISTERS ? VectorFunctions.erf(x, y, from, count, decays) : 0;
            for (int i = from + done; i < from + count; i++) {
                double far = Math.min(Math.max(Math.abs(x[i]), 1), 6);
                y[i] = joined(x[i], far, decays[i - from]);
            }
        }
    }

    /** {@code e^(-x^2)} into strips of y. */
    static void bell(double[] x, double[] y) {
        for (int i = 0; i < y.length; i++) {
            y[i] = -(x[i] * x[i]);
        }
        exp(y, y);
    }

    /** erf(x) / x as a polynomial in {@code z = x^2} on [0, 1]: relative error 2e-17. */
    private static double erfOverX(double z) {
        double sum = -7.798543850549947e-10;
        sum = sum * z + 1.3721520406351094e-08;
        sum = sum * z - 1.6208829856810202e-07;
        sum = sum * z + 1.6447471190594618e-06;
        sum = sum * z - 1.4924740785377576e-05;
        sum = sum * z + 0.00012055295112667001;
        sum = sum * z - 0.0008548325982543225;
        sum = sum * z + 0.005223977607269946;
        sum = sum * z - 0.026866170643256995;
        sum = sum * z + 0.1128379167094513;
        sum = sum * z - 0.37612638903183543;
        sum = sum * z + 1.1283791670955126;
        return sum;
    }

    /** {@code e^(x^2) erfc(x)} as a polynomial in {@code t = 9.6 / (x + 2) - 2.2}, which runs from 1 to -1 on [1, 6]: error 3e-17. */
    private static double scaledErfc(double t) {
        double sum = 1.8387975053360618e-11;
        sum = sum * t - 7.289620091064385e-11;
        sum = sum * t - 2.6260844505113417e-10;
        sum = sum * t + 2.622321114247012e-09;
        sum = sum * t - 5.937584299614852e-10;
        sum = sum * t - 7.005166584109191e-08;
        sum = sum * t + 1.6350178932803755e-07;
        sum = sum * t + 1.9795611364327234e-06;
        sum = sum * t - 7.340518553134352e-06;
        sum = sum * t - 8.079220411167214e-05;
        sum = sum * t + 0.0001971391778048136;
        sum = sum * t + 0.005588816281825079;
        sum = sum * t + 0.03856057042517876;
        sum = sum * t + 0.1618935680410254;
        sum = sum * t + 0.22142954022993183;
        return sum;
    }

    // ── logarithm ──

    static boolean isUsualForLog(double x) {
        return x >= Double.MIN_NORMAL && x < Double.POSITIVE_INFINITY;
    }

    /** The natural logarithm, to 1 unit in the last place: {@code k ln 2 + log(1 + f)} with 1 + f from root(1/2) to root(2). */
    static double log(double x) {
        if (!isUsualForLog(x)) {
            return StrictMath.log(x);
        }
        long bits = Double.doubleToRawLongBits(x) + (ONE - ROOT_HALF);
        double k = (bits >>> 52) - 1023;
        double f = Double.longBitsToDouble((bits & MANTISSA) + ROOT_HALF) - 1;
        double s = f / (f + 2);
        double z = s * s;
        double z2 = z * z;
        double odd = (z * 0.3999999999989889 + 0.666666666666667)
                + (z * 0.22222211089379496 + 0.28571428626253836) * z2
                + ((z * 0.15331611722055008 + 0.1818289243253687) + z2 * 0.14617807153417325) * (z2 * z2);
        double half = f * f * 0.5;
        return k * LN2_HIGH - (half - (s * (half + z * odd) + k * LN2_LOW) - f);
    }

    static void log(double[] x, double[] y) {
        for (int i = HAS_REGISTERS && y.length >= WORTH_REGISTERS ? VectorFunctions.log(x, y) : 0; i < y.length; i++) {
            y[i] = log(x[i]);
        }
    }

    // ── sine and cosine ──

    static boolean isUsualAngle(double x) {
        return Math.abs(x) <= MOST_ANGLE; // not NaN
    }

    /** The sine, to 1.1 units in the last place. */
    static double sin(double x) {
        return isUsualAngle(x) ? turned(x, 0) : StrictMath.sin(x);
    }

    /** The cosine, likewise. */
    static double cos(double x) {
        return isUsualAngle(x) ? turned(x, 1) : StrictMath.cos(x);
    }

    /** The sine of x and so many quarter turns more. */
    private static double turned(double x, int more) {
        double whole = x * QUARTERS + MAGIC;
        double k = whole - MAGIC;
        double high = x - k * QUARTER_HIGH;
        double middle = k * QUARTER_MIDDLE;
        double most = high - middle;
        double low = high - most - middle - k * QUARTER_LOW;
        double r = most - (0 - low); // of -0 it is -0
        double rest = most - r + low;
        double z = r * r;
        long quarters = Double.doubleToRawLongBits(whole) + more;
        double size = (quarters & 1) == 0 ? sinOfSmall(r, rest, z) : cosOfSmall(r, rest, z);
        return (quarters & 2) == 0 ? size : -size;
    }

    private static double sinOfSmall(double r, double rest, double z) {
        double z2 = z * z;
        double after = (z * 0.008333333333330936 - 0.16666666666666666)
                + (z * 2.7557316093198404e-06 - 0.00019841269836740532) * z2
                + (z * 1.5917988979397435e-10 - 2.5051129896450185e-08) * (z2 * z2);
        return r - (0 - (r * z * after + rest * (1 - z * 0.5))); // and -0 stays -0
    }

    private static double cosOfSmall(double r, double rest, double z) {
        double z2 = z * z;
        double after = (0.041666666666666664 - z * 0.0013888888888887389)
                + (2.48015872987544e-05 - z * 2.755731726587808e-07) * z2
                + (2.087614504941318e-09 - z * 1.138254464534925e-11) * (z2 * z2);
        double half = z * 0.5;
        double most = 1 - half;
        return most + (1 - most - half + (z2 * after - r * rest));
    }

    static void sin(double[] x, double[] y) {
        for (int i = HAS_REGISTERS && y.length >= WORTH_REGISTERS ? VectorFunctions.turned(x, y, 0) : 0;
                i < y.length;
                i++) {
            y[i] = sin(x[i]);
        }
    }

    static void cos(double[] x, double[] y) {
        for (int i = HAS_REGISTERS && y.length >= WORTH_REGISTERS ? VectorFunctions.turned(x, y, 1) : 0;
                i < y.length;
                i++) {
            y[i] = cos(x[i]);
        }
    }
}
