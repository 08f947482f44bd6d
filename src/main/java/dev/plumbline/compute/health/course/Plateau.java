package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Confidence;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * For a whole window the smoothed loss has not been lower than ever by {@value RunState#IMPROVEMENT} of itself and by more than
 * its noise ({@link LossProgress}), and does not
 * fall steadily either. A slow loss falls steadily where its line does, by {@code significance} standard errors, and where it
 * falls at least half as fast over the window's second half as over its first: the tail of an exponential does not.
 */
record Plateau(double significance) implements CourseRule<WindowCourse, Sign> {

    private static final double AS_FAST = 0.5;

    @Override
    public CourseJudgement<Sign> judge(WindowCourse course) {
        LossProgress progress = course.state().progress();
        Double smoothed = course.state().loss().mean();
        int window = course.watched().window();
        if (course.last().loss() == null || progress == null || smoothed == null) {
            return CourseJudgement.notEvaluated(Symptom.LOSS, "a plateau needs the loss, and a finite one");
        }
        if (course.state().loss().values() <= window) {
            return CourseJudgement.notEvaluated(
                    Symptom.LOSS,
                    "a plateau takes more losses than a window has: more than %d; there are %d"
                            .formatted(window, course.state().loss().values()));
        }
        if (progress.idle() <= window || fallsSteadily(Series.ofLoss(course.window()))) {
            return CourseJudgement.nothing();
        }
        return CourseJudgement.of(new Sign(
                Pattern.PLATEAU,
                progress.bestStep(),
                new HealthFinding(
                        Symptom.LOSS,
                        Severity.WARNING,
                        List.of(),
                        "losses since the smoothed loss last fell by 1 % and beyond its noise",
                        progress.idle(),
                        window,
                        HealthFinding.above(progress.idle(), window),
                        "The loss was %s at step %d and is %s now, both smoothed; it began at %s."
                                .formatted(
                                        Words.number(progress.best()),
                                        progress.bestStep(),
                                        Words.number(smoothed),
                                        Words.number(progress.first())),
                        List.of(
                                Remedy.of(
                                        Remedy.Action.LEARNING_RATE,
                                        "If the loss is still too high, change the learning rate: a lower one"
                                                + " where the gradient's norms stay as they were, a higher one"
                                                + " where they are small."),
                                Remedy.of(
                                        Remedy.Action.INVESTIGATION,
                                        "Post the model and a batch to /v1/diagnoses, or stop: it may have"
                                                + " converged."))),
                change(Series.ofLoss(course.window()))));
    }

    /** Null where the window has too few losses for a line. */
    private static @Nullable Confidence change(Series losses) {
        return losses.size() < NormTrend.LEAST
                ? null
                : Line.through(losses)
                        .confidence("")
                        .times("change of the loss over the window, against its median", 1 / Math.abs(losses.median()));
    }

    private boolean fallsSteadily(Series losses) {
        int half = losses.size() / 2;
        if (half < NormTrend.LEAST) {
            return false;
        }
        Line whole = Line.through(losses);
        double first = Line.through(losses.part(0, half)).slope();
        double second = Line.through(losses.part(half, losses.size())).slope();
        return whole.slope() < 0 && whole.significance() >= significance && second <= AS_FAST * first;
    }
}
