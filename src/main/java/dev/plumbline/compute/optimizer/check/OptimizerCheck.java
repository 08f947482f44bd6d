package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Ascent;
import dev.plumbline.problem.Problem;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Says which optimizer and convention made somebody's steps, or what is off.
 *
 * <p>Every hypothesis of a list takes the steps again; one explains them if it disagrees by no more than rounding can. The
 * claim is believed if it explains them, whatever else does too: an alternative that these numbers cannot tell from it is
 * named, and is no accusation. Where nothing on the list explains them, the number that may be off is searched for, and then
 * two things at once are tried. Nobody is accused on numbers that are not finite, on zero gradients, or on steps with
 * one missing between them; a step that a gradient scaler has skipped is none.
 *
 * @param whole whether the steps are whole, and not pieces of a {@link Recording}'s
 */
public record OptimizerCheck(Claim claim, List<ObservedStep> steps, boolean whole) {

    /**
     * Allowed for two implementations that round in different orders: against PyTorch, in float32, over 224 runs of 200 steps,
     * 1.5 ulps of the parameter and 5 of the step were enough.
     */
    static final double ROUNDING_ULPS = 8;

    public OptimizerCheck {
        if (steps.isEmpty()) {
            throw Problem.invalid("/steps", "there is no step to check", "none", "1 or more");
        }
        claim = claim.about(steps.get(0).before());
    }

    /** Of whole steps. */
    public OptimizerCheck(Claim claim, List<ObservedStep> steps) {
        this(claim, steps, true);
    }

    /**
     * In the datatype that the steps say they have, if the claim explains them there; else as float32, if that is what their
     * numbers are.
     */
    public OptimizerVerdict judge() {
        return judge(() -> {});
    }

    /** @param alive asked before every trial; throws where nobody waits any longer */
    public OptimizerVerdict judge(Runnable alive) {
        return words(judged(alive).verdict());
    }

    /** @param alive asked before every trial; throws where nobody waits any longer */
    Judged judged(Runnable alive) {
        List<ObservedStep> seen = seen().stream().map(steps::get).toList();
        return judged(uphill() ? seen.stream().map(ObservedStep::negated).toList() : seen, alive);
    }

    /** Which of the steps are judged: not those that a gradient scaler has skipped, if there are others. */
    List<Integer> seen() {
        List<Integer> all = IntStream.range(0, steps.size()).boxed().toList();
        List<Integer> taken =
                all.stream().filter(k -> !steps.get(k).skippedByScaler()).toList();
        return taken.isEmpty() ? all : taken;
    }

    private boolean uphill() {
        return claim.circumstances().maximizes();
    }

    /** The verdict about steps downhill that were all seen, about these steps. */
    OptimizerVerdict words(OptimizerVerdict verdict) {
        OptimizerVerdict signed = uphill() ? verdict.with(Ascent::new) : verdict;
        int skipped = steps.size() - seen().size();
        return skipped == 0
                ? signed
                : signed.adding(skipped + (skipped == 1 ? " step" : " steps")
                        + " stood still on gradients that are not finite, as a gradient scaler has it.");
    }

    /** Where nothing explains the claim as it stands, as PyTorch would have taken it, with a cycled momentum. */
    private Judged judged(List<ObservedStep> seen, Runnable alive) {
        Judged judged = judged(claim, seen, alive);
        boolean said = seen.stream().noneMatch(step -> Double.isNaN(step.said().momentum()));
        return isExplained(judged) || said
                ? judged
                : claim.cyclingMomentum()
                        .map(cycling -> cycled(cycling, judged, seen, alive))
                        .orElse(judged);
    }

    /** By the momentum that is cycled, where that explains the steps; what is left of the claim as it stands stays said. */
    private Judged cycled(Claim cycling, Judged first, List<ObservedStep> seen, Runnable alive) {
        try {
            Judged cycled = judged(cycling, seen, alive);
            return isExplained(cycled)
                    ? cycled.ofClaim(first.verdict().claimResidualUlps())
                            .adding("That is " + Wording.cycled(cycling) + ".")
                    : first;
        } catch (Problem late) {
            return first.adding("Not all of the searches " + Wording.cycled(cycling) + " were done in time.");
        }
    }

    private static boolean isExplained(Judged judged) {
        return judged.verdict().explanation().fault() != Fault.UNEXPLAINED;
    }

    private Judged judged(Claim claim, List<ObservedStep> seen, Runnable alive) {
        Judgement judgement = Judgement.of(claim, seen, !whole, alive);
        Optional<List<ObservedStep>> narrow = judgement.firstNonFinite().isPresent() || judgement.claimHolds()
                ? Optional.empty()
                : Float32Steps.of(seen);
        return narrow.map(float32 -> Judgement.of(claim, float32, !whole, alive).judged())
                .map(judged -> judged.adding("The parameters' numbers are float32 numbers, and are judged as such."))
                .orElseGet(() -> judgement.judged());
    }
}
