package dev.plumbline.web;

import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in one sentence why the service cannot start with this database, and what to do about it. */
final class DatabaseFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> {

    private static final String OWN_DATA =
            "Give each service a directory of its own (--plumbline.data=...), or stop the other"
                    + " one. Several services share one database on PostgreSQL (spring.datasource.url).";

    /** H2's state of a file that is damaged. */
    static final String DAMAGED = "90030";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable root, SQLException found) {
        SQLException sql = deepest(found);
        int code = sql.getErrorCode();
        String said = all(sql);
        if (code == 90020 || said.contains("already in use") || said.contains("locked by another process")) {
            return new FailureAnalysis("Another service is using the database in plumbline.data.", OWN_DATA, root);
        } else if (Storage.isFull(sql)) {
            return new FailureAnalysis(
                    "The disk of the database is full.",
                    "Make room there, or name another place: --plumbline.data=...",
                    root);
        } else if (code == 90097
                || said.contains("read-only")
                || said.contains("Read-only")
                || said.contains("ermission denied")
                || said.contains("AccessDenied")
                || code == 90062) {
            return new FailureAnalysis(
                    "The database in plumbline.data cannot be written: it is read-only for this user.",
                    "Make the directory writable for the user who runs the service, or name another one:"
                            + " --plumbline.data=...",
                    root);
        } else if (DAMAGED.equals(sql.getSQLState())
                || said.contains("corrupt")
                || said.contains("Unable to read the page")) {
            return new FailureAnalysis(
                    "The database in plumbline.data is damaged.",
                    "Put its backup back, or save the file plumbline.mv.db elsewhere and begin anew; H2's Recover tool reads"
                            + " what is left in it.",
                    root);
        } else if (sql.getSQLState() != null && sql.getSQLState().startsWith("08")) {
            return new FailureAnalysis(
                    "The database does not answer: " + sql.getMessage(),
                    "See that it runs, and that spring.datasource.url, username and password are right.",
                    root);
        }
        return null;
    }

    private static SQLException deepest(SQLException found) {
        SQLException deepest = found;
        for (Throwable cause = found; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                deepest = sql;
            }
        }
        return deepest;
    }

    private static String all(Throwable failure) {
        StringBuilder said = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            said.append(cause instanceof IOException ? cause.toString() : cause.getMessage())
                    .append('\n');
        }
        return said.toString();
    }
}
