package dev.plumbline.compute.comparison;

import dev.plumbline.compute.judgement.Mistake;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a difference looks like.
 *
 * @param kind that of {@link Mistake}, or one of the constants here
 * @param side the dump that the other one turns into by it: {@code a} is twice {@code b}, {@code b} is {@code a} rounded
 * @param mistake where it has the form of one
 * @param ranks that it concerns, of those with several files; empty for all
 * @param sampled how many entries it was held against, of a tensor too large to be held in memory; null for all
 * @param words that say it in a sentence, without a full stop
 */
public record Difference(
        String kind,
        Side side,
        @Nullable Mistake mistake,
        List<Integer> ranks,
        @Nullable Integer sampled,
        String words) {

    /** In one dump only, or in some ranks' files only. */
    public static final String MISSING = "missing";

    /** Of another shape. */
    public static final String SHAPE = "shape";

    /** Ranks that should hold the same do not. */
    public static final String REPLICAS = "replicas";

    /** The ranks hold terms whose sum or mean was never taken. */
    public static final String NOT_REDUCED = "notReduced";

    /** Shards in another order than the ranks. */
    public static final String SHARD_ORDER = "shardOrder";

    static Difference plain(String kind, Side side, List<Integer> ranks, String words) {
        return new Difference(kind, side, null, ranks, null, words);
    }

    Difference of(List<Integer> others, String prefix) {
        return new Difference(kind, side, mistake, others, sampled, prefix + words);
    }
}
