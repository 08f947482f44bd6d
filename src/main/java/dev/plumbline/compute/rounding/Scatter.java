package dev.plumbline.compute.rounding;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How the gradients of some runs, each in an arithmetic of its own, lie about the exact one: by parameter the root of the
 * mean square of what each entry was off. Eight runs tell the spread to a quarter.
 */
final class Scatter {

    private final int runs;
    private final Map<String, double[]> squares = new LinkedHashMap<>();

    private Scatter(int runs) {
        this.runs = runs;
    }

    /** Runs side by side; each run's evaluation is shown to {@code watcher}. */
    static Scatter of(
            Objective objective,
            Map<String, Tensor> exact,
            int runs,
            IntFunction<Rounding> arithmetic,
            BiConsumer<Integer, Evaluation> watcher) {
        Scatter scatter = new Scatter(runs);
        exact.forEach((name, gradient) -> scatter.squares.put(name, new double[gradient.size()]));
        IntStream.range(0, runs)
                .parallel()
                .mapToObj(run -> {
                    Evaluation evaluation = objective.program().evaluate(objective.point(), arithmetic.apply(run));
                    watcher.accept(run, evaluation);
                    return evaluation.gradient(objective.output()).byParameter();
                })
                .forEachOrdered(gradient -> scatter.add(gradient, exact)); // so that equal seeds give equal bits
        return scatter;
    }

    private void add(Map<String, Tensor> gradient, Map<String, Tensor> exact) {
        squares.forEach((name, sums) -> {
            double[] strayed = Objects.requireNonNull(gradient.get(name)).values();
            double[] right = Objects.requireNonNull(exact.get(name)).values();
            for (int i = 0; i < sums.length; i++) {
                double off = Math.abs(strayed[i] - right[i]);
                sums[i] = Math.hypot(sums[i], off); // squares of 1e-200 would vanish
            }
        });
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
