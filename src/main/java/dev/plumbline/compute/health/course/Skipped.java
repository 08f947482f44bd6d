package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Confidence;
import dev.plumbline.compute.health.Words;
import org.jspecify.annotations.Nullable;

/**
 * Steps that a loss scaler left out, as a report tells them.
 *
 * @param steps how many over the whole run
 * @param last the last of them
 * @param share of the window, against the {@value SkippedSteps#RATE} that a scaler may leave out
 */
public record Skipped(long steps, long last, Confidence share) {

    /** Null where there are none. */
    public static @Nullable Skipped of(WindowCourse course) {
        Skips skips = course.state().skips();
        return skips.count() == 0
                ? null
                : new Skipped(skips.count(), skips.last(), SkippedSteps.share(course.window(), SkippedSteps.RATE));
    }

    /** For a run without a finding about them. */
    public String words() {
        return "The loss scaler left out %d %s, the last one step %d, and %s of the window: that is normal."
                .formatted(steps, steps == 1 ? "step" : "steps", last, Words.percent(share.estimate()));
    }
}
