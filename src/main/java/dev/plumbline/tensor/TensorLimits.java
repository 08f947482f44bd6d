package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.nio.charset.StandardCharsets;

/**
 * What a caller may send, checked before anything is allocated for it.
 *
 * @param bytes of one file, after inflating, headers included; a JSON number counts as 8. The values are held as
 *     float64, so a file of one-byte elements takes eight times its size in memory
 * @param tensors in one file
 * @param rank of one tensor
 * @param headerBytes of the header of a safetensors or npy file
 */
public record TensorLimits(long bytes, int tensors, int rank, int headerBytes) {

    public static final TensorLimits DEFAULT = new TensorLimits(64L << 20, 10_000, 8, 8 << 20);

    /** The longest name of a tensor, in characters: names come back in every report. */
    public static final int NAME_LENGTH = 512;

    public TensorLimits {
        if (bytes < 0 || tensors < 0 || rank < 0 || headerBytes < 0) {
            throw new IllegalArgumentException("a limit is negative");
        }
    }

    void requireBytes(long asked) {
        if (asked > bytes) {
            throw Problem.limit("", "the tensors are too large", asked + " bytes", "at most " + bytes + " bytes");
        }
    }

    void requireTensors(int asked) {
        if (asked > tensors) {
            throw Problem.limit("", "too many tensors", asked + " or more", "at most " + tensors);
        }
    }

    void requireRank(String pointer, int asked) {
        if (asked > rank) {
            throw Problem.limit(pointer, "too many axes", "rank " + asked + " or more", "rank at most " + rank);
        }
    }

    void requireHeader(long asked) {
        if (asked > headerBytes || asked < 0) {
            throw Problem.limit(
                    "",
                    "the header is too long",
                    Long.toUnsignedString(asked) + " bytes",
                    "at most " + headerBytes + " bytes");
        }
    }

    static void requireName(String name) {
        if (name.length() > NAME_LENGTH) {
            throw Problem.limit(
                    "", "a name is too long", name.length() + " characters", "at most " + NAME_LENGTH + " characters");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw Problem.malformed("", "a name has half of a surrogate pair", null, "Unicode text");
        }
    }
}
