package dev.plumbline.compute.verification;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Whether claims are a point of the convex hull of the gradients of smooth pieces, which is enlarged by pieces in the
 * claim's direction until it holds the claim or nothing more is found. Bad: of more than 500 entries only the pieces of 40
 * rounds are known, and a claim outside of their hull may lie in the whole one.
 */
final class HullSearch {

    /** What a point of the hull may be off, relative to the pieces: rounding of its own computation. */
    static final double RELATIVE = 1e-11;

    private static final int MOST_ROUNDS = 400;
    private static final int MANY = 500; // places
    private static final int ROUNDS_OF_MANY = 40;

    private final Neighbourhood around;
    private final List<Stretch> pieces;
    private final long seed;

    /** @param pieces known so far; those found are added */
    HullSearch(Neighbourhood around, List<Stretch> pieces, long seed) {
        this.around = around;
        this.pieces = pieces;
        this.seed = seed;
    }

    /** An entry that bends, and is claimed. */
    record Place(String name, int position) {

        double in(Stretch piece) {
            return Objects.requireNonNull(piece.gradient().get(name)).at(position);
        }
    }

    /** The entries of claims, by tensor, that no point of the hull explains together with the others. */
    Map<String, BitSet> outside(Claims claims, Map<String, Tensor> allowances, List<Place> places) {
        double[] target = new double[places.size()];
        double[] scales = new double[places.size()];
        for (int k = 0; k < target.length; k++) {
            Place place = places.get(k);
            target[k] = claims.tensor(place.name()).at(place.position());
            double size = Math.abs(target[k]);
            for (Stretch piece : pieces) {
                size = Math.max(size, Math.abs(place.in(piece)));
            }
            double allowance =
                    Objects.requireNonNull(allowances.get(place.name())).at(place.position());
            scales[k] =
                    (Double.isFinite(allowance) ? allowance + RELATIVE * size : Neighbourhood.ALIKE * size) + 1e-300;
        }
        SplittableRandom random = new SplittableRandom(seed);
        Set<Stretch> tried = Collections.newSetFromMap(new IdentityHashMap<>());
        int rounds = (int) Math.min(MOST_ROUNDS, Math.max(24, 4L * places.size() + 24));
        for (int round = 0; ; round++) {
            double[] residual = Hull.residual(points(places), target, scales);
            BitSet off = new BitSet();
            for (int k = 0; k < target.length; k++) {
                off.set(k, !(Math.abs(residual[k]) <= scales[k]));
            }
            if (off.isEmpty() || round >= rounds || isWorthless(places, round)) {
                return outside(places, off);
            }
            Stretch nearest = round % 2 == 0 ? nearest(places, target, scales, tried) : null;
            if (nearest != null) {
                tried.add(nearest);
                look(mirrored(nearest, places, target, scales, random));
            } else {
                look(towards(places, residual, random, round / 2));
            }
        }
    }

    /** The piece, not tried before, that has most places as the claim has them. */
    private @Nullable Stretch nearest(List<Place> places, double[] target, double[] scales, Set<Stretch> tried) {
        Stretch nearest = null;
        int least = places.size() + 1;
        for (Stretch piece : pieces) {
            int off = tried.contains(piece)
                    ? least
                    : off(piece, places, target, scales).cardinality();
            nearest = off < least ? piece : nearest;
            least = Math.min(least, off);
        }
        return nearest;
    }

    private static BitSet off(Stretch piece, List<Place> places, double[] target, double[] scales) {
        BitSet off = new BitSet();
        for (int k = 0; k < target.length; k++) {
            off.set(k, !(Math.abs(places.get(k).in(piece) - target[k]) <= scales[k]));
        }
        return off;
    }

    /**
     * A piece's direction, turned round in the entries that it does not explain: where each bend is an entry's own, as a
     * bias before a ReLU, that is the piece which the claim comes from.
     */
    private Map<String, Tensor> mirrored(
            Stretch piece, List<Place> places, double[] target, double[] scales, SplittableRandom random) {
        Map<String, double[]> direction = new LinkedHashMap<>();
        piece.direction().forEach((name, d) -> direction.put(name, d.values().clone()));
        off(piece, places, target, scales).stream().forEach(k -> {
            Place place = places.get(k);
            double[] own = direction.computeIfAbsent(
                    place.name(),
                    name -> new double[around.objective().parameter(name).size()]);
            double before = own[place.position()];
            double weight = around.directions().weights().getOrDefault(place.name(), 1.0);
            own[place.position()] = before == 0 ? weight * random.nextGaussian() : -before;
        });
        return tensors(direction);
    }

    private Map<String, Tensor> tensors(Map<String, double[]> direction) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        direction.forEach((name, d) ->
                tensors.put(name, Tensor.of(around.objective().parameter(name).shape(), d)));
        return tensors;
    }

    private void look(Map<String, Tensor> direction) {
        Stretch stretch = around.along(direction);
        if (stretch.isPiece()) {
            pieces.add(stretch);
        }
    }

    private static Map<String, BitSet> outside(List<Place> places, BitSet off) {
        Map<String, BitSet> outside = new LinkedHashMap<>();
        off.stream().forEach(k -> outside.computeIfAbsent(places.get(k).name(), name -> new BitSet())
                .set(places.get(k).position()));
        return outside;
    }

    private boolean isWorthless(List<Place> places, int round) {
        return places.size() > MANY && round >= ROUNDS_OF_MANY;
    }

    private List<double[]> points(List<Place> places) {
        List<double[]> points = new ArrayList<>();
        for (Stretch piece : pieces) {
            double[] point = new double[places.size()];
            for (int k = 0; k < point.length; k++) {
                point[k] = places.get(k).in(piece);
            }
            if (points.stream().noneMatch(other -> Arrays.equals(other, point))) {
                points.add(point);
            }
        }
        return points;
    }

    /**
     * A direction to another piece, further towards the claim if there is one: along the way from the hull to the claim, more
     * and more at random, or quite at random.
     */
    private Map<String, Tensor> towards(List<Place> places, double[] residual, SplittableRandom random, int round) {
        double size = 0;
        for (double r : residual) {
            size = Math.max(size, Math.abs(r));
        }
        double noise = round % 4 == 0 ? 0 : round % 4 == 1 ? 0.3 : round % 4 == 2 ? 1 : 100;
        Map<String, double[]> direction = new LinkedHashMap<>();
        for (int k = 0; k < residual.length; k++) {
            Place place = places.get(k);
            double[] own = direction.computeIfAbsent(
                    place.name(),
                    name -> new double[around.objective().parameter(name).size()]);
            own[place.position()] = -residual[k] / size + noise * random.nextGaussian();
        }
        return tensors(direction);
    }
}
