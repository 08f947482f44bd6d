package dev.plumbline.optimize;

import java.io.UncheckedIOException;
import java.util.UUID;
import java.util.function.Consumer;

/** A run that is under way, seen from outside: it tells its progress, and it can be cancelled. */
final class TrainingRunHandle {

    private final String id;
    private final Consumer<TrainingRunProgress> listener;
    private volatile boolean cancelled;
    private volatile boolean deserted;

    TrainingRunHandle(Consumer<TrainingRunProgress> listener) {
        this(UUID.randomUUID().toString(), listener);
    }

    TrainingRunHandle(String id, Consumer<TrainingRunProgress> listener) {
        this.id = id;
        this.listener = listener;
    }

    String id() {
        return id;
    }

    /** The run stops at its next iteration. */
    void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Whether the listener has gone away. */
    boolean isDeserted() {
        return deserted;
    }

    /** A listener who has gone away cancels the run: nobody would read what comes of it. */
    void tell(TrainingRunProgress progress) {
        try {
            listener.accept(progress);
        } catch (UncheckedIOException gone) {
            deserted = true;
            cancel();
        }
    }
}
