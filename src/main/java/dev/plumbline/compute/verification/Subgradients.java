package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.Directions;
import dev.plumbline.compute.program.Convention;
import dev.plumbline.compute.program.Edge;
import dev.plumbline.compute.program.Pieces;
import dev.plumbline.compute.verification.Neighbourhood.Stretch;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Which claims an objective admits where it bends: what one convention gives throughout the program, or a point in the
 * convex hull of the gradients of the smooth pieces around (Clarke's subdifferential, 1983); where no piece has a finite
 * gradient, as at the tip of a norm, a claim between the one-sided derivatives along every direction tried.
 *
 * <p>Intervals for each entry by itself are not enough: {@code [1, 1]} for max(w) at a tie lies in both intervals, and says
 * 2 along (1, 1) where the slope is 1.
 */
final class Subgradients {

    /** Conventions are not worth more reverse passes than this. */
    private static final int MOST_CONVENTIONS = 27;

    private static final int RANDOM_DIRECTIONS = 24;

    /** What a point of the hull may be off, relative to the pieces: rounding of its own computation. */
    private static final double RELATIVE = 1e-11;

    private static final int MOST_ROUNDS = 400;

    private final Neighbourhood around;
    private Differentiability found; // with what the search for thin pieces shows to bend
    private final Map<Convention, Map<String, Tensor>> conventions = new LinkedHashMap<>();
    private final List<Stretch> pieces = new ArrayList<>();
    private final Map<String, Tensor> roots; // not 0 at entries that reach one, which no piece has a gradient for
    private final long seed;
    private double passes;

    Subgradients(Neighbourhood around, Differentiability found, long seed) {
        this.around = around;
        this.found = found;
        this.seed = seed;
        for (Convention convention : Convention.of(around.objective().program(), around.edges())) {
            if (conventions.size() < MOST_CONVENTIONS) {
                conventions.put(convention, Pieces.gradient(around.objective(), around.edges(), convention));
                passes += 2;
            }
        }
        around.stretches().stream().filter(Stretch::isPiece).forEach(pieces::add);
        this.roots = Pieces.reach(
                around.objective(),
                around.edges().stream()
                        .filter(edge -> edge.kind() == Edge.Kind.ROOT)
                        .toList(),
                seed);
    }

    /**
     * What was found out about claims on the entries that bend.
     *
     * @param convention the one that gives the claim, or null
     * @param outside by tensor, the entries that no choice explains
     */
    record Admission(@Nullable Convention convention, Map<String, BitSet> outside) {

        /** Whether an entry that bends is explained. */
        boolean admits(String name, int position) {
            BitSet own = outside.get(name);
            return own == null || !own.get(position);
        }
    }

    /**
     * Holds claims against the subdifferential.
     *
     * @param allowances of the claims, by tensor
     */
    Admission admit(Claims claims, Map<String, Tensor> allowances) {
        Admission byConvention = byConvention(claims, allowances);
        if (byConvention != null && byConvention.outside().values().stream().allMatch(BitSet::isEmpty)) {
            return byConvention;
        }
        ThinPieces.Found thin = new ThinPieces(around, found, seed).explaining(claims, allowances);
        pieces.addAll(thin.pieces());
        found = found.bentAlsoAt(thin.bends());
        List<Place> places = places(claims);
        if (places.isEmpty()) {
            return new Admission(null, Map.of());
        }
        List<Place> ofRoots = around.isPiecewiseLinear()
                ? List.of()
                : places.stream().filter(this::isAtRoot).toList();
        List<Place> atRoots = pieces.isEmpty() ? places : ofRoots;
        List<Place> atBends =
                places.stream().filter(place -> !atRoots.contains(place)).toList();
        Admission byHull = atBends.isEmpty() ? new Admission(null, Map.of()) : apart(claims, allowances, atBends);
        if (!atRoots.isEmpty() && byHull.outside().isEmpty()) {
            byHull = bySlopes(claims, allowances, atRoots);
        }
        boolean explainsSome = byConvention != null
                && byConvention.outside().size() < claims.tensors().size();
        return explainsSome && !byHull.outside().isEmpty() ? Objects.requireNonNull(byConvention) : byHull;
    }

    private boolean isAtRoot(Place place) {
        return Objects.requireNonNull(roots.get(place.name())).at(place.position()) != 0
                || pieces.stream().anyMatch(piece -> !Double.isFinite(at(piece, place)));
    }

    /** An entry that bends, and is claimed. */
    private record Place(String name, int position) {}

    private List<Place> places(Claims claims) {
        List<Place> places = new ArrayList<>();
        claims.tensors()
                .keySet()
                .forEach(name -> Objects.requireNonNull(found.bent().get(name)).stream()
                        .filter(position -> claims.mask(name).judges(position))
                        .forEach(position -> places.add(new Place(name, position))));
        return places;
    }

    /** The convention that explains most tensors whole, with those entries of the others that it does not. */
    private @Nullable Admission byConvention(Claims claims, Map<String, Tensor> allowances) {
        Admission best = null;
        for (Map.Entry<Convention, Map<String, Tensor>> convention : conventions.entrySet()) {
            Map<String, BitSet> outside = new LinkedHashMap<>();
            claims.tensors().forEach((name, claim) -> {
                Tensor given = Objects.requireNonNull(convention.getValue().get(name));
                Tensor allowance = Objects.requireNonNull(allowances.get(name));
                BitSet off = new BitSet();
                for (int i = 0; i < claim.size(); i++) {
                    off.set(
                            i,
                            claims.mask(name).judges(i)
                                    && mayDiffer(name, i)
                                    && !(Math.abs(claim.at(i) - given.at(i)) <= allowance.at(i)));
                }
                if (!off.isEmpty()) {
                    outside.put(name, off);
                }
            });
            if (best == null || outside.size() < best.outside().size()) {
                best = new Admission(convention.getKey(), outside);
            }
        }
        return best;
    }

    /** Whether a framework may have another value than the reference there. */
    private boolean mayDiffer(String name, int position) {
        if (Objects.requireNonNull(found.bent().get(name)).get(position)) {
            return true;
        }
        double reference = Objects.requireNonNull(found.gradient().get(name)).at(position);
        for (Map<String, Tensor> gradient : conventions.values()) {
            double other = Objects.requireNonNull(gradient.get(name)).at(position);
            if (!(Math.abs(other - reference) <= Neighbourhood.ALIKE * Math.abs(reference))) {
                return true;
            }
        }
        return false;
    }

    /** Entries that do not bend, and where some convention has another value all the same. */
    boolean isOnlyConventional(String name, int position) {
        return !Objects.requireNonNull(found.bent().get(name)).get(position) && mayDiffer(name, position);
    }

    /**
     * All together; where that fails and some tensors are wrong elsewhere anyway, the others without them, and each of those
     * by itself: a mistake in one operand of a maximum is not the other's.
     */
    private Admission apart(Claims claims, Map<String, Tensor> allowances, List<Place> places) {
        Admission together = byHull(claims, allowances, places);
        Set<String> wrong = together.outside().isEmpty() ? Set.of() : wrongElsewhere(claims, allowances);
        List<Place> others =
                places.stream().filter(place -> !wrong.contains(place.name())).toList();
        if (wrong.isEmpty() || others.size() == places.size()) {
            return together;
        }
        Map<String, BitSet> outside = new LinkedHashMap<>();
        if (!others.isEmpty()) {
            outside.putAll(byHull(claims, allowances, others).outside());
        }
        for (String name : wrong) {
            List<Place> own =
                    places.stream().filter(place -> place.name().equals(name)).toList();
            outside.putAll(
                    own.isEmpty() ? Map.of() : byHull(claims, allowances, own).outside());
        }
        return new Admission(null, outside);
    }

    /** The tensors that are refuted in entries which do not bend. */
    private Set<String> wrongElsewhere(Claims claims, Map<String, Tensor> allowances) {
        Set<String> wrong = new LinkedHashSet<>();
        claims.tensors().forEach((name, claim) -> {
            Tensor reference = Objects.requireNonNull(found.gradient().get(name));
            Tensor allowance = Objects.requireNonNull(allowances.get(name));
            for (int i = 0; i < claim.size(); i++) {
                boolean off = Math.abs(claim.at(i) - reference.at(i)) > allowance.at(i);
                if (off && claims.mask(name).judges(i) && !mayDiffer(name, i)) {
                    wrong.add(name);
                }
            }
        });
        return wrong;
    }

    private Admission byHull(Claims claims, Map<String, Tensor> allowances, List<Place> places) {
        double[] target = new double[places.size()];
        double[] scales = new double[places.size()];
        for (int k = 0; k < target.length; k++) {
            Place place = places.get(k);
            target[k] = claims.tensor(place.name()).at(place.position());
            double size = Math.abs(target[k]);
            for (Stretch piece : pieces) {
                size = Math.max(size, Math.abs(at(piece, place)));
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
                return new Admission(null, outside(places, off));
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
            off.set(k, !(Math.abs(at(piece, places.get(k)) - target[k]) <= scales[k]));
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

    private boolean isWorthless(List<Place> places, int round) {
        return places.size() > 500 && round >= 40;
    }

    private List<double[]> points(List<Place> places) {
        List<double[]> points = new ArrayList<>();
        for (Stretch piece : pieces) {
            double[] point = new double[places.size()];
            for (int k = 0; k < point.length; k++) {
                point[k] = at(piece, places.get(k));
            }
            if (points.stream().noneMatch(other -> java.util.Arrays.equals(other, point))) {
                points.add(point);
            }
        }
        return points;
    }

    private static double at(Stretch piece, Place place) {
        return Objects.requireNonNull(piece.gradient().get(place.name())).at(place.position());
    }

    private static Map<String, BitSet> outside(List<Place> places, BitSet off) {
        Map<String, BitSet> outside = new LinkedHashMap<>();
        off.stream().forEach(k -> outside.computeIfAbsent(places.get(k).name(), name -> new BitSet())
                .set(places.get(k).position()));
        return outside;
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

    /** Where there is no finite piece: {@code min <= a.d <= max} of the two one-sided derivatives. */
    private Admission bySlopes(Claims claims, Map<String, Tensor> allowances, List<Place> places) {
        List<Map<String, Tensor>> directions = new ArrayList<>();
        around.stretches().forEach(stretch -> directions.add(stretch.direction()));
        for (int j = 0; j < RANDOM_DIRECTIONS; j++) {
            directions.add(around.directions().gaussian(seed + 7919L * j));
        }
        Map<String, Tensor> along = new LinkedHashMap<>();
        Map<String, Tensor> whole = atBends(claims);
        whole.forEach((name, claim) -> along.put(name, claim.map(a -> Double.isFinite(a) ? a : 0)));
        directions.add(along);
        for (Map<String, Tensor> direction : directions) {
            double up = around.ray(direction).slope();
            double down = -around.ray(BalancedDirections.reversed(direction)).slope();
            passes += 4;
            double claimed = Directions.dot(whole, direction);
            double slack = 0;
            for (Map.Entry<String, Tensor> tensor : allowances.entrySet()) {
                Tensor d = direction.get(tensor.getKey());
                for (int i = 0; d != null && i < d.size(); i++) {
                    double allowance = tensor.getValue().at(i);
                    slack += d.at(i) == 0 || !Double.isFinite(allowance) ? 0 : allowance * Math.abs(d.at(i));
                    slack += d.at(i) == 0
                            ? 0
                            : RELATIVE
                                    * Math.abs(Objects.requireNonNull(whole.get(tensor.getKey()))
                                                    .at(i)
                                            * d.at(i));
                }
            }
            boolean isBetween =
                    !(claimed < Math.min(up, down) - slack || claimed > Math.max(up, down) + slack); // or undecided
            if (!isBetween && claims.tensors().keySet().containsAll(direction.keySet())) {
                BitSet all = new BitSet();
                all.set(0, places.size());
                return new Admission(null, outside(places, all));
            }
        }
        return new Admission(null, Map.of());
    }

    /** The claims where the objective bends; elsewhere the reference, as a mistake there is no concern of the bends. */
    private Map<String, Tensor> atBends(Claims claims) {
        Map<String, Tensor> whole = claims.completed(found.gradient());
        whole.replaceAll((name, claim) -> {
            BitSet bent = Objects.requireNonNull(found.bent().get(name));
            Tensor reference = Objects.requireNonNull(found.gradient().get(name));
            double[] values = reference.values().clone();
            bent.stream().forEach(i -> values[i] = claim.at(i));
            return Tensor.of(claim.shape(), values);
        });
        return whole;
    }

    /** What is differentiable after all that was looked at for these claims. */
    Differentiability found() {
        return found;
    }

    /** The work of it, in forward passes. */
    double passes() {
        return passes;
    }
}
