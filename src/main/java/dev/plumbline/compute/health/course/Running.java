package dev.plumbline.compute.health.course;

import org.jspecify.annotations.Nullable;

/**
 * What is kept of a series over the whole run, whatever its length.
 *
 * @param values how many came, finite or not
 * @param last the value that came last
 * @param mean of the finite values, exponentially forgetting: the last ones count most, as in a window of half the
 *     monitor's; null before the first
 * @param variance of the noise: half the mean square of the difference to the value before, forgetting like the mean; null
 *     before the second finite value
 * @param maximum of the finite values
 * @param maximumStep where it was
 * @param nonFinite how many were not finite
 * @param nonFiniteSince the first step of the present row of values that are not finite; null where the last one is
 */
public record Running(
        long values,
        double last,
        @Nullable Double mean,
        @Nullable Double variance,
        @Nullable Double maximum,
        @Nullable Long maximumStep,
        long nonFinite,
        @Nullable Long nonFiniteSince) {

    static final Running NONE = new Running(0, Double.NaN, null, null, null, null, 0, null);

    Running with(long step, double value, int window) {
        if (!Double.isFinite(value)) {
            Long since = nonFiniteSince == null ? (Long) step : nonFiniteSince;
            return new Running(values + 1, value, mean, variance, maximum, maximumStep, nonFinite + 1, since);
        }
        double before = mean == null ? 0 : mean;
        double weight = Math.max(1.0 / (values - nonFinite + 1), weight(window));
        boolean larger = maximum == null || value > maximum;
        return new Running(
                values + 1,
                value,
                before + weight * (value - before),
                variance(value, weight),
                larger ? (Double) value : maximum,
                larger ? (Long) step : maximumStep,
                nonFinite,
                null);
    }

    private @Nullable Double variance(double value, double weight) {
        if (!Double.isFinite(last)) {
            return variance;
        }
        double square = (value - last) * (value - last) / 2;
        return variance == null ? square : variance + weight * (square - variance);
    }

    private static double weight(int window) {
        return 2.0 / (window / 2.0 + 1);
    }

    /** Of the mean, which forgets: {@code sqrt(variance w / (2 - w))}; 0 where the noise is not known. */
    double standardError(int window) {
        double weight = weight(window);
        return variance == null ? 0 : Math.sqrt(variance * weight / (2 - weight));
    }
}
