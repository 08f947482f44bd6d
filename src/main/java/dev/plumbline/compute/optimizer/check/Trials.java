package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Trials of the same steps along each path of gradients: on a sample, which rejects most hypotheses, and on everything.
 *
 * @param sampled the steps' few entries
 * @param profile of learning rates and momenta, as is claimed
 * @param still whether no parameter moved, step by step
 * @param pieces whether the steps are pieces of larger ones, of which no step of whole tensors can be taken
 * @param cached by path
 * @param alive asked before every trial, for searches make thousands; throws where nobody waits any longer
 */
record Trials(
        Claim claim,
        List<ObservedStep> steps,
        List<ObservedStep> sampled,
        List<Map<String, Double>> norms,
        List<Boolean> still,
        boolean pieces,
        Parts parts,
        Courses courses,
        Profile profile,
        GradientPath claimed,
        Map<GradientPath, Trial> cached,
        Runnable alive) {

    static Trials of(Claim claim, List<ObservedStep> steps, boolean pieces, Runnable alive) {
        Courses courses = new Courses(claim, steps);
        return new Trials(
                claim,
                steps,
                Sample.of(steps),
                GradientPath.norms(steps),
                steps.stream().map(ObservedStep::stoodStill).toList(),
                pieces,
                Parts.of(claim, steps.get(0).before()),
                courses,
                courses.claimed(),
                GradientPath.claimed(claim.circumstances().clipping()),
                new HashMap<>(),
                alive);
    }

    GradientPath path(Hypothesis hypothesis) {
        return Objects.requireNonNullElse(hypothesis.manner().path(), claimed);
    }

    /** On a sample. */
    Trial quick(Hypothesis hypothesis) {
        if (hypothesis.optimizer().mixesEntries()) {
            return whole(hypothesis);
        }
        OptimizerState state = claim.state();
        return trial(path(hypothesis), sampled, state == null ? null : Sample.of(state));
    }

    /** Searches try many paths that nobody asks for again. */
    private Trial trial(GradientPath path, List<ObservedStep> of, @Nullable OptimizerState start) {
        alive.run();
        boolean usual = path.equals(claimed);
        if (usual && of == sampled && cached.containsKey(path)) {
            return Objects.requireNonNull(cached.get(path));
        }
        Optimizer optimizer = claim.optimizer();
        Trial trial = Trial.of(
                new Replay(path.of(of, norms), start, parts, profile, still),
                optimizer != null && claim.learningRateKnown() ? optimizer.learningRate() : Double.NaN);
        if (usual && of == sampled) {
            cached.put(path, trial);
        }
        return trial;
    }

    Trial whole(Hypothesis hypothesis) {
        return trial(path(hypothesis), steps, claim.state());
    }

    static boolean holds(Fit fit) {
        return fit.residualUlps() <= OptimizerCheck.ROUNDING_ULPS;
    }

    boolean holdsOnSample(Hypothesis hypothesis) {
        if (pieces && hypothesis.optimizer().mixesEntries()) {
            return false;
        }
        return quick(hypothesis)
                .fit(hypothesis, OptimizerCheck.ROUNDING_ULPS)
                .filter(Trials::holds)
                .isPresent();
    }

    /** The hypothesis on everything, if it explains that. */
    Optional<Fit> held(Hypothesis hypothesis) {
        if (hypothesis.optimizer().mixesEntries() ? pieces : !holdsOnSample(hypothesis)) {
            return Optional.empty();
        }
        Trial whole = whole(hypothesis);
        return whole.fit(hypothesis).filter(Trials::holds).map(whole::rounded);
    }
}
