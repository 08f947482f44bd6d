package dev.plumbline.compute.optimizer.schedule;

/**
 * The base rate, times {@code factor} each time that more than {@code patience} metrics in a row were no better than the
 * best, but never below {@code minimumRate}. A metric is better if it is below {@code best (1 - threshold)}. After a
 * reduction, {@code cooldown} metrics count for nothing. NaN is never better.
 *
 * <p>PyTorch's ReduceLROnPlateau in its modes min and rel. Like it, a reduction of no more than 1e-8 is left out.
 */
public record ReduceOnPlateau(double factor, int patience, double threshold, int cooldown, double minimumRate)
        implements Schedule {

    private static final double SMALLEST_REDUCTION = 1e-8;

    public ReduceOnPlateau {
        Schedule.require(factor > 0 && factor < 1, "factor", factor, "a number in (0, 1)");
        Schedule.require(patience >= 0, "patience", patience, "0 or more");
        Schedule.require(threshold >= 0 && threshold < 1, "threshold", threshold, "a number in [0, 1)");
        Schedule.require(cooldown >= 0, "cooldown", cooldown, "0 or more");
        Schedule.require(
                minimumRate >= 0 && minimumRate < Double.POSITIVE_INFINITY, "minimumRate", minimumRate, "0 or more");
    }

    /** All metrics once again; a training that goes on takes a {@link #course}. */
    @Override
    public double rate(long t, double baseRate, double... metrics) {
        Course course = course(baseRate);
        for (double metric : metrics) {
            course.measured(metric);
        }
        return course.rate(t);
    }

    @Override
    public Course course(double baseRate) {
        return new Watch(baseRate);
    }

    private final class Watch implements Course {
        private double rate;
        private double best = Double.POSITIVE_INFINITY;
        private int bad;
        private int cooling;

        Watch(double baseRate) {
            rate = baseRate;
        }

        @Override
        public void measured(double metric) {
            boolean better = metric < best * (1 - threshold);
            best = better ? metric : best;
            bad = better || cooling > 0 ? 0 : bad + 1;
            cooling = Math.max(cooling - 1, 0);
            if (bad > patience) {
                rate = reduced(rate);
                bad = 0;
                cooling = cooldown;
            }
        }

        @Override
        public double rate(long t) {
            return rate;
        }

        @Override
        public double[] state() {
            return new double[] {rate, best, bad, cooling};
        }

        @Override
        public void resume(double[] state) {
            rate = state[0];
            best = state[1];
            bad = (int) state[2];
            cooling = (int) state[3];
        }
    }

    @Override
    public long measuredFrom() {
        return 1;
    }

    private double reduced(double rate) {
        double lower = Math.max(rate * factor, minimumRate);
        return rate - lower > SMALLEST_REDUCTION ? lower : rate;
    }
}
