package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Adam;
import dev.plumbline.compute.optimizer.AdamW;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The list of what may have happened, in the order in which it is preferred where several explain the same numbers: the
 * claim, then one thing wrong with it, then other optimizers, then a learning rate that fits.
 */
final class Hypotheses {

    private static final Set<Kind> CORRECTED =
            EnumSet.of(Kind.ADAM, Kind.ADAMW, Kind.AMSGRAD, Kind.NADAM, Kind.RADAM, Kind.ADAMAX);
    private static final long EVER = 1L << 40; // beta^t is 0 by then: nothing left to correct
    private static final int STEPS_TRIED = 100;
    private static final double[] DECAYS = {1e-5, 1e-4, 5e-4, 1e-3, 4e-3, 5e-3, 1e-2, 5e-2, 1e-1};
    private static final double[] EPSILONS = {0, 1e-16, 1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3};

    private final Optimizer claimed;
    private final int tensors;
    private final int entries;
    private final List<Hypothesis> list = new ArrayList<>();

    private Hypotheses(Optimizer claimed, int tensors, int entries) {
        this.claimed = claimed;
        this.tensors = tensors;
        this.entries = entries;
    }

    /** Everything that may be wrong with {@code claimed}, itself in front. */
    static List<Hypothesis> about(Optimizer claimed, int tensors, int entries) {
        Hypotheses hypotheses = new Hypotheses(claimed, tensors, entries);
        hypotheses.list.add(Hypothesis.of(Fault.RIGHT, claimed, ""));
        hypotheses.list.add(Hypothesis.of(Fault.SIGN, claimed, "").goingUphill());
        hypotheses.addBetas();
        hypotheses.addConventions();
        hypotheses.addWeightDecays();
        hypotheses.addClocks();
        hypotheses.addForgetting();
        hypotheses.addEpsilons();
        hypotheses.addOthers();
        hypotheses.list.add(Hypothesis.of(Fault.LEARNING_RATE, claimed, "").atAnyRate());
        hypotheses.list.add(Hypothesis.of(Fault.SIGN, claimed, "at another learning rate")
                .goingUphill()
                .atAnyRate());
        return hypotheses.list;
    }

    /** Every optimizer of every library, at whatever learning rate. */
    static List<Hypothesis> ofAnyOptimizer() {
        return presets()
                .map(optimizer -> Hypothesis.of(Fault.RIGHT, optimizer, describe(optimizer))
                        .atAnyRate())
                .toList();
    }

    private void add(Fault fault, Map<String, ?> replacements, String detail) {
        list.add(Hypothesis.of(fault, HyperParameters.with(claimed, replacements), detail));
    }

    private void addBetas() {
        Map<String, Object> known = HyperParameters.of(claimed);
        Object beta1 = known.get("beta1");
        Object beta2 = known.get("beta2");
        if (beta1 != null && beta2 != null && !beta1.equals(beta2)) {
            add(Fault.BETAS_SWAPPED, Map.of("beta1", beta2, "beta2", beta1), "");
        }
    }

    /** Each choice of a convention that the claim did not make. */
    private void addConventions() {
        HyperParameters.choices(claimed).forEach((name, choices) -> {
            Fault fault = name.startsWith("epsilon") ? Fault.EPSILON_CONVENTION : Fault.CONVENTION;
            choices.forEach(choice -> add(fault, Map.of(name, choice), name + " is " + choice));
        });
    }

    private void addWeightDecays() {
        double rate = claimed.weightDecay().rate();
        if (rate == 0) {
            for (double usual : DECAYS) {
                list.add(Hypothesis.of(
                        Fault.WEIGHT_DECAY, decayed(WeightDecay.decoupled(usual)), "decoupled, " + usual));
                list.add(Hypothesis.of(
                        Fault.WEIGHT_DECAY, decayed(WeightDecay.l2(usual)), "coupled (into the gradient), " + usual));
            }
            return;
        }
        list.add(Hypothesis.of(
                Fault.WEIGHT_DECAY,
                decayed(WeightDecay.decoupled(rate)),
                "decoupled, where it should go into the gradient"));
        list.add(Hypothesis.of(
                Fault.WEIGHT_DECAY,
                decayed(WeightDecay.l2(rate)),
                "coupled (into the gradient), where it should be decoupled"));
        list.add(Hypothesis.of(Fault.WEIGHT_DECAY, decayed(WeightDecay.NONE), "missing"));
        list.removeIf(hypothesis -> hypothesis.fault() == Fault.WEIGHT_DECAY
                && hypothesis.optimizer().equals(claimed));
    }

    private Optimizer decayed(WeightDecay decay) {
        if (claimed instanceof AdamW w) {
            return new Adam(w.learningRate(), w.beta1(), w.beta2(), w.epsilon(), w.epsilonConvention(), decay);
        }
        return HyperParameters.with(claimed, Map.of("weightDecay", decay));
    }

    private void addClocks() {
        if (!CORRECTED.contains(claimed.kind())) {
            return;
        }
        list.add(Hypothesis.of(Fault.BIAS_CORRECTION_MISSING, claimed, "").at(t -> EVER));
        list.add(wrongStep("t is one too small, counted from 0").at(t -> Math.max(t - 1, 1)));
        list.add(wrongStep("t is one too large").at(t -> t + 1));
        list.add(wrongStep("t is the number of parameter tensors, " + tensors).at(t -> tensors));
        list.add(wrongStep("t grows once for each parameter tensor").at(t -> t * tensors));
        list.add(wrongStep("t is the number of parameters, " + entries).at(t -> entries));
        for (int step = 1; step <= STEPS_TRIED; step++) {
            int used = step;
            list.add(wrongStep("t is always " + used).at(t -> used));
        }
    }

    private Hypothesis wrongStep(String detail) {
        return Hypothesis.of(Fault.BIAS_CORRECTION_STEP, claimed, detail);
    }

    private void addForgetting() {
        if (claimed.slots().isEmpty()) {
            return;
        }
        Hypothesis forgetting =
                Hypothesis.of(Fault.STATE_NOT_UPDATED, claimed, "").forgetting();
        list.add(forgetting);
        if (CORRECTED.contains(claimed.kind())) {
            list.add(Hypothesis.of(
                            Fault.STATE_NOT_UPDATED, claimed, "and t is the number of parameter tensors, " + tensors)
                    .forgetting()
                    .at(t -> tensors));
            list.add(Hypothesis.of(Fault.STATE_NOT_UPDATED, claimed, "and the bias is not corrected")
                    .forgetting()
                    .at(t -> EVER));
            for (int step = 1; step <= STEPS_TRIED; step++) {
                int used = step;
                list.add(Hypothesis.of(Fault.STATE_NOT_UPDATED, claimed, "and t is always " + used)
                        .forgetting()
                        .at(t -> used));
            }
        }
    }

    private void addEpsilons() {
        Object epsilon = HyperParameters.of(claimed).get("epsilon");
        for (double other : EPSILONS) {
            if (epsilon != null && !epsilon.equals(other)) {
                add(Fault.EPSILON_VALUE, Map.of("epsilon", other), other == 0 ? "none" : "epsilon is " + other);
            }
        }
    }

    /** Each other optimizer, once with its own defaults and once with all that the claim says. */
    private void addOthers() {
        presets().forEach(preset -> {
            Optimizer other = preset.withLearningRate(claimed.learningRate());
            list.add(Hypothesis.of(Fault.OTHER_OPTIMIZER, other, describe(other)));
            Optimizer alike = alike(preset);
            list.add(Hypothesis.of(Fault.OTHER_OPTIMIZER, alike, describe(alike)));
        });
    }

    private Optimizer alike(Optimizer preset) {
        Map<String, Object> shared = new LinkedHashMap<>(HyperParameters.of(claimed));
        Set<String> own = HyperParameters.of(preset).keySet();
        shared.keySet().removeIf(name -> !own.contains(name) || name.equals("kind") || name.equals("weightDecay"));
        try {
            return HyperParameters.with(preset, shared);
        } catch (Problem incompatible) {
            return preset.withLearningRate(claimed.learningRate());
        }
    }

    private static Stream<Optimizer> presets() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(Preset.values()).flatMap(preset -> {
                    try {
                        return Stream.of(kind.preset(preset));
                    } catch (Problem lacking) {
                        return Stream.empty();
                    }
                }));
    }

    private static String describe(Optimizer optimizer) {
        return HyperParameters.of(optimizer).toString();
    }
}
