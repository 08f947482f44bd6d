package dev.plumbline.diagnose.monitor;

import dev.plumbline.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The Idempotency-Key of a monitor that is to be made, and the SHA-256 of what it shall be.
 *
 * @param key empty where the caller gives none
 */
record CreationKey(String key, String digest) {

    private static final int LONGEST = 255;

    static CreationKey of(String key, String request) {
        if (key.length() > LONGEST) {
            throw Problem.limit("", "the Idempotency-Key is too long", key.length() + " characters", "at most 255");
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(request.getBytes(StandardCharsets.UTF_8));
            return new CreationKey(key, HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    boolean isGiven() {
        return !key.isEmpty();
    }

    void requireSame(String earlierDigest) {
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
