package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Confidence;

/**
 * The straight line through a series by least squares.
 *
 * @param slope a step
 * @param standardError of the slope. Neighbouring values of a run are alike, so the textbook's is too small; it is widened
 *     by {@code sqrt((1 + r) / (1 - r))}, r being the residuals' correlation at lag one. That
 *     makes up for correlated noise, not for a random walk, which has a slope by chance
 * @param degrees of freedom that the correlation leaves of the {@code n - 2}
 * @param squares that are left
 * @param span steps from the first value to the last
 */
record Line(double slope, double standardError, double degrees, double squares, long span) {

    /** Beyond it, the correlation of a few values says no more than that they hang together. */
    static final double LARGEST_CORRELATION = 0.98;

    /** Of at least three values at different steps. */
    static Line through(Series series) {
        int n = series.size();
        double middle = 0;
        double mean = 0;
        for (int i = 0; i < n; i++) {
            middle += (series.step(i) - series.step(0)) / (double) n;
            mean += series.at(i) / n;
        }
        double xx = 0;
        double xy = 0;
        for (int i = 0; i < n; i++) {
            double x = series.step(i) - series.step(0) - middle;
            xx += x * x;
            xy += x * (series.at(i) - mean);
        }
        double slope = xy / xx;
        double squares = 0;
        double neighbours = 0;
        double before = 0;
        for (int i = 0; i < n; i++) {
            double residual = series.at(i) - mean - slope * (series.step(i) - series.step(0) - middle);
            squares += residual * residual;
            neighbours += residual * before;
            before = residual;
        }
        double correlation = squares > 0 ? neighbours / squares : 0;
        double r = Math.min(Math.max(correlation, 0), LARGEST_CORRELATION);
        double error = Math.sqrt(squares / (n - 2) / xx * (1 + r) / (1 - r));
        double degrees = Math.max((n - 2) * (1 - r) / (1 + r), 1);
        return new Line(slope, error, degrees, squares, series.step(n - 1) - series.step(0));
    }

    /** From the first value to the last. */
    double change() {
        return slope * span;
    }

    /** Of the change from the first value to the last. */
    Confidence confidence(String of) {
        return Confidence.of(of, change(), span * standardError, degrees);
    }

    /** How many standard errors the slope is away from none; 0 for a flat line. */
    double significance() {
        return slope == 0 ? 0 : Math.abs(slope) / standardError;
    }
}
