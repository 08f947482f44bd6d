package dev.plumbline.compute.program;

/**
 * The unevaluated sum of two float64 numbers, {@code hi + lo} with hi the nearest float64 number to it: about 106 bits.
 *
 * <p>Sums, products, quotients and roots are right to 2^-102 of the result (in units of u = 2^-53: 3u^2 for a sum, 5u^2
 * for a product, 10u^2 for a quotient), sums also where they cancel: Joldes, Muller and Popescu, <i>Tight and rigorous
 * error bounds for basic building blocks of double-word arithmetic</i>, 2017, algorithms 6, 12 and 18. Where hi is infinite
 * or NaN, lo is 0, so that infinities behave as they do in float64. <b>Bad</b> below 1e-290, where lo is subnormal
 * and the result has float64's precision or less, and within a factor 2^54 of overflow in quotients.
 *
 * <p>Why not Commons Numbers' {@code DD}: an infinity turns its lower part, and so the next sum, into NaN; and it has none
 * of the {@linkplain ElementaryFunctions elementary functions}.
 */
public record DoubleDouble(double hi, double lo) {

    static final DoubleDouble ZERO = of(0);
    static final DoubleDouble ONE = of(1);

    static DoubleDouble of(double value) {
        return new DoubleDouble(value, 0);
    }

    /** {@code a + b}, exactly. */
    static DoubleDouble sum(double a, double b) {
        double s = a + b;
        double t = s - a;
        return finite(s, (a - (s - t)) + (b - t));
    }

    /** {@code a b}, exactly unless it underflows. */
    static DoubleDouble product(double a, double b) {
        double p = a * b;
        return finite(p, Math.fma(a, b, -p));
    }

    /** {@code a + b} where a is the larger. */
    private static DoubleDouble ordered(double a, double b) {
        double s = a + b;
        return finite(s, b - (s - a));
    }

    private static DoubleDouble finite(double hi, double lo) {
        return new DoubleDouble(hi, Double.isFinite(hi) ? lo : 0);
    }

    DoubleDouble plus(DoubleDouble b) {
        DoubleDouble high = sum(hi, b.hi);
        DoubleDouble low = sum(lo, b.lo);
        DoubleDouble first = ordered(high.hi, high.lo + low.hi);
        return ordered(first.hi, first.lo + low.lo);
    }

    DoubleDouble plus(double b) {
        return plus(of(b));
    }

    DoubleDouble minus(DoubleDouble b) {
        return plus(b.negated());
    }

    DoubleDouble minus(double b) {
        return plus(-b);
    }

    DoubleDouble negated() {
        return new DoubleDouble(-hi, -lo);
    }

    DoubleDouble times(DoubleDouble b) {
        double p = hi * b.hi;
        if (!Double.isFinite(p)) {
            return of(p);
        }
        double cross = Math.fma(lo, b.hi, hi * b.lo);
        return ordered(p, Math.fma(hi, b.hi, -p) + Math.fma(lo, b.lo, cross));
    }

    DoubleDouble times(double b) {
        return times(of(b));
    }

    DoubleDouble squared() {
        return times(this);
    }

    /** Long division: each of three quotients of float64 numbers adds 50 bits. */
    DoubleDouble over(DoubleDouble b) {
        double first = hi / b.hi;
        if (first == 0 || !Double.isFinite(first) || Double.isInfinite(b.hi)) {
            return of(first);
        }
        DoubleDouble rest = minus(b.times(first));
        double second = rest.hi / b.hi;
        double third = rest.minus(b.times(second)).hi / b.hi;
        DoubleDouble quotient = sum(first, second).plus(third);
        return Double.isNaN(quotient.hi) ? of(first) : quotient;
    }

    DoubleDouble over(double b) {
        return over(of(b));
    }

    /** One step of Heron's method from the float64 root. */
    DoubleDouble sqrt() {
        double root = Math.sqrt(hi);
        if (root == 0 || !Double.isFinite(root)) {
            return of(root);
        }
        if (hi < 0x1p-900) {
            return scaled(400).sqrt().scaled(-200);
        }
        return sum(root, minus(product(root, root)).hi / (2 * root));
    }

    /** {@code 2^exponent} times this; exact unless a part is subnormal. */
    DoubleDouble scaled(int exponent) {
        return finite(Math.scalb(hi, exponent), Math.scalb(lo, exponent));
    }

    boolean isZero() {
        return hi == 0;
    }

    boolean isFinite() {
        return Double.isFinite(hi);
    }
}
