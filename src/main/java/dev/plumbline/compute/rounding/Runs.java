package dev.plumbline.compute.rounding;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Gradients in arithmetics of their own, of which only the squares of what each entry is off are kept. The runs go in lanes
 * side by side, one after another within a lane, each lane with sums of its own: few where these are large. Which run is in
 * which lane depends on the model alone, so equal seeds give equal bits on any machine.
 */
final class Runs {

    /** All lanes together keep at most this many sums: 32 MiB; a single lane keeps what it must. */
    private static final long MOST_SUMS = 1L << 22;

    private static final int STRIP = 1024;

    private final Objective objective;
    private final Map<String, Tensor> exact;
    private final int count;
    private final IntFunction<Rounding> arithmetic;
    private final BiFunction<Integer, Evaluation, Map<String, Tensor>> rights;

    /** @param rights what a run's gradient is held against, by its number and its evaluation */
    Runs(
            Objective objective,
            Map<String, Tensor> exact,
            int count,
            IntFunction<Rounding> arithmetic,
            BiFunction<Integer, Evaluation, Map<String, Tensor>> rights) {
        this.objective = objective;
        this.exact = exact;
        this.count = count;
        this.arithmetic = arithmetic;
        this.rights = rights;
    }

    Scatter scatter() {
        int lanes = lanes(objective.program().parameterCount(), count);
        List<Lane> sums = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
            sums.add(new Lane());
        }
        sums.get(0).add(0); // finds the sizes of the terms, for the others
        IntStream.range(0, lanes).parallel().forEach(lane -> {
            for (int run = Math.max(1, first(lane, lanes)); run < first(lane + 1, lanes); run++) {
                sums.get(lane).add(run);
            }
        });
        Lane all = sums.get(0);
        sums.subList(1, lanes).forEach(all::join);
        return Scatter.of(count, all.squares, all.elsewhere);
    }

    /** How many lanes there is room for. */
    static int lanes(long entries, int runs) {
        return (int) Math.max(1, Math.min(runs, MOST_SUMS / Math.max(1, entries)));
    }

    private int first(int lane, int lanes) {
        return lane * count / lanes;
    }

    /** Some of the runs, one after another. */
    private final class Lane {

        private final Map<String, double[]> squares = new LinkedHashMap<>(); // roots of sums of them
        private int elsewhere;

        void add(int run) {
            Evaluation evaluation = objective.program().evaluate(objective.point(), arithmetic.apply(run));
            Map<String, Tensor> right = rights.apply(run, evaluation);
            elsewhere += right == exact ? 0 : 1;
            exact.forEach((name, gradient) -> squares.computeIfAbsent(name, any -> new double[gradient.size()]));
            evaluation.gradientByParameter(
                    objective.output(),
                    exact.keySet(),
                    (name, strayed) -> add(
                            Objects.requireNonNull(squares.get(name)),
                            strayed,
                            Objects.requireNonNull(right.get(name)).values()));
        }

        private static void add(double[] sums, double[] strayed, double[] right) {
            double[] roots = new double[Math.min(STRIP, sums.length)];
            for (int from = 0; from < sums.length; from += STRIP) {
                int count = Math.min(STRIP, sums.length - from);
                for (int i = 0; i < count; i++) { // which the compiler vectorises
                    double off = strayed[from + i] - right[from + i];
                    roots[i] = Math.sqrt(sums[from + i] * sums[from + i] + off * off);
                }
                for (int i = 0; i < count; i++) {
                    int at = from + i;
                    sums[at] = Roots.isExact(roots[i]) ? roots[i] : Roots.hypot(sums[at], strayed[at] - right[at]);
                }
            }
        }

        /** What another lane found, too. */
        void join(Lane other) {
            elsewhere += other.elsewhere;
            squares.forEach((name, sums) -> {
                double[] others = Objects.requireNonNull(other.squares.remove(name));
                for (int i = 0; i < sums.length; i++) {
                    sums[i] = Roots.hypot(sums[i], others[i]);
                }
            });
        }
    }
}
