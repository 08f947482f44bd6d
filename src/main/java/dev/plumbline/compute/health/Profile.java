package dev.plumbline.compute.health;

import static dev.plumbline.compute.health.Symptom.DATA;
import static dev.plumbline.compute.health.Symptom.DEAD_UNITS;
import static dev.plumbline.compute.health.Symptom.EXPLODING;
import static dev.plumbline.compute.health.Symptom.INITIALISATION;
import static dev.plumbline.compute.health.Symptom.LOSS;
import static dev.plumbline.compute.health.Symptom.SATURATION;
import static dev.plumbline.compute.health.Symptom.UPDATE_RATIO;
import static dev.plumbline.compute.health.Symptom.VANISHING;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which rules are judged, by whose thresholds. {@link #PLUMBLINE}'s are scale-free: multiplying the loss by a constant
 * changes none of them, save those of an optimizer's step and of float16, which are not scale-free themselves. The others reproduce what a
 * named tool says at a single point, and say of the rest that it needs a run.
 */
public enum Profile {
    PLUMBLINE {
        @Override
        List<Rule> own() {
            return List.of(
                    new NonFiniteValues(),
                    // What may cause the rest comes first, and so it does in the summary.
                    new ProbabilitiesAsLogits(),
                    new UnscaledInputs(10, 3),
                    new Targets(0.01, 8),
                    new CutOff(),
                    new ZeroWeights(),
                    new Symmetry(),
                    new DeadUnits(0.5, 8),
                    new Saturation(0.5, false),
                    new SaturatedSoftmax(0.5),
                    new Vanishing(1e-3, 0.25),
                    new Exploding(1e3, 4),
                    new FirstStepSize(new StepLength(2, 1e-5), new FirstUpdate(1e-5, 1e-2, 1)),
                    new ActivationSpread(2, 10),
                    new Absent(LOSS, NEEDS_A_RUN),
                    new DominantSamples(10, 8),
                    new RepeatedSamples(0.1, 0.02, 8),
                    new NoisyBatch(10),
                    new Float16Underflow(0.05));
        }
    },

    /** Amazon SageMaker Debugger's built-in rules. Its exploding rule looks for non-finite values only. */
    SAGEMAKER {
        @Override
        List<Rule> own() {
            return List.of(
                    new NonFiniteValues(),
                    new SmallMean(1e-7),
                    new DeadUnits(0.5, 1),
                    new Saturation(0.5, true),
                    new UpdateRatio(1e-8, 10),
                    new WeightVariance(10),
                    new Absent(LOSS, NEEDS_A_RUN),
                    new Absent(DATA, NO_SUCH_RULE));
        }
    },

    /** AUTOTRAINER (Zhang et al., ICSE 2021), without its gate on accuracy, which a single point does not have. */
    AUTOTRAINER {
        @Override
        List<Rule> own() {
            return List.of(
                    new NonFiniteValues(),
                    new SmallRatio(1e-3, 1e-4),
                    new LargeRatio(70),
                    new ZeroGradients(0.7),
                    new Absent(SATURATION, NO_SUCH_RULE),
                    new Absent(UPDATE_RATIO, NO_SUCH_RULE),
                    new Absent(INITIALISATION, NO_SUCH_RULE),
                    new Absent(LOSS, NEEDS_A_RUN),
                    new Absent(DATA, NO_SUCH_RULE));
        }
    },

    /** What DL4J's training pages call healthy: update ratios, and activations whose spread is 0.5 to 2. */
    DL4J {
        @Override
        List<Rule> own() {
            return List.of(
                    new NonFiniteValues(),
                    new Absent(VANISHING, NO_SUCH_RULE),
                    new Absent(EXPLODING, NO_SUCH_RULE),
                    new Absent(DEAD_UNITS, NO_SUCH_RULE),
                    new Absent(SATURATION, NO_SUCH_RULE),
                    new UpdateRatio(1e-4, 1e-2),
                    new SpreadBand(0.5, 2),
                    new Absent(LOSS, NEEDS_A_RUN),
                    new Absent(DATA, NO_SUCH_RULE));
        }
    },

    /** Megatron-LM: non-finite values; its spikes are ten times the largest of the first hundred samples. */
    MEGATRON {
        @Override
        List<Rule> own() {
            return List.of(
                    new NonFiniteValues(),
                    new Absent(VANISHING, NO_SUCH_RULE),
                    new Absent(EXPLODING, NEEDS_A_RUN),
                    new Absent(DEAD_UNITS, NO_SUCH_RULE),
                    new Absent(SATURATION, NO_SUCH_RULE),
                    new Absent(UPDATE_RATIO, NO_SUCH_RULE),
                    new Absent(INITIALISATION, NO_SUCH_RULE),
                    new Absent(LOSS, NEEDS_A_RUN),
                    new Absent(DATA, NO_SUCH_RULE));
        }
    };

    private static final String NEEDS_A_RUN = "this rule compares several steps of a run, and this is one point";
    private static final String NO_SUCH_RULE = "this profile has no such rule";

    /** The rules, and for what a profile has none for, that it has none. */
    List<Rule> rules() {
        if (this == PLUMBLINE) {
            return own();
        }
        List<Rule> rules = new ArrayList<>(own());
        Arrays.stream(Symptom.values())
                .filter(Symptom::isOfAModel)
                .forEach(symptom -> rules.add(new Absent(symptom, NO_SUCH_RULE)));
        return rules;
    }

    /** Those for a snapshot along a run: its step is not the first, so that a band is held against it, by layer. */
    List<Rule> rulesAlongARun() {
        return rules().stream()
                .map(rule -> rule instanceof FirstStepSize ? new UpdateRatio(1e-4, 1e-2) : rule)
                .toList();
    }

    abstract List<Rule> own();
}
