package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Confidence;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.List;

/**
 * A loss scaler leaves out more steps than its search for a scale explains. A scaler that begins at 2^16 and halves can
 * leave out {@value #HALVINGS} steps until its scale is 1; from then on it tries a larger scale every so many steps (2,000
 * in PyTorch) and leaves out one where that is too large. So a run may leave out {@value #HALVINGS} steps, and then a share
 * of {@code rate}: beyond it by the lower end of a 95 % interval, or {@value #HALVINGS} more in a row, the scale is not what
 * overflows. A scaler that grows every twenty steps or sooner is beyond the rate by itself, and is told so.
 */
record SkippedSteps(double rate) implements CourseRule<WindowCourse, Sign> {

    /** The share of steps that a scaler may leave out. */
    static final double RATE = 0.05;

    static final int HALVINGS = 16;

    @Override
    public CourseJudgement<Sign> judge(WindowCourse course) {
        Skips skips = course.state().skips();
        if (skips.count() <= HALVINGS) {
            return CourseJudgement.nothing();
        }
        Confidence share = share(course.window(), rate);
        boolean row = skips.row() > HALVINGS;
        if (!row && !(share.low() > rate)) {
            return CourseJudgement.nothing();
        }
        long since = course.window().stream()
                .filter(Snapshot::isSkipped)
                .mapToLong(Snapshot::step)
                .min()
                .orElse(skips.last());
        return CourseJudgement.of(new Sign(
                Pattern.SKIPS,
                since,
                row ? inRow(skips.row()) : tooMany(share, course.window().size()),
                share));
    }

    static Confidence share(List<Snapshot> window, double rate) {
        return Confidence.ofShare(
                "share of the window's steps that the loss scaler left out",
                window.stream().filter(Snapshot::isSkipped).count(),
                window.size(),
                rate);
    }

    private HealthFinding inRow(long row) {
        return finding(
                "steps left out in a row",
                row,
                HALVINGS,
                "The loss scaler has left out %d steps in a row: 16 halvings take a scale of 2^16 to 1, so it is not the scale that overflows."
                        .formatted(row));
    }

    private HealthFinding tooMany(Confidence share, int window) {
        return finding(
                "share of the window's steps that the loss scaler left out",
                share.estimate(),
                rate,
                "The loss scaler left out %s of the last %d steps; up to %s is the scaler's own search."
                        .formatted(Words.percent(share.estimate()), window, Words.percent(rate)));
    }

    private static HealthFinding finding(String quantity, double observed, double threshold, String cause) {
        return new HealthFinding(
                Symptom.NON_FINITE,
                Severity.UNHEALTHY,
                List.of(),
                quantity,
                observed,
                threshold,
                HealthFinding.above(observed, threshold),
                cause,
                List.of(
                        Remedy.of(
                                Remedy.Action.INVESTIGATION,
                                "Run one of these steps in float32: if it is not finite there, find the first operation"
                                        + " that overflows."),
                        Remedy.of(
                                Remedy.Action.INVESTIGATION,
                                "If it is finite, let the scale grow less often (growth_interval, 2,000 in PyTorch), or"
                                        + " compute in bfloat16, which needs no scale."),
                        Remedy.of(
                                Remedy.Action.LEARNING_RATE,
                                "Gradients that grow overflow again: lower the learning rate.")));
    }
}
