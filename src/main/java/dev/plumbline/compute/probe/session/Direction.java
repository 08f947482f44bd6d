package dev.plumbline.compute.probe.session;

import org.jspecify.annotations.Nullable;

/**
 * Where the caller shall move: {@code x + t d}.
 *
 * <pre>
 *   gaussian   d = scale x size x weight(seed, tensor's name, flat position)
 *   claim      d = scale x size^2 x a / ||a x size||
 *   entry      d = scale x size at the one position of {@code where}
 *   given      d = scale x the caller's own direction
 * </pre>
 *
 * @param set the tensors that move; the others rest
 * @param where the part of its tensor that moves; null where the whole set does
 */
public record Direction(
        Kind kind, long seed, TensorSet set, @Nullable Box where, double scale) {

    /** What it is made of. */
    public enum Kind {
        GAUSSIAN,
        CLAIM,
        ENTRY,
        GIVEN
    }

    static Direction gaussian(long seed, TensorSet set) {
        return new Direction(Kind.GAUSSIAN, seed, set, null, 1);
    }

    static Direction claim(TensorSet set, double scale) {
        return new Direction(Kind.CLAIM, 0, set, null, scale);
    }

    static Direction given(TensorSet set) {
        return new Direction(Kind.GIVEN, 0, set, null, 1);
    }

    static Direction entry(TensorSet set, Box where) {
        return new Direction(Kind.ENTRY, 0, set, where, 1);
    }

    /** The same weights on fewer tensors. */
    Direction on(TensorSet fewer) {
        return new Direction(kind, seed, fewer, null, scale);
    }

    /** The same weights on a part of one tensor. */
    Direction in(TensorSet tensor, Box part) {
        return new Direction(kind, seed, tensor, part, scale);
    }
}
