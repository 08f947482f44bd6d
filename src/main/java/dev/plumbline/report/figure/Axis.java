package dev.plumbline.report.figure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Where numbers lie between two ends.
 *
 * @param low the smaller end; of a logarithmic axis its power of ten
 * @param high the larger end; of a logarithmic axis its power of ten
 * @param isLogarithmic in decades; what lies beyond 1e-300 or 1e300 is drawn there
 */
record Axis(String label, double low, double high, boolean isLogarithmic) {

    private static final int MOST_TICKS = 6;
    private static final double FURTHEST = 300;

    /** From the smallest to the largest of the finite values, with room at either end. */
    static Axis linear(String label, DoubleStream values) {
        double[] finite = values.filter(Double::isFinite).toArray();
        double low = Arrays.stream(finite).min().orElse(0);
        double high = Arrays.stream(finite).max().orElse(1);
        double room = high > low ? (high - low) * 0.06 : Math.max(Math.abs(high) * 0.5, Double.MIN_NORMAL);
        return Double.isFinite(high - low + 2 * room)
                ? new Axis(label, low - room, high + room, false)
                : new Axis(label, -Double.MAX_VALUE / 4, Double.MAX_VALUE / 4, false);
    }

    /** From the decade below the smallest to that above the largest of the values above 0. */
    static Axis logarithmic(String label, DoubleStream values) {
        double[] positive =
                values.filter(value -> value > 0 && Double.isFinite(value)).toArray();
        double low = Math.floor(decades(Arrays.stream(positive).min().orElse(1)));
        double high = Math.ceil(decades(Arrays.stream(positive).max().orElse(1)));
        return new Axis(label, low, Math.max(high, low + 1), true);
    }

    private static double decades(double value) {
        return Math.max(-FURTHEST, Math.min(FURTHEST, Math.log10(value)));
    }

    /** Whether the value has a place: of a logarithmic axis only those above 0 have. */
    boolean has(double value) {
        return Double.isFinite(value) && (!isLogarithmic || value > 0);
    }

    /** 0 at the low end, 1 at the high one, and never beyond. */
    double at(double value) {
        double share = ((isLogarithmic ? decades(value) : value) - low) / (high - low);
        return Math.max(0, Math.min(1, share));
    }

    /** A few round values between the ends. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (isLogarithmic) {
            double every = Math.max(1, Math.ceil((high - low) / MOST_TICKS));
            for (double decade = low; decade <= high; decade += every) {
                ticks.add(Math.pow(10, decade));
            }
            return ticks;
        }
        double wide = high - low;
        double decade = Math.pow(10, Math.floor(Math.log10(wide / MOST_TICKS)));
        double rough = wide / MOST_TICKS / decade;
        double every = decade * (rough <= 1 ? 1 : rough <= 2 ? 2 : rough <= 5 ? 5 : 10);
        for (double n = Math.ceil(low / every); n * every <= high && ticks.size() <= 2 * MOST_TICKS; n++) {
            ticks.add(n * every);
        }
        return ticks;
    }

    /** Where it begins and ends, in words. */
    String range() {
        return isLogarithmic
                ? words(Math.pow(10, low)) + " to " + words(Math.pow(10, high))
                : words(low) + " to " + words(high);
    }

    /** A tick in words: {@code 1e-8} on a logarithmic axis. */
    String words(double tick) {
        return isLogarithmic && (tick < 1e-2 || tick >= 1e4)
                ? "1e" + Math.round(Math.log10(tick))
                : Numbers.of(tick, 3);
    }
}
