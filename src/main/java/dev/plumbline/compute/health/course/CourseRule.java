package dev.plumbline.compute.health.course;

/**
 * One symptom of a run, and its thresholds.
 *
 * @param <C> what the rule looks at: a {@link RunCourse} once the run is over, a {@link WindowCourse} while it lasts
 * @param <F> what it finds: a finding, or a {@link Sign}, which comes and goes
 */
@FunctionalInterface
interface CourseRule<C, F> {

    CourseJudgement<F> judge(C course);
}
