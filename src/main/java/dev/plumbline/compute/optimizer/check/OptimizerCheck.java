package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.OptimizerState;
import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Says which optimizer and convention made somebody's steps, or what is off.
 *
 * <p>Every hypothesis of a list takes the steps again; one explains them if it disagrees by no more than rounding can. The
 * claim is believed if it explains them, whatever else does too: an alternative that these numbers cannot tell from it is
 * named, and is no accusation. Nobody is accused either on numbers that are not finite, on zero gradients, or on steps with
 * one missing between them.
 */
public record OptimizerCheck(Claim claim, List<ObservedStep> steps) {

    /**
     * Allowed for two implementations that round in different orders: against PyTorch, in float32, over 224 runs of 200 steps,
     * 1.5 ulps of the parameter and 5 of the step were enough.
     */
    static final double ROUNDING_ULPS = 8;

    private static final double CLEARLY_BETTER = 4;

    public OptimizerCheck {
        if (steps.isEmpty()) {
            throw Problem.invalid("/steps", "there is no step to check", "none", "1 or more");
        }
        claim = claim.about(steps.get(0).before());
    }

    /**
     * In the datatype that the steps say they have, if the claim explains them there; else as float32, if that is what their
     * numbers are.
     */
    public OptimizerVerdict judge() {
        Optional<List<ObservedStep>> narrow =
                firstNonFinite().isPresent() || claimHolds() ? Optional.empty() : Float32Steps.of(steps);
        return narrow.map(float32 -> new OptimizerCheck(claim, float32).judgeSteps())
                .map(verdict -> verdict.adding("The parameters' numbers are float32 numbers, and are judged as such."))
                .orElseGet(this::judgeSteps);
    }

    /** To float64's last places; a rate that is yet to be fitted holds of any single number. */
    private boolean claimHolds() {
        return claim.optimizer() != null
                && claim.learningRateKnown()
                && trial(steps, claim.state())
                        .fit(hypotheses().get(0), ROUNDING_ULPS)
                        .filter(OptimizerCheck::holds)
                        .isPresent();
    }

    private OptimizerVerdict judgeSteps() {
        Optional<String> nonFinite = firstNonFinite();
        if (nonFinite.isPresent()) {
            return undecided(Fault.NON_FINITE, nonFinite.get(), Double.NaN);
        }
        List<Fit> fits = new ArrayList<>();
        double claimResidual = Double.NaN;
        Trial quick = trial(Sample.of(steps), claim.state() == null ? null : Sample.of(claim.state()));
        Trial whole = trial(steps, claim.state());
        List<Hypothesis> hypotheses = hypotheses();
        for (int i = 0; i < hypotheses.size(); i++) {
            Hypothesis hypothesis = hypotheses.get(i);
            boolean claimItself = i == 0 && claim.optimizer() != null;
            if (claimItself
                    || hypothesis.optimizer().wholeTensors()
                    || quick.fit(hypothesis, ROUNDING_ULPS)
                            .filter(OptimizerCheck::holds)
                            .isPresent()) {
                Optional<Fit> fit = whole.fit(hypothesis);
                claimResidual = claimItself ? fit.map(Fit::residualUlps).orElse(claimResidual) : claimResidual;
                fit.filter(OptimizerCheck::holds).map(whole::rounded).ifPresent(fits::add);
            }
        }
        return verdict(fits, claimResidual);
    }

    private Trial trial(List<ObservedStep> observed, @Nullable OptimizerState start) {
        Optimizer claimed = claim.optimizer();
        return Trial.of(
                new Replay(observed, start),
                claimed != null && claim.learningRateKnown() ? claimed.learningRate() : Double.NaN);
    }

    private List<Hypothesis> hypotheses() {
        Momenta momenta = claim.state() == null && steps.size() == 1 ? Momenta.ofFirstStep() : Momenta.of(steps);
        return claim.optimizer() == null
                ? Hypotheses.ofAnyOptimizer(momenta)
                : Hypotheses.about(claim, momenta, steps.get(0));
    }

    private static boolean holds(Fit fit) {
        return fit.residualUlps() <= ROUNDING_ULPS;
    }

    private OptimizerVerdict verdict(List<Fit> fits, double claimResidual) {
        boolean right = !fits.isEmpty() && fits.get(0).hypothesis().fault() == Fault.RIGHT;
        Optional<String> gap = firstGap();
        if (gap.isPresent() && !right) {
            return undecided(Fault.GAP, gap.get(), claimResidual);
        }
        if (fits.isEmpty()) {
            return unexplained(claimResidual);
        }
        Fit chosen = right && claim.optimizer() != null ? fits.get(0) : preferred(fits);
        List<Explanation> others = fits.stream()
                .sorted(Fit.PREFERENCE)
                .filter(fit -> !fit.optimizer().equals(chosen.optimizer()))
                .map(Fit::explanation)
                .distinct()
                .toList();
        String summary = Summary.of(claim, chosen.explanation(), others, steps.size());
        return new OptimizerVerdict(chosen.explanation(), others, claimResidual, summary);
    }

    private static Fit preferred(List<Fit> fits) {
        double best = fits.stream().mapToDouble(Fit::residualUlps).min().orElseThrow();
        return fits.stream()
                .filter(fit -> fit.residualUlps() <= Math.max(1, CLEARLY_BETTER * best))
                .min(Fit.PREFERENCE)
                .orElseThrow();
    }

    private OptimizerVerdict unexplained(double claimResidual) {
        boolean still = steps.stream().allMatch(ObservedStep::stoodStill);
        if (still && steps.stream().allMatch(ObservedStep::hasNoGradient)) {
            return undecided(Fault.ZERO_GRADIENT, "", claimResidual);
        }
        Fault fault = still ? Fault.NOT_TAKEN : Fault.UNEXPLAINED;
        Explanation explanation = new Explanation(fault, null, still ? 0 : Double.POSITIVE_INFINITY, fault.advice());
        return new OptimizerVerdict(explanation, List.of(), claimResidual, Wording.capitalised(fault.advice()) + ".");
    }

    private static OptimizerVerdict undecided(Fault fault, String detail, double claimResidual) {
        String advice = detail.isEmpty() ? fault.advice() : fault.advice() + ": " + detail;
        Explanation explanation = new Explanation(fault, null, Double.POSITIVE_INFINITY, advice);
        return new OptimizerVerdict(explanation, List.of(), claimResidual, Wording.capitalised(advice) + ".");
    }

    private Optional<String> firstNonFinite() {
        Optional<String> inSteps = IntStream.range(0, steps.size())
                .mapToObj(i -> steps.get(i).firstNonFinite().map(place -> "steps/" + i + "/" + place))
                .flatMap(Optional::stream)
                .findFirst();
        OptimizerState state = claim.state();
        return inSteps.isPresent() || state == null
                ? inSteps
                : state.slots().entrySet().stream()
                        .map(slot -> ObservedStep.firstNonFinite("state/slots/" + slot.getKey(), slot.getValue()))
                        .flatMap(Optional::stream)
                        .findFirst();
    }

    /** A parameter that does not go on from where the step before has left it. */
    private Optional<String> firstGap() {
        return IntStream.range(1, steps.size())
                .boxed()
                .flatMap(i -> steps.get(i).before().keySet().stream()
                        .filter(name -> !requireNonNull(steps.get(i - 1).after().get(name))
                                .equals(requireNonNull(steps.get(i).before().get(name))))
                        .map(name -> "steps/%d/before/%s is not steps/%d/after/%s".formatted(i, name, i - 1, name)))
                .findFirst();
    }
}
