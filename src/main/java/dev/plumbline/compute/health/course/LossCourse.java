package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.Arrays;
import java.util.List;

/**
 * Whether the loss fell: not finite, rising, or not falling. Its level is the median over a tenth of the run, at the end
 * over the last quarter.
 *
 * <ul>
 *   <li>Rising: the end lies above the beginning by {@code rise} of it, or more than half of what the loss fell by before is
 *       lost again.
 *   <li>Not falling: from beginning to end it fell by less than {@code fall} of the beginning or three standard errors of
 *       its level, and no trend downwards shows (Mann 1945, Kendall 1975: of all pairs of losses, the later one is not the
 *       lower one more often than chance has it, at 5 %).
 * </ul>
 *
 * <p>A tenth of a per cent and five per cent are SageMaker Debugger's numbers too (LossNotDecreasing, from one group of
 * ten steps to the next).
 */
record LossCourse(double fall, double rise) implements CourseRule<RunCourse, HealthFinding> {

    private static final int LEAST = 8;
    private static final double FIVE_PER_CENT = 1.645;
    private static final int PAIRED = 128;

    @Override
    public CourseJudgement<HealthFinding> judge(RunCourse course) {
        LossCurve curve = course.losses();
        if (curve.firstNonFinite() > 0) {
            return CourseJudgement.of(notFinite(curve));
        }
        double[] losses = curve.course();
        if (losses.length < LEAST) {
            return CourseJudgement.notEvaluated(
                    Symptom.LOSS,
                    "whether the loss falls takes %d %s; there were %d"
                            .formatted(LEAST, curve.hasBatches() ? "epochs" : "iterations", losses.length));
        }
        int tenth = (losses.length + 9) / 10;
        double begin = Series.median(Arrays.copyOf(losses, tenth));
        double end = Series.median(Arrays.copyOfRange(losses, losses.length - losses.length / 4, losses.length));
        double lowest = lowest(Arrays.copyOf(losses, losses.length - losses.length / 4), Math.max(3, tenth));
        double lost = (end - lowest) / (begin - lowest);
        if (end - begin > rise * Math.abs(begin)) {
            return CourseJudgement.of(
                    rising(end / begin, 1 + rise, "loss at the end over that at the beginning", begin, end));
        }
        if (begin - lowest > rise * Math.abs(begin) && lost > 0.5) {
            return CourseJudgement.of(
                    rising(lost, 0.5, "share of the fall of the loss that was lost again", lowest, end));
        }
        double fell = begin - end;
        double least = Math.max(fall * Math.abs(begin), 3 * standardError(losses, tenth));
        if (fell < least && !falls(losses) || begin == end) {
            return CourseJudgement.of(notFalling(begin, end, least));
        }
        return CourseJudgement.nothing();
    }

    /** Whether nothing is wrong with the course of the loss; of too short a run, whether it ends lower than it began. */
    boolean falls(RunCourse course) {
        CourseJudgement<HealthFinding> judgement = judge(course);
        double[] losses = course.losses().course();
        return judgement.findings().isEmpty()
                && (judgement.notEvaluated().isEmpty() || losses.length > 1 && losses[losses.length - 1] < losses[0]);
    }

    /** The lowest level, looked at every half width. */
    private static double lowest(double[] losses, int width) {
        double lowest = Double.POSITIVE_INFINITY;
        for (int i = 0; i + width <= losses.length; i += (width + 1) / 2) {
            lowest = Math.min(lowest, Series.median(Arrays.copyOfRange(losses, i, i + width)));
        }
        return lowest;
    }

    /**
     * Of the median of {@code count} losses: 1.25 sigma / sqrt(count) for normal noise, whose sigma is the median absolute
     * difference of neighbours over 0.954.
     */
    private static double standardError(double[] losses, int count) {
        double[] differences = new double[losses.length - 1];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = Math.abs(losses[i + 1] - losses[i]);
        }
        return 1.25 / 0.954 * Series.median(differences) / Math.sqrt(count);
    }

    /** The test of Mann and Kendall, on some of the losses, evenly spaced, for its cost is quadratic. */
    private static boolean falls(double[] losses) {
        int stride = (losses.length + PAIRED - 1) / PAIRED;
        int n = (losses.length + stride - 1) / stride;
        int score = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                score += (int) Math.signum(losses[i * stride] - losses[j * stride]);
            }
        }
        double deviation = Math.sqrt(n * (n - 1.0) * (2.0 * n + 5) / 18);
        return score + 1 < -FIVE_PER_CENT * deviation;
    }

    private static HealthFinding notFinite(LossCurve curve) {
        return new HealthFinding(
                Symptom.LOSS,
                Severity.UNHEALTHY,
                List.of(),
                "first iteration whose loss is not finite",
                curve.firstNonFinite(),
                Double.POSITIVE_INFINITY,
                Double.POSITIVE_INFINITY,
                "The loss is not finite at iteration " + curve.firstNonFinite() + ".",
                List.of(
                        Remedy.of(
                                Remedy.Action.LEARNING_RATE,
                                "Lower the learning rate, or clip the gradient, if the loss rose before."),
                        Remedy.of(
                                Remedy.Action.INVESTIGATION,
                                "If it did not, find the operation that overflows: a logarithm or quotient of 0, or the"
                                        + " exponential of a large number.")));
    }

    private static HealthFinding rising(double observed, double threshold, String what, double from, double to) {
        return new HealthFinding(
                Symptom.LOSS,
                Severity.UNHEALTHY,
                List.of(),
                what,
                observed,
                threshold,
                HealthFinding.above(observed, threshold),
                "The loss rises from %s to %s.".formatted(Words.number(from), Words.number(to)),
                List.of(
                        Remedy.of(
                                Remedy.Action.LEARNING_RATE, "Lower the learning rate: divide it by ten and compare."),
                        Remedy.of(
                                Remedy.Action.INVESTIGATION,
                                "If it rises at every learning rate, the step has the wrong sign or the gradient is wrong:"
                                        + " POST /v1/gradient-checks.")));
    }

    private HealthFinding notFalling(double begin, double end, double least) {
        return new HealthFinding(
                Symptom.LOSS,
                Severity.UNHEALTHY,
                List.of(),
                "fall of the loss from the beginning to the end",
                begin - end,
                least,
                HealthFinding.below(Math.max(begin - end, 0), least),
                "The loss does not fall: it is %s at the beginning and %s at the end."
                        .formatted(Words.number(begin), Words.number(end)),
                List.of(
                        Remedy.of(
                                Remedy.Action.LEARNING_RATE,
                                "Raise the learning rate if the update ratios are small; lower it if they are large."),
                        Remedy.of(
                                Remedy.Action.INITIALISATION,
                                "See the findings at the start of the run: a gradient that vanishes, dead or equal units"
                                        + " learn nothing at any rate.")));
    }
}
