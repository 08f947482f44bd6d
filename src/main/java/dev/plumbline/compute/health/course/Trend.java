package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Confidence;
import org.jspecify.annotations.Nullable;

/**
 * How a gradient's norm changes over the window.
 *
 * @param factorPerStep the slope of the straight line through its logarithm, as a factor
 * @param low the lower end of its 95 % interval; {@code high} the upper one
 * @param pValue the probability of such a slope, up or down, by chance
 * @param significance how many standard errors the slope is away from none
 */
public record Trend(double factorPerStep, double low, double high, double significance, double pValue) {

    /** Null where there are too few norms above 0. */
    public static @Nullable Trend of(WindowCourse course, String tensor) {
        Series logs = Series.ofNorms(course.window(), tensor).logarithms();
        if (logs.size() < NormTrend.LEAST) {
            return null;
        }
        Line line = Line.through(logs);
        Confidence slope = Confidence.of("", line.slope(), line.standardError(), line.degrees());
        return new Trend(
                Math.exp(slope.estimate()),
                Math.exp(slope.low()),
                Math.exp(slope.high()),
                line.significance(),
                slope.pValue());
    }
}
