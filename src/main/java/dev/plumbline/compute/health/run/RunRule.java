package dev.plumbline.compute.health.run;

/** One symptom of a run, and its thresholds. */
interface RunRule {

    RunJudgement judge(Course course);
}
