package dev.plumbline.web;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The answer where the service has no room left on its disk, or cannot reach its database: 507 or 503, and why. */
final class Storage {

    private Storage() {}

    static ProblemReport report(IOException disk) {
        return full(disk);
    }

    /** Whether one of the causes is a disk without room. */
    static boolean isFull(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String said = cause instanceof FileSystemException file ? file.getReason() : cause.getMessage();
            if (said != null && isFull(said.toLowerCase(Locale.ROOT))) {
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

    private static ProblemReport full(IOException disk) {
        return ProblemReport.of(
                ProblemType.STORAGE,
                "The service cannot write to its disk",
                isFull(disk) ? "no space left" : "a failing disk",
                "room on the disk of the service; try again when its operator has made some");
    }
}
