package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All numbers of an optimizer at once, by least squares (Levenberg 1944, Marquardt 1963, derivatives by differences) from a few
 * starts: what is left of each entry, in units of its size, becomes as small as it can. Rates and epsilon are looked for by
 * their logarithms, betas and momentum by that of their distance from 1. Each is then rounded to the fewest digits within a few
 * of its standard deviations, for people choose such numbers.
 *
 * <p>Bad where steps do not tell the numbers apart: fewer than three equations for each are not tried.
 *
 * @param few steps and entries of them, on which numbers are looked for
 */
record JointSearch(Trials trials, Trials few) {

    private static final int STEPS = 8;
    private static final int TENSORS = 64;
    private static final int ENTRIES = 256;
    private static final int ITERATIONS = 40;
    private static final int FAR_ITERATIONS = 15;

    /** Of an entry: a start that is off by more after {@code FAR_ITERATIONS} has gone to another valley, and is left. */
    private static final double FAR = 0.01;

    /** Squares that shrink by less than a millionth have come to where rounding keeps them. */
    private static final double SETTLED = 1 - 1e-6;

    /** From 1e-3 by tens: nine steps in a row that made nothing smaller. */
    private static final double MOST_DAMPING = 1e6;

    private static final int EQUATIONS = 3;
    private static final double SECANT = 1e-5;
    private static final double SMALLEST_DECAY = 1e-3;

    /** Standard deviations within which a number is rounded: six, for rounding errors of few entries are no normal noise. */
    private static final double DEVIATIONS = 6;

    /** Of what is left, in units of the entries: more than float32 rounds to is no fit. */
    private static final double NEAR = 1e-6;

    /** Of what was left before numbers were rounded: more than twice is another fit, less the noise of one. */
    private static final double NO_WORSE = 2;

    /** A start among the large ones that people use, a thousand times the usual: its slope is 0 where it is far below v. */
    private static final double LARGE_EPSILON = 1e-5;

    private static final double[] SHORT_MEMORIES = {0.9, 0.99, 0.999};

    static JointSearch of(Trials trials) {
        List<ObservedStep> steps =
                trials.steps().subList(0, Math.min(STEPS, trials.steps().size()));
        Map<String, int[]> picks = new LinkedHashMap<>();
        Map<String, Tensor> parameters = steps.get(0).before();
        int tensors = Math.min(TENSORS, parameters.size());
        parameters.entrySet().stream().limit(tensors).forEach(each -> {
            int size = each.getValue().size();
            int wanted = Math.min(size, ENTRIES / tensors);
            picks.put(
                    each.getKey(),
                    IntStream.range(0, wanted)
                            .map(i -> (int) ((long) i * size / wanted))
                            .toArray());
        });
        Cut cut = new Cut.Picks(picks);
        List<ObservedStep> few = new ArrayList<>();
        for (int k = 0; k < steps.size(); k++) {
            ObservedStep step = steps.get(k);
            few.add(new RecordedStep(step.before(), step.gradients(), step.after(), step.said())
                    .cut(cut)
                    .of(trials.norms().get(k)));
        }
        Claim claim = trials.claim();
        OptimizerState state = claim.state();
        Claim cutClaim = new Claim(
                claim.optimizer(),
                claim.learningRateKnown(),
                state == null ? null : cut.of(state.step(), state.slots()),
                claim.circumstances());
        return new JointSearch(trials, Trials.of(cutClaim, few, true, trials.alive()));
    }

    /** A number that is looked for. */
    private record Unknown(String name) {

        private boolean toOne() {
            return !name.equals("learningRate") && !name.equals("epsilon") && !isDecay();
        }

        private boolean isDecay() {
            return name.equals("weightDecay");
        }

        double coordinate(double value) {
            return isDecay() ? value : Math.log(toOne() ? 1 - value : Math.max(value, 1e-12));
        }

        /** Where the number is one that an optimizer can have. */
        double clamped(double coordinate) {
            return isDecay() ? Math.max(0, coordinate) : toOne() ? Math.min(0, coordinate) : coordinate;
        }

        /** To a neighbour that it can have. */
        double way(double coordinate) {
            return isDecay() ? SECANT * Math.max(coordinate, SMALLEST_DECAY) : toOne() ? -SECANT : SECANT;
        }

        double value(double coordinate) {
            return isDecay() ? coordinate : toOne() ? 1 - Math.exp(coordinate) : Math.exp(coordinate);
        }

        double rounded(double coordinate, int digits) {
            MathContext few = new MathContext(digits);
            double value = value(coordinate);
            return toOne()
                    ? BigDecimal.ONE
                            .subtract(new BigDecimal(1 - value).round(few))
                            .doubleValue()
                    : new BigDecimal(value).round(few).doubleValue();
        }
    }

    /** Where a search has come to. */
    private record Place(double[] at, double[] left, double squares) {

        /** What is left of an entry, roughly. */
        double rest() {
            return Math.sqrt(squares / left.length);
        }
    }

    /** The optimizer with other numbers, where some explain the steps. */
    Stream<Optimizer> found(Optimizer optimizer) {
        List<Unknown> unknowns = unknowns(optimizer);
        int equations =
                few.steps().stream().mapToInt(step -> (int) step.entries()).sum();
        if (few.steps().size() < 2 || equations < EQUATIONS * unknowns.size() || optimizer.learningRate() == 0) {
            return Stream.of();
        }
        return starts(optimizer)
                .flatMap(start -> fitted(start, unknowns).stream())
                .limit(1);
    }

    private static List<Unknown> unknowns(Optimizer optimizer) {
        List<Unknown> unknowns = new ArrayList<>();
        HyperParameters.of(optimizer).forEach((name, value) -> {
            boolean known =
                    switch (name) {
                        case "learningRate", "beta1", "beta2", "alpha", "rho", "epsilon" -> true;
                        case "momentum" -> value instanceof Double;
                        default -> false;
                    };
            if (known) {
                unknowns.add(new Unknown(name));
            }
        });
        unknowns.add(new Unknown("weightDecay"));
        return unknowns;
    }

    /** Of long memories and short ones; of momentum and none. */
    private static Stream<Optimizer> starts(Optimizer optimizer) {
        Map<String, Object> known = HyperParameters.of(optimizer);
        List<Optimizer> starts = new ArrayList<>(List.of(optimizer));
        for (double memory : SHORT_MEMORIES) {
            for (String name : List.of("beta2", "alpha")) {
                if (known.containsKey(name)) {
                    starts.add(HyperParameters.with(optimizer, Map.of(name, memory)));
                }
            }
        }
        if (known.get("momentum") instanceof Double) {
            starts.add(HyperParameters.with(optimizer, Map.of("momentum", 0.9)));
            starts.add(HyperParameters.with(optimizer, Map.of("momentum", 0.5)));
        }
        Stream<Optimizer> largeEpsilon = known.containsKey("epsilon")
                ? starts.stream().map(start -> HyperParameters.with(start, Map.of("epsilon", LARGE_EPSILON)))
                : Stream.of();
        return Stream.concat(starts.stream(), largeEpsilon).distinct();
    }

    private Optional<Optimizer> fitted(Optimizer start, List<Unknown> unknowns) {
        Hypothesis free = Hypothesis.of(Fault.SEVERAL, start, "").atAnyRate();
        Optimizer begin =
                few.whole(free).bestRate(free).map(start::withLearningRate).orElse(start);
        Place end = descended(begin, unknowns);
        boolean near = end != null && end.rest() < NEAR;
        return near ? rounded(begin, unknowns, Objects.requireNonNull(end)) : Optional.empty();
    }

    // ── least squares ──

    private @Nullable Place descended(Optimizer begin, List<Unknown> unknowns) {
        return descended(
                begin,
                unknowns,
                unknowns.stream()
                        .mapToDouble(unknown -> unknown.coordinate(valueOf(begin, unknown)))
                        .toArray());
    }

    private @Nullable Place descended(Optimizer begin, List<Unknown> unknowns, double[] at) {
        Place place = place(begin, unknowns, at);
        double damping = 1e-3;
        for (int i = 0; i < ITERATIONS && place != null && place.squares() > 0 && damping < MOST_DAMPING; i++) {
            if (i >= FAR_ITERATIONS && place.rest() > FAR) {
                return null;
            }
            double[][] slopes = slopes(begin, unknowns, place);
            Place next = slopes == null ? null : place(begin, unknowns, stepped(unknowns, place, slopes, damping));
            if (next != null && next.squares() < place.squares()) {
                boolean still = next.squares() > SETTLED * place.squares();
                place = next;
                damping = still ? MOST_DAMPING : damping / 10;
            } else {
                damping *= 10;
            }
        }
        return place;
    }

    private @Nullable Place place(Optimizer begin, List<Unknown> unknowns, double[] at) {
        return with(begin, unknowns, at)
                .map(optimizer -> Hypothesis.of(Fault.SEVERAL, optimizer, ""))
                .flatMap(hypothesis -> few.whole(hypothesis).left(hypothesis))
                .map(left -> new Place(at, left, squares(left)))
                .filter(place -> Double.isFinite(place.squares()))
                .orElse(null);
    }

    private static double squares(double[] left) {
        double sum = 0;
        for (double each : left) {
            sum += each * each;
        }
        return sum;
    }

    /** (unknowns, equations); null where a neighbour cannot be stepped. */
    private double @Nullable [][] slopes(Optimizer begin, List<Unknown> unknowns, Place place) {
        double[][] slopes = new double[unknowns.size()][];
        for (int i = 0; i < slopes.length; i++) {
            double[] beside = place.at().clone();
            double way = unknowns.get(i).way(beside[i]);
            beside[i] += way;
            Place other = place(begin, unknowns, beside);
            if (other == null) {
                return null;
            }
            slopes[i] = new double[place.left().length];
            for (int j = 0; j < slopes[i].length; j++) {
                slopes[i][j] = (other.left()[j] - place.left()[j]) / way;
            }
        }
        return slopes;
    }

    private static double[] stepped(List<Unknown> unknowns, Place place, double[][] slopes, double damping) {
        int n = slopes.length;
        double[][] normal = new double[n][n];
        double[] right = new double[n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                normal[i][k] = product(slopes[i], slopes[k]);
            }
            right[i] = -product(slopes[i], place.left());
        }
        for (int i = 0; i < n; i++) {
            normal[i][i] = normal[i][i] * (1 + damping) + Double.MIN_NORMAL;
        }
        double[] way = solution(normal, right);
        double[] next = place.at().clone();
        for (int i = 0; i < n; i++) {
            next[i] = unknowns.get(i).clamped(next[i] + Math.max(-1, Math.min(1, way[i])));
        }
        return next;
    }

    private static double product(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }

    /** Gauss, without pivoting: the matrix is symmetric and positive definite. */
    private static double[] solution(double[][] matrix, double[] right) {
        int n = right.length;
        double[][] a = new double[n][];
        double[] x = right.clone();
        for (int i = 0; i < n; i++) {
            a[i] = matrix[i].clone();
        }
        for (int k = 0; k < n; k++) {
            for (int i = k + 1; i < n; i++) {
                double factor = a[i][k] / a[k][k];
                for (int j = k; j < n; j++) {
                    a[i][j] -= factor * a[k][j];
                }
                x[i] -= factor * x[k];
            }
        }
        for (int k = n - 1; k >= 0; k--) {
            for (int j = k + 1; j < n; j++) {
                x[k] -= a[k][j] * x[j];
            }
            x[k] /= a[k][k];
            x[k] = Double.isFinite(x[k]) ? x[k] : 0;
        }
        return x;
    }

    // ── numbers that people choose ──

    /** One after the other, what is left being fitted again: numbers hang together. */
    private Optional<Optimizer> rounded(Optimizer begin, List<Unknown> unknowns, Place end) {
        Optimizer chosen = begin;
        List<Unknown> open = new ArrayList<>(unknowns);
        Place place = end;
        for (Unknown unknown : unknowns) {
            int which = open.indexOf(unknown);
            double[][] slopes = slopes(chosen, open, place);
            if (slopes == null) {
                return Optional.empty();
            }
            double room = DEVIATIONS * deviation(slopes, which, place.rest());
            double number = shortest(unknown, place.at()[which], room, valueOf(begin, unknown));
            List<Unknown> others = new ArrayList<>(open);
            others.remove(which);
            Optional<Optimizer> with = with(chosen, Map.of(unknown.name(), number));
            double[] at = without(place.at(), which);
            Place rest = with.map(optimizer -> descended(optimizer, others, at)).orElse(null);
            boolean asGood = rest != null
                    && rest.squares()
                            <= NO_WORSE * place.squares() + rest.left().length * Math.ulp(1.0) * Math.ulp(1.0);
            Optional<Optimizer> exact = with(chosen, Map.of(unknown.name(), unknown.value(place.at()[which])));
            if (!asGood) {
                rest = exact.map(optimizer -> descended(optimizer, others, at)).orElse(null);
            }
            if (rest == null) {
                return Optional.empty();
            }
            chosen = (asGood ? with : exact).orElseThrow();
            open = others;
            place = rest;
        }
        return Optional.of(chosen)
                .filter(each -> trials.holdsOnSample(Hypothesis.of(Fault.SEVERAL, each, ""))
                        || trials.holdsOnSample(
                                Hypothesis.of(Fault.SEVERAL, each, "").atAnyRate()));
    }

    private static double[] without(double[] at, int which) {
        return IntStream.range(0, at.length)
                .filter(i -> i != which)
                .mapToDouble(i -> at[i])
                .toArray();
    }

    /** Of an unknown, by the inverse of the normal equations. */
    private static double deviation(double[][] slopes, int which, double noise) {
        int n = slopes.length;
        double[][] normal = new double[n][n];
        double[] unit = new double[n];
        unit[which] = 1;
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                normal[i][k] = product(slopes[i], slopes[k]);
            }
            normal[i][i] = normal[i][i] * (1 + 1e-12) + Double.MIN_NORMAL;
        }
        return noise * Math.sqrt(Math.abs(solution(normal, unit)[which]));
    }

    /** The usual value if that is within {@code room}, else the one with the fewest digits that is. */
    private static double shortest(Unknown unknown, double coordinate, double room, double usual) {
        if (unknown.isDecay() && Math.abs(coordinate) <= room) {
            return 0;
        }
        if (Math.abs(unknown.coordinate(usual) - coordinate) <= room && !unknown.isDecay()) {
            return usual;
        }
        for (int digits = 1; digits <= 6; digits++) {
            double value = unknown.rounded(coordinate, digits);
            if (Math.abs(unknown.coordinate(value) - coordinate) <= room) {
                return value;
            }
        }
        return unknown.value(coordinate);
    }

    private static double valueOf(Optimizer optimizer, Unknown unknown) {
        return unknown.isDecay()
                ? optimizer.weightDecay().rate()
                : HyperParameters.of(optimizer).get(unknown.name()) instanceof Double value ? value : 0;
    }

    private static Optional<Optimizer> with(Optimizer begin, List<Unknown> unknowns, double[] at) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        for (int i = 0; i < at.length; i++) {
            numbers.put(unknowns.get(i).name(), unknowns.get(i).value(at[i]));
        }
        return with(begin, numbers);
    }

    private static Optional<Optimizer> with(Optimizer begin, Map<String, Object> numbers) {
        Map<String, Object> others = new LinkedHashMap<>(numbers);
        double rate = others.remove("weightDecay") instanceof Double decay ? decay : 0;
        WeightDecay own = begin.weightDecay();
        WeightDecay decay = own.rate() > 0
                ? new WeightDecay(own.kind(), rate)
                : begin.kind().decay(rate);
        try {
            Optimizer optimizer = HyperParameters.with(begin, others);
            return Optional.of(
                    !numbers.containsKey("weightDecay") || (rate == 0 && own.rate() == 0)
                            ? optimizer
                            : HyperParameters.with(optimizer, Map.of("weightDecay", decay)));
        } catch (Problem impossible) {
            return Optional.empty(); // a number out of bounds
        }
    }
}
