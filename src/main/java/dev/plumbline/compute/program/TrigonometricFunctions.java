package dev.plumbline.compute.program;

/**
 * Sine, cosine and arctangent in {@link DoubleDouble}: {@code x = k pi/2 + r}, then the Taylor series at r.
 *
 * <p>Pi/2 has four parts, 212 bits, so r is right to 2^-99 of itself for float64 numbers up to 1e9, also next to multiples
 * of pi/2. <b>Bad</b> beyond: it loses bits near multiples of pi/2, and from 2^50 on the result is NaN, which says that it is not known.
 */
final class TrigonometricFunctions {

    private static final double[] HALF_PI = {
        1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33, 5.562271104316826e-50
    };

    private static final double LARGEST = 0x1p50;

    /** (pi/4)^30 / 30! is below 2^-118. */
    private static final DoubleDouble[] INVERSE_FACTORIALS = ElementaryFunctions.inverseFactorials(30);

    private TrigonometricFunctions() {}

    static DoubleDouble sin(DoubleDouble x) {
        return quarterTurned(x, 0);
    }

    static DoubleDouble cos(DoubleDouble x) {
        return quarterTurned(x, 1);
    }

    /**
     * A step from the float64 angle y: {@code y + atan((x cos y - sin y) / (cos y + x sin y))}, whose argument is below 2^-52;
     * beyond 1 {@code pi/2 - atan(1/x)}.
     */
    static DoubleDouble atan(DoubleDouble x) {
        if (x.hi() < 0) {
            return atan(x.negated()).negated();
        }
        if (x.hi() > 1) {
            DoubleDouble rest = x.isFinite() ? atan(DoubleDouble.ONE.over(x)) : DoubleDouble.ZERO;
            return new DoubleDouble(HALF_PI[0], HALF_PI[1]).minus(rest);
        }
        double y = Math.atan(x.hi());
        if (!(y > 0x1p-110)) {
            return x;
        }
        DoubleDouble sine = sin(DoubleDouble.of(y));
        DoubleDouble cosine = cos(DoubleDouble.of(y));
        DoubleDouble step = x.times(cosine).minus(sine).over(cosine.plus(x.times(sine)));
        return step.plus(y);
    }

    /** {@code 1 / (1 + x^2)}; beyond 1 {@code r^2 / (1 + r^2)} with r = 1/x, so that x^2 does not overflow. */
    static DoubleDouble atanDerivative(DoubleDouble x) {
        if (Math.abs(x.hi()) <= 1 || Double.isNaN(x.hi())) {
            return DoubleDouble.ONE.over(x.squared().plus(1));
        }
        DoubleDouble square = x.isFinite() ? DoubleDouble.ONE.over(x).squared() : DoubleDouble.ZERO;
        return square.over(square.plus(1));
    }

    /** {@code sin(x + quarters pi/2)}. */
    private static DoubleDouble quarterTurned(DoubleDouble x, int quarters) {
        if (!(Math.abs(x.hi()) < LARGEST)) {
            return DoubleDouble.of(Double.NaN);
        }
        double k = Math.rint(x.hi() / HALF_PI[0]);
        DoubleDouble r = x;
        for (double part : HALF_PI) {
            r = r.minus(DoubleDouble.product(k, part));
        }
        return switch (Math.floorMod((long) k + quarters, 4)) {
            case 0 -> sinOfSmall(r);
            case 1 -> cosOfSmall(r);
            case 2 -> sinOfSmall(r).negated();
            default -> cosOfSmall(r).negated();
        };
    }

    private static DoubleDouble sinOfSmall(DoubleDouble r) {
        return r.plus(r.times(series(r.squared(), 29)));
    }

    private static DoubleDouble cosOfSmall(DoubleDouble r) {
        return series(r.squared(), 28).plus(1);
    }

    /** {@code -s / (m - 2n + 2)! + s^2 / (m - 2n + 4)! - ...}, every second factorial from {@code last} down to 2! or 3!. */
    private static DoubleDouble series(DoubleDouble s, int last) {
        DoubleDouble sum = DoubleDouble.ZERO;
        for (int n = last; n > 1; n -= 2) {
            sum = INVERSE_FACTORIALS[n].minus(s.times(sum));
        }
        return s.times(sum).negated();
    }
}
