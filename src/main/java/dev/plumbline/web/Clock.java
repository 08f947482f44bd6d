package dev.plumbline.web;

import java.io.Closeable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that looks after all who wait. */
final class Clock implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(Clock.class);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "clock");
        made.setDaemon(true);
        return made;
    });

    void eachSecond(Runnable task) {
        every(1_000, task);
    }

    /** A task that fails is tried again the next time. */
    void every(long milliseconds, Runnable task) {
        thread.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException fault) {
                        log.error("A task of the clock failed", fault);
                    }
                },
                milliseconds,
                milliseconds,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
