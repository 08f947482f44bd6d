package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.DoubleDouble.ONE;

/**
 * The error function and its derivative in {@link DoubleDouble}.
 *
 * <p>Below 3 the series of positive terms {@code 2/sqrt(pi) e^-x^2 sum 2^n x^(2n+1) / (2n+1)!!}, above {@code 1 - erfc} by the
 * continued fraction (Abramowitz and Stegun 7.1.6 and 7.1.14), so that what is missing to 1 keeps digits of its own. <b>Bad</b>
 * in speed: 25 to 80 terms, the slowest function here.
 */
final class ErrorFunction {

    private static final DoubleDouble TWO_OVER_ROOT_PI = new DoubleDouble(1.1283791670955126, 1.533545961316588e-17);
    private static final double SERIES_UNTIL = 3;
    private static final double PRECISION = 0x1p-110;

    private ErrorFunction() {}

    static DoubleDouble erf(DoubleDouble x) {
        if (x.hi() < 0) {
            return erf(x.negated()).negated();
        }
        if (x.hi() < SERIES_UNTIL) {
            return derivative(x).times(series(x));
        }
        return x.hi() < 28 ? ONE.minus(complement(x)) : DoubleDouble.of(Math.min(x.hi(), 1));
    }

    /** {@code x + 2 x^3 / 3 + 4 x^5 / 15 + ...}: each term is the one before times 2 x^2 / (2n + 1). */
    private static DoubleDouble series(DoubleDouble x) {
        DoubleDouble twice = x.squared().scaled(1);
        DoubleDouble term = x;
        DoubleDouble sum = x;
        for (int n = 1; term.hi() > PRECISION * sum.hi(); n++) {
            term = term.times(twice).over(2 * n + 1);
            sum = sum.plus(term);
        }
        return sum;
    }

    /** {@code e^-x^2 / sqrt(pi) / (x + (1/2) / (x + 1 / (x + (3/2) / (x + ...))))}; n steps leave e^(-2 x sqrt(2n)). */
    private static DoubleDouble complement(DoubleDouble x) {
        int steps = (int) (800 / (x.hi() * x.hi())) + 8;
        DoubleDouble fraction = x;
        for (int n = steps; n > 0; n--) {
            fraction = x.plus(DoubleDouble.of(n / 2.0).over(fraction));
        }
        return derivative(x).scaled(-1).over(fraction);
    }

    /** {@code 2/sqrt(pi) e^-x^2}, the rounding of x^2 in a factor of its own, since it would count x^2-fold. */
    static DoubleDouble derivative(DoubleDouble x) {
        DoubleDouble square = DoubleDouble.product(x.hi(), x.hi());
        DoubleDouble rest =
                DoubleDouble.product(2 * x.hi(), x.lo()).plus(square.lo()).plus(x.lo() * x.lo());
        if (!rest.isFinite() || square.hi() > 800) {
            return TWO_OVER_ROOT_PI.times(Math.exp(-square.hi()));
        }
        DoubleDouble head = ElementaryFunctions.exp(DoubleDouble.of(-square.hi()));
        return TWO_OVER_ROOT_PI.times(head).times(ElementaryFunctions.exp(rest.negated()));
    }
}
