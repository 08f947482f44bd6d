package dev.plumbline.compute.health.course;

/**
 * How long ago the smoothed loss was last lower than ever, by a relative amount and by more than its noise: of a level
 * under noise there is a lowest value now and then, and it means nothing.
 *
 * @param first the first finite loss of the run
 * @param best the lowest smoothed loss that counted as an improvement
 * @param bestStep where it was
 * @param idle losses since then
 */
public record LossProgress(double first, double best, long bestStep, long idle) {

    static LossProgress begin(long step, double loss) {
        return new LossProgress(loss, loss, step, 0);
    }

    /** Standard errors of the smoothed loss that are no improvement yet. */
    private static final double NOISE = 3;

    LossProgress with(long step, double smoothed, double improvement, double standardError) {
        return best - smoothed > Math.max(improvement * Math.abs(best), NOISE * standardError)
                ? new LossProgress(first, smoothed, step, 0)
                : new LossProgress(first, best, bestStep, idle + 1);
    }
}
