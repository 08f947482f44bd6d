package dev.plumbline.report;

import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A caller's name for a request, and the SHA-256 of what the request says: the same name may come again with the same
 * request, and gets the same answer; with another it is refused. A name of more than 255 characters is refused.
 *
 * @param key empty where the caller gives none
 */
public record IdempotencyKey(String key, String digest) {

    /** The header in which it comes. */
    public static final String HEADER = "Idempotency-Key";

    /** Where the caller gives none. */
    public static final IdempotencyKey NONE = new IdempotencyKey("", "");

    private static final int LONGEST = 255;

    public IdempotencyKey {
        if (key.length() > LONGEST) {
            throw Problem.limit("", "the Idempotency-Key is too long", key.length() + " characters", "at most 255");
        }
    }

    /** Everything that a request says, as bytes. */
    @FunctionalInterface
    public interface Content {

        /** Writes them. */
        void to(OutputStream bytes) throws IOException;
    }

    /** Without a name nothing is written and nothing digested. */
    public static IdempotencyKey of(String key, Content request) {
        if (key.isEmpty()) {
            return NONE;
        }
        IdempotencyKey named = new IdempotencyKey(key, "");
        try (DigestOutputStream digest =
                new DigestOutputStream(OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"))) {
            request.to(digest);
            return new IdempotencyKey(
                    named.key(),
                    HexFormat.of().formatHex(digest.getMessageDigest().digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the caller gives one. */
    public boolean isGiven() {
        return !key.isEmpty();
    }

    /** Refuses the name if it has been used for another request. */
    public void requireSame(String earlierDigest) {
        if (!digest.equals(earlierDigest)) {
            throw new Problem(
                    Problem.Code.CONFLICT,
                    "",
                    "the Idempotency-Key was used for another request",
                    key,
                    "a new key for a new request");
        }
    }
}
