package dev.plumbline.compute.health.window;

import dev.plumbline.compute.health.Confidence;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.StudentT;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.List;

/**
 * The loss goes up and down more often than chance lets it, by more than {@code amplitude} of its median. Of independent
 * values two in three are turning points, where the difference changes its sign: {@code 2 (n - 2) / 3} of them with
 * variance {@code (16 n - 29) / 90} (Kendall and Stuart, The Advanced Theory of Statistics, volume 3). Noise stays there; a
 * step size that is too large turns at every step. Looked at every first to fourth value, which finds periods of two to
 * about eight snapshots.
 *
 * @param significance standard deviations above chance
 */
record Oscillation(double amplitude, double significance) implements WindowRule {

    private static final int STRIDES = 4;

    /** With fewer values not even a turn at each of them is beyond five standard deviations. */
    static final int LEAST = 45;

    @Override
    public Signs look(Course course) {
        Series losses = Series.ofLoss(course.window());
        double median = Math.abs(losses.median());
        if (losses.size() < LEAST || median == 0) {
            return Signs.notEvaluated(
                    Symptom.LOSS,
                    "an oscillation takes " + LEAST + " losses with a median other than 0; there are " + losses.size());
        }
        for (int stride = 1; stride <= STRIDES && losses.size() / stride >= LEAST; stride++) {
            Series picked = losses.every(stride);
            double deviations = deviations(picked);
            double observed = medianDifference(picked) / median;
            if (deviations >= significance && observed > amplitude) {
                return Signs.of(new Sign(
                        Pattern.OSCILLATION, picked.step(0), finding(stride, deviations, observed), turns(picked)));
            }
        }
        return Signs.NONE;
    }

    /** Of the share of turning points. */
    private static Confidence turns(Series series) {
        int n = series.size();
        double error = Math.sqrt((16 * n - 29) / 90.0) / (n - 2);
        double above = deviations(series) * error;
        Confidence more = Confidence.of("", above, error, StudentT.NORMAL);
        double chance = 2 / 3.0;
        return new Confidence(
                "share of the losses that are turning points, two in three by chance",
                chance + above,
                chance + more.low(),
                Math.min(chance + more.high(), 1),
                more.pValue());
    }

    private static double deviations(Series series) {
        int n = series.size();
        int turns = 0;
        for (int i = 2; i < n; i++) {
            double before = series.at(i - 1) - series.at(i - 2);
            double after = series.at(i) - series.at(i - 1);
            turns += before * after < 0 ? 1 : 0;
        }
        return (turns - 2 * (n - 2) / 3.0) / Math.sqrt((16 * n - 29) / 90.0);
    }

    private static double medianDifference(Series series) {
        double[] differences = new double[series.size() - 1];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = Math.abs(series.at(i + 1) - series.at(i));
        }
        return Series.median(differences);
    }

    private HealthFinding finding(int stride, double deviations, double observed) {
        return new HealthFinding(
                Symptom.LOSS,
                Severity.WARNING,
                List.of(),
                "median swing of the loss, against its median",
                observed,
                amplitude,
                HealthFinding.above(observed, amplitude),
                "The loss swings with a period of about %d snapshots, by %s of its median: its turns are %s standard deviations more than chance has."
                        .formatted(2 * stride, Words.number(observed), Words.number(deviations)),
                List.of(
                        Remedy.of(
                                Remedy.Action.LEARNING_RATE,
                                "Halve the learning rate: steps that overshoot turn back at the next one."),
                        Remedy.of(Remedy.Action.LEARNING_RATE, "Or lower the momentum."),
                        Remedy.of(
                                Remedy.Action.DATA,
                                "If the period is that of the batches, they differ: shuffle the data.")));
    }
}
