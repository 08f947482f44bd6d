package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Symptom;
import java.util.ArrayList;
import java.util.List;

/** What a rule has to say of a course: what it found, or why it has nothing to offer; with neither, all is well. */
record CourseJudgement<F>(List<F> findings, List<NotEvaluated> notEvaluated) {

    static <F> CourseJudgement<F> nothing() {
        return new CourseJudgement<>(List.of(), List.of());
    }

    static <F> CourseJudgement<F> of(List<F> findings) {
        return new CourseJudgement<>(findings, List.of());
    }

    static <F> CourseJudgement<F> of(F finding) {
        return of(List.of(finding));
    }

    static <F> CourseJudgement<F> notEvaluated(Symptom rule, String because) {
        return new CourseJudgement<>(List.of(), List.of(new NotEvaluated(rule, because)));
    }

    CourseJudgement<F> and(CourseJudgement<F> others) {
        List<F> all = new ArrayList<>(findings);
        all.addAll(others.findings);
        List<NotEvaluated> none = new ArrayList<>(notEvaluated);
        none.addAll(others.notEvaluated);
        return new CourseJudgement<>(all, none);
    }
}
