package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * NaN or infinity in the loss or in a gradient, since some step. Where the run had diverged before ({@link Divergence}), the
 * learning rate is the cause, else some operation.
 */
record NonFinites() implements CourseRule<WindowCourse, Sign> {

    private static final List<Remedy> REMEDIES = List.of(
            Remedy.of(
                    Remedy.Action.INVESTIGATION,
                    "Go back to the last snapshot that was finite and find the first operation that overflows: a"
                            + " logarithm or quotient of 0, or the exponential of a large number."),
            Remedy.of(Remedy.Action.LEARNING_RATE, "Lower the learning rate and start before that step."),
            Remedy.of(
                    Remedy.Action.INVESTIGATION,
                    "With a loss scaler a step now and then is meant to overflow, and is skipped; a row of them is not."));

    @Override
    public CourseJudgement<Sign> judge(WindowCourse course) {
        List<Sign> signs = new ArrayList<>();
        Divergence divergence = Divergence.of(course);
        if (course.last().loss() != null) {
            add("loss", List.of(), course.state().loss(), divergence, signs);
        }
        for (String name : course.tensors()) {
            Running running = course.state().tensors().getOrDefault(name, Running.NONE);
            add("gradient of " + name, List.of(name), running, divergence, signs);
        }
        return CourseJudgement.of(signs);
    }

    private static void add(
            String what, List<String> tensors, Running running, @Nullable Divergence divergence, List<Sign> signs) {
        Long since = running.nonFiniteSince();
        if (since == null) {
            return;
        }
        signs.add(new Sign(
                Pattern.NON_FINITE,
                since,
                new HealthFinding(
                        Symptom.NON_FINITE,
                        Severity.UNHEALTHY,
                        tensors,
                        "loss or norm of the gradient",
                        running.last(),
                        Double.MAX_VALUE,
                        Double.POSITIVE_INFINITY,
                        divergence == null
                                ? "The %s is not finite since step %d.".formatted(what, since)
                                : divergence.words(what, since),
                        divergence == null ? REMEDIES : divergence.remedies())));
    }
}
