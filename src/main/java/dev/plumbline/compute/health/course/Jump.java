package dev.plumbline.compute.health.course;

import org.jspecify.annotations.Nullable;

/**
 * The best two levels of a series, one before and one from {@code at} on: those of all with the least squares left.
 *
 * @param at the first value of the second level, counted from 0
 * @param squares that are left
 * @param standardError of {@code after - before}, widened for correlated neighbours as in {@link Line}
 * @param degrees of freedom that the correlation leaves
 * @param bridge the largest excursion of the running sum, in its standard deviations: without a jump, beyond x with
 *     probability {@code 2 exp(-2 x^2)} at most (Kolmogorov 1933)
 */
record Jump(int at, double before, double after, double squares, double standardError, double degrees, double bridge) {

    /** Null of fewer than four values. */
    static @Nullable Jump in(Series series) {
        int n = series.size();
        if (n < 4) {
            return null;
        }
        double total = 0;
        for (int i = 0; i < n; i++) {
            total += series.at(i);
        }
        int at = 1;
        double most = -1;
        double excursion = 0;
        double first = 0;
        double sum = 0;
        for (int i = 1; i < n; i++) {
            sum += series.at(i - 1);
            double away = Math.abs(sum - total * i / n);
            excursion = Math.max(excursion, away);
            double gain = away * away * n / ((double) i * (n - i));
            if (gain > most) {
                most = gain;
                at = i;
                first = sum;
            }
        }
        return of(series, at, first / at, (total - first) / (n - at), excursion);
    }

    private static Jump of(Series series, int at, double before, double after, double excursion) {
        int n = series.size();
        double squares = 0;
        double neighbours = 0;
        double last = 0;
        for (int i = 0; i < n; i++) {
            double residual = series.at(i) - (i < at ? before : after);
            squares += residual * residual;
            neighbours += residual * last;
            last = residual;
        }
        double r = Math.min(Math.max(squares > 0 ? neighbours / squares : 0, 0), Line.LARGEST_CORRELATION);
        double deviation = Math.sqrt(squares / (n - 2) * (1 + r) / (1 - r));
        return new Jump(
                at,
                before,
                after,
                squares,
                deviation * Math.sqrt(1.0 / at + 1.0 / (n - at)),
                Math.max((n - 2) * (1 - r) / (1 + r), 1),
                excursion == 0 ? 0 : excursion / (deviation * Math.sqrt(n)));
    }

    /** Without a jump, the probability of such an excursion. */
    double pValue() {
        return Math.min(2 * Math.exp(-2 * bridge * bridge), 1);
    }
}
