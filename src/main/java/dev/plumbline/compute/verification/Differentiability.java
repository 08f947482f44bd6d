package dev.plumbline.compute.verification;

import dev.plumbline.compute.program.Edge;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Pieces;
import dev.plumbline.compute.program.Ray;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Which entries of a gradient exist at the point, and their values.
 *
 * @param gradient the reference: of reverse mode where the objective is smooth; where parts of it bend and all the pieces
 *     around the point agree, theirs; at a bend what reverse mode takes
 * @param bent by tensor, the entries on which the pieces around the point differ
 * @param broken the entries along which the objective jumps, or leaves its domain
 * @param undecided the entries for which three orders do not tell
 * @param corrected the entries where the pieces agree on another value than reverse mode has: autograd is wrong there
 * @param isConsistent whether forward and reverse mode agree but for rounding, as far as the objective is smooth
 */
record Differentiability(
        Map<String, Tensor> gradient,
        Map<String, BitSet> bent,
        Map<String, BitSet> broken,
        Map<String, BitSet> undecided,
        Map<String, BitSet> corrected,
        boolean isConsistent) {

    /** Forward and reverse mode disagree where their difference exceeds this many times what rounding explains. */
    private static final double BEYOND_ROUNDING = 16;

    /** Rounding of sums along a direction, relative to the sizes of their terms. */
    private static final double SUMS = 0x1p-45;

    /** Entries whose reverse mode is not finite are followed one by one, up to so many. */
    private static final int MOST_FOLLOWED = 64;

    /** What the rays around the point say. */
    static Differentiability of(Neighbourhood around, Map<String, Tensor> reverse, long seed) {
        return new Reading(around, reverse, seed).differentiability();
    }

    boolean isSmooth() {
        return isNone(bent) && isNone(broken) && isNone(undecided);
    }

    /** The same where some more entries are known to bend. */
    Differentiability bentAlsoAt(Map<String, BitSet> more) {
        Map<String, BitSet> all = new LinkedHashMap<>();
        bent.forEach((name, entries) -> {
            BitSet either = (BitSet) entries.clone();
            either.or(more.getOrDefault(name, new BitSet()));
            all.put(name, either);
        });
        return new Differentiability(gradient, all, broken, undecided, corrected, isConsistent);
    }

    private static boolean isNone(Map<String, BitSet> entries) {
        return entries.values().stream().allMatch(BitSet::isEmpty);
    }

    private static final class Reading {

        private final Neighbourhood around;
        private final Objective objective;
        private final Map<String, Tensor> reverse;
        private final long seed;
        private final Map<String, double[]> values = new LinkedHashMap<>(); // where they are not reverse mode's
        private final Map<String, BitSet> bent = new LinkedHashMap<>();
        private final Map<String, BitSet> broken = new LinkedHashMap<>();
        private final Map<String, BitSet> undecided = new LinkedHashMap<>();
        private final Map<String, BitSet> corrected = new LinkedHashMap<>();

        Reading(Neighbourhood around, Map<String, Tensor> reverse, long seed) {
            this.around = around;
            this.objective = around.objective();
            this.reverse = reverse;
            this.seed = seed;
            reverse.forEach((name, gradient) -> {
                bent.put(name, new BitSet());
                broken.put(name, new BitSet());
                undecided.put(name, new BitSet());
                corrected.put(name, new BitSet());
            });
        }

        Differentiability differentiability() {
            List<Stretch> jumping = new ArrayList<>();
            List<Stretch> unknown = new ArrayList<>();
            List<Stretch> rays = new ArrayList<>();
            for (Stretch stretch : around.stretches()) {
                (around.jumps(stretch) ? jumping : !stretch.ray().isDecided() ? unknown : rays).add(stretch);
            }
            List<Stretch> pieces = rays.stream().filter(Stretch::isPiece).toList();
            jumping.forEach(stretch -> mark(broken, stretch, hasJump(stretch) ? Edge.Kind.JUMP : Edge.Kind.ROOT));
            unknown.forEach(stretch -> mark(undecided, stretch, Edge.Kind.ROOT));
            if (!pieces.isEmpty()) {
                reverse.keySet().forEach(name -> compare(name, pieces));
            }
            follow(jumping.isEmpty());
            Map<String, Tensor> gradient = gradient();
            boolean isLinear = true;
            for (Stretch stretch : rays) {
                isLinear &= agrees(gradient, stretch);
            }
            boolean isWhole =
                    bent.values().stream().allMatch(BitSet::isEmpty) && jumping.isEmpty() && unknown.isEmpty();
            if (isWhole && !isLinear && !around.edges().isEmpty()) {
                bendAll(); // odd along coordinates, but not linear
                return result(gradient, true);
            }
            return result(gradient, !isWhole || isLinear);
        }

        private Differentiability result(Map<String, Tensor> gradient, boolean isConsistent) {
            return new Differentiability(gradient, bent, broken, undecided, corrected, isConsistent);
        }

        private Map<String, Tensor> gradient() {
            if (values.isEmpty()) {
                return reverse;
            }
            Map<String, Tensor> gradient = new LinkedHashMap<>(reverse);
            values.forEach((name, entries) ->
                    gradient.put(name, Tensor.of(objective.parameter(name).shape(), entries)));
            return gradient;
        }

        private void correct(String name, int position, double value) {
            values.computeIfAbsent(name, key -> Objects.requireNonNull(reverse.get(key))
                    .values()
                    .clone())[position] = value;
        }

        private double[] values(String name) {
            double[] own = values.get(name);
            return own == null ? Objects.requireNonNull(reverse.get(name)).values() : own;
        }

        /** Else a ray with another limit leaves the domain, through a root. */
        private static boolean hasJump(Stretch stretch) {
            return stretch.ray().edges().stream().anyMatch(edge -> edge.kind() == Edge.Kind.JUMP);
        }

        /** The entries that a ray's edges depend on; all that anything on an edge depends on where none shows. */
        private void mark(Map<String, BitSet> marks, Stretch stretch, Edge.Kind kind) {
            List<Edge> edges = stretch.ray().edges().stream()
                    .filter(edge -> edge.kind() == kind)
                    .toList();
            boolean any = false;
            for (Map.Entry<String, Tensor> sizes :
                    Pieces.reach(objective, edges, seed).entrySet()) {
                BitSet own = marks.get(sizes.getKey());
                for (int i = 0; own != null && i < sizes.getValue().size(); i++) {
                    if (sizes.getValue().at(i) != 0) {
                        own.set(i);
                        any = true;
                    }
                }
            }
            if (!any) {
                stretch.direction().forEach((name, d) -> {
                    BitSet own = marks.get(name);
                    for (int i = 0; own != null && i < d.size(); i++) {
                        own.set(i, own.get(i) || d.at(i) != 0);
                    }
                });
            }
        }

        /** Where the pieces agree they give the entry, where not it bends. */
        private void compare(String name, List<Stretch> pieces) {
            Tensor given = Objects.requireNonNull(reverse.get(name));
            Tensor rounding = Objects.requireNonNull(around.roundings().get(name));
            List<Tensor> gradients = different(name, pieces);
            if (gradients.size() == 1 && gradients.get(0) == given && given.firstNonFinite() < 0) {
                return;
            }
            for (int i = 0; i < given.size(); i++) {
                double low = gradients.get(0).at(i);
                double high = low;
                for (Tensor piece : gradients) {
                    double value = piece.at(i);
                    low = Math.min(low, value); // NaN stays
                    high = Math.max(high, value);
                }
                double size = Math.max(Math.abs(low), Math.abs(high));
                if (!(high - low <= Neighbourhood.ALIKE * size + 2 * rounding.at(i))) {
                    Objects.requireNonNull(bent.get(name)).set(i);
                } else if (!(Math.abs(given.at(i) - low) <= Neighbourhood.ALIKE * size + 2 * rounding.at(i))) {
                    Objects.requireNonNull(corrected.get(name)).set(i);
                    correct(name, i, low);
                }
            }
        }

        /** The gradients by one tensor of what was followed, each once: as a rule they are the same one. */
        private static List<Tensor> different(String name, List<Stretch> stretches) {
            Set<Tensor> different = Collections.newSetFromMap(new IdentityHashMap<>());
            stretches.forEach(stretch ->
                    different.add(Objects.requireNonNull(stretch.gradient().get(name))));
            return List.copyOf(different);
        }

        /**
         * Entries that reverse mode says nothing of, where it is not finite or a root is on the way: they have a derivative if
         * forward mode along them is odd.
         */
        private void follow(boolean continuous) {
            Map<String, Tensor> roots = around.hasRoot() && continuous ? roots() : Map.of();
            List<Runnable> work = new ArrayList<>();
            reverse.forEach((name, given) -> {
                Tensor rooted = roots.get(name);
                BitSet bends = Objects.requireNonNull(bent.get(name)); // odd along itself, and yet bent
                List<Tensor> pieces = different(name, around.stretches());
                boolean isKnown = rooted == null
                        && given.firstNonFinite() < 0
                        && pieces.stream().allMatch(piece -> piece.firstNonFinite() < 0);
                for (int i = 0; i < given.size() && continuous && !isKnown; i++) {
                    int position = i;
                    boolean isOwn = (rooted == null || rooted.at(i) == 0)
                            && Double.isFinite(given.at(i))
                            && isFinite(pieces, i);
                    if (!isOwn && !bends.get(i)) {
                        work.add(() -> follow(name, position));
                    }
                }
            });
            if (work.size() <= MOST_FOLLOWED) {
                work.forEach(Runnable::run);
            }
        }

        private Map<String, Tensor> roots() {
            return Pieces.reach(
                    objective,
                    around.edges().stream()
                            .filter(edge -> edge.kind() == Edge.Kind.ROOT)
                            .toList(),
                    seed);
        }

        private static boolean isFinite(List<Tensor> pieces, int position) {
            for (Tensor piece : pieces) {
                if (!Double.isFinite(piece.at(position))) {
                    return false;
                }
            }
            return true;
        }

        private void follow(String name, int position) {
            Map<String, Tensor> entry = around.directions().entry(name, position);
            double unit = Objects.requireNonNull(entry.get(name)).at(position);
            Ray up = around.ray(entry);
            Ray down = around.ray(BalancedDirections.reversed(entry));
            double right = up.slope() / unit;
            double left = -down.slope() / unit;
            double size = Math.max(Math.abs(left), Math.abs(right));
            boolean odd = Math.abs(right - left) <= Neighbourhood.ALIKE * size;
            Objects.requireNonNull(bent.get(name)).set(position, !odd);
            if (odd) {
                double before = values(name)[position];
                Objects.requireNonNull(corrected.get(name))
                        .set(position, !(Math.abs(right - before) <= Neighbourhood.ALIKE * size));
                correct(name, position, right);
            }
        }

        /** {@code f'(x; d) = g.d} but for rounding. */
        private boolean agrees(Map<String, Tensor> gradient, Stretch stretch) {
            Stretch.Product product = stretch.with(gradient);
            double slope = stretch.ray().slope();
            double off = Math.abs(slope - product.along());
            double sums = SUMS * (product.terms() + Math.abs(slope));
            if (off <= sums) {
                return true;
            }
            double allowed =
                    sums + BEYOND_ROUNDING * stretch.with(around.roundings()).terms();
            return off <= allowed || off <= allowed + BEYOND_ROUNDING * around.roundingOf(stretch);
        }

        private void bendAll() {
            around.reach().forEach((name, positions) -> {
                BitSet own = bent.get(name);
                if (own != null) {
                    own.or(positions);
                }
            });
            if (bent.values().stream().allMatch(BitSet::isEmpty)) {
                reverse.forEach((name, entries) ->
                        Objects.requireNonNull(bent.get(name)).set(0, entries.size()));
            }
        }
    }
}
