package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Confidence;
import dev.plumbline.compute.health.HealthFinding;
import org.jspecify.annotations.Nullable;

/**
 * What a rule sees at the last snapshot of a course.
 *
 * @param since the step from which on it can be seen
 * @param confidence of the observation; null where the rule is one of facts and not of chance
 */
record Sign(
        Pattern pattern,
        long since,
        HealthFinding finding,
        @Nullable Confidence confidence) {

    Sign(Pattern pattern, long since, HealthFinding finding) {
        this(pattern, since, finding, null);
    }

    /** Whether both are about the same thing, be it in the same tensors or not. */
    boolean isOfTheKindOf(Sign other) {
        return pattern == other.pattern && finding.rule() == other.finding.rule();
    }
}
