package dev.plumbline.compute.health;

/**
 * Student's t distribution, by the continued fraction of the incomplete beta function (Abramowitz and Stegun, 26.7.1 and
 * 26.5.8, evaluated as Lentz has it). Good to 1e-10 relative for 1 to 10,000 degrees of freedom; from there on the normal
 * distribution stands in, which differs by less than 1e-3 at five standard errors.
 */
public final class StudentT {

    /** Degrees of freedom of a known variance. */
    public static final double NORMAL = Double.POSITIVE_INFINITY;

    private static final double MANY = 1e4;
    private static final int TERMS = 500;
    private static final double TINY = 1e-300;

    private StudentT() {}

    /** The probability of {@code |T| >= t}. */
    public static double twoSided(double t, double degrees) {
        if (t == 0) {
            return 1;
        }
        if (Double.isInfinite(t)) {
            return 0;
        }
        // a normal tail is the incomplete beta's at many degrees with the same tail: x = n / (n + t^2)
        double n = Math.min(degrees, MANY);
        double u = degrees > MANY ? Math.sqrt(n * Math.expm1(t * t / n)) : t;
        return beta(n / (n + u * u), n / 2, 0.5);
    }

    /** The t that leaves a twentieth outside, on both sides together. */
    public static double quantile(double degrees) {
        double low = 1;
        double high = 1e3;
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if (twoSided(middle, degrees) > 0.05) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The regularised incomplete beta function I_x(a, b). */
    private static double beta(double x, double a, double b) {
        double front = a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b);
        return x < (a + 1) / (a + b + 2)
                ? Math.exp(front) * fraction(x, a, b) / a
                : 1 - Math.exp(front) * fraction(1 - x, b, a) / b;
    }

    private static double fraction(double x, double a, double b) {
        double c = 1;
        double d = 1 / away(1 - (a + b) * x / (a + 1));
        double value = d;
        for (int m = 1; m <= TERMS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / away(1 + even * d);
            c = away(1 + even / c);
            value *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / away(1 + odd * d);
            c = away(1 + odd / c);
            value *= d * c;
            if (Math.abs(d * c - 1) < 1e-15) {
                break;
            }
        }
        return value;
    }

    private static double away(double value) {
        return Math.abs(value) < TINY ? TINY : value;
    }

    /** Stirling's series above 15, by the recurrence from below. */
    private static double logGamma(double x) {
        double shift = 0;
        double y = x;
        while (y < 15) {
            shift += Math.log(y);
            y++;
        }
        double y2 = 1 / (y * y);
        double series = (1.0 / 12 - y2 * (1.0 / 360 - y2 * (1.0 / 1260 - y2 * (1.0 / 1680)))) / y;
        return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
    }
}
