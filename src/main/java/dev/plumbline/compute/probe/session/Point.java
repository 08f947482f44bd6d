package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Step.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The function at the point: its value, whether it repeats, and the jitter of its values nearby.
 *
 * @param value f(x), the first of the repeats
 * @param sigma the standard deviation of the jitter along a line
 * @param repeats whether f(x) came out the same each time
 * @param scale the largest size of the value and of those nearby; where f is 0 at the point, it is not there
 * @param isFloat32 whether the values carry float32's rounding, as said or as found: {@code sigma > 1e-11 scale}
 * @param error what the function raised; null where it raised nothing
 */
public record Point(
        double value,
        double sigma,
        double scale,
        boolean repeats,
        boolean isFloat32,
        @Nullable String error) {

    private static final int REPEATS = 3;
    private static final int NEAR = 4; // points on either side
    private static final double SPACING_64 = 0x1p-27;
    private static final double SPACING_32 = 0x1p-15;
    private static final double FLOAT32_INSIDE = 1e-11;

    /** How much smoother the sides must be than the whole for the point to be a bend: chance does not make them so. */
    private static final double BENT = 32;

    private static final double UNIT_ROUNDOFF_64 = 0x1p-53;
    private static final double UNIT_ROUNDOFF_32 = 0x1p-24;

    /** Asks for repeats and for values close together; for those further apart where the near ones are all alike. */
    static Point examine(Subject subject, Settings settings, Interview interview) {
        Direction direction = subject.product().isAlongGiven()
                ? Direction.given(interview.set(subject.all()))
                : Direction.gaussian(Seeds.of(settings.seed(), 0), interview.set(subject.all()));
        double spacing = subject.isFloat32() ? SPACING_32 : SPACING_64;
        List<Told> told = interview.ask(
                Stage.POINT, List.<Ask>of(new Ask.Repeats(REPEATS), new Ask.Along(direction, near(spacing))));
        List<Double> repeats = told.get(0).values();
        double value = repeats.get(0);
        double scatter = spread(repeats);
        double rounding = (subject.isFloat32() ? UNIT_ROUNDOFF_32 : UNIT_ROUNDOFF_64) * Math.abs(value);
        if (!Double.isFinite(value)) {
            return new Point(
                    value,
                    Double.NaN,
                    Math.abs(value),
                    true,
                    subject.isFloat32(),
                    told.get(0).error());
        }
        double sigma = jitter(value, told.get(1).values());
        double scale = scale(value, told.get(1).values());
        if (!subject.isFloat32() && areAlike(value, told.get(1).values())) {
            List<Told> wider = interview.ask(Stage.POINT, List.of(new Ask.Along(direction, near(SPACING_32))));
            double wide = jitter(value, wider.get(0).values());
            scale = scale(value, wider.get(0).values());
            sigma = wide > FLOAT32_INSIDE * scale && isStair(value, wider.get(0).values()) ? wide : sigma;
        }
        sigma = Math.max(Math.max(sigma, scatter), Math.max(rounding, Double.MIN_NORMAL));
        boolean coarse = subject.isFloat32() || sigma > FLOAT32_INSIDE * scale;
        return new Point(value, sigma, scale, scatter == 0, coarse, told.get(0).error());
    }

    private static List<Double> near(double spacing) {
        return IntStream.rangeClosed(-NEAR, NEAR)
                .filter(i -> i != 0)
                .mapToObj(i -> i * spacing)
                .toList();
    }

    private static double spread(List<Double> values) {
        double mean = values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        boolean same = values.stream().allMatch(value -> value.equals(values.get(0)));
        return same ? 0 : Math.sqrt(squares / (values.size() - 1));
    }

    private static double scale(double value, List<Double> near) {
        return near.stream().mapToDouble(Math::abs).filter(Double::isFinite).reduce(Math.abs(value), Math::max);
    }

    private static boolean areAlike(double value, List<Double> near) {
        return near.stream().allMatch(other -> other == value);
    }

    /** Whether few different numbers came: those of an arithmetic coarser than the one they came in. */
    private static boolean isStair(double value, List<Double> values) {
        return values.stream().allMatch(other -> (double) (float) (other - value) == other - value);
    }

    /**
     * From nine equally spaced values. A function that bends at the point itself moves by more across it than its values jitter;
     * where either side alone is much smoother than both together, it is that.
     */
    static double jitter(double value, List<Double> near) {
        List<Double> values = new ArrayList<>(near);
        values.add(NEAR, value);
        double across = jitter(4, List.of(values));
        // Of the fourth order there are two there, which chance makes small.
        double beside = jitter(3, List.of(values.subList(0, NEAR + 1), values.subList(NEAR, values.size())));
        return BENT * beside < across ? beside : across;
    }

    /** Of runs of equally spaced values: the smallest of their differences from the second on, each as a standard deviation. */
    private static double jitter(int orders, List<List<Double>> runs) {
        List<double[]> differences = runs.stream()
                .map(run -> run.stream().mapToDouble(Double::doubleValue).toArray())
                .toList();
        double least = Double.POSITIVE_INFINITY;
        double gamma = 1;
        for (int k = 1; k <= orders; k++) {
            gamma *= k / (2.0 * (2 * k - 1)); // (k!)^2 / (2k)!
            double squares = 0;
            int count = 0;
            for (double[] run : differences) {
                for (int i = 0; i < run.length - k; i++) {
                    run[i] = run[i + 1] - run[i];
                    squares += run[i] * run[i];
                    count++;
                }
            }
            double sigma = Math.sqrt(gamma * squares / count);
            least = k >= 2 && Double.isFinite(sigma) ? Math.min(least, sigma) : least;
        }
        return Double.isFinite(least) ? least : 0;
    }

    /** Whether anything can be said from here. */
    boolean isUsable() {
        return Double.isFinite(value);
    }
}
