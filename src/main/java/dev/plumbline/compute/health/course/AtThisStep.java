package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Diagnosis;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.Symptom;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the rules for one point say of the last snapshot: the profile by depth, and update ratios. A ratio may leave its band
 * for some steps, as at the start, where Adam's steps are of the same size however small the weights are, and at the end,
 * where a run has arrived. So Plumbline's own profile asks for {@code far} times the upper bound at one step, or for a whole
 * window whose median is outside; below the lower bound also for a loss that has not been learnt. Steps that the loss
 * follows downwards are not too large, whatever their ratio is ({@link LossSense}), unless one of them is {@code far} times
 * the window's usual ones, which the loss can only tell of later.
 */
record AtThisStep(double far) implements CourseRule<WindowCourse, Sign> {

    /** Judged here over the window, and better. */
    private static final Set<Symptom> OURS = EnumSet.of(Symptom.NON_FINITE, Symptom.LOSS);

    private static final Set<Symptom> BY_DEPTH = EnumSet.of(Symptom.VANISHING, Symptom.EXPLODING);

    @Override
    public CourseJudgement<Sign> judge(WindowCourse course) {
        if (course.last().isSkipped()) {
            return CourseJudgement.nothing(); // nothing came of these gradients
        }
        Diagnosis diagnosis =
                Diagnosis.alongARun(course.condition(), course.watched().profile());
        List<Sign> signs = diagnosis.findings().stream()
                .filter(finding -> !OURS.contains(finding.rule()))
                .filter(finding -> stays(finding, course))
                .map(finding -> new Sign(pattern(finding), course.last().step(), finding))
                .toList();
        return new CourseJudgement<>(
                signs,
                diagnosis.notEvaluated().stream()
                        .filter(none -> !OURS.contains(none.rule()))
                        .filter(none -> !none.rule().isOfAModel()) // a monitor never sees one
                        .toList());
    }

    private boolean stays(HealthFinding finding, WindowCourse course) {
        if (finding.rule() != Symptom.UPDATE_RATIO || course.watched().profile() != Profile.PLUMBLINE) {
            return true;
        }
        boolean large = finding.observed() > finding.threshold();
        double usual = Series.median(course.updateRatios(finding.tensors().get(0)));
        boolean isFull = course.window().size() >= course.watched().window();
        if (!large) {
            return isFull && !course.hasLearnt() && usual < finding.threshold();
        }
        boolean isFar = finding.margin() >= far;
        boolean isSudden = isFar && finding.observed() > far * usual;
        return isSudden
                || (isFar || isFull && usual > finding.threshold())
                        && !LossSense.of(course).allowsLargeSteps();
    }

    private static Pattern pattern(HealthFinding finding) {
        return BY_DEPTH.contains(finding.rule()) ? Pattern.DEPTH : Pattern.BAND;
    }
}
