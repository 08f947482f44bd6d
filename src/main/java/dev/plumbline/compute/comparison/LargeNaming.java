package dev.plumbline.compute.comparison;

import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Mistake.Kind;
import dev.plumbline.compute.judgement.Places;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Names the difference of a tensor too large to be held in memory: by some thousands of its entries, evenly spread and among those
 * that are apart, and by where those lie. Numbers in other places are looked for by reading where they should come from.
 */
final class LargeNaming {

    /** Kinds of which an excerpt cannot tell the place. */
    private static final Set<Kind> PLACED =
            EnumSet.of(Kind.UNKNOWN, Kind.SPARSE, Kind.SLICE, Kind.SHIFTED, Kind.TRANSPOSED);

    /** Entries apart that a rearrangement must bring home: chance brings one home with a likelihood of 1e-4 or so. */
    private static final int ENOUGH = 16;

    private static final int HIGHEST_RANK = 5;
    private static final int ANCHORS = 3;
    private static final int SIGHTINGS = 8;
    private static final int PIECE = 1 << 14;

    private final Naming naming;
    private final Pair pair;
    private final Runnable watch;

    LargeNaming(Naming naming, Pair pair, Runnable watch) {
        this.naming = naming;
        this.pair = pair;
        this.watch = watch;
    }

    Difference name() {
        Excerpt even = Excerpt.of(pair.size());
        double[] x = even.of(pair.a());
        double[] y = even.of(pair.b());
        long apart = IntStream.range(0, x.length)
                .filter(i -> pair.isApart(x[i], y[i]))
                .count();
        if (4 * apart >= x.length) {
            Difference found = found(even);
            return found != null ? found : unknown(null);
        }
        Survey survey = Survey.of(pair, watch);
        Shape shape = pair.a().shape();
        boolean isNonFinite = pair.tally().nonFiniteDiffering() > 0;
        if (survey.apart() <= Mistake.LISTED || isNonFinite) {
            Side side = isNonFinite && pair.tally().nonFiniteA() == 0 ? Side.B : Side.A;
            return naming.difference(pair, listed(isNonFinite, survey.listed(shape)), side, null);
        }
        Difference found = found(survey.isSlice(shape) ? new Excerpt(survey.sample()) : even.and(survey.sample()));
        if (survey.isSlice(shape)) {
            Mistake inside = found != null && found.side() == Side.A ? found.mistake() : null;
            return naming.difference(pair, slice(survey, inside), Side.A, null);
        }
        return found != null ? found : unknown(survey);
    }

    private static Mistake listed(boolean isNonFinite, List<List<Integer>> entries) {
        return isNonFinite ? new Mistake.NonFinite(entries, "") : new Mistake.Sparse(entries, "");
    }

    private Mistake slice(Survey survey, @Nullable Mistake inside) {
        Double factor = inside == null ? null : inside instanceof Mistake.Zero ? Double.valueOf(0) : inside.multiple();
        return new Mistake.Slice(survey.slice(pair.a().shape()), factor, "");
    }

    private Difference unknown(@Nullable Survey survey) {
        Mistake unknown = new Mistake.Unknown("");
        Difference difference = naming.difference(pair, unknown, Side.A, null);
        return survey == null
                ? difference
                : new Difference(
                        difference.kind(),
                        difference.side(),
                        unknown,
                        List.of(),
                        null,
                        "%s; %d of %d entries are apart"
                                .formatted(difference.words(), survey.apart(), (long) pair.size()));
    }

    private @Nullable Difference found(Excerpt excerpt) {
        Difference law = naming.decided(pair, side -> {
            List<Pair> asked = new ArrayList<>(List.of(pair));
            asked.addAll(naming.like(pair, side));
            return naming.name(asked, side, (some, numbers) -> excerpt.of(numbers));
        });
        Mistake mistake = law.mistake();
        boolean isOfBlocks =
                mistake instanceof Mistake.Swapped swapped && pair.name().equals(swapped.tensor());
        if (mistake != null && !PLACED.contains(mistake.kind()) && !isOfBlocks) {
            return sampled(mistake, law.side(), excerpt);
        }
        for (Side side : Side.values()) {
            Mistake moved = new Moves(excerpt, side).name();
            if (moved != null) {
                return sampled(moved, side, excerpt);
            }
        }
        return null;
    }

    private Difference sampled(Mistake mistake, Side side, Excerpt excerpt) {
        return naming.difference(pair, mistake, side, excerpt.positions().length);
    }

    /** Right numbers in wrong places. */
    private final class Moves {

        private final Excerpt excerpt;
        private final Numbers other;
        private final double[] own;
        private final double[] allowance;
        private final Shape shape;
        private final int apart;

        Moves(Excerpt excerpt, Side side) {
            this.excerpt = excerpt;
            this.own = excerpt.of(pair.of(side));
            this.other = pair.of(side.other());
            this.shape = other.shape();
            this.allowance = new double[own.length];
            double[] there = excerpt.of(other);
            int count = 0;
            for (int i = 0; i < own.length; i++) {
                allowance[i] = pair.allowance(side, own[i]);
                count += pair.isApart(own[i], there[i]) ? 1 : 0;
            }
            this.apart = count;
        }

        @Nullable
        Mistake name() {
            if (apart < ENOUGH || shape.rank() == 0) {
                return null;
            }
            Mistake turned = shape.rank() <= HIGHEST_RANK ? turned() : null;
            return turned != null ? turned : shifted();
        }

        private @Nullable Mistake turned() {
            List<int[]> orders = Places.permutations(shape.rank());
            for (int[] order : orders.subList(1, orders.size())) {
                Shape permuted = Places.permuted(shape, order);
                if (isFrom(Places.transposed(shape, order))
                        || isFrom(Places.transposed(permuted, Places.inverse(order)))) {
                    return new Mistake.Transposed("");
                }
            }
            for (int axis = 0; axis < shape.rank(); axis++) {
                if (isFrom(Places.flipped(shape, 1 << axis))) {
                    return new Mistake.Shifted(null, axis, "");
                }
            }
            return null;
        }

        /** The largest numbers there are looked for here. */
        private @Nullable Mistake shifted() {
            double[] there = excerpt.of(other);
            double bound = Double.POSITIVE_INFINITY;
            for (int anchor = 0; anchor < ANCHORS; anchor++) {
                int largest = -1;
                for (int i = 0; i < there.length; i++) {
                    double size = Math.abs(there[i]);
                    if (size < bound && (largest < 0 || size > Math.abs(there[largest]))) {
                        largest = i;
                    }
                }
                if (largest < 0 || there[largest] == 0) {
                    return null;
                }
                bound = Math.abs(there[largest]);
                for (int to : sightings(there[largest])) {
                    Mistake shifted = between(excerpt.positions()[largest], to);
                    if (shifted != null) {
                        return shifted;
                    }
                }
            }
            return null;
        }

        private List<Integer> sightings(double value) {
            Numbers mine = other == pair.b() ? pair.a() : pair.b();
            double allowed = pair.allowance(other == pair.b() ? Side.A : Side.B, value);
            List<Integer> sightings = new ArrayList<>();
            double[] piece = new double[PIECE];
            for (int from = 0; from < mine.size() && sightings.size() < SIGHTINGS; from += PIECE) {
                watch.run();
                int count = Math.min(PIECE, mine.size() - from);
                mine.read(from, piece, count);
                for (int i = 0; i < count && sightings.size() < SIGHTINGS; i++) {
                    if (Math.abs(piece[i] - value) <= allowed) {
                        sightings.add(from + i);
                    }
                }
            }
            return sightings;
        }

        private @Nullable Mistake between(int from, int to) {
            int[] there = shape.index(from);
            int[] here = shape.index(to);
            List<Integer> axes = IntStream.range(0, here.length)
                    .filter(axis -> here[axis] != there[axis])
                    .boxed()
                    .toList();
            if (axes.size() == 1) {
                int axis = axes.get(0);
                int shift = here[axis] - there[axis];
                int extent = shape.extent(axis);
                int nearest = 2 * Math.abs(shift) > extent ? shift - Integer.signum(shift) * extent : shift;
                if (isFrom(Places.rolled(shape, axis, nearest))) {
                    return new Mistake.Shifted(nearest, axis, "");
                }
                if (isFrom(Places.pushed(shape, axis, shift))) {
                    return new Mistake.Shifted(shift, axis, "");
                }
            }
            Shape flat = Shape.of(shape.size());
            boolean isFlat = isFrom(Places.rolled(flat, 0, to - from)) || isFrom(Places.pushed(flat, 0, to - from));
            return isFlat && to != from ? new Mistake.Shifted(to - from, null, "") : null;
        }

        private boolean isFrom(IntUnaryOperator source) {
            // A few first: nearly every guess is wrong.
            Excerpt few = new Excerpt(Arrays.copyOf(excerpt.positions(), Math.min(64, own.length)));
            return fits(few.of(other, source)) && fits(excerpt.of(other, source));
        }

        private boolean fits(double[] there) {
            for (int i = 0; i < there.length; i++) {
                if (!(Math.abs(own[i] - there[i]) <= 2 * allowance[i])) {
                    return false;
                }
            }
            return true;
        }
    }
}
