package dev.plumbline.compute.health.run;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.List;
import java.util.Map;

/**
 * The loss of the last epochs goes up and down by more than {@code amplitude} of its median, and turns more often than
 * independent numbers do: of those, two in three are turning points, {@code 2 (n - 2) / 3} with variance {@code (16 n - 29)
 * / 90} (Kendall and Stuart, The Advanced Theory of Statistics, volume 3). A learning rate that is too large turns at
 * every step.
 *
 * @param significance standard deviations above chance
 */
record Oscillation(double amplitude, double significance) implements RunRule {

    /** With fewer values not even a turn at each of them is beyond five standard deviations. */
    private static final int LEAST = 45;

    @Override
    public RunJudgement judge(Course course) {
        double[] losses = course.losses().recent();
        if (course.losses().firstNonFinite() > 0) {
            return RunJudgement.HEALTHY;
        }
        if (losses.length < LEAST) {
            return RunJudgement.notEvaluated(
                    Symptom.LOSS,
                    "whether the loss oscillates takes %d %s; there were %d"
                            .formatted(LEAST, course.losses().hasBatches() ? "epochs" : "iterations", losses.length));
        }
        double median = Math.abs(UsualUpdateRatio.median(losses));
        double[] swings = new double[losses.length - 1];
        int turns = 0;
        for (int i = 0; i < swings.length; i++) {
            swings[i] = Math.abs(losses[i + 1] - losses[i]);
            turns += i > 0 && (losses[i + 1] - losses[i]) * (losses[i] - losses[i - 1]) < 0 ? 1 : 0;
        }
        int n = losses.length;
        double deviations = (turns - 2 * (n - 2) / 3.0) / Math.sqrt((16 * n - 29) / 90.0);
        double observed = UsualUpdateRatio.median(swings) / median;
        if (!(observed > amplitude) || deviations < significance) {
            return RunJudgement.HEALTHY;
        }
        return RunJudgement.of(new HealthFinding(
                Symptom.LOSS,
                Severity.WARNING,
                List.of(),
                "median swing of the loss over its median, at the end of the run",
                observed,
                amplitude,
                HealthFinding.above(observed, amplitude),
                "The loss turns %d times in its last %d %s and swings by %s of its median: the steps overshoot."
                        .formatted(
                                turns,
                                n,
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
