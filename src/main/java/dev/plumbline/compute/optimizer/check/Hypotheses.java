package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.Adam;
import dev.plumbline.compute.optimizer.AdamW;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.NAdam;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The list of what may have happened: the claim, one thing wrong with it, other optimizers. Where several explain the same
 * numbers, {@link Fault} says which is preferred, and among other optimizers {@link Simplicity}.
 */
final class Hypotheses {

    static final Set<Kind> CORRECTED =
            EnumSet.of(Kind.ADAM, Kind.ADAMW, Kind.AMSGRAD, Kind.NADAM, Kind.RADAM, Kind.ADAMAX);
    private static final Set<Kind> CORRECTED_TWICE = EnumSet.of(Kind.ADAM, Kind.ADAMW, Kind.AMSGRAD);
    static final long EVER = 1L << 40; // beta^t is 0 by then: nothing left to correct
    private static final int STEPS_TRIED = 100;
    private static final int AHEAD = 10;
    private static final int[] MICRO_BATCHES = {2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 64, 128};
    private static final double[] DECAYS = {1e-5, 1e-4, 5e-4, 1e-3, 4e-3, 5e-3, 1e-2, 5e-2, 1e-1};
    private static final double[] TIMES = {0.1, 0.5, 2, 10};
    private static final double[] EPSILONS = {0, 1e-16, 1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3};
    private static final double[] DECAY_RATES = {0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999};

    private static final String TWICE = "with mu_t twice in the product, as PyTorch 1.13 does";

    private final Optimizer claimed;
    private final List<Hypothesis> list = new ArrayList<>();

    private Hypotheses(Optimizer claimed) {
        this.claimed = claimed;
    }

    /** Everything that may be wrong with the claim, itself in front; {@code first} is the first step observed. */
    static List<Hypothesis> about(Claim claim, Momenta momenta, ObservedStep first, Deviations deviations) {
        Hypotheses hypotheses = new Hypotheses(requireNonNull(claim.optimizer()));
        hypotheses.addItself();
        hypotheses.list.addAll(deviations.asRight());
        hypotheses.addBetas();
        hypotheses.addConventions();
        hypotheses.addWeightDecays();
        hypotheses.addClocks(first);
        hypotheses.addForgetting(first);
        hypotheses.addEpsilons();
        hypotheses.addDecayRates();
        hypotheses.list.addAll(deviations.single());
        Stream<Hypothesis> asClaimed = hypotheses.list.stream();
        Stream<Hypothesis> known = claim.learningRateKnown()
                ? Stream.concat(asClaimed, hypotheses.itselfAtAnyRate())
                : asClaimed.map(Hypothesis::atAnyRate);
        return Stream.concat(known, hypotheses.others(momenta)).toList();
    }

    /** Every optimizer of every library, at whatever learning rate. */
    static List<Hypothesis> ofAnyOptimizer(Momenta momenta) {
        return Candidates.all(momenta).stream()
                .map(optimizer -> Hypothesis.of(Fault.RIGHT, optimizer, "").atAnyRate())
                .toList();
    }

    private void addItself() {
        list.add(Hypothesis.of(Fault.RIGHT, claimed, ""));
        list.add(Hypothesis.of(Fault.SIGN, claimed, "").goingUphill());
    }

    private Stream<Hypothesis> itselfAtAnyRate() {
        return Stream.of(
                        Hypothesis.of(Fault.LEARNING_RATE, claimed, ""),
                        Hypothesis.of(Fault.SIGN, claimed, "at another learning rate")
                                .goingUphill())
                .map(Hypothesis::atAnyRate);
    }

    /** Another momentum, and each other optimizer, once with its own defaults and once with all that the claim says. */
    private Stream<Hypothesis> others(Momenta momenta) {
        Stream<Hypothesis> momentum = momenta.variants(claimed).stream()
                .filter(other -> !other.equals(claimed))
                .map(other -> Hypothesis.of(Fault.MOMENTUM, other, ""));
        Stream<Hypothesis> others = Stream.of(
                        Candidates.all(momenta).stream(),
                        Candidates.presets().map(preset -> alike(preset, false)),
                        claimed.weightDecay().rate() == 0
                                ? Stream.<Optimizer>of()
                                : Candidates.presets().map(preset -> alike(preset, true)))
                .flatMap(optimizers -> optimizers)
                .distinct()
                .map(other -> Hypothesis.of(Fault.OTHER_OPTIMIZER, other, ""));
        return Stream.concat(momentum, others).map(Hypothesis::atAnyRate);
    }

    private void add(Fault fault, Map<String, ?> replacements, String detail) {
        try {
            list.add(Hypothesis.of(fault, HyperParameters.with(claimed, replacements), detail));
        } catch (Problem impossible) {
            // no such optimizer, as Nesterov's without momentum: then nobody has made a step with it
        }
    }

    /**
     * NAdam as PyTorch has it is right, whatever datatype PyTorch keeps its product in; and where nobody says which sequence of
     * mu_t, that of any version of PyTorch's.
     */
    static List<Hypothesis> asPyTorchHas(Optimizer claimed, boolean momentumSaid) {
        if (!(claimed instanceof NAdam nadam) || nadam.momentum() == NAdam.Momentum.CONSTANT) {
            return List.of();
        }
        List<Hypothesis> alike = new ArrayList<>();
        boolean twice = nadam.momentum().twice();
        String product = "with the product of mu_t kept in float32, as PyTorch does";
        alike.add(ofMomentum(claimed, twice ? "scheduledTwiceInFloat32" : "scheduledInFloat32", product));
        if (!momentumSaid && !twice) {
            alike.add(ofMomentum(claimed, "scheduledTwice", TWICE));
            alike.add(ofMomentum(claimed, "scheduledTwiceInFloat32", TWICE));
        }
        return alike;
    }

    private static Hypothesis ofMomentum(Optimizer claimed, String momentum, String detail) {
        return Hypothesis.of(Fault.RIGHT, HyperParameters.with(claimed, Map.of("momentum", momentum)), detail);
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
        if (rate != 0) {
            addDecay(WeightDecay.decoupled(rate), "decoupled, where it should go into the gradient");
            addDecay(WeightDecay.l2(rate), "coupled (into the gradient), where it should be decoupled");
            addDecay(WeightDecay.NONE, "missing");
            if (claimed.learningRate() > 0) {
                addDecay(
                        WeightDecay.decoupled(rate / claimed.learningRate()),
                        "decoupled, and not multiplied by the learning rate");
            }
            for (double factor : TIMES) {
                addUsualDecays(rate * factor);
            }
        }
        for (double usual : DECAYS) {
            addUsualDecays(usual);
        }
        list.removeIf(hypothesis -> hypothesis.fault() == Fault.WEIGHT_DECAY
                && hypothesis.optimizer().equals(claimed));
    }

    private void addUsualDecays(double rate) {
        addDecay(WeightDecay.decoupled(rate), "decoupled, " + Wording.number(rate));
        addDecay(WeightDecay.l2(rate), "coupled (into the gradient), " + Wording.number(rate));
    }

    private void addDecay(WeightDecay decay, String detail) {
        if (decay.equals(claimed.weightDecay())) {
            return; // that would be the claim under another name
        }
        list.add(Hypothesis.of(Fault.WEIGHT_DECAY, decayed(decay), detail));
    }

    private Optimizer decayed(WeightDecay decay) {
        return decayed(claimed, decay);
    }

    static Optimizer decayed(Optimizer claimed, WeightDecay decay) {
        if (claimed instanceof AdamW w && decay.kind() == WeightDecay.Kind.L2) {
            return new Adam(w.learningRate(), w.beta1(), w.beta2(), w.epsilon(), w.epsilonConvention(), decay);
        }
        return HyperParameters.with(claimed, Map.of("weightDecay", decay));
    }

    private void addClocks(ObservedStep first) {
        if (!CORRECTED.contains(claimed.kind())) {
            return;
        }
        int tensors = first.before().size();
        long entries = first.entries();
        list.add(Hypothesis.of(Fault.BIAS_CORRECTION_MISSING, claimed, "").at(t -> EVER));
        list.add(wrongStep("t is one too small, counted from 0").at(t -> Math.max(t - 1, 1)));
        list.add(wrongStep("t is one too large").at(t -> t + 1));
        for (int ahead = 2; ahead <= AHEAD; ahead++) {
            int by = ahead;
            list.add(wrongStep("t is " + by + " too large").at(t -> t + by));
        }
        for (int count : MICRO_BATCHES) {
            list.add(wrongStep("t grows by " + count + " in every step, as where it counts micro-batches")
                    .at(t -> t * count));
        }
        list.add(wrongStep("t is the number of parameter tensors, " + tensors).at(t -> tensors));
        list.add(wrongStep("t grows once for each parameter tensor").at(t -> t * tensors));
        list.add(wrongStep("t grows with every tensor, not with every step").used(Manner::countingTensors));
        list.add(wrongStep("t is the number of parameters, " + entries).at(t -> entries));
        for (int step = 1; step <= STEPS_TRIED; step++) {
            int used = step;
            list.add(wrongStep("t is always " + used).at(t -> used));
        }
        addHalfCorrections();
    }

    private Hypothesis wrongStep(String detail) {
        return Hypothesis.of(Fault.BIAS_CORRECTION_STEP, claimed, detail);
    }

    private void addHalfCorrections() {
        if (CORRECTED_TWICE.contains(claimed.kind())
                && HyperParameters.of(claimed).get("beta1") instanceof Double beta1) {
            list.add(Hypothesis.of(Fault.BIAS_CORRECTION_HALF, claimed, "m was not")
                    .scaledBy(t -> 1 - Math.pow(beta1, t)));
            list.add(Hypothesis.of(Fault.BIAS_CORRECTION_HALF, claimed, "v was not")
                    .at(t -> EVER)
                    .scaledBy(t -> 1 / (1 - Math.pow(beta1, t))));
        }
    }

    private void addForgetting(ObservedStep first) {
        if (claimed.slots().isEmpty()) {
            return;
        }
        int tensors = first.before().size();
        list.add(forgetting(""));
        if (CORRECTED.contains(claimed.kind())) {
            list.add(forgetting("and t is the number of parameter tensors, " + tensors)
                    .at(t -> tensors));
            list.add(forgetting("and the bias is not corrected").at(t -> EVER));
            for (int step = 1; step <= STEPS_TRIED; step++) {
                int used = step;
                list.add(forgetting("and t is always " + used).at(t -> used));
            }
        }
    }

    private Hypothesis forgetting(String detail) {
        return Hypothesis.of(Fault.STATE_NOT_UPDATED, claimed, detail).forgetting();
    }

    private void addEpsilons() {
        Object epsilon = HyperParameters.of(claimed).get("epsilon");
        for (double other : EPSILONS) {
            if (epsilon != null && !epsilon.equals(other)) {
                add(Fault.EPSILON_VALUE, Map.of("epsilon", other), other == 0 ? "none" : "epsilon is " + other);
            }
        }
    }

    /** Another beta1, another beta2, another of both; or another alpha or rho. */
    private void addDecayRates() {
        Set<String> names = new LinkedHashSet<>(List.of("beta1", "beta2", "alpha", "rho"));
        Map<String, Object> known = HyperParameters.of(claimed);
        names.retainAll(known.keySet());
        for (double first : DECAY_RATES) {
            names.forEach(name -> add(Fault.DECAY_RATE, Map.of(name, first), name + " is " + first));
            for (double second : DECAY_RATES) {
                boolean both = !Double.valueOf(first).equals(known.get("beta1"))
                        && !Double.valueOf(second).equals(known.get("beta2"));
                if (names.contains("beta2") && both) {
                    String detail = "beta1 is " + first + ", beta2 is " + second;
                    add(Fault.DECAY_RATE, Map.of("beta1", first, "beta2", second), detail);
                }
            }
        }
    }

    private Optimizer alike(Optimizer preset, boolean decayed) {
        Map<String, Object> shared = new LinkedHashMap<>(HyperParameters.of(claimed));
        Set<String> own = HyperParameters.of(preset).keySet();
        Set<String> not = Set.of("kind", "learningRate", "weightDecay");
        shared.keySet().removeIf(name -> !own.contains(name) || not.contains(name));
        if (decayed) {
            shared.put("weightDecay", claimed.weightDecay());
        }
        try {
            return HyperParameters.with(preset, shared);
        } catch (Problem incompatible) {
            return preset;
        }
    }
}
