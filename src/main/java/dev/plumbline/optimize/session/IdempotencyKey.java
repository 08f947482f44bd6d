package dev.plumbline.optimize.session;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.TensorSource;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * A caller's name for a request, and the SHA-256 of what the request says: the same name may come again with the same
 * request, and gets the same answer; with another it is refused.
 *
 * @param key empty where the caller gives none
 */
record IdempotencyKey(String key, String digest) {

    private static final int LONGEST = 255;

    /** @param rest everything the request says besides its tensors, as text */
    static IdempotencyKey of(String key, Map<String, ? extends TensorSource> tensors, String rest) {
        if (key.length() > LONGEST) {
            throw Problem.limit("", "the Idempotency-Key is too long", key.length() + " characters", "at most 255");
        }
        if (key.isEmpty()) {
            return new IdempotencyKey("", "");
        }
        try (DigestOutputStream digest =
                new DigestOutputStream(OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"))) {
            digest.write(rest.getBytes(StandardCharsets.UTF_8));
            Safetensors.write(tensors, Map.of(), digest);
            return new IdempotencyKey(
                    key, HexFormat.of().formatHex(digest.getMessageDigest().digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isGiven() {
        return !key.isEmpty();
    }

    /** Refuses the name if it has been used for another request. */
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
