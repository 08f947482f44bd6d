package dev.plumbline.optimize;

import java.io.UncheckedIOException;
import java.util.UUID;
import java.util.function.Consumer;

/** A run that is under way, seen from outside: it tells its progress, and it can be cancelled. */
final class TrainingRunHandle {

    private final String id = UUID.randomUUID().toString();
    private final Consumer<TrainingRunProgress> listener;
    private volatile boolean cancelled;

    TrainingRunHandle(Consumer<TrainingRunProgress> listener) {
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

    /** A listener who has gone away cancels the run: nobody would read what comes of it. */
    void tell(TrainingRunProgress progress) {
        try {
            listener.accept(progress);
        } catch (UncheckedIOException gone) {
            cancel();
        }
    }
}
