package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Confidence;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.StudentT;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.List;

/**
 * The loss goes up and down more often than chance lets it ({@link Turns}), by more than {@code amplitude} of its median.
 * Looked at every first to fourth value, which finds periods of two to about eight snapshots.
 *
 * @param significance standard deviations above chance
 */
record WindowOscillation(double amplitude, double significance) implements CourseRule<WindowCourse, Sign> {

    private static final int STRIDES = 4;

    @Override
    public CourseJudgement<Sign> judge(WindowCourse course) {
        Series losses = Series.ofLoss(course.window());
        double median = Math.abs(losses.median());
        if (losses.size() < Turns.LEAST || median == 0) {
            return CourseJudgement.notEvaluated(
                    Symptom.LOSS,
                    "an oscillation takes " + Turns.LEAST + " losses with a median other than 0; there are "
                            + losses.size());
        }
        for (int stride = 1; stride <= STRIDES && losses.size() / stride >= Turns.LEAST; stride++) {
            Series picked = losses.every(stride);
            Turns turns = Turns.of(picked.values());
            double observed = turns.swing() / median;
            if (turns.deviations() >= significance && observed > amplitude) {
                return CourseJudgement.of(new Sign(
                        Pattern.OSCILLATION,
                        picked.step(0),
                        finding(stride, turns.deviations(), observed),
                        confidence(turns)));
            }
        }
        return CourseJudgement.nothing();
    }

    /** Of the share of turning points. */
    private static Confidence confidence(Turns turns) {
        double error = turns.deviation() / (turns.values() - 2);
        double above = turns.deviations() * error;
        Confidence more = Confidence.of("", above, error, StudentT.NORMAL);
        return new Confidence(
                "share of the losses that are turning points, two in three by chance",
                Turns.BY_CHANCE + above,
                Turns.BY_CHANCE + more.low(),
                Math.min(Turns.BY_CHANCE + more.high(), 1),
                more.pValue());
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
