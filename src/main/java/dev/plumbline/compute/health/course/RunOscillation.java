package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.List;
import java.util.Map;

/**
 * The loss of the last epochs goes up and down by more than {@code amplitude} of its median, and turns more often than
 * independent numbers do ({@link Turns}). A learning rate that is too large turns at every step.
 *
 * @param significance standard deviations above chance
 */
record RunOscillation(double amplitude, double significance) implements CourseRule<RunCourse, HealthFinding> {

    @Override
    public CourseJudgement<HealthFinding> judge(RunCourse course) {
        double[] losses = course.losses().recent();
        if (course.losses().firstNonFinite() > 0) {
            return CourseJudgement.nothing();
        }
        if (losses.length < Turns.LEAST) {
            return CourseJudgement.notEvaluated(
                    Symptom.LOSS,
                    "whether the loss oscillates takes %d %s; there were %d"
                            .formatted(
                                    Turns.LEAST,
                                    course.losses().hasBatches() ? "epochs" : "iterations",
                                    losses.length));
        }
        double median = Math.abs(Series.median(losses));
        Turns turns = Turns.of(losses);
        double observed = turns.swing() / median;
        if (!(observed > amplitude) || turns.deviations() < significance) {
            return CourseJudgement.nothing();
        }
        return CourseJudgement.of(new HealthFinding(
                Symptom.LOSS,
                Severity.WARNING,
                List.of(),
                "median swing of the loss over its median, at the end of the run",
                observed,
                amplitude,
                HealthFinding.above(observed, amplitude),
                "The loss turns %d times in its last %d %s and swings by %s of its median: the steps overshoot."
                        .formatted(
                                turns.count(),
                                turns.values(),
                                course.losses().hasBatches() ? "epochs" : "iterations",
                                Words.number(observed)),
                List.of(
                        new Remedy(
                                Remedy.Action.LEARNING_RATE,
                                "Multiply the learning rate by this factor: steps that overshoot turn back at the next one.",
                                Map.of("factor", 0.5)),
                        Remedy.of(Remedy.Action.LEARNING_RATE, "Or lower the momentum."))));
    }
}
