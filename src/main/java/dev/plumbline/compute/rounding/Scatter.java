package dev.plumbline.compute.rounding;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Leaning;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How the gradients of some runs, each in an arithmetic of its own, lie about the exact one: by parameter the root of the
 * mean square of what each entry was off. Eight runs tell the spread to a quarter.
 */
final class Scatter {

    private final int runs;
    private final Map<String, double[]> squares = new LinkedHashMap<>();
    private final Map<String, double[]> reach = new LinkedHashMap<>(); // none where no edge is near
    private int elsewhere;

    private Scatter(int runs) {
        this.runs = runs;
    }

    /** Runs side by side, each shown to {@code watcher}. */
    static Scatter of(
            Objective objective,
            Map<String, Tensor> exact,
            int runs,
            IntFunction<Rounding> arithmetic,
            Consumer<Evaluation> watcher) {
        return about(objective, exact, runs, arithmetic, (run, evaluation) -> {
            watcher.accept(evaluation);
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
                Map<String, Tensor> side =
                        gradient(objective, objective.base().reversedOnBranchesOf(objective.base(), leaning));
                exact.forEach((name, gradient) -> {
                    double[] far = reach.computeIfAbsent(name, any -> new double[gradient.size()]);
                    Tensor there = Objects.requireNonNull(side.get(name));
                    Arrays.setAll(far, i -> Math.max(far[i], Math.abs(there.at(i) - gradient.at(i))));
                });
            }
        }
        return !reach.isEmpty();
    }

    /** How far choices carry each entry; null where they carry none. */
    double @Nullable [] reach(String name) {
        return reach.get(name);
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
        Scatter scatter = new Scatter(runs);
        exact.forEach((name, gradient) -> scatter.squares.put(name, new double[gradient.size()]));
        IntFunction<Run> runner = run -> {
            Evaluation evaluation = objective.program().evaluate(objective.point(), arithmetic.apply(run));
            Map<String, Tensor> right = rights.apply(run, evaluation);
            return new Run(gradient(objective, evaluation), right, right != exact);
        };
        scatter.add(runner.apply(0)); // finds the sizes of the terms, for the others
        IntStream.range(1, runs)
                .parallel()
                .mapToObj(runner)
                .forEachOrdered(scatter::add); // so that equal seeds give equal bits
        return scatter;
    }

    private static Map<String, Tensor> gradient(Objective objective, Evaluation evaluation) {
        return evaluation.gradientByParameter(objective.output());
    }

    private record Run(Map<String, Tensor> strayed, Map<String, Tensor> right, boolean elsewhere) {}

    private void add(Run run) {
        elsewhere += run.elsewhere() ? 1 : 0;
        squares.forEach((name, sums) -> {
            double[] strayed = Objects.requireNonNull(run.strayed().get(name)).values();
            double[] right = Objects.requireNonNull(run.right().get(name)).values();
            for (int i = 0; i < sums.length; i++) {
                double off = Math.abs(strayed[i] - right[i]);
                sums[i] = Roots.hypot(sums[i], off); // squares of 1e-200 would vanish
            }
        });
    }

    /** How many runs took other branches than the base, and so one more reverse pass. */
    int elsewhere() {
        return elsewhere;
    }

    /** The larger spread of each entry. */
    Scatter or(Scatter other) {
        Scatter larger = new Scatter(1);
        larger.elsewhere = elsewhere + other.elsewhere;
        larger.reach.putAll(reach);
        for (String name : squares.keySet()) {
            double[] one = rms(name);
            double[] another = other.rms(name);
            Arrays.setAll(one, i -> Math.max(one[i], another[i]));
            larger.squares.put(name, one);
        }
        return larger;
    }

    /** The spread of each entry. */
    double[] rms(String name) {
        double[] rms = Objects.requireNonNull(squares.get(name)).clone();
        for (int i = 0; i < rms.length; i++) {
            rms[i] /= Math.sqrt(runs);
        }
        return rms;
    }
}
