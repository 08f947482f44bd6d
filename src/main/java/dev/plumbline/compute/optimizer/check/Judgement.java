package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** All hypotheses held against steps of one datatype, and what is chosen of those that hold. */
record Judgement(Claim claim, List<ObservedStep> steps, Trials trials) {

    private static final double CLEARLY_BETTER = 4;
    private static final int ALTERNATIVES = 5;

    /** Of the largest step; 0.19 was the most that was seen. */
    private static final double BFLOAT16 = 0.25;

    /**
     * What is chosen of the hypotheses that hold.
     *
     * @param others that hold too, and are worth a word
     */
    record Choice(Fit chosen, List<Fit> others, double claimResidual) {}

    /**
     * @param pieces whether the steps are pieces of larger ones
     * @param alive asked before every trial; throws where nobody waits any longer
     */
    static Judgement of(Claim claim, List<ObservedStep> steps, boolean pieces, Runnable alive) {
        return new Judgement(claim, steps, Trials.of(claim, steps, pieces, alive));
    }

    /** To float64's last places; a rate that is yet to be fitted holds of any single number. */
    boolean claimHolds() {
        return claim.optimizer() != null
                && claim.learningRateKnown()
                && asClaimed().anyMatch(hypothesis -> trials.whole(hypothesis)
                        .fit(hypothesis, OptimizerCheck.ROUNDING_ULPS)
                        .filter(Trials::holds)
                        .isPresent());
    }

    private Stream<Hypothesis> asClaimed() {
        Hypothesis itself = Hypothesis.of(Fault.RIGHT, requireNonNull(claim.optimizer()), "");
        return Stream.concat(Stream.of(itself), deviations().asRight().stream());
    }

    private Deviations deviations() {
        return new Deviations(claim, trials.parts(), trials.courses(), steps);
    }

    Judged judged() {
        Optional<String> nonFinite = firstNonFinite();
        if (nonFinite.isPresent()) {
            return undecided(Fault.NON_FINITE, nonFinite.get(), Double.NaN);
        }
        List<Fit> fits = new ArrayList<>();
        double claimResidual = Double.NaN;
        List<Hypothesis> hypotheses = hypotheses();
        for (int i = 0; i < hypotheses.size(); i++) {
            Hypothesis hypothesis = hypotheses.get(i);
            boolean claimItself = i == 0 && claim.optimizer() != null;
            if (claimItself) {
                claimResidual = trials.whole(hypothesis)
                        .fit(hypothesis)
                        .map(Fit::residualUlps)
                        .orElse(claimResidual);
            }
            trials.held(hypothesis).ifPresent(fits::add);
        }
        boolean wanting = fits.isEmpty() && firstGap().isEmpty() && !stoodStill();
        if (wanting) {
            fits.addAll(searched());
        }
        return judged(fits, claimResidual);
    }

    /** What takes longer: looked for only where nothing on the list explains the steps, the simplest first. */
    private List<Fit> searched() {
        Searches searches = new Searches(claim, trials);
        List<Function<Searches, Stream<Hypothesis>>> stages = claim.optimizer() == null
                ? List.of(Searches::ofAnyOptimizer)
                : List.of(
                        Searches::scheduled,
                        Searches::shortBounds,
                        Searches::unclaimedCourses,
                        Searches::courses,
                        Searches::numbers,
                        Searches::bounds,
                        any -> deviations().pairs(),
                        Searches::combinations,
                        Searches::numbersTogether,
                        Searches::numbersAtAnyRate,
                        Searches::otherCourses);
        for (Function<Searches, Stream<Hypothesis>> stage : stages) {
            List<Fit> fits = stage.apply(searches)
                    .map(trials::held)
                    .flatMap(Optional::stream)
                    .toList();
            if (!fits.isEmpty()) {
                return fits;
            }
        }
        return List.of();
    }

    private List<Hypothesis> hypotheses() {
        Momenta momenta = claim.state() == null && steps.size() == 1 ? Momenta.ofFirstStep() : Momenta.of(steps);
        return claim.optimizer() == null
                ? Hypotheses.ofAnyOptimizer(momenta)
                : Hypotheses.about(claim, momenta, steps.get(0), deviations());
    }

    private Judged judged(List<Fit> held, double claimResidual) {
        Unclaimed unclaimed = new Unclaimed(claim);
        List<Fit> taken = held.stream().map(unclaimed::taken).toList();
        List<Fit> right = taken.stream()
                .filter(Fit::right)
                .filter(fit -> taken.stream().noneMatch(fit::isUnderAMistake))
                .toList();
        List<Fit> fits = right.isEmpty() ? held : taken;
        Optional<String> gap = firstGap();
        if (gap.isPresent() && held.stream().noneMatch(Fit::right)) {
            return undecided(Fault.GAP, gap.get(), claimResidual);
        }
        if (fits.isEmpty()) {
            return unexplained(claimResidual);
        }
        boolean asClaimed = claim.optimizer() != null && held.get(0).right();
        Fit chosen = asClaimed ? held.get(0) : preferred(right.isEmpty() ? held : right);
        Map<Explanation, Fit> others = new LinkedHashMap<>();
        fits.stream()
                .sorted(Fit.PREFERENCE)
                .filter(fit -> differs(fit, chosen))
                .forEach(fit -> others.putIfAbsent(fit.explanation(), fit));
        Choice choice =
                new Choice(chosen, others.values().stream().limit(ALTERNATIVES).toList(), claimResidual);
        return new Judged(verdict(choice), this, Optional.of(choice));
    }

    OptimizerVerdict verdict(Choice choice) {
        Explanation chosen = choice.chosen().explanation();
        List<Explanation> others = choice.others().stream()
                .map(Fit::explanation)
                .map(other -> other.toldFrom(chosen))
                .toList();
        Explanation explanation = chosen.with(new Estimates(claim, trials).of(choice.chosen()));
        return new OptimizerVerdict(
                explanation, others, choice.claimResidual(), Summary.of(claim, choice.chosen(), others, steps.size()));
    }

    /** Beside the claim only another optimizer is worth a word; beside an accusation every other reading is. */
    private static boolean differs(Fit fit, Fit chosen) {
        boolean right = chosen.hypothesis().fault() == Fault.RIGHT;
        return right
                ? !fit.optimizer().equals(chosen.optimizer())
                : !fit.explanation().advice().equals(chosen.explanation().advice());
    }

    private static Fit preferred(List<Fit> fits) {
        double best = fits.stream().mapToDouble(Fit::residualUlps).min().orElseThrow();
        return fits.stream()
                .filter(fit -> fit.residualUlps() <= Math.max(1, CLEARLY_BETTER * best))
                .min(Fit.PREFERENCE)
                .orElseThrow();
    }

    private boolean stoodStill() {
        return steps.stream().allMatch(ObservedStep::stoodStill);
    }

    Judged unexplained(double claimResidual) {
        boolean still = stoodStill();
        if (still && steps.stream().allMatch(ObservedStep::hasNoGradient)) {
            return undecided(Fault.ZERO_GRADIENT, "", claimResidual);
        }
        if (!still && isRoundedInBfloat16()) {
            return undecided(Fault.TOO_COARSE, "", claimResidual);
        }
        if (!still && claim.mayCycleProduct()) {
            return undecided(Fault.PRODUCT_OF_MOMENTA, "", claimResidual);
        }
        Fault fault = still ? Fault.NOT_TAKEN : Fault.UNEXPLAINED;
        Explanation explanation = new Explanation(fault, null, still ? 0 : Double.POSITIVE_INFINITY, fault.advice());
        return alone(explanation, claimResidual);
    }

    /** As Jordan's Muon and PyTorch's iterate; see {@link dev.plumbline.compute.optimizer.Muon}. */
    private boolean isRoundedInBfloat16() {
        Optimizer claimed = claim.optimizer();
        if (claimed == null || claimed.kind() != Kind.MUON || !claim.learningRateKnown()) {
            return false;
        }
        Hypothesis itself = Hypothesis.of(Fault.RIGHT, claimed, "");
        return trials.whole(itself).ofLargestStep(itself) < BFLOAT16;
    }

    private Judged alone(Explanation explanation, double claimResidual) {
        String summary = Wording.capitalised(explanation.advice()) + ".";
        return new Judged(new OptimizerVerdict(explanation, List.of(), claimResidual, summary), this, Optional.empty());
    }

    private Judged undecided(Fault fault, String detail, double claimResidual) {
        String advice = detail.isEmpty() ? fault.advice() : fault.advice() + ": " + detail;
        Explanation explanation = new Explanation(fault, null, Double.POSITIVE_INFINITY, advice);
        return alone(explanation, claimResidual);
    }

    Optional<String> firstNonFinite() {
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

    /** A parameter that does not go on from where the step before has left it, with no state that says how it does. */
    private Optional<String> firstGap() {
        return IntStream.range(1, steps.size())
                .boxed()
                .filter(i -> steps.get(i).said().state() == null)
                .flatMap(i -> steps.get(i).before().keySet().stream()
                        .filter(name -> !requireNonNull(steps.get(i - 1).after().get(name))
                                .equals(requireNonNull(steps.get(i).before().get(name))))
                        .map(name ->
                                ("steps/%d/before/%s is not steps/%d/after/%s; give steps/%d/state, the optimizer's"
                                                + " state before that step")
                                        .formatted(i, name, i - 1, name, i)))
                .findFirst();
    }
}
