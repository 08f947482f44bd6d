package dev.plumbline.jobs;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** What was computed for an hour is not lost because the database is away, or full, for some seconds. */
final class Patience {

    private static final Logger log = LoggerFactory.getLogger(Patience.class);

    /** How often something is written until the database takes it, a second apart. */
    private static final int TRIES = 60;

    private Patience() {}

    static <T> T patiently(BooleanSupplier stopping, Supplier<T> write) {
        for (int attempt = 1; ; attempt++) {
            try {
                return write.get();
            } catch (DataAccessException | TransactionException away) {
                if (attempt == TRIES || stopping.getAsBoolean()) {
                    throw away;
                }
                log.warn("The database does not take what a job has to keep yet: {}", away.getMessage());
                pause(1_000);
            }
        }
    }

    static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the service stops", stopping);
        }
    }
}
