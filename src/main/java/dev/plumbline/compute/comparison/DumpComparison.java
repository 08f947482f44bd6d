package dev.plumbline.compute.comparison;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.TensorSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Compares two dumps tensor by tensor. Each is read once, and once more where tensors are different and too large to be held; at
 * no time is more in memory than some tensors of {@value Naming#WHOLE} entries.
 *
 * <p>Bad at: differences below {@value Nearness#ROUNDOFFS} unit roundoffs of a tensor's root mean square, or below what repeats
 * differ by, which count as near; and tensors that are nothing but rounding, such as the gradient of a key projection's bias,
 * which differ between any two machines: repeats tell those.
 */
public final class DumpComparison {

    private final Dumps dumps;
    private final Runnable watch;

    private DumpComparison(Dumps dumps, Runnable watch) {
        this.dumps = dumps;
        this.watch = watch;
    }

    /** @param watch asked between pieces of work; what it throws ends the comparison */
    public static List<TensorComparison> of(Dumps dumps, Runnable watch) {
        return new DumpComparison(dumps, watch).compare();
    }

    /**
     * One tensor, once it is measured.
     *
     * @param pair null where there is nothing to compare entry by entry
     * @param found what is known already
     * @param odd replicas that differ, by side and rank
     * @param shards of the side that is cut
     */
    private record Measured(
            String name,
            Gathered a,
            Gathered b,
            @Nullable Pair pair,
            List<Difference> found,
            Map<RankChecks, Map<Integer, Pair>> odd,
            RankChecks checks,
            RankChecks.@Nullable Shards shards) {}

    private List<TensorComparison> compare() {
        List<Measured> measured = new ArrayList<>();
        for (String name : dumps.names()) {
            watch.run();
            measured.add(measure(name));
        }
        List<Pair> pairs =
                measured.stream().map(Measured::pair).filter(Objects::nonNull).toList();
        Naming naming = new Naming(pairs, dumps.ranks(), watch);
        List<List<Difference>> differences = new ArrayList<>();
        measured.forEach(one -> differences.add(name(one, naming)));
        List<TensorComparison> compared = new ArrayList<>();
        for (int i = 0; i < measured.size(); i++) {
            Measured one = measured.get(i);
            List<Difference> named = differences.get(i).stream()
                    .map(difference -> one.pair() == null ? difference : naming.again(one.pair(), difference))
                    .toList();
            compared.add(result(one, named));
        }
        return compared;
    }

    private static TensorComparison result(Measured one, List<Difference> differences) {
        Pair pair = one.pair();
        Relation relation = !differences.isEmpty() || pair == null ? Relation.DIFFERENT : pair.relation();
        Gathered placed = one.a().placement() != null ? one.a() : one.b();
        return new TensorComparison(
                one.name(),
                relation,
                TensorComparison.Form.of(one.a().whole()),
                TensorComparison.Form.of(one.b().whole()),
                placed.placement(),
                placed.isGuessed(),
                pair == null ? null : pair.tally(),
                pair == null ? null : pair.noise(),
                differences);
    }

    private Measured measure(String name) {
        Placement placement = dumps.placement(name);
        Gathered b = Gathered.of(Side.B, name, dumps.b(), placement, null);
        Gathered a = Gathered.of(Side.A, name, dumps.a(), placement, shape(b.whole()));
        if (dumps.b().size() > 1 && dumps.a().size() == 1) {
            b = Gathered.of(Side.B, name, dumps.b(), placement, shape(a.whole()));
        }
        List<Difference> found = new ArrayList<>();
        Numbers x = a.whole();
        Numbers y = b.whole();
        Noise noise = x == null ? null : noise(name, x);
        RankChecks ofA = checks(name, a, y, "b", noise);
        RankChecks ofB = checks(name, b, x, "a", noise);
        RankChecks cut = a.placement() instanceof Placement.Shard ? ofA : ofB;
        Map<RankChecks, Map<Integer, Pair>> odd = new LinkedHashMap<>();
        RankChecks.Shards shards = null;
        for (Gathered gathered : List.of(a, b)) {
            RankChecks checks = gathered == a ? ofA : ofB;
            if (gathered.present().isEmpty()) {
                String words =
                        "it is in %s only".formatted(gathered.side().other().wireName());
                found.add(Difference.plain(Difference.MISSING, gathered.side(), List.of(), words));
            } else if (gathered.placement() != null) {
                found.addAll(checks.missing());
                if (gathered.whole() == null) {
                    found.add(unfit(gathered));
                } else if (gathered.placement() instanceof Placement.Replicate) {
                    odd.put(checks, checks.oddReplicas());
                } else if (gathered.placement() instanceof Placement.Shard && !(shapesAgree(x, y))) {
                    shards = checks.shards();
                }
            }
        }
        Pair pair = null;
        if (x != null && y != null && shapesAgree(x, y)) {
            pair = pair(name, x, y, noise);
            boolean isCut =
                    cut == ofA ? a.placement() instanceof Placement.Shard : b.placement() instanceof Placement.Shard;
            shards = isCut && pair.relation() == Relation.DIFFERENT ? cut.shards() : null;
        } else if (x != null && y != null && shards == null) {
            pair = x.size() == y.size() ? pair(name, x.as(y.shape()), y, noise) : null;
            String words = "a has shape %s, b has %s".formatted(x.shape(), y.shape());
            found.add(Difference.plain(Difference.SHAPE, Side.A, List.of(), words));
        }
        return new Measured(name, a, b, pair, found, odd, cut, shards);
    }

    private static @Nullable Shape shape(@Nullable Numbers numbers) {
        return numbers == null ? null : numbers.shape();
    }

    private static boolean shapesAgree(@Nullable Numbers x, @Nullable Numbers y) {
        return x != null && y != null && x.shape().equals(y.shape());
    }

    private static Difference unfit(Gathered gathered) {
        String shapes = String.join(
                ", ",
                gathered.present().stream()
                        .map(held -> held.shape().toString())
                        .distinct()
                        .toList());
        return Difference.plain(
                Difference.SHAPE, gathered.side(), List.of(), "the ranks' shapes do not fit together: " + shapes);
    }

    private RankChecks checks(
            String name, Gathered gathered, @Nullable Numbers other, String label, @Nullable Noise noise) {
        return new RankChecks(name, gathered, other, label, dumps.tolerance(), noise, watch);
    }

    private Pair pair(String name, Numbers a, Numbers b, @Nullable Noise noise) {
        Nearness nearness = RankChecks.nearness(dumps.tolerance(), a, b);
        TensorSource earlier = dumps.earlier().get(name);
        Numbers before = earlier != null && earlier.shape().equals(b.shape())
                ? Numbers.of(earlier, "previousGradients", name)
                : null;
        return new Pair(name, "a", "b", a, b, before, Tally.of(a, b, nearness.relative(), watch), nearness, noise);
    }

    /** By the repeats that have this tensor. */
    private @Nullable Noise noise(String name, Numbers a) {
        Tally all = Tally.NONE;
        int count = 0;
        for (int repeat = 0; repeat < dumps.repeats().size(); repeat++) {
            TensorSource again = dumps.repeats().get(repeat).get(name);
            if (again != null && !again.shape().equals(a.shape())) {
                throw Problem.invalid(
                        Problem.pointer("repeats", repeat, name),
                        "the tensor has another shape in this repeat than in a",
                        again.shape(),
                        a.shape());
            }
            if (again != null) {
                all = all.and(Tally.of(a, Numbers.of(again, "repeats", repeat, name), 0, watch));
                count++;
            }
        }
        return count == 0 ? null : Noise.of(all, count);
    }

    private List<Difference> name(Measured one, Naming naming) {
        List<Difference> differences = new ArrayList<>(one.found());
        one.odd().forEach((checks, odd) -> {
            Difference unreduced = odd.isEmpty() ? null : checks.notReduced(odd);
            differences.addAll(unreduced != null ? List.of(unreduced) : checks.named(odd, naming));
        });
        RankChecks.Shards shards = one.shards();
        Pair pair = one.pair();
        boolean isUnreduced =
                differences.stream().anyMatch(found -> found.kind().equals(Difference.NOT_REDUCED));
        if (shards != null && pair == null) {
            differences.addAll(lost(one, shards));
            differences.addAll(one.checks().named(shards.odd(), naming));
        } else if (pair != null && pair.relation() == Relation.DIFFERENT && !isUnreduced) {
            differences.addAll(shards == null ? List.of(naming.name(pair)) : ofShards(one, pair, shards, naming));
        }
        return reshaped(differences, one);
    }

    private static List<Difference> lost(Measured one, RankChecks.Shards shards) {
        Side side = one.a().placement() instanceof Placement.Shard ? Side.A : Side.B;
        return shards.lost() == null
                ? List.of()
                : List.of(Difference.plain(
                        Difference.MISSING, side, List.of(), "a shard is missing: %s".formatted(shards.lost())));
    }

    /** Where all shards differ in one way, it is said of the whole; else of each. */
    private static List<Difference> ofShards(Measured one, Pair pair, RankChecks.Shards shards, Naming naming) {
        Map<Integer, Integer> homes = one.checks().exchanged(shards);
        if (!homes.isEmpty()) {
            List<String> moves = new ArrayList<>();
            homes.forEach((rank, home) -> moves.add("rank %d holds the shard of rank %d".formatted(rank, home)));
            return List.of(Difference.plain(
                    Difference.SHARD_ORDER, Side.A, List.copyOf(homes.keySet()), String.join(", ", moves)));
        }
        boolean isAll = shards.odd().size()
                == Math.max(one.a().present().size(), one.b().present().size());
        Difference whole = isAll ? naming.name(pair) : null;
        boolean isNamed =
                whole != null && whole.mistake() != null && !whole.kind().equals("unknown");
        return isNamed ? List.of(whole) : one.checks().named(shards.odd(), naming);
    }

    /** The same numbers in another shape are what the shape says; a transpose is more than a shape. */
    private static List<Difference> reshaped(List<Difference> differences, Measured one) {
        boolean isShape = differences.size() > 1 && differences.get(0).kind().equals(Difference.SHAPE);
        boolean isTurned = isShape && differences.get(1).kind().equals("transposed");
        Pair pair = one.pair();
        if (isTurned) {
            return differences.subList(1, differences.size());
        }
        if (differences.size() == 1
                && differences.get(0).kind().equals(Difference.SHAPE)
                && pair != null
                && pair.relation() != Relation.DIFFERENT) {
            Difference shape = differences.get(0);
            return List.of(Difference.plain(
                    Difference.SHAPE, shape.side(), List.of(), shape.words() + "; the numbers are the same"));
        }
        return differences;
    }
}
