package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.Words;
import java.util.List;

/**
 * The loss rises: the straight line through it climbs by more than {@code rise} times the median over the window, with a
 * slope of {@code significance} standard errors.
 */
record LossTrend(double rise, double significance) implements CourseRule<WindowCourse, Sign> {

    @Override
    public CourseJudgement<Sign> judge(WindowCourse course) {
        Series losses = Series.ofLoss(course.window());
        if (losses.size() < NormTrend.LEAST) {
            return CourseJudgement.notEvaluated(
                    Symptom.LOSS, "a rising loss takes " + NormTrend.LEAST + " losses; there are " + losses.size());
        }
        Line line = Line.through(losses);
        double median = Math.abs(losses.median());
        double observed = line.change() / median;
        if (!(observed > rise) || !(line.significance() >= significance)) {
            return CourseJudgement.nothing();
        }
        return CourseJudgement.of(new Sign(
                Pattern.TREND,
                losses.step(0),
                new HealthFinding(
                        Symptom.LOSS,
                        Severity.UNHEALTHY,
                        List.of(),
                        "rise of the loss over the window, against its median",
                        observed,
                        rise,
                        HealthFinding.above(observed, rise),
                        "The loss rises by %s over %d steps, %s standard errors from level; its median is %s."
                                .formatted(
                                        Words.number(line.change()),
                                        line.span(),
                                        Words.number(line.significance()),
                                        Words.number(median)),
                        List.of(
                                Remedy.of(Remedy.Action.LEARNING_RATE, "Lower the learning rate."),
                                Remedy.of(
                                        Remedy.Action.INVESTIGATION,
                                        "Check the gradient at /v1/gradient-checks: a sign or a factor that is wrong"
                                                + " climbs too."))),
                line.confidence("").times("rise of the loss over the window, against its median", 1 / median)));
    }
}
