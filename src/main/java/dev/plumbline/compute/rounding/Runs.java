package dev.plumbline.compute.rounding;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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

    /** Where all derivatives lie between, squares of what rounding makes of them neither vanish nor overflow. */
    private static final double SMALL = 0x1p-420;

    private static final double LARGE = 0x1p420;

    private final Objective objective;
    private final Map<String, Tensor> exact;
    private final int count;
    private final IntFunction<Rounding> arithmetic;
    private final BiFunction<Integer, Evaluation, Map<String, Tensor>> rights;
    private final Set<String> extreme = new HashSet<>();

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
        exact.forEach((name, gradient) -> {
            if (isExtreme(gradient.values())) {
                extreme.add(name);
            }
        });
    }

    /** Whether some are too small or too large to be squared, but for zeros. */
    private static boolean isExtreme(double[] derivatives) {
        boolean any = false;
        for (double derivative : derivatives) {
            double size = Math.abs(derivative);
            any |= size > LARGE | (size < SMALL & size > 0);
        }
        return any;
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
        sums.forEach(Lane::end);
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

        private final Map<String, double[]> squares =
                new LinkedHashMap<>(); // sums; roots of them if extreme, and at the end
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
                            name,
                            strayed,
                            Objects.requireNonNull(right.get(name)).values()));
        }

        private void add(String name, double[] strayed, double[] right) {
            double[] sums = Objects.requireNonNull(squares.get(name));
            if (extreme.contains(name)) {
                for (int i = 0; i < sums.length; i++) {
                    sums[i] = Roots.hypot(sums[i], strayed[i] - right[i]);
                }
                return;
            }
            for (int i = 0; i < sums.length; i++) { // which the compiler vectorises
                double off = strayed[i] - right[i];
                sums[i] += off * off;
            }
        }

        void end() {
            squares.forEach((name, sums) -> {
                int squared = extreme.contains(name) ? 0 : sums.length;
                for (int i = 0; i < squared; i++) {
                    sums[i] = Math.sqrt(sums[i]);
                }
            });
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
