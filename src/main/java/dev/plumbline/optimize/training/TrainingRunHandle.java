package dev.plumbline.optimize.training;

import dev.plumbline.jobs.Checkpoints;
import dev.plumbline.limits.Presence;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;

/** A run that is under way, seen from outside: it tells its progress, and it can be cancelled. */
final class TrainingRunHandle {

    private final String id;
    private final Consumer<TrainingRunProgress> listener;
    private final Runnable pulse;
    private final long pulseNanos;
    private final Checkpoints checkpoints;
    private long heard = System.nanoTime();
    private volatile boolean cancelled;
    private volatile boolean deserted;

    TrainingRunHandle(Consumer<TrainingRunProgress> listener) {
        this(UUID.randomUUID().toString(), listener, () -> {}, Duration.ofDays(1), Checkpoints.NONE);
    }

    /**
     * @param pulse reaches the listener between two reports, only to learn whether it is still there
     * @param interval of silence after which a pulse is sent
     */
    TrainingRunHandle(String id, Consumer<TrainingRunProgress> listener, Runnable pulse, Duration interval) {
        this(id, listener, pulse, interval, Checkpoints.NONE);
    }

    private TrainingRunHandle(
            String id,
            Consumer<TrainingRunProgress> listener,
            Runnable pulse,
            Duration interval,
            Checkpoints checkpoints) {
        this.id = id;
        this.listener = listener;
        this.pulse = pulse;
        this.pulseNanos = interval.toNanos();
        this.checkpoints = checkpoints;
    }

    /** The same run, which goes on from the last of these and keeps more. */
    TrainingRunHandle with(Checkpoints own) {
        return new TrainingRunHandle(id, listener, pulse, Duration.ofNanos(pulseNanos), own);
    }

    Checkpoints checkpoints() {
        return checkpoints;
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

    void tell(TrainingRunProgress progress) {
        reach(() -> listener.accept(progress));
    }

    /** Called at every iteration; sends a pulse where nothing was heard for the interval. */
    void beat() {
        if (System.nanoTime() - heard >= pulseNanos) {
            reach(pulse);
        }
    }

    /** A listener who has gone away cancels the run: nobody would read what comes of it. */
    private void reach(Runnable message) {
        heard = System.nanoTime();
        try {
            message.run();
        } catch (UncheckedIOException | Presence.CallerGone gone) {
            deserted = true;
            cancel();
        }
    }
}
