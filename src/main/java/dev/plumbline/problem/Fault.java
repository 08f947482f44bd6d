package dev.plumbline.problem;

import org.jspecify.annotations.Nullable;

/**
 * A fault of the service, where an answer tells of it as of a {@link Problem}: nothing that the caller sent is to blame.
 *
 * @param detail one sentence
 * @param got what was met; null where there is nothing to quote
 * @param expected what would have been right
 */
public record Fault(
        String detail, @Nullable String got, @Nullable String expected) {

    /** The {@code type} of its problem details. */
    public static final String TYPE = "/problems/internal";
}
