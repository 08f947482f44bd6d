package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Says which optimizer and convention made somebody's steps, or what is off.
 *
 * <p>Every hypothesis of a list takes the steps again; one explains them if it disagrees by no more than rounding can. The
 * claim is believed if it explains them, whatever else does too: an alternative that these numbers cannot tell from it is
 * named, and is no accusation.
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
    }

    public OptimizerVerdict judge() {
        Optimizer claimed = claim.optimizer();
        List<ObservedStep> sample = Sample.of(steps);
        Replay quick = new Replay(sample, claim.state() == null ? null : Sample.of(claim.state()));
        Replay whole = new Replay(steps, claim.state());
        List<Explanation> explanations = new ArrayList<>();
        double claimResidual = Double.NaN;
        for (Hypothesis hypothesis : hypotheses()) {
            Optional<Explanation> quickly = explain(hypothesis, quick);
            boolean claimItself = hypothesis.fault() == Fault.RIGHT && claimed != null;
            if (claimItself || quickly.filter(OptimizerCheck::holds).isPresent()) {
                Optional<Explanation> explained = explain(hypothesis, whole);
                claimResidual =
                        claimItself ? explained.map(Explanation::residualUlps).orElse(claimResidual) : claimResidual;
                explained.filter(OptimizerCheck::holds).ifPresent(explanations::add);
            }
        }
        return verdict(explanations, claimResidual);
    }

    private List<Hypothesis> hypotheses() {
        Optimizer claimed = claim.optimizer();
        if (claimed == null) {
            return Hypotheses.ofAnyOptimizer();
        }
        Map<String, Tensor> parameters = steps.get(0).before();
        int entries = parameters.values().stream().mapToInt(Tensor::size).sum();
        List<Hypothesis> about = Hypotheses.about(claimed, parameters.size(), entries);
        return claim.learningRateKnown()
                ? about
                : about.stream().map(Hypothesis::atAnyRate).toList();
    }

    private static Optional<Explanation> explain(Hypothesis hypothesis, Replay replay) {
        return replay.run(hypothesis).flatMap(predicted -> {
            if (!hypothesis.rateFree()) {
                double ulps = Disagreement.ulps(replay.steps(), predicted);
                return Optional.of(
                        new Explanation(hypothesis.fault(), hypothesis.optimizer(), ulps, hypothesis.advice()));
            }
            double factor = Disagreement.factor(replay.steps(), predicted);
            return factor > 0 && Double.isFinite(factor) ? atRate(hypothesis, replay, factor) : Optional.empty();
        });
    }

    private static Optional<Explanation> atRate(Hypothesis hypothesis, Replay replay, double factor) {
        Optimizer fitted =
                hypothesis.optimizer().withLearningRate(hypothesis.optimizer().learningRate() * factor);
        String advice = String.format(
                Locale.ROOT,
                "%s: %.6g, which is %.6g times %.6g",
                hypothesis.advice(),
                fitted.learningRate(),
                factor,
                hypothesis.optimizer().learningRate());
        return replay.run(hypothesis.with(fitted))
                .map(predicted -> new Explanation(
                        hypothesis.fault(), fitted, Disagreement.ulps(replay.steps(), predicted), advice));
    }

    private static boolean holds(Explanation explanation) {
        return explanation.residualUlps() <= ROUNDING_ULPS;
    }

    private OptimizerVerdict verdict(List<Explanation> explanations, double claimResidual) {
        Explanation chosen = choose(explanations);
        List<Explanation> others = explanations.stream()
                .filter(other -> !other.equals(chosen) && !Objects.equals(other.optimizer(), chosen.optimizer()))
                .toList();
        return new OptimizerVerdict(chosen, others, claimResidual);
    }

    private Explanation choose(List<Explanation> explanations) {
        if (explanations.isEmpty()) {
            return stoodStill()
                    ? new Explanation(Fault.NOT_TAKEN, null, 0, Fault.NOT_TAKEN.advice())
                    : new Explanation(Fault.UNEXPLAINED, null, Double.POSITIVE_INFINITY, Fault.UNEXPLAINED.advice());
        }
        Explanation first = explanations.get(0);
        if (first.fault() == Fault.RIGHT && claim.optimizer() != null) {
            return first;
        }
        double best = explanations.stream()
                .mapToDouble(Explanation::residualUlps)
                .min()
                .orElseThrow();
        return explanations.stream()
                .filter(explanation -> explanation.residualUlps() <= Math.max(1, CLEARLY_BETTER * best))
                .findFirst()
                .orElseThrow();
    }

    private boolean stoodStill() {
        return steps.stream().allMatch(step -> step.before().entrySet().stream().allMatch(entry -> entry.getValue()
                .equals(Objects.requireNonNull(step.after().get(entry.getKey())))));
    }
}
