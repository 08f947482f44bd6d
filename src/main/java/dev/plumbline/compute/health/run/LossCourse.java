package dev.plumbline.compute.health.run;

import dev.plumbline.compute.health.Finding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.Arrays;
import java.util.List;

/**
 * Whether the loss fell: not finite, rising, or not falling. Its level at the beginning is the median of the first tenth of
 * the run, at the end that of the last quarter; the lowest is that of the smallest three in a row.
 *
 * <ul>
 *   <li>Rising: the end lies above the beginning by {@code rise} of it, or more than half of what the loss fell by is lost
 *       again.
 *   <li>Not falling: it fell by less than {@code fall} of the beginning, and no trend downwards shows (Mann 1945, Kendall
 *       1975: of all pairs of losses, the later one is not the lower one more often than chance has it, at 5 %).
 * </ul>
 *
 * <p>A tenth of a per cent and five per cent are SageMaker Debugger's numbers too (LossNotDecreasing, from one group of
 * ten steps to the next).
 */
record LossCourse(double fall, double rise) implements RunRule {

    private static final int LEAST = 8;
    private static final double FIVE_PER_CENT = 1.645;
    private static final int PAIRED = 128;

    @Override
    public RunJudgement judge(Course course) {
        LossCurve curve = course.losses();
        if (curve.firstNonFinite() > 0) {
            return RunJudgement.of(notFinite(curve));
        }
        double[] losses = curve.course();
        if (losses.length < LEAST) {
            return RunJudgement.notEvaluated(
                    Symptom.LOSS,
                    "whether the loss falls takes %d %s; there were %d"
                            .formatted(LEAST, curve.hasBatches() ? "epochs" : "iterations", losses.length));
        }
        double begin = UsualUpdateRatio.median(Arrays.copyOf(losses, (losses.length + 9) / 10));
        double end =
                UsualUpdateRatio.median(Arrays.copyOfRange(losses, losses.length - losses.length / 4, losses.length));
        double lowest = lowest(losses);
        double lost = (end - lowest) / (begin - lowest);
        if (end - begin > rise * Math.abs(begin)) {
            return RunJudgement.of(
                    rising(end / begin, 1 + rise, "loss at the end over that at the beginning", begin, end));
        }
        if (begin - lowest > rise * Math.abs(begin) && lost > 0.5) {
            return RunJudgement.of(rising(lost, 0.5, "share of the fall of the loss that was lost again", lowest, end));
        }
        double fell = begin - end;
        if (fell < fall * Math.abs(begin) && !falls(losses) || begin == end) {
            return RunJudgement.of(notFalling(begin, end));
        }
        return RunJudgement.HEALTHY;
    }

    private static double lowest(double[] losses) {
        double lowest = Double.POSITIVE_INFINITY;
        for (int i = 2; i < losses.length; i++) {
            lowest = Math.min(lowest, UsualUpdateRatio.median(Arrays.copyOfRange(losses, i - 2, i + 1)));
        }
        return lowest;
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

    private static Finding notFinite(LossCurve curve) {
        return new Finding(
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

    private static Finding rising(double observed, double threshold, String what, double from, double to) {
        return new Finding(
                Symptom.LOSS,
                Severity.UNHEALTHY,
                List.of(),
                what,
                observed,
                threshold,
                Finding.above(observed, threshold),
                "The loss rises from %s to %s.".formatted(Words.number(from), Words.number(to)),
                List.of(
                        Remedy.of(
                                Remedy.Action.LEARNING_RATE, "Lower the learning rate: divide it by ten and compare."),
                        Remedy.of(
                                Remedy.Action.INVESTIGATION,
                                "If it rises at every learning rate, the step has the wrong sign or the gradient is wrong:"
                                        + " POST /v1/gradient-checks.")));
    }

    private Finding notFalling(double begin, double end) {
        double fell = begin == 0 ? 0 : (begin - end) / Math.abs(begin);
        return new Finding(
                Symptom.LOSS,
                Severity.UNHEALTHY,
                List.of(),
                "fall of the loss as a share of what it was",
                fell,
                fall,
                Finding.below(Math.max(fell, 0), fall),
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
