package dev.plumbline.web;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpHeaders;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionSystemException;

/** What a caller hears where the disk has no room left (507), or the database cannot be used at the moment (503). */
final class Storage {

    private static final String CURE = "room on the disk of the service; try again when its operator has made some";

    /** H2's state and code of a database that cannot be written. */
    static final String READ_ONLY = "90097";

    private Storage() {}

    /** Where a temporary file could not be written. */
    static ProblemReport report(IOException disk) {
        return isFull(disk) ? full() : Busy.report("The service cannot keep the body at the moment");
    }

    static ProblemReport full() {
        return ProblemReport.of(ProblemType.STORAGE, "The disk for temporary files is full", "no space left", CURE);
    }

    /** Where the database failed, not the request. */
    static Arrival.Refusal refusal(Throwable failure) {
        return isFull(failure)
                ? new Arrival.Refusal(
                        ProblemReport.of(
                                ProblemType.STORAGE,
                                "The disk of the database is full; nothing of this request was kept",
                                "no space left",
                                CURE),
                        Busy.retryAfter(30))
                : new Arrival.Refusal(
                        Busy.report("The database cannot be used at the moment; nothing of this request was kept"),
                        new HttpHeaders(Busy.retryAfter(5)));
    }

    /** Whether one of the causes is a database that cannot work, rather than a statement that is wrong. */
    static boolean isDown(@Nullable Throwable failure) {
        boolean ofDatabase = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataIntegrityViolationException) {
                return false;
            }
            if (cause instanceof TransactionSystemException) {
                return true; // not even the rollback came through: the connection has died on the way
            }
            if (cause instanceof CannotGetJdbcConnectionException || cause instanceof SQLTransientConnectionException) {
                return true; // for whatever reason, which may have no state of its own
            }
            ofDatabase |= cause instanceof DataAccessException || cause instanceof TransactionException;
            if (cause instanceof SQLException sql && isDown(sql)) {
                return true;
            }
        }
        return ofDatabase && isFull(failure);
    }

    /**
     * Lost connections (08), conflicts and waits for others' rows (40, HYT00, 55P03), no resources (53), shutting down (57),
     * a failing system (58), H2's closed, failing and read-only files.
     */
    private static boolean isDown(SQLException sql) {
        String state = sql.getSQLState() == null ? "" : sql.getSQLState();
        return state.startsWith("08")
                || state.startsWith("40")
                || state.equals("HYT00")
                || state.equals("55P03")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.startsWith("58")
                || state.equals("90028")
                || state.equals("90031")
                || state.equals("90098")
                || state.equals("90121")
                || state.equals(READ_ONLY)
                || isFull(sql);
    }

    /** Whether one of the causes is a disk without room. */
    static boolean isFull(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String said = cause instanceof FileSystemException file ? file.getReason() : cause.getMessage();
            boolean postgres = cause instanceof SQLException sql && "53100".equals(sql.getSQLState());
            if (postgres || (said != null && isFull(said.toLowerCase(Locale.ROOT)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFull(String said) {
        return said.contains("no space left on device")
                || said.contains("disk quota exceeded")
                || said.contains("not enough space on the disk");
    }
}
