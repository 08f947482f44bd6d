package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.Directions;
import dev.plumbline.compute.program.Edge;
import dev.plumbline.compute.program.Pieces;
import dev.plumbline.compute.verification.HullSearch.Place;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Which claims an objective admits where it bends: what one convention gives throughout the program, or a point in the
 * convex hull of the gradients of the smooth pieces around (Clarke's subdifferential, 1983); where no piece has a finite
 * gradient, as at the tip of a norm, a claim between the one-sided derivatives along every direction tried.
 *
 * <p>Intervals for each entry by itself are not enough: {@code [1, 1]} for max(w) at a tie lies in both intervals, and says
 * 2 along (1, 1) where the slope is 1.
 */
final class Subgradients {

    private static final int RANDOM_DIRECTIONS = 24;

    private final Neighbourhood around;
    private Differentiability found; // with what the search for thin pieces shows to bend
    private final ConventionalGradients conventions;
    private final List<Stretch> pieces = new ArrayList<>();
    private final Map<String, Tensor> roots; // not 0 at entries that reach one, which no piece has a gradient for
    private final long seed;
    private double passes;

    Subgradients(Neighbourhood around, Differentiability found, long seed) {
        this.around = around;
        this.found = found;
        this.seed = seed;
        this.conventions = ConventionalGradients.of(around);
        this.passes = conventions.passes();
        around.stretches().stream().filter(Stretch::isPiece).forEach(pieces::add);
        this.roots = Pieces.reach(
                around.objective(),
                around.edges().stream()
                        .filter(edge -> edge.kind() == Edge.Kind.ROOT)
                        .toList(),
                seed);
    }

    /**
     * Holds claims against the subdifferential.
     *
     * @param allowances of the claims, by tensor
     */
    Admission admit(Claims claims, Map<String, Tensor> allowances) {
        Admission byConvention = conventions.explaining(claims, allowances, found);
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
                || pieces.stream().anyMatch(piece -> !Double.isFinite(place.in(piece)));
    }

    private List<Place> places(Claims claims) {
        List<Place> places = new ArrayList<>();
        claims.tensors()
                .keySet()
                .forEach(name -> Objects.requireNonNull(found.bent().get(name)).stream()
                        .filter(position -> claims.mask(name).judges(position))
                        .forEach(position -> places.add(new Place(name, position))));
        return places;
    }

    /**
     * All together; where that fails and some tensors are wrong elsewhere anyway, the others without them, and each of those
     * by itself: a mistake in one operand of a maximum is not the other's.
     */
    private Admission apart(Claims claims, Map<String, Tensor> allowances, List<Place> places) {
        HullSearch hull = new HullSearch(around, pieces, seed);
        Map<String, BitSet> together = hull.outside(claims, allowances, places);
        Set<String> wrong = together.isEmpty() ? Set.of() : wrongElsewhere(claims, allowances);
        List<Place> others =
                places.stream().filter(place -> !wrong.contains(place.name())).toList();
        if (wrong.isEmpty() || others.size() == places.size()) {
            return new Admission(null, together);
        }
        Map<String, BitSet> outside = new LinkedHashMap<>();
        if (!others.isEmpty()) {
            outside.putAll(hull.outside(claims, allowances, others));
        }
        for (String name : wrong) {
            List<Place> own =
                    places.stream().filter(place -> place.name().equals(name)).toList();
            outside.putAll(own.isEmpty() ? Map.of() : hull.outside(claims, allowances, own));
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
                if (off && claims.mask(name).judges(i) && !conventions.mayDiffer(name, i, found)) {
                    wrong.add(name);
                }
            }
        });
        return wrong;
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
            double slack = slack(whole, allowances, direction);
            boolean isBetween =
                    !(claimed < Math.min(up, down) - slack || claimed > Math.max(up, down) + slack); // or undecided
            if (!isBetween && claims.tensors().keySet().containsAll(direction.keySet())) {
                Map<String, BitSet> outside = new LinkedHashMap<>();
                places.forEach(place -> outside.computeIfAbsent(place.name(), name -> new BitSet())
                        .set(place.position()));
                return new Admission(null, outside);
            }
        }
        return new Admission(null, Map.of());
    }

    /** What a claim along a direction may be off. */
    private static double slack(
            Map<String, Tensor> claims, Map<String, Tensor> allowances, Map<String, Tensor> direction) {
        double slack = 0;
        for (Map.Entry<String, Tensor> tensor : allowances.entrySet()) {
            Tensor d = direction.get(tensor.getKey());
            Tensor claim = Objects.requireNonNull(claims.get(tensor.getKey()));
            for (int i = 0; d != null && i < d.size(); i++) {
                double allowance = tensor.getValue().at(i);
                boolean counts = d.at(i) != 0 && Double.isFinite(allowance);
                slack += counts ? allowance * Math.abs(d.at(i)) : 0;
                slack += d.at(i) == 0 ? 0 : HullSearch.RELATIVE * Math.abs(claim.at(i) * d.at(i));
            }
        }
        return slack;
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

    /** Entries that do not bend, and where some convention has another value all the same. */
    boolean isOnlyConventional(String name, int position) {
        return conventions.isOnlyConventional(name, position, found);
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
