package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Confidence;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.ArrayList;
import java.util.List;

/**
 * A norm that shrinks below {@code fall} of what it was, or grows to more than {@code rise} times, over the window, along a
 * straight line through its logarithm whose slope is {@code significance} standard errors from none, and which
 * leaves less than two levels would: a level that jumps once is no trend. A gradient that
 * shrinks while the loss falls is a network that learns, and no sign of anything.
 */
record NormTrend(double fall, double rise, double significance) implements CourseRule<WindowCourse, Sign> {

    static final int LEAST = 20;
    /** A loss that has fallen to this share of itself over the window. */
    private static final double LEARNS = 0.9;

    @Override
    public CourseJudgement<Sign> judge(WindowCourse course) {
        List<Sign> signs = new ArrayList<>();
        boolean judged = false;
        for (String name : course.tensors()) {
            Series logs = Series.ofNorms(course.window(), name).logarithms();
            if (logs.size() < LEAST) {
                continue;
            }
            judged = true;
            Line line = Line.through(logs);
            double factor = Math.exp(line.change());
            if (!(line.significance() >= significance) || !isSteady(logs, line)) {
                continue;
            }
            if (factor < fall && !learns(course)) {
                signs.add(new Sign(Pattern.TREND, logs.step(0), vanishing(course, name, line), sure(line)));
            } else if (factor > rise) {
                signs.add(new Sign(Pattern.TREND, logs.step(0), exploding(name, line), sure(line)));
            }
        }
        return judged ? CourseJudgement.of(signs) : few(Symptom.VANISHING).and(few(Symptom.EXPLODING));
    }

    private static CourseJudgement<Sign> few(Symptom rule) {
        return CourseJudgement.notEvaluated(
                rule, "a trend takes " + LEAST + " snapshots of a tensor with a norm above 0");
    }

    private static Confidence sure(Line line) {
        return line.confidence("").exponential("factor by which the gradient's norm changes over the window");
    }

    private static boolean learns(WindowCourse course) {
        Series losses = Series.ofLoss(course.window());
        int quarter = losses.size() / 4;
        double before = losses.part(0, quarter).median();
        double now = losses.part(losses.size() - quarter, losses.size()).median();
        return before > 0 && now < LEARNS * before;
    }

    /** Whether the line leaves less than two levels would. */
    private static boolean isSteady(Series logs, Line line) {
        Jump jump = Jump.in(logs);
        return jump == null || line.squares() <= jump.squares();
    }

    private static boolean isStuck(WindowCourse course) {
        return course.state().progress() != null && !course.hasLearnt();
    }

    private HealthFinding vanishing(WindowCourse course, String name, Line line) {
        double factor = Math.exp(line.change());
        boolean stuck = isStuck(course);
        return new HealthFinding(
                Symptom.VANISHING,
                stuck ? Severity.UNHEALTHY : Severity.WARNING,
                List.of(name),
                "factor by which the gradient's norm changes over the window",
                factor,
                fall,
                HealthFinding.below(factor, fall),
                words(name, "fades", line)
                        + (stuck
                                ? " The loss does not fall with it: nothing is learnt from here."
                                : " If the loss is where it should be, this is the end of learning and as it should be."),
                List.of(
                        Remedy.of(
                                Remedy.Action.INVESTIGATION,
                                "Post the model and a batch to /v1/diagnoses: it names dead and saturated units."),
                        Remedy.of(
                                Remedy.Action.LEARNING_RATE,
                                "If units have died, lower the learning rate and start before the fall."),
                        Remedy.of(Remedy.Action.NORMALISATION, "Normalise in front of this layer.")));
    }

    private HealthFinding exploding(String name, Line line) {
        double factor = Math.exp(line.change());
        return new HealthFinding(
                Symptom.EXPLODING,
                factor > rise * rise ? Severity.UNHEALTHY : Severity.WARNING,
                List.of(name),
                "factor by which the gradient's norm changes over the window",
                factor,
                rise,
                HealthFinding.above(factor, rise),
                words(name, "grows", line),
                List.of(
                        Remedy.of(Remedy.Action.LEARNING_RATE, "Lower the learning rate, or let it warm up longer."),
                        Remedy.of(Remedy.Action.CLIPPING, "Clip the gradient's norm to what it was before the rise."),
                        Remedy.of(Remedy.Action.NORMALISATION, "Normalise in front of this layer.")));
    }

    private static String words(String name, String verb, Line line) {
        return "The gradient's norm of %s %s by a factor of %.4g a step over %d steps, %s standard errors from none."
                .formatted(name, verb, Math.exp(line.slope()), line.span(), Words.number(line.significance()));
    }
}
