package dev.plumbline.compute.rounding;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.FileConstant;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * What the constants of a model's file, shortened to float32, leave open in gradients that were claimed in float64: how far
 * the entries go when the constants are moved by as much as float32 may have cut off.
 */
final class ShortenedConstants {

    /** What a single constant does, it does in proportion; its inverse, or its half, has a rounding of its own. */
    static final double KNOWN_SIZE = 3;

    private static final double PASSES_OF_A_GRADIENT = 3.5;
    private static final double PASSES_OF_A_REVERSE = 2.5;

    /** So many constants are moved alone, of single numbers; all others at once. */
    private static final int ALONE = 1;

    /** Constants moved together, at random, may cancel in an entry, seldom in several draws. */
    private static final int DRAWS = 3;

    private static final double UNKNOWN_SIGNS = 6;

    private final Objective objective;
    private final Map<String, Tensor> exact;
    private final Function<String, Tensor> magnitudes; // of the terms of each entry
    private final Map<String, double[]> open = new LinkedHashMap<>();
    private final List<RoundedConstant> shown = new ArrayList<>();
    private double passes;

    private ShortenedConstants(Objective objective, Map<String, Tensor> exact, Function<String, Tensor> magnitudes) {
        this.objective = objective;
        this.exact = exact;
        this.magnitudes = magnitudes;
    }

    /**
     * Moves them: two gradients for each constant, and some more for the last, which are all that remain.
     *
     * @param names of the parameters whose gradients were claimed in float64
     */
    static ShortenedConstants of(
            List<FileConstant> found,
            Objective objective,
            Map<String, Tensor> exact,
            Function<String, Tensor> magnitudes,
            List<String> names,
            long seed) {
        ShortenedConstants constants = new ShortenedConstants(objective, exact, magnitudes);
        names.forEach(name -> constants.open.put(
                name, new double[Objects.requireNonNull(exact.get(name)).size()]));
        int alone =
                (int) found.stream().limit(ALONE).filter(FileConstant::isSingle).count();
        for (int k = 0; k < Math.min(alone + 1, found.size()); k++) {
            constants.move(k == alone ? found.subList(k, found.size()) : found.subList(k, k + 1), seed);
        }
        return constants;
    }

    private void move(List<FileConstant> moved, long seed) {
        boolean exactly = moved.size() == 1 && moved.get(0).isSingle();
        Evaluation together = objective.program().evaluate(objective.point(), FileConstant.moved(moved, seed));
        Evaluation apart = together.reversedIn(FileConstant.movedApart(moved, seed));
        List<Map<String, Tensor>> gradients = new ArrayList<>(List.of(gradient(together), gradient(apart)));
        for (int draw = 1; draw < DRAWS && !exactly; draw++) {
            gradients.add(
                    gradient(objective.program().evaluate(objective.point(), FileConstant.moved(moved, seed + draw))));
            passes += PASSES_OF_A_GRADIENT;
        }
        passes += PASSES_OF_A_GRADIENT + PASSES_OF_A_REVERSE;
        double effect = open(gradients, exactly ? KNOWN_SIZE : UNKNOWN_SIGNS);
        if (effect > 0) {
            moved.forEach(constant -> shown.add(new RoundedConstant(
                    constant.nodes().stream().map(Node::label).toList(), constant.value(), effect)));
        }
    }

    private Map<String, Tensor> gradient(Evaluation evaluation) {
        return evaluation.gradient(objective.output()).byParameter();
    }

    /**
     * Opens {@code factor} times the larger change of each entry, or that of its tensor relative to the terms of its sum where it was
     * lucky: a kernel that holds the inverse of a constant moves other entries. Gives the largest change of all.
     */
    private double open(List<Map<String, Tensor>> moved, double factor) {
        double effect = 0;
        for (Map.Entry<String, double[]> tensor : open.entrySet()) {
            String name = tensor.getKey();
            double[] open = tensor.getValue();
            double[] g = Objects.requireNonNull(exact.get(name)).values();
            double[] change = new double[g.length];
            for (Map<String, Tensor> gradient : moved) {
                double[] other = Objects.requireNonNull(gradient.get(name)).values();
                Arrays.setAll(change, i -> Math.max(change[i], Math.abs(other[i] - g[i])));
            }
            Tensor terms = magnitudes.apply(name);
            double usual = Tensor.vector(change).norm() / Math.max(Double.MIN_NORMAL, terms.norm());
            Arrays.setAll(open, i -> open[i] + factor * Math.max(change[i], usual * terms.at(i)));
            double largest = Arrays.stream(g).map(Math::abs).max().orElse(0);
            double most = Arrays.stream(change).max().orElse(0);
            effect = largest == 0 ? effect : Math.max(effect, most / largest);
        }
        return effect;
    }

    /** How far an entry of a tensor may be off for them. */
    double[] open(String name) {
        return Objects.requireNonNull(open.get(name)).clone();
    }

    /** Those that show in a gradient. */
    List<RoundedConstant> shown() {
        return List.copyOf(shown);
    }

    /** The work, in forward passes of the model. */
    double passes() {
        return passes;
    }
}
