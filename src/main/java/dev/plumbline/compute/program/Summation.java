package dev.plumbline.compute.program;

/**
 * Sums whose rounding does not grow with the number of terms: it is the noise of an objective, and what a finite
 * difference divides by its small step.
 *
 * <p>Within a row, pairwise: the error of n terms is at most about {@code (60 + log2 n) u} times the sum of their sizes,
 * and as a rule u or two (Higham, <i>Accuracy and Stability of Numerical Algorithms</i>, 2002, section 4.2). Between rows, compensated: what
 * each addition loses is found exactly (Knuth's TwoSum) and added at the end.
 */
final class Summation {

    private static final int BLOCK = 128;

    private final double[] sums;
    private final double[] lost;

    /** Adds to {@code sums}, position by position. */
    Summation(double[] sums) {
        this.sums = sums;
        this.lost = new double[sums.length];
    }

    void add(int position, double term) {
        double before = sums[position];
        double sum = before + term;
        double added = sum - before;
        lost[position] += (before - (sum - added)) + (term - added);
        sums[position] = sum;
    }

    /** Adds what was lost; an infinite or NaN sum stays as it is. */
    void finish() {
        for (int i = 0; i < sums.length; i++) {
            if (Double.isFinite(sums[i])) {
                sums[i] += lost[i];
            }
        }
    }

    /** The sum of {@code x[start], x[start + step], ...}, {@code count} of them: halves of halves, down to blocks. */
    static double pairwise(double[] x, int start, int step, int count) {
        if (count > BLOCK) {
            int half = count / 2;
            return pairwise(x, start, step, half) + pairwise(x, start + half * step, step, count - half);
        }
        double even = 0;
        double odd = 0;
        int at = start;
        for (int i = 0; i + 1 < count; i += 2, at += 2 * step) {
            even += x[at];
            odd += x[at + step];
        }
        return even + odd + (count % 2 == 1 ? x[at] : 0);
    }
}
