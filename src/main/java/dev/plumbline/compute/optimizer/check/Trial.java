package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNullElse;

import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.tensor.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Holds hypotheses against observed steps. A learning rate that is free is fitted by least squares, in float64. */
record Trial(Replay replay, Replay wide, double claimedRate) {

    private static final int DIGITS = 6;
    private static final double NEARLY = 1e-3;

    /** The decay that hangs on the rate is off by as much as the rate was, times the rate: the second correction is exact. */
    private static final int CORRECTIONS = 3;

    /** What a rate that was fitted to float32 parameters is off by, at most: a sample of them tells no more. */
    private static final double FLOAT_ULPS = 16;

    /** Updates that were stretched to fit lose digits; beyond this many units the rounding of small steps is no excuse. */
    private static final double HOPELESS_ULPS = 1e4;

    static Trial of(Replay replay, double claimedRate) {
        return new Trial(replay, replay.wide(), claimedRate);
    }

    /** What the hypothesis comes to, in every step. */
    Optional<Fit> fit(Hypothesis hypothesis) {
        return fit(hypothesis, Double.POSITIVE_INFINITY);
    }

    /** The same, given up at the first step that is off by more than {@code ulps}. */
    Optional<Fit> fit(Hypothesis hypothesis, double ulps) {
        if (!hypothesis.rateFree()) {
            return at(hypothesis, hypothesis, 0, ulps);
        }
        return rate(hypothesis)
                .flatMap(rate -> at(hypothesis, hypothesis.atRate(rate), DIGITS, Double.POSITIVE_INFINITY))
                .map(fit -> fit.residualUlps() <= 1 ? fit : refined(fit));
    }

    /**
     * The hypothesis with a learning rate of its own in every step, as multiples of its own; nothing where the steps do not fit.
     * An update that holds the learning rate in its buffer is no line in it, and does not fit.
     */
    Optional<List<Double>> rates(Hypothesis hypothesis) {
        return wide.run(hypothesis, Double.POSITIVE_INFINITY).flatMap(predicted -> {
            List<Double> factors = new ArrayList<>();
            List<Map<String, Tensor>> stretched = new ArrayList<>();
            for (int k = 0; k < predicted.size(); k++) {
                List<ObservedStep> one = List.of(wide.steps().get(k));
                List<Map<String, Tensor>> made = List.of(predicted.get(k));
                double factor = one.get(0).stoodStill() ? 0 : Disagreement.factor(one, made);
                factors.add(factor
                        * requireNonNullElse(hypothesis.manner().profile(), wide.profile())
                                .rates()
                                .get(k));
                stretched.addAll(Disagreement.stretched(one, made, factor));
            }
            boolean usable = factors.stream().allMatch(factor -> factor >= 0 && Double.isFinite(factor))
                    && factors.stream().anyMatch(factor -> factor > 0)
                    && Disagreement.ulps(replay.steps(), stretched) < HOPELESS_ULPS;
            return usable ? Optional.of(factors) : Optional.empty();
        });
    }

    /** The sum of squares of what is left, in float64, at the rate that fits best if that is free. */
    double squares(Hypothesis hypothesis) {
        return wide.run(hypothesis, Double.POSITIVE_INFINITY)
                .map(predicted -> hypothesis.rateFree()
                        ? Disagreement.stretched(wide.steps(), predicted, Disagreement.factor(wide.steps(), predicted))
                        : predicted)
                .map(predicted -> Disagreement.squares(wide.steps(), predicted))
                .orElse(Double.POSITIVE_INFINITY);
    }

    /** What is left of every entry of every step, in float64 and in units of its size; nothing where it cannot be stepped. */
    Optional<double[]> left(Hypothesis hypothesis) {
        return wide.run(hypothesis, Double.POSITIVE_INFINITY)
                .map(predicted -> Disagreement.left(wide.steps(), predicted));
    }

    /** The largest difference, in units of the largest step of its tensor. */
    double ofLargestStep(Hypothesis hypothesis) {
        return wide.run(hypothesis, Double.POSITIVE_INFINITY)
                .map(predicted -> Disagreement.ofLargestStep(wide.steps(), predicted))
                .orElse(Double.POSITIVE_INFINITY);
    }

    /** The rate that comes closest, though it may explain nothing. */
    Optional<Double> bestRate(Hypothesis hypothesis) {
        double rate = hypothesis.optimizer().learningRate();
        return wide.run(hypothesis, Double.POSITIVE_INFINITY)
                .map(predicted -> rate * Disagreement.factor(wide.steps(), predicted))
                .filter(best -> best > 0 && best < Double.POSITIVE_INFINITY);
    }

    /** How much of the way from one hypothesis to another leads closest to the steps. */
    double share(Hypothesis from, Hypothesis to) {
        Optional<List<Map<String, Tensor>>> start = wide.run(from, Double.POSITIVE_INFINITY);
        Optional<List<Map<String, Tensor>>> end = wide.run(to, Double.POSITIVE_INFINITY);
        return start.isPresent() && end.isPresent()
                ? Disagreement.share(wide.steps(), start.get(), end.get())
                : Double.NaN;
    }

    /** Fitted again from where the updates are as large as the observed ones, which saves the digits lost in stretching. */
    private Fit refined(Fit fit) {
        Hypothesis hypothesis = fit.hypothesis();
        return rate(hypothesis.atRate(fit.optimizer().learningRate()))
                .flatMap(rate -> at(hypothesis, hypothesis.atRate(rate), DIGITS, Double.POSITIVE_INFINITY))
                .filter(again -> again.residualUlps() < fit.residualUlps())
                .orElse(fit);
    }

    /** The learning rate that fits best; nothing if the steps cannot be taken, or do not fit at any rate above 0. */
    private Optional<Double> rate(Hypothesis hypothesis) {
        if (replay.steps().stream().allMatch(ObservedStep::stoodStill)) {
            return Optional.empty();
        }
        if (hypothesis.optimizer().kind() == Kind.SCHEDULE_FREE) {
            return affineRate(hypothesis);
        }
        if (hypothesis.optimizer().kind() == Kind.ASGD) {
            return float32Rate(hypothesis);
        }
        return wide.run(hypothesis, Double.POSITIVE_INFINITY).flatMap(predicted -> {
            double factor = Disagreement.factor(wide.steps(), predicted);
            double rate = factor * hypothesis.optimizer().learningRate();
            List<Map<String, Tensor>> stretched = Disagreement.stretched(wide.steps(), predicted, factor);
            return rate > 0
                            && rate < Double.POSITIVE_INFINITY
                            && Disagreement.ulps(replay.steps(), stretched) < HOPELESS_ULPS
                    ? Optional.of(rate)
                    : Optional.empty();
        });
    }

    /** Where the parameters go towards an average that the rate has made, they are a line in the rate, but not through 0. */
    private Optional<Double> affineRate(Hypothesis hypothesis) {
        double rate = hypothesis.optimizer().learningRate();
        Optional<List<Map<String, Tensor>>> at = wide.run(hypothesis, Double.POSITIVE_INFINITY);
        Optional<List<Map<String, Tensor>>> atTwice = wide.run(hypothesis.atRate(2 * rate), Double.POSITIVE_INFINITY);
        if (at.isEmpty() || atTwice.isEmpty()) {
            return Optional.empty();
        }
        double fitted = rate * (1 + Disagreement.share(wide.steps(), at.get(), atTwice.get()));
        return fitted > 0 && fitted < Double.POSITIVE_INFINITY ? Optional.of(fitted) : Optional.empty();
    }

    /**
     * Where the optimizer keeps its rate in float32 whatever the parameters are, every step has another rounding of it, and none is
     * a line in it to float64's last places: the shortest decimal near what fits that explains the steps.
     */
    private Optional<Double> float32Rate(Hypothesis hypothesis) {
        double rate = hypothesis.optimizer().learningRate();
        for (int i = 0; i < CORRECTIONS; i++) {
            Hypothesis here = hypothesis.atRate(rate);
            rate *= wide.run(here, Double.POSITIVE_INFINITY)
                    .map(predicted -> Disagreement.factor(wide.steps(), predicted))
                    .orElse(Double.NaN);
            if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
                return Optional.empty();
            }
        }
        double fitted = rate;
        float nearest = (float) fitted;
        return DoubleStream.concat(
                        IntStream.range(1, DIGITS).mapToDouble(digits -> rounded(fitted, digits)),
                        Stream.of(nearest, Math.nextDown(nearest), Math.nextUp(nearest))
                                .mapToDouble(decimal -> Double.parseDouble(Float.toString(decimal))))
                .filter(decimal -> Math.abs(decimal / fitted - 1) <= FLOAT_ULPS * Math.ulp(nearest) / nearest)
                .boxed()
                .filter(decimal -> replay.run(hypothesis.atRate(decimal), OptimizerCheck.ROUNDING_ULPS)
                        .filter(predicted ->
                                Disagreement.ulps(replay.steps(), predicted) <= OptimizerCheck.ROUNDING_ULPS)
                        .isPresent())
                .findFirst()
                .or(() -> Optional.of(fitted));
    }

    /**
     * The fit at the claimed rate, or else at the rate with the fewest digits, if that does as well as the fitted one:
     * people choose such rates.
     */
    Fit rounded(Fit fit) {
        if (!fit.hypothesis().rateFree()) {
            return fit;
        }
        return at(fit, claimedRate, 0)
                .or(() -> IntStream.range(1, DIGITS)
                        .mapToObj(digits -> at(fit, rounded(fit.optimizer().learningRate(), digits), digits))
                        .flatMap(Optional::stream)
                        .findFirst())
                .orElse(fit);
    }

    private Optional<Fit> at(Fit fit, double rate, int digits) {
        boolean near = Math.abs(rate / fit.optimizer().learningRate() - 1) < NEARLY;
        return near
                ? at(fit.hypothesis(), fit.hypothesis().atRate(rate), digits, Double.POSITIVE_INFINITY)
                        .filter(other -> other.residualUlps() <= Math.max(1, 2 * fit.residualUlps()))
                : Optional.empty();
    }

    private static double rounded(double rate, int digits) {
        return new BigDecimal(rate).round(new MathContext(digits)).doubleValue();
    }

    private Optional<Fit> at(Hypothesis hypothesis, Hypothesis atRate, int digits, double ulps) {
        return replay.run(atRate, ulps).map(predicted -> {
            double residual = residual(atRate, predicted);
            String advice = advice(hypothesis, atRate.optimizer());
            Explanation explanation =
                    new Explanation(hypothesis.fault(), hypothesis.faults(), atRate.optimizer(), residual, advice);
            return new Fit(hypothesis, explanation, digits);
        });
    }

    /** What more than rounding leaves; of what accuses somebody, all that is left, for it must hold without excuse. */
    private double residual(Hypothesis hypothesis, List<Map<String, Tensor>> predicted) {
        double ulps = Disagreement.ulps(replay.steps(), predicted);
        return ulps <= OptimizerCheck.ROUNDING_ULPS || hypothesis.fault() != Fault.RIGHT
                ? ulps
                : new Rounding(replay, wide)
                        .nearest(hypothesis, predicted)
                        .map(nearest -> Disagreement.ulps(replay.steps(), nearest))
                        .orElse(ulps);
    }

    private String advice(Hypothesis hypothesis, Optimizer optimizer) {
        String rate = Wording.number(optimizer.learningRate());
        return switch (hypothesis.fault()) {
            case OTHER_OPTIMIZER, MOMENTUM -> hypothesis.fault().advice() + ": " + words(hypothesis, optimizer);
            case LEARNING_RATE ->
                "%s: %s, which is %s times %s"
                        .formatted(
                                hypothesis.advice(),
                                rate,
                                Wording.number(optimizer.learningRate() / claimedRate),
                                Wording.number(claimedRate));
            default ->
                hypothesis.rateFree() && hypothesis.fault() != Fault.RIGHT
                        ? hypothesis.advice() + ", at learning rate " + rate
                        : hypothesis.advice();
        };
    }

    /** The optimizer, at rates that change if the hypothesis has such; its detail then is these. */
    private static String words(Hypothesis hypothesis, Optimizer optimizer) {
        if (hypothesis.detail().isEmpty()) {
            return Wording.of(optimizer);
        }
        return hypothesis.fault() == Fault.MOMENTUM || hypothesis.manner().profile() == null
                ? hypothesis.detail() + ", in " + Wording.of(optimizer)
                : Wording.atAnyRate(optimizer) + ", at learning rates " + hypothesis.detail();
    }
}
