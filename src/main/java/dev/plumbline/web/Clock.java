package dev.plumbline.web;

import java.io.Closeable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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

    /** Where the task fails for one, it is done for the others all the same, and tried again the next time. */
    <T> void every(long milliseconds, Iterable<T> all, Consumer<T> task) {
        thread.scheduleWithFixedDelay(
                () -> all.forEach(one -> attempt(one, task)), milliseconds, milliseconds, TimeUnit.MILLISECONDS);
    }

    private static <T> void attempt(T one, Consumer<T> task) {
        try {
            task.accept(one);
        } catch (IllegalStateException over) {
            log.debug("A request has ended meanwhile", over);
        } catch (RuntimeException fault) {
            log.error("A task of the clock failed", fault);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
