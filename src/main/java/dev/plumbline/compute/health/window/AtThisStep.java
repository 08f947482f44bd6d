package dev.plumbline.compute.health.window;

import dev.plumbline.compute.health.Diagnosis;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Symptom;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What the rules for one point say of the last snapshot: the profile by depth, and update ratios. */
record AtThisStep() implements WindowRule {

    /** Judged here over the window, and better. */
    private static final Set<Symptom> OURS = EnumSet.of(Symptom.NON_FINITE, Symptom.LOSS);

    private static final Set<Symptom> BY_DEPTH = EnumSet.of(Symptom.VANISHING, Symptom.EXPLODING);

    @Override
    public Signs look(Course course) {
        Diagnosis diagnosis = Diagnosis.of(course.condition(), course.watched().profile());
        List<Sign> signs = diagnosis.findings().stream()
                .filter(finding -> !OURS.contains(finding.rule()))
                .map(finding -> new Sign(pattern(finding), course.last().step(), finding))
                .toList();
        return new Signs(
                signs,
                diagnosis.notEvaluated().stream()
                        .filter(none -> !OURS.contains(none.rule()))
                        .filter(none -> !none.rule().isOfAModel()) // a monitor never sees one
                        .toList());
    }

    private static Pattern pattern(HealthFinding finding) {
        return BY_DEPTH.contains(finding.rule()) ? Pattern.DEPTH : Pattern.BAND;
    }
}
