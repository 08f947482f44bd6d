package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.TensorSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Steps of tensors that lie in files, too large to try hundreds of hypotheses on: {@link OptimizerCheck} judges a sample, and
 * what it names is then held against every number ({@link Sweep}). An entry that does not fit joins the sample, and all is
 * judged again. So the sample decides nothing that the whole does not confirm: an explanation holds everywhere, and a
 * claim that fails fails somewhere in these tensors.
 *
 * <p>An optimizer that looks at whole tensors (Adafactor, LAMB, Muon) has no sample: its steps are loaded, and judged as
 * any others; and where it is not claimed it is not thought of.
 *
 * @param claim without a state
 * @param start the state before the first step, its parameters empty; null for the very first step of a training
 */
public record Recording(Claim claim, @Nullable Checkpoint start, List<RecordedStep> steps) {

    /**
     * How often a sample is judged. An entry that does not fit ends what is named of the sample, and the next name fits it too:
     * names that each fail on another entry are few, and after the last round the claim fails unexplained.
     */
    public static final int MOST_ROUNDS = 6;

    public Recording {
        if (steps.isEmpty()) {
            throw Problem.invalid("/steps", "there is no step to check", "none", "1 or more");
        }
        start = start == null ? null : named(claim, start, steps.get(0).before());
        steps = named(claim, steps);
    }

    private static List<RecordedStep> named(Claim claim, List<RecordedStep> steps) {
        List<RecordedStep> named = new ArrayList<>();
        for (RecordedStep step : steps) {
            try {
                named.add(step.named(claim));
            } catch (Problem problem) {
                throw problem.within(Problem.pointer("steps", named.size()));
            }
        }
        return List.copyOf(named);
    }

    private static Checkpoint named(Claim claim, Checkpoint given, Map<String, ? extends TensorSource> parameters) {
        return new Checkpoint(
                given.step(),
                Map.of(),
                new ClaimedState(given.step(), given.slots(), parameters).of(claim.optimizer()));
    }

    /** Whether it must be in memory as a whole to be judged. */
    public boolean needsAll() {
        Optimizer optimizer = claim.optimizer();
        return optimizer != null && optimizer.mixesEntries();
    }

    /** The steps in memory, every hypothesis to be tried on all of them. */
    public OptimizerCheck loaded() {
        Checkpoint whole = start;
        return check(
                whole == null ? null : whole.state(),
                steps.stream().map(RecordedStep::loaded).toList(),
                true);
    }

    /** Entries of all steps that every hypothesis is tried on in a round, at most. */
    public long sampleEntries() {
        return Survey.entries(steps);
    }

    /** @param alive asked between two pieces of work; throws where nobody waits any longer */
    public OptimizerVerdict judge(Runnable alive) {
        if (needsAll()) {
            return loaded().judge(alive);
        }
        Survey survey = Survey.of(this, alive);
        OptimizerVerdict verdict = null;
        for (int round = 1; verdict == null; round++) {
            OptimizerCheck check = sampled(survey);
            Sweep sweep = Sweep.of(this, survey, check, alive);
            if (sweep.confirms() || round == MOST_ROUNDS) {
                verdict = check.words(sweep.verdict());
            }
            sweep.counterexamples()
                    .forEach((name, positions) ->
                            requireNonNull(survey.picks().get(name)).addAll(positions));
        }
        return verdict;
    }

    private OptimizerCheck sampled(Survey survey) {
        Cut sample = survey.sample();
        List<ObservedStep> pieces = new ArrayList<>();
        for (int k = 0; k < steps.size(); k++) {
            pieces.add(steps.get(k).cut(sample).of(survey.norms().get(k)));
        }
        Checkpoint whole = start;
        return check(whole == null ? null : sample.of(whole.step(), whole.slots()), pieces, false);
    }

    private OptimizerCheck check(@Nullable OptimizerState state, List<ObservedStep> observed, boolean whole) {
        return new OptimizerCheck(
                new Claim(claim.optimizer(), claim.learningRateKnown(), state, claim.circumstances()), observed, whole);
    }
}
