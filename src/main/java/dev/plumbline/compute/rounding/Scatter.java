package dev.plumbline.compute.rounding;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Leaning;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How the gradients of some runs, each in an arithmetic of its own, lie about the exact one: by parameter the root of the
 * mean square of what each entry was off. Eight runs tell the spread to a quarter. {@link Runs} makes them.
 */
final class Scatter {

    private final int runs;
    private final Map<String, double[]> squares; // roots of sums of them
    private final Map<String, double[]> reach = new LinkedHashMap<>(); // none where no edge is near
    private int elsewhere;

    private Scatter(int runs, Map<String, double[]> squares) {
        this.runs = runs;
        this.squares = squares;
    }

    /** Runs side by side, each shown to {@code watcher}. */
    static Scatter of(
            Objective objective,
            Map<String, Tensor> exact,
            int runs,
            IntFunction<Rounding> arithmetic,
            BiConsumer<Integer, Evaluation> watcher) {
        return about(objective, exact, runs, arithmetic, (run, evaluation) -> {
            watcher.accept(run, evaluation);
            return exact;
        });
    }

    /**
     * Knows from now on how far the choices of operations carry each entry: what the exact gradients are off with all units
     * on one side of the edges that the spreads leave open, or all on the other. Nothing is taken where they leave none open.
     *
     * @return whether there are such edges
     */
    boolean reaches(Objective objective, Map<String, Tensor> exact, Spreads spreads) {
        for (int sign : new int[] {1, -1}) {
            Leaning leaning = new Leaning(spreads::spread, sign);
            if (!objective.base().choosesAs(objective.base(), leaning)) {
                objective
                        .base()
                        .reversedOnBranchesOf(objective.base(), leaning)
                        .gradientByParameter(
                                objective.output(), exact.keySet(), (name, side) -> widen(name, side, exact));
            }
        }
        return !reach.isEmpty();
    }

    private void widen(String name, double[] side, Map<String, Tensor> exact) {
        double[] right = Objects.requireNonNull(exact.get(name)).values();
        double[] far = reach.computeIfAbsent(name, any -> new double[side.length]);
        for (int i = 0; i < side.length; i++) {
            far[i] = Math.max(far[i], Math.abs(side[i] - right[i]));
        }
    }

    /** How far choices carry each entry; null where they carry none. */
    double @Nullable [] reach(String name) {
        return reach.get(name);
    }

    /** The same for the last time. */
    double @Nullable [] takeReach(String name) {
        return reach.remove(name);
    }

    /**
     * The same about the exact gradient of each run's own piece: at an edge that noise decides, other branches are no
     * rounding error. Each run's evaluation is shown to {@code watcher}.
     */
    static Scatter byPieces(
            Objective objective,
            Map<String, Tensor> exact,
            int runs,
            IntFunction<Rounding> arithmetic,
            BiConsumer<Integer, Evaluation> watcher) {
        return about(objective, exact, runs, arithmetic, (run, evaluation) -> {
            watcher.accept(run, evaluation);
            return objective.base().choosesAs(evaluation, Leaning.NONE)
                    ? exact
                    : gradient(objective, objective.base().reversedOnBranchesOf(evaluation, Leaning.NONE));
        });
    }

    /** Float64 runs that lean, each about the exact gradient of its own branches. */
    static Scatter toOneSide(
            Objective objective,
            Map<String, Tensor> exact,
            int runs,
            IntFunction<Rounding> arithmetic,
            Leaning leaning) {
        return about(
                objective,
                exact,
                runs,
                arithmetic,
                (run, evaluation) -> gradient(objective, objective.base().reversedOnBranchesOf(evaluation, leaning)));
    }

    /** Runs in narrower arithmetic that lean as the base evaluation does. */
    static Scatter leaningAsBase(
            Objective objective,
            Map<String, Tensor> exact,
            int runs,
            IntFunction<Rounding> arithmetic,
            Leaning leaning) {
        Map<String, Tensor> right =
                gradient(objective, objective.base().reversedOnBranchesOf(objective.base(), leaning));
        return about(objective, exact, runs, arithmetic, (run, evaluation) -> right);
    }

    private static Scatter about(
            Objective objective,
            Map<String, Tensor> exact,
            int runs,
            IntFunction<Rounding> arithmetic,
            BiFunction<Integer, Evaluation, Map<String, Tensor>> rights) {
        return new Runs(objective, exact, runs, arithmetic, rights).scatter();
    }

    private static Map<String, Tensor> gradient(Objective objective, Evaluation evaluation) {
        return evaluation.gradientByParameter(objective.output());
    }

    /** What {@link Runs} found. */
    static Scatter of(int runs, Map<String, double[]> squares, int elsewhere) {
        Scatter scatter = new Scatter(runs, squares);
        scatter.elsewhere = elsewhere;
        return scatter;
    }

    /** How many runs took other branches than the base, and so one more reverse pass. */
    int elsewhere() {
        return elsewhere;
    }

    /** The larger spread of each entry; takes over the other's, which is nobody's afterwards. */
    Scatter or(Scatter other) {
        Scatter larger = new Scatter(1, new LinkedHashMap<>());
        larger.elsewhere = elsewhere + other.elsewhere;
        larger.reach.putAll(reach);
        for (String name : List.copyOf(squares.keySet())) {
            double[] one = take(name);
            double[] another = other.take(name);
            for (int i = 0; i < one.length; i++) {
                one[i] = Math.max(one[i], another[i]);
            }
            larger.squares.put(name, one);
        }
        return larger;
    }

    /** The spread of each entry. */
    double[] rms(String name) {
        return rms(Objects.requireNonNull(squares.get(name)).clone());
    }

    /** The same for the last time: gradients are large, and it is not kept here any more. */
    double[] take(String name) {
        return rms(Objects.requireNonNull(squares.remove(name)));
    }

    private double[] rms(double[] squares) {
        double root = Math.sqrt(runs);
        for (int i = 0; i < squares.length; i++) {
            squares[i] /= root;
        }
        return squares;
    }
}
