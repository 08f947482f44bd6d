package dev.plumbline.compute.health.course;

/**
 * Where the loss of a window leads, as far as it bears on the size of the steps.
 *
 * @param known whether there is a loss at all
 * @param falls whether the straight line through it falls, by {@value #SIGNIFICANCE} standard errors; taken for granted
 *     while there are too few losses for a line
 * @param learnt whether most of the first loss is gone
 * @param rises whether the line rises ({@link LossTrend}), or the last loss lies above the largest one before it by more
 *     than {@value #ABOVE} of that
 */
record LossSense(boolean known, boolean falls, boolean learnt, boolean rises) {

    /** What {@link Plateau} asks of a loss that falls steadily. */
    private static final double SIGNIFICANCE = 2;

    private static final double ABOVE = 0.5;

    static LossSense of(WindowCourse course) {
        Series losses = Series.ofLoss(course.window());
        boolean rises =
                isAbove(losses) || !Watch.RISING.judge(course).findings().isEmpty();
        return new LossSense(losses.size() > 0, falls(losses), course.hasLearnt(), rises);
    }

    /** Steps are as long as they may be where the loss falls with them, or has fallen. */
    boolean allowsLargeSteps() {
        return known && !rises && (falls || learnt);
    }

    private static boolean falls(Series losses) {
        if (losses.size() < NormTrend.LEAST) {
            return true;
        }
        Line line = Line.through(losses);
        return line.slope() < 0 && line.significance() >= SIGNIFICANCE;
    }

    private static boolean isAbove(Series losses) {
        int last = losses.size() - 1;
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < last; i++) {
            largest = Math.max(largest, losses.at(i));
        }
        return last > 0 && losses.at(last) - largest > ABOVE * Math.abs(largest);
    }
}
