package dev.plumbline.compute.health.window;

import org.jspecify.annotations.Nullable;

/**
 * How a gradient's norm changes over the window.
 *
 * @param factorPerStep the slope of the straight line through its logarithm, as a factor
 * @param significance how many standard errors the slope is away from none
 */
public record Trend(double factorPerStep, double significance) {

    /** Null where there are too few norms above 0. */
    public static @Nullable Trend of(Course course, String tensor) {
        Series logs = Series.ofNorms(course.window(), tensor).logarithms();
        if (logs.size() < NormTrend.LEAST) {
            return null;
        }
        Line line = Line.through(logs);
        return new Trend(Math.exp(line.slope()), line.significance());
    }
}
