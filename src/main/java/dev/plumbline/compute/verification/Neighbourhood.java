package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.DrawnTensors;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.program.Deviations;
import dev.plumbline.compute.program.Edge;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Pieces;
import dev.plumbline.compute.program.Ray;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What forward mode finds around the point of an objective: whether reverse mode agrees with it, where the objective bends
 * or jumps, and on which entries of the gradient the smooth pieces around the point differ.
 *
 * <p>A random direction leaves every edge that any direction leaves, with probability 1, so a few of them find all there
 * is. Where they find no edge the objective is smooth and the work ends: eight directions, or four in a first look, whose
 * certificate is wider by 1.4. Else the gradient of the piece
 * along each of them is taken, and along coordinates where few entries reach the edges.
 *
 * <p>Odd is not linear: an objective with bending parts counts as smooth only if all pieces agree and {@code f'(x; d) = g.d}
 * along every direction tried, both ways.
 */
final class Neighbourhood {

    /** Directions over all parameters. */
    static final int DIRECTIONS = 8;

    /** As many where nothing bends, in a first look. */
    static final int FIRST_DIRECTIONS = 4;

    /** Directions that look for edges before the others take their word for it. */
    private static final int SCOUTS = 2;

    /** More entries than this are not followed one by one. */
    private static final int FEW = 24;

    /** Pieces that differ by less, relative to the largest of them, are one. */
    static final double ALIKE = 1e-9;

    private final Objective objective;
    private final Map<String, Tensor> gradient;
    private final Map<String, Tensor> roundings; // of the reference, in float64
    private final Ground given;
    private final BalancedDirections directions;
    private final PiecesAtRoots atRoots;
    private final Map<Node, BitSet> live = new HashMap<>();
    private final Map<Place, Edge> edges = new LinkedHashMap<>();
    private final List<Stretch> stretches = new ArrayList<>();
    private final List<Stretch> certifying = new ArrayList<>(); // one of each pair of opposite directions
    private double passes;
    private int rays;
    private long curves = 1L << 40; // seeds

    /**
     * What is known beforehand.
     *
     * @param roundings by parameter, what float64 rounding does to each entry of the gradient
     * @param spreads of the values
     * @param valueNoise what it does to the objective
     * @param isFirstLook whether fewer directions will do
     */
    record Ground(Map<String, Tensor> roundings, Deviations spreads, double valueNoise, boolean isFirstLook) {}

    private record Place(Node node, int element) {}

    private Neighbourhood(Objective objective, Map<String, Tensor> gradient, Ground ground) {
        this.objective = objective;
        this.gradient = gradient;
        this.roundings = ground.roundings();
        this.given = ground;
        this.directions = BalancedDirections.of(objective, gradient, roundings);
        this.atRoots = new PiecesAtRoots(this);
    }

    /** @param gradient by reverse mode */
    static Neighbourhood of(
            Objective objective, Map<String, Tensor> gradient, Ground ground, long seed, Progress progress) {
        Neighbourhood found = new Neighbourhood(objective, gradient, ground);
        found.explore(seed, progress);
        return found;
    }

    private void explore(long seed, Progress progress) {
        progress.at(Progress.Phase.CERTIFICATE, 0, DIRECTIONS, 0);
        for (int j = 0; j < SCOUTS; j++) {
            Map<String, Tensor> direction = directions.gaussian(seed(seed, j));
            certify(direction, true);
            if (!given.isFirstLook()) {
                look(BalancedDirections.reversed(direction), true);
            }
        }
        for (int j = 0; j < SCOUTS && given.isFirstLook() && !isFlat(); j++) { // an edge is met both ways
            look(BalancedDirections.reversed(directions.gaussian(seed(seed, j))), true);
        }
        boolean smooth = isFlat();
        int count = smooth && given.isFirstLook() ? FIRST_DIRECTIONS : DIRECTIONS;
        for (int j = SCOUTS; j < count; j++) {
            progress.at(Progress.Phase.CERTIFICATE, j, count, rays);
            Map<String, Tensor> direction = directions.gaussian(seed(seed, j));
            certify(direction, !smooth);
            if (!smooth) {
                look(BalancedDirections.reversed(direction), true);
            }
        }
        if (!smooth) {
            lookCloser(seed, progress);
        }
    }

    /** Directions that random ones seldom resemble: all entries by the same amount, and one entry alone. */
    private void lookCloser(long seed, Progress progress) {
        for (int j = 0; j < 4; j++) {
            Map<String, Tensor> random = directions.signs(seed(seed, 100 + j));
            Map<String, Tensor> signs = j > 0 ? random : DrawnTensors.changed(random, (name, d) -> d.map(Math::abs));
            lookAlong(signs);
            lookAlong(BalancedDirections.reversed(signs));
        }
        Map<String, BitSet> reach = reach();
        if (count(reach) > FEW) {
            return;
        }
        reach.forEach((name, positions) -> positions.stream().forEach(position -> {
            progress.at(Progress.Phase.CERTIFICATE, DIRECTIONS, DIRECTIONS, rays);
            lookAlong(directions.entry(name, position));
            lookAlong(BalancedDirections.reversed(directions.entry(name, position)));
        }));
    }

    private static long seed(long seed, int j) {
        return seed + 0x9E3779B97F4A7C15L * (j + 1);
    }

    private void certify(Map<String, Tensor> direction, boolean withPiece) {
        look(direction, withPiece);
        certifying.add(stretches.get(stretches.size() - 1));
    }

    private void look(Map<String, Tensor> direction, boolean withPiece) {
        Stretch stretch = Stretch.following(direction, gradient, this::ray);
        Ray ray = stretch.ray();
        boolean keeps = withPiece && !ray.edges().isEmpty();
        stretches.add(keeps ? atRoots.whole(new Stretch(direction, ray, ray.gradient())) : stretch);
        passes += keeps ? 3 : 0;
    }

    boolean hasRoot() {
        return edges.values().stream().anyMatch(edge -> edge.kind() == Edge.Kind.ROOT);
    }

    static int count(Map<String, BitSet> entries) {
        return entries.values().stream().mapToInt(BitSet::cardinality).sum();
    }

    /** A direction that edges may lie along: the piece is the one that a curve from there comes to. */
    private void lookAlong(Map<String, Tensor> direction) {
        Stretch found = along(direction);
        stretches.add(found);
        if (found.direction() != direction) {
            stretches.add(new Stretch(direction, ray(direction), gradient));
        }
    }

    /** The ray along a direction, and the gradient of the piece beside it. */
    Stretch along(Map<String, Tensor> direction) {
        Ray ray = ray(direction);
        Ray curved =
                Ray.curved(objective, direction, directions.gaussian(curves++), new Ray.Ground(given.spreads(), live));
        passes += curved.passes() + 3;
        keep(curved);
        Stretch stretch = atRoots.whole(new Stretch(direction, ray, curved.gradient()));
        return stretch.isPiece() || !hasRoot() ? stretch : atRoots.asideOf(stretch, directions.gaussian(curves++));
    }

    /** The ray along a direction, to as high an order as it needs; it may teach which edges are live. */
    Ray ray(Map<String, Tensor> direction) {
        boolean scouting = rays < 2 * SCOUTS;
        Ray.Ground ground = new Ray.Ground(given.spreads(), scouting ? null : live);
        Ray ray = Ray.of(objective, direction, Ray.TANGENT, ground);
        passes += ray.passes();
        if (!ray.isDecided()) {
            ray = Ray.of(objective, direction, Ray.GERM, ground);
            passes += ray.passes();
        }
        if (!ray.isDecided() && ray.edges().stream().anyMatch(edge -> edge.kind() == Edge.Kind.ROOT)) {
            ray = Ray.rooted(objective, direction, ground);
            passes += ray.passes();
        }
        rays++;
        keep(ray);
        return ray;
    }

    /**
     * What rounding does to a slope where forward mode cancels, as in {@code x d - t x d} of a saturated logit: the slope is
     * proportional to its direction but for that, seen along some multiples that are no powers of 2.
     */
    double roundingOf(Stretch stretch) {
        double most = 0;
        for (double multiple : new double[] {1.1, 0.9, 1.3, 0.7}) {
            Map<String, Tensor> scaled =
                    DrawnTensors.changed(stretch.direction(), (name, d) -> d.map(value -> multiple * value));
            double off = Math.abs(ray(scaled).slope() / multiple - stretch.ray().slope());
            most = Double.isNaN(off) ? most : Math.max(most, off);
        }
        return most;
    }

    private void keep(Ray ray) {
        for (Edge edge : ray.edges()) {
            live.computeIfAbsent(edge.node(), node -> new BitSet()).set(edge.element());
            edges.putIfAbsent(new Place(edge.node(), edge.element()), edge);
        }
    }

    /** Whether nothing bends, jumps or stays undecided along any ray. */
    private boolean isFlat() {
        return edges.isEmpty()
                && stretches.stream().allMatch(stretch -> stretch.ray().isDecided() && !jumps(stretch));
    }

    /** Whether every random direction, which lies between no pieces, goes along one: then they decide, at roots too. */
    boolean isPiecewiseLinear() {
        return stretches.stream()
                .limit(2 * DIRECTIONS)
                .filter(stretch -> stretch.ray().isDecided())
                .allMatch(Stretch::isPiece);
    }

    /** Whether the objective's limit along a ray is another than its value. */
    boolean jumps(Stretch stretch) {
        double limit = stretch.ray().limit();
        double noise = 8 * given.valueNoise() + 8 * 0x1p-53 * Math.abs(objective.value());
        return !(Math.abs(limit - objective.value()) <= noise);
    }

    /** The entries that what sits on edges depends on. */
    Map<String, BitSet> reach() {
        Map<String, BitSet> reach = new LinkedHashMap<>();
        Pieces.reach(objective, edges.values(), 1).forEach((name, sizes) -> {
            BitSet positions = new BitSet();
            for (int i = 0; i < sizes.size(); i++) {
                positions.set(i, sizes.at(i) != 0);
            }
            reach.put(name, positions);
        });
        return reach;
    }

    List<Stretch> stretches() {
        return stretches;
    }

    /** What sits on edges and leaves them, each once. */
    List<Edge> edges() {
        return List.copyOf(edges.values());
    }

    /**
     * {@code f'(x; d) - g.d} along every balanced direction that was followed one way; g is the gradient of the piece on
     * which it goes, where there are several.
     */
    List<Double> residuals(Map<String, Tensor> g) {
        return certifying.stream()
                .map(stretch -> stretch.ray().slope()
                        - stretch.with(stretch.ray().edges().isEmpty() ? g : stretch.gradient())
                                .along())
                .toList();
    }

    BalancedDirections directions() {
        return directions;
    }

    Objective objective() {
        return objective;
    }

    Map<String, Tensor> roundings() {
        return roundings;
    }

    /** The work of it, in forward passes. */
    double passes() {
        return passes;
    }

    Tensor gradient(String name) {
        return Objects.requireNonNull(gradient.get(name));
    }
}
