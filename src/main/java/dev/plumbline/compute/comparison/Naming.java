package dev.plumbline.compute.comparison;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Mistake.Kind;
import dev.plumbline.compute.judgement.Mistakes;
import dev.plumbline.compute.judgement.Setting;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the differences look like: {@link Mistakes} asked in both directions, since nobody says which dump is right. Tensors up to
 * {@value #WHOLE} entries are held in memory for it, one at a time with those it may be exchanged with; of larger ones an {@link
 * Excerpt} is ({@link LargeNaming}).
 */
final class Naming {

    static final int WHOLE = 1 << 16;

    /** Tensors whose law one that is too small to tell may share. */
    private static final int WITNESSES = 4;

    private static final Set<Kind> VAGUE = EnumSet.of(Kind.UNKNOWN, Kind.SPARSE, Kind.SLICE);
    private static final Set<Kind> LAWS = EnumSet.of(Kind.SIGN, Kind.SCALED, Kind.OFFSET, Kind.CLIPPED);

    private final Sketches sketches;
    private final double normA;
    private final double normB;
    private final int ranks;
    private final Runnable watch;
    private final List<Pair> witnesses = new ArrayList<>();

    /**
     * @param pairs all that were compared
     * @param ranks how many files there are of a dump; 1 where none is in several
     */
    Naming(List<Pair> pairs, int ranks, Runnable watch) {
        this.sketches = new Sketches(pairs);
        this.ranks = ranks;
        this.watch = watch;
        double a = 0;
        double b = 0;
        for (Pair pair : pairs) {
            a = Math.hypot(a, pair.tally().normA());
            b = Math.hypot(b, pair.tally().normB());
        }
        this.normA = a;
        this.normB = b;
    }

    /** Of a pair that is different. */
    Difference name(Pair pair) {
        watch.run();
        if (pair.isScaledWithinRounding()) {
            Mistake scaled = new Mistake.Scaled(Nearness.factor(pair.tally()), "");
            return difference(pair, scaled, Side.A, null);
        }
        if (pair.size() > WHOLE) {
            return new LargeNaming(this, pair, watch).name();
        }
        Difference named = decided(pair, side -> {
            List<Pair> asked = new ArrayList<>(List.of(pair));
            asked.addAll(sketches.like(pair, side));
            return name(asked, side, Naming::whole);
        });
        if (isLaw(named) && witnesses.size() < WITNESSES) {
            witnesses.add(pair);
        }
        return named;
    }

    /** The same of one that had no name, by laws that others obey; they have all been asked before. */
    Difference again(Pair pair, Difference first) {
        if (witnesses.isEmpty() || pair.size() > WHOLE || !first.kind().equals(Kind.UNKNOWN.wireName())) {
            return first;
        }
        Difference second = decided(pair, side -> {
            List<Pair> asked = new ArrayList<>(List.of(pair));
            asked.addAll(witnesses);
            return name(asked, side, Naming::whole);
        });
        return isLaw(second) ? second : first;
    }

    private static boolean isLaw(Difference named) {
        return named.mistake() != null && LAWS.contains(named.mistake().kind());
    }

    /** What is asked of a pair, once of each side. */
    interface Asking {
        Mistake of(Side side);
    }

    /** The answer of the side that has more of one. */
    Difference decided(Pair pair, Asking asking) {
        Mistake forth = asking.of(Side.A);
        if (!VAGUE.contains(forth.kind())) {
            return difference(pair, forth, Side.A, null);
        }
        Mistake back = asking.of(Side.B);
        boolean isBetter =
                !VAGUE.contains(back.kind()) || (forth.kind() == Kind.UNKNOWN && back.kind() != Kind.UNKNOWN);
        return isBetter ? difference(pair, back, Side.B, null) : difference(pair, forth, Side.A, null);
    }

    Difference difference(Pair pair, Mistake mistake, Side side, @Nullable Integer sampled) {
        return new Difference(
                mistake.kind().wireName(),
                side,
                mistake,
                List.of(),
                sampled,
                DifferenceWords.of(mistake, pair.label(side), pair.label(side.other()), ranks));
    }

    /** What a pair is to those who name mistakes: all of it, or some of its entries. */
    interface Part {
        double[] of(Pair pair, Numbers numbers);
    }

    private static double[] whole(Pair pair, Numbers numbers) {
        return numbers.all();
    }

    /** The mistake of the first, as a claim of {@code side} about the other. */
    Mistake name(List<Pair> pairs, Side side, Part part) {
        List<Comparison> comparisons =
                pairs.stream().map(pair -> comparison(pair, side, part)).toList();
        Pair first = pairs.get(0);
        Comparison own = comparisons.get(0);
        Map<String, Tensor> earlier = first.earlier() == null
                ? Map.of()
                : Map.of(first.name(), Tensor.of(own.claimed().shape(), part.of(first, first.earlier())));
        boolean isA = side == Side.A;
        return Objects.requireNonNullElse(
                Mistakes.nameSome(
                                comparisons,
                                new Setting(ranks, 1, 1),
                                earlier,
                                isA ? normA : normB,
                                isA ? normB : normA)
                        .get(first.name()),
                UNNAMED);
    }

    private static final Mistake UNNAMED = new Mistake.Unknown("");

    private static Comparison comparison(Pair pair, Side side, Part part) {
        double[] claimed = part.of(pair, pair.of(side));
        double[] reference = part.of(pair, pair.of(side.other()));
        double[] allowance = new double[claimed.length];
        for (int i = 0; i < claimed.length; i++) {
            boolean isSame = !Double.isFinite(claimed[i]) && Double.compare(claimed[i], reference[i]) == 0;
            if (isSame) {
                claimed[i] = 0;
                reference[i] = 0;
            }
            allowance[i] = pair.allowance(side, claimed[i]);
        }
        Shape own = pair.of(side.other()).shape();
        Shape shape = own.size() == claimed.length ? own : Shape.of(claimed.length);
        return new Comparison(
                pair.name(),
                Tensor.of(shape, pair.of(side).datatype(), claimed),
                Tensor.of(shape, reference),
                Tensor.of(shape, allowance));
    }

    List<Pair> like(Pair pair, Side side) {
        return sketches.like(pair, side);
    }
}
