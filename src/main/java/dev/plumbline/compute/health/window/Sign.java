package dev.plumbline.compute.health.window;

import dev.plumbline.compute.health.HealthFinding;

/**
 * What a rule sees at the last snapshot of a course.
 *
 * @param since the step from which on it can be seen
 */
record Sign(Pattern pattern, long since, HealthFinding finding) {

    /** Whether both are about the same thing, be it in the same tensors or not. */
    boolean isOfTheKindOf(Sign other) {
        return pattern == other.pattern && finding.rule() == other.finding.rule();
    }
}
