package dev.plumbline.compute.health.course;

/**
 * How often a series turns back. Of independent values two in three are turning points, where the difference changes its
 * sign: {@code 2 (n - 2) / 3} of them with variance {@code (16 n - 29) / 90} (Kendall and Stuart, The Advanced Theory of
 * Statistics, volume 3). Noise stays there; a step that is too large turns at every value.
 *
 * @param count of turning points
 * @param values that were looked at, more than two
 * @param swing the median distance of neighbours
 */
record Turns(int count, int values, double swing) {

    /** Of independent values. */
    static final double BY_CHANCE = 2 / 3.0;

    /** With fewer values not even a turn at each of them is beyond five standard deviations. */
    static final int LEAST = 45;

    /** Of the values in their order. */
    static Turns of(double[] values) {
        double[] swings = new double[values.length - 1];
        int turns = 0;
        for (int i = 0; i < swings.length; i++) {
            swings[i] = Math.abs(values[i + 1] - values[i]);
            turns += i > 0 && (values[i + 1] - values[i]) * (values[i] - values[i - 1]) < 0 ? 1 : 0;
        }
        return new Turns(turns, values.length, Series.median(swings));
    }

    /** Standard deviations more than chance has. */
    double deviations() {
        return (count - 2 * (values - 2) / 3.0) / deviation();
    }

    /** Of the number of turning points. */
    double deviation() {
        return Math.sqrt((16 * values - 29) / 90.0);
    }
}
