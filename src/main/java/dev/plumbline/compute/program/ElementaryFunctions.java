package dev.plumbline.compute.program;

/**
 * Exponentials, logarithms and what is made of them, in {@link DoubleDouble}.
 *
 * <p>Relative error at most 2^-{@value #BITS} against mpmath over the whole range ({@code ElementaryFunctionsTests}), wherever the
 * result is a normal number above 1e-280. Each has float64's values at infinities, NaN and the edges of over- and
 * underflow. <b>Bad</b>: {@link #power} loses the bits of {@code b ln a}, one for a size of 16, two for 32, up to six before it overflows.
 */
final class ElementaryFunctions {

    /** Bits that are right in every function here, {@link TrigonometricFunctions} and {@link ErrorFunction}. */
    static final int BITS = 102;

    /** ln 2 in three parts, since as many as 1100 of them are subtracted. */
    private static final double[] LN2 = {0.6931471805599453, 2.3190468138462996e-17, 5.707708438416212e-34};

    private static final DoubleDouble LN2_ROUNDED = new DoubleDouble(LN2[0], LN2[1]);

    /** 1/n!, from n = 0; 0.022^17 / 17! is below 2^-140. */
    private static final DoubleDouble[] INVERSE_FACTORIALS = inverseFactorials(18);

    private static final double OVERFLOW = 710;
    private static final double UNDERFLOW = -746;

    private ElementaryFunctions() {}

    /** 1/n! for n below {@code count}. */
    static DoubleDouble[] inverseFactorials(int count) {
        DoubleDouble[] inverse = new DoubleDouble[count];
        DoubleDouble factorial = DoubleDouble.ONE;
        for (int n = 0; n < count; n++) {
            factorial = n == 0 ? factorial : factorial.times(n);
            inverse[n] = DoubleDouble.ONE.over(factorial);
        }
        return inverse;
    }

    /** {@code 2^k e^r}, where {@code x = k ln 2 + r} and |r| is at most ln(2) / 2. */
    static DoubleDouble exp(DoubleDouble x) {
        if (!(x.hi() < OVERFLOW && x.hi() > UNDERFLOW)) {
            return DoubleDouble.of(Math.exp(x.hi()));
        }
        int k = (int) Math.rint(x.hi() / LN2[0]);
        DoubleDouble power = expm1OfSmall(reduced(x, k)).plus(1);
        return power.scaled(k / 2).scaled(k - k / 2);
    }

    private static DoubleDouble reduced(DoubleDouble x, int k) {
        DoubleDouble r = x;
        for (double part : LN2) {
            r = r.minus(DoubleDouble.product(k, part));
        }
        return r;
    }

    /** {@code e^r - 1}: the Taylor series at r / 16, then four times {@code e^2r - 1 = (e^r - 1)(2 + (e^r - 1))}. */
    private static DoubleDouble expm1OfSmall(DoubleDouble r) {
        DoubleDouble s = r.scaled(-4);
        DoubleDouble sum = INVERSE_FACTORIALS[INVERSE_FACTORIALS.length - 1];
        for (int n = INVERSE_FACTORIALS.length - 2; n > 0; n--) {
            sum = sum.times(s).plus(INVERSE_FACTORIALS[n]);
        }
        DoubleDouble y = sum.times(s);
        for (int doubling = 0; doubling < 4; doubling++) {
            y = y.times(y.plus(2));
        }
        return y;
    }

    static DoubleDouble expm1(DoubleDouble x) {
        if (Math.abs(x.hi()) < 0x1p-110) {
            return x;
        }
        return Math.abs(x.hi()) < 0.35 ? expm1OfSmall(x) : exp(x).minus(1);
    }

    /** {@code k ln 2 + log1p(m - 1)}, where {@code x = m 2^k} and m lies about 1. */
    static DoubleDouble log(DoubleDouble x) {
        if (!(x.hi() > 0 && x.isFinite())) {
            return DoubleDouble.of(Math.log(x.hi()));
        }
        if (x.hi() < 0x1p-900) {
            return log(x.scaled(600)).minus(LN2_ROUNDED.times(600));
        }
        int k = Math.getExponent(x.hi() * Math.sqrt(2) < Double.MAX_VALUE ? x.hi() * Math.sqrt(2) : x.hi());
        DoubleDouble fraction = log1pOfSmall(x.scaled(-k).minus(1));
        return k == 0 ? fraction : LN2_ROUNDED.times(k).plus(fraction);
    }

    static DoubleDouble log1p(DoubleDouble x) {
        if (Math.abs(x.hi()) < 0x1p-110) {
            return x;
        }
        return Math.abs(x.hi()) < 0.25 ? log1pOfSmall(x) : log(x.plus(1));
    }

    /** A step of third order from the float64 logarithm y: {@code y + log1p(w)}, {@code w = (1 + x) e^-y - 1}. */
    private static DoubleDouble log1pOfSmall(DoubleDouble x) {
        double y = Math.log1p(x.hi());
        DoubleDouble decay = expm1(DoubleDouble.of(-y));
        DoubleDouble w = decay.plus(x).plus(x.times(decay));
        return w.minus(w.squared().scaled(-1)).plus(y);
    }

    /** {@code 1 - 2 / (e^2x + 1)}, so that what is missing to 1 keeps digits of its own; near 0 {@code e / (e + 2)}. */
    static DoubleDouble tanh(DoubleDouble x) {
        if (x.hi() < 0) {
            return tanh(x.negated()).negated();
        }
        if (x.hi() < 0.25) {
            DoubleDouble e = expm1(x.scaled(1));
            return x.isZero() ? x : e.over(e.plus(2));
        }
        DoubleDouble decay = exp(x.scaled(1).negated());
        return DoubleDouble.ONE.minus(decay.scaled(1).over(decay.plus(1)));
    }

    /** {@code 1 - tanh^2 = 4 t / (1 + t)^2}, {@code t = e^-2|x|}: small where tanh saturates, and right there. */
    static DoubleDouble tanhDerivative(DoubleDouble x) {
        return sigmoidDerivative(x.scaled(1)).scaled(2);
    }

    static DoubleDouble sigmoid(DoubleDouble x) {
        DoubleDouble decay = exp(magnitude(x).negated());
        DoubleDouble smaller = decay.over(decay.plus(1));
        return x.hi() < 0 ? smaller : DoubleDouble.ONE.minus(smaller);
    }

    /** {@code t / (1 + t)^2}, {@code t = e^-|x|}. */
    static DoubleDouble sigmoidDerivative(DoubleDouble x) {
        DoubleDouble decay = exp(magnitude(x).negated());
        return decay.over(decay.plus(1).squared());
    }

    /** {@code max(x, 0) + log1p(e^-|x|)}. */
    static DoubleDouble softplus(DoubleDouble x) {
        DoubleDouble rest = log1p(exp(magnitude(x).negated()));
        return x.hi() > 0 ? x.plus(rest) : rest;
    }

    static DoubleDouble magnitude(DoubleDouble x) {
        return x.hi() < 0 ? x.negated() : x;
    }

    /**
     * {@code a^b = e^(b ln a)}; whole powers up to 16 by multiplication; as {@link Math#pow} at zeros and infinities. Below
     * 0 it is b's float64 part that says whether b is whole.
     */
    static DoubleDouble power(DoubleDouble a, DoubleDouble b) {
        boolean isWhole = b.hi() == Math.rint(b.hi());
        if (a.isFinite() && isWhole && b.lo() == 0 && Math.abs(b.hi()) <= 16) {
            DoubleDouble power = wholePower(a, (int) Math.abs(b.hi()));
            return b.hi() < 0 ? DoubleDouble.ONE.over(power) : power;
        }
        if (a.isZero() || !a.isFinite() || !b.isFinite() || (a.hi() < 0 && !isWhole)) {
            return DoubleDouble.of(Math.pow(a.hi(), b.hi()));
        }
        DoubleDouble power = exp(b.times(log(magnitude(a))));
        return a.hi() < 0 && Math.abs(b.hi() % 2) == 1 ? power.negated() : power;
    }

    private static DoubleDouble wholePower(DoubleDouble a, int n) {
        DoubleDouble power = DoubleDouble.ONE;
        for (int k = 0; k < n; k++) {
            power = power.times(a);
        }
        return power;
    }
}
