package dev.plumbline.compute.comparison;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** What several ranks' files say about one tensor besides what they make together. */
final class RankChecks {

    /** Ranks or shards that are named one by one; of the others only which they are is said. */
    private static final int NAMED = 8;

    private final String name;
    private final Gathered gathered;
    private final @Nullable Numbers other;
    private final String otherLabel;
    private final @Nullable Nearness tolerance;
    private final @Nullable Noise noise;
    private final Runnable watch;

    /** @param other the whole tensor of the other dump, where it has one */
    RankChecks(
            String name,
            Gathered gathered,
            @Nullable Numbers other,
            String otherLabel,
            @Nullable Nearness tolerance,
            @Nullable Noise noise,
            Runnable watch) {
        this.name = name;
        this.gathered = gathered;
        this.other = other;
        this.otherLabel = otherLabel;
        this.tolerance = tolerance;
        this.noise = noise;
        this.watch = watch;
    }

    static Nearness nearness(@Nullable Nearness tolerance, Numbers a, Numbers b) {
        return tolerance != null ? tolerance : Nearness.ofRounding(a.datatype(), b.datatype());
    }

    private Pair pair(String labelA, Numbers a, String labelB, Numbers b) {
        Nearness nearness = nearness(tolerance, a, b);
        Tally tally = Tally.of(a, b, nearness.relative(), watch);
        return new Pair(name, labelA, labelB, a, b, null, tally, nearness, noise);
    }

    /** Ranks whose files lack the tensor, and parts of a sum that are zero. */
    List<Difference> missing() {
        List<Difference> found = new ArrayList<>();
        List<Integer> missing = gathered.missing();
        if (!missing.isEmpty()) {
            found.add(Difference.plain(
                    Difference.MISSING,
                    gathered.side(),
                    missing,
                    "it is not in %s of %s".formatted(missing.size() == 1 ? "the file" : "the files", ranks(missing))));
        }
        if (gathered.placement() instanceof Placement.Partial) {
            List<Integer> zero = new ArrayList<>();
            for (int rank : gathered.ranks()) {
                Numbers part = Objects.requireNonNull(gathered.held().get(rank));
                Tally tally = Tally.of(part, part, 0, watch);
                if (tally.normA() == 0 && tally.nonFiniteA() == 0) {
                    zero.add(rank);
                }
            }
            if (!zero.isEmpty() && zero.size() < gathered.ranks().size()) {
                found.add(Difference.plain(
                        Difference.MISSING, gathered.side(), zero, "the part of %s is zero".formatted(ranks(zero))));
            }
        }
        return found;
    }

    static String ranks(List<Integer> ranks) {
        return (ranks.size() == 1 ? "rank " : "ranks ")
                + String.join(", ", ranks.stream().map(String::valueOf).toList());
    }

    /** The replicas that are not what most are, each beside the first of those; empty where all are the same. */
    Map<Integer, Pair> oddReplicas() {
        List<Integer> ranks = gathered.ranks();
        Map<Integer, Pair> odd = oddBeside(ranks.get(0), ranks);
        if (2 * odd.size() > ranks.size() - 1 && ranks.size() > 2) {
            Map<Integer, Pair> others = oddBeside(odd.keySet().iterator().next(), ranks);
            return others.size() < odd.size() ? others : odd;
        }
        return odd;
    }

    private Map<Integer, Pair> oddBeside(int base, List<Integer> ranks) {
        Numbers right = Objects.requireNonNull(gathered.held().get(base));
        Map<Integer, Pair> odd = new LinkedHashMap<>();
        for (int rank : ranks) {
            if (rank != base) {
                Pair pair = pair(
                        gathered.label(rank),
                        Objects.requireNonNull(gathered.held().get(rank)),
                        gathered.label(base),
                        right);
                if (pair.relation() == Relation.DIFFERENT) {
                    odd.put(rank, pair);
                }
            }
        }
        return odd;
    }

    /** Replicas of which at least half differ may be terms of a sum that was never taken, by what the other dump has. */
    @Nullable
    Difference notReduced(Map<Integer, Pair> odd) {
        List<Numbers> parts = gathered.present();
        if (other == null
                || 2 * odd.size() < parts.size() - 1
                || !other.shape().equals(parts.get(0).shape())) {
            return null;
        }
        for (boolean isMean : new boolean[] {false, true}) {
            Numbers total = new Total(parts, isMean ? 1.0 / parts.size() : 1);
            if (pair(gathered.side().wireName(), total, otherLabel, other).relation() != Relation.DIFFERENT) {
                String words = "the ranks of %s hold their own terms, never reduced: their %s is %s"
                        .formatted(gathered.side().wireName(), isMean ? "mean" : "sum", otherLabel);
                return Difference.plain(Difference.NOT_REDUCED, gathered.side(), List.of(), words);
            }
        }
        return null;
    }

    /** What is said of odd replicas, those of one look together. */
    List<Difference> named(Map<Integer, Pair> odd, Naming naming) {
        List<Difference> named = new ArrayList<>();
        Map<String, List<Integer>> alike = new LinkedHashMap<>();
        Map<String, Difference> looks = new LinkedHashMap<>();
        odd.forEach((rank, pair) -> {
            Difference look = looks.size() < NAMED
                    ? naming.name(pair)
                    : Difference.plain("unknown", gathered.side(), List.of(), pair.labelA() + " differs");
            String key = look.words().replace(pair.labelA(), "#");
            alike.computeIfAbsent(key, words -> new ArrayList<>()).add(rank);
            looks.putIfAbsent(key, look);
        });
        alike.forEach((key, ranks) -> {
            Difference look = Objects.requireNonNull(looks.get(key));
            named.add(new Difference(
                    gathered.placement() instanceof Placement.Shard ? look.kind() : Difference.REPLICAS,
                    gathered.side(),
                    look.mistake(),
                    ranks,
                    look.sampled(),
                    look.words() + (ranks.size() > 1 ? "; the same of " + ranks(ranks) : "")));
        });
        return named;
    }

    /** Shards beside their parts of the other dump's tensor: what differs, by rank. Null where the extents do not fit. */
    @Nullable
    Shards shards() {
        Numbers whole = other;
        if (!(gathered.placement() instanceof Placement.Shard shard) || whole == null || gathered.whole() == null) {
            return null;
        }
        int axis = shard.axis();
        int lacking = whole.shape().extent(axis) - gathered.whole().shape().extent(axis);
        int[] extents = whole.shape().extents();
        extents[axis] -= lacking;
        if (lacking < 0 || !Arrays.equals(extents, gathered.whole().shape().extents())) {
            return null;
        }
        List<Integer> missing = gathered.missing();
        if (lacking == 0 || missing.size() > 0) {
            return shards(axis, (rank, begin) -> begin + lackingBefore(missing, rank, lacking), -1, 0);
        }
        // A rank's file is not there at all, and nobody said which: where the others fit best.
        Shards best = null;
        for (int gap = 0; gap <= gathered.held().size(); gap++) {
            int before = gap;
            Shards fit = shards(axis, (rank, begin) -> begin + (rank >= before ? lacking : 0), gap, lacking);
            best = best == null || fit.odd().size() < best.odd().size() ? fit : best;
        }
        return best;
    }

    private static int lackingBefore(List<Integer> missing, int rank, int lacking) {
        int before = (int) missing.stream().filter(lost -> lost < rank).count();
        return missing.isEmpty() ? 0 : (int) ((long) before * lacking / missing.size());
    }

    /**
     * @param axis along which the shards lie
     * @param odd those that differ from their parts, by rank
     * @param lost the place of a shard of a file that is not there, in words; null where none is lost
     */
    record Shards(
            int axis, Map<Integer, Pair> odd, @Nullable String lost) {}

    private Shards shards(int axis, BiFunction<Integer, Integer, Integer> place, int gap, int lacking) {
        Numbers whole = Objects.requireNonNull(other);
        Map<Integer, Pair> odd = new LinkedHashMap<>();
        int begin = 0;
        int lost = 0;
        for (int rank : gathered.ranks()) {
            Numbers shard = Objects.requireNonNull(gathered.held().get(rank));
            int extent = shard.shape().extent(axis);
            lost = rank < gap ? begin + extent : lost;
            int from = place.apply(rank, begin);
            Numbers part = Slab.of(whole, axis, from, from + extent);
            String label = "%s[%s%d:%d]".formatted(otherLabel, ":, ".repeat(axis), from, from + extent);
            Pair pair = pair(gathered.label(rank), shard, label, part);
            if (pair.relation() == Relation.DIFFERENT) {
                odd.put(rank, pair);
            }
            begin += extent;
        }
        return new Shards(axis, odd, gap < 0 ? null : "%d to %d along axis %d".formatted(lost, lost + lacking, axis));
    }

    /** Odd shards that are another rank's: whose part each is, by rank; empty unless all of them are. */
    Map<Integer, Integer> exchanged(Shards shards) {
        Map<Integer, Integer> homes = new LinkedHashMap<>();
        for (Map.Entry<Integer, Pair> one : shards.odd().entrySet()) {
            for (Map.Entry<Integer, Pair> two : shards.odd().entrySet()) {
                Numbers mine = one.getValue().a();
                Numbers theirs = two.getValue().b();
                if (!one.equals(two)
                        && !homes.containsKey(one.getKey())
                        && mine.shape().equals(theirs.shape())
                        && Sketches.isLike(one.getValue(), mine, theirs)
                        && pair("", mine, "", theirs).relation() != Relation.DIFFERENT) {
                    homes.put(one.getKey(), two.getKey());
                }
            }
            if (!homes.containsKey(one.getKey())) {
                return Map.of();
            }
        }
        return homes;
    }
}
