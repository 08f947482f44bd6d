package dev.plumbline.compute.program;

import java.util.Arrays;

/**
 * Arithmetic on the germ of one number, {@code c0 + c1 t + c2 t^2 + ...} for small t > 0, where its leading coefficients
 * may be 0: there a quotient shifts, and a root is no power series any more.
 *
 * <p>Each method writes the result's coefficients and returns how many of them are known.
 */
final class Series {

    private Series() {}

    /** The position of the first coefficient that is not 0, among those known; {@code known} where there is none. */
    static int leading(double[] a, int known) {
        int k = 0;
        while (k < known && a[k] == 0) {
            k++;
        }
        return k;
    }

    /** {@code a / b}. A numerator that is 0 throughout gives 0, whatever the denominator, which must not be. */
    static int divide(double[] a, double[] b, int known, double[] quotient) {
        Arrays.fill(quotient, 0);
        int below = leading(b, known);
        int above = leading(a, known);
        if (below == known) {
            quotient[0] = a[0] / b[0];
            return above == known ? 1 : known;
        }
        if (above == known) {
            return known - below;
        }
        if (above < below) {
            quotient[0] = a[above] / b[below] > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
            return 1;
        }
        for (int k = 0; k + below < known; k++) {
            double rest = a[k + below];
            for (int j = 1; j <= k; j++) {
                rest -= quotient[k - j] == 0 ? 0 : b[j + below] * quotient[k - j];
            }
            quotient[k] = rest / b[below];
        }
        return known - below;
    }

    /**
     * {@code a^p} for a fixed p. With leading coefficient {@code a_k}, k > 0, it behaves as {@code a_k^p t^(k p)}: below t
     * its slope is infinite, at a whole power the series shifts, and at a broken one no further coefficient is known.
     */
    static int power(double[] a, double p, int known, double[] power) {
        Arrays.fill(power, 0);
        int k = leading(a, known);
        if (k == known) { // 0 throughout
            power[0] = Math.pow(0, p);
            return known;
        }
        double lead = Math.pow(a[k], p);
        double q = k * p;
        if (k > 0 && Double.isInfinite(a[k])) { // itself a root, of an exponent that is not told
            power[0] = p > 0 ? 0 : Double.NaN;
            return 1;
        }
        if (k > 0 && (q < 0 || Double.isNaN(lead))) {
            power[0] = q < 0 ? lead * Double.POSITIVE_INFINITY : Double.NaN;
            return 1;
        }
        if (q >= known) {
            return known;
        }
        if (q != Math.rint(q)) {
            int whole = (int) Math.floor(q);
            if (whole + 1 < known) {
                power[whole + 1] = whole == 0 ? Math.signum(lead) * Double.POSITIVE_INFINITY : 0;
            }
            return whole == 0 ? Math.min(2, known) : whole + 1;
        }
        int shift = (int) q;
        int terms = Math.min(known - k, known - shift);
        power[shift] = lead;
        for (int m = 1; m < terms; m++) {
            double sum = 0;
            for (int j = 1; j <= m; j++) {
                sum += (j * p - (m - j)) * a[k + j] * power[shift + m - j];
            }
            power[shift + m] = sum / (m * a[k]);
        }
        return shift + terms;
    }

    /**
     * Coefficient k of {@code a b}; 0 times anything is 0, infinities too. Of two roots that both leave 0 nothing is known:
     * {@code t^(1/2) t^(1/2)} is t.
     */
    static double product(double[] a, double[] b, int k) {
        if (k > 0 && a[0] == 0 && b[0] == 0 && Double.isInfinite(a[1]) && Double.isInfinite(b[1])) {
            return Double.NaN;
        }
        double sum = 0;
        for (int j = 0; j <= k; j++) {
            if (a[j] != 0 && b[k - j] != 0) {
                sum += a[j] * b[k - j];
            }
        }
        return sum;
    }

    /** {@code e^a}. */
    static void exp(double[] a, int known, double[] exp) {
        exp[0] = Math.exp(a[0]);
        for (int k = 1; k < known; k++) {
            double sum = 0;
            for (int j = 1; j <= k; j++) {
                sum += j * a[j] * exp[k - j];
            }
            exp[k] = sum / k;
        }
    }

    /** {@code ln a} where {@code a0 > 0}. */
    static void log(double[] a, int known, double[] log) {
        log[0] = Math.log(a[0]);
        for (int k = 1; k < known; k++) {
            double sum = k * a[k];
            for (int j = 1; j < k; j++) {
                sum -= j * log[j] * a[k - j];
            }
            log[k] = sum / (k * a[0]);
        }
    }
}
