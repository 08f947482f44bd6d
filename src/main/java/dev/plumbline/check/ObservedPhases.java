package dev.plumbline.check;

import dev.plumbline.compute.difference.Progress.Phase;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The phases of a check as observations, children of the request's, or of a job's run: a timer for each, and a span where
 * traces are collected.
 * Silent where nobody observes. A phase ends where the next one begins, whichever thread says so.
 */
final class ObservedPhases implements AutoCloseable {

    private final ObservationRegistry registry;
    private final @Nullable Observation request;
    private @Nullable Phase phase;
    private @Nullable Observation current;
    private boolean isOver;

    /** To be made by the thread that answers the request, or runs the job. */
    ObservedPhases(ObservationRegistry registry) {
        this.registry = registry;
        this.request = registry.getCurrentObservation();
    }

    synchronized void at(Phase next) {
        if (next == phase || isOver) {
            return;
        }
        end();
        phase = next;
        String name = next.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        current = Observation.createNotStarted("plumbline.check.phase", registry)
                .parentObservation(request)
                .contextualName("check: " + name)
                .lowCardinalityKeyValue("phase", name)
                .start();
    }

    private void end() {
        if (current != null) {
            current.stop();
            current = null;
        }
    }

    @Override
    public synchronized void close() {
        end();
        isOver = true;
    }
}
