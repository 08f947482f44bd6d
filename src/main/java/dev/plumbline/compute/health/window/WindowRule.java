package dev.plumbline.compute.health.window;

/** One symptom of a run, and its thresholds. */
interface WindowRule {

    Signs look(Course course);
}
