package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Sgd;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.compute.optimizer.check.Driving.Lost;
import dev.plumbline.compute.optimizer.check.GradientPath.Clip;
import dev.plumbline.compute.optimizer.check.Manner.Grouping;
import dev.plumbline.compute.optimizer.check.Manner.Twist;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Ways to go off from a claim that can be taken together: each is an edit of a hypothesis. One at a time they stand beside
 * those of {@link Hypotheses}; two at a time are tried where nothing simpler explains the steps.
 */
record Deviations(Claim claim, Parts parts, Courses courses, List<ObservedStep> steps) {

    private static final double[] USUAL_BOUNDS = {0.01, 0.1, 0.25, 0.5, 1, 2, 5, 10, 40};
    private static final double[] USUAL_SHARES = {2, 4, 8, 10, 16, 32, 64, 100, 128, 256, 512};
    private static final double[] USUAL_EPSILONS = {1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4};

    /** One thing that may be off. */
    record Edit(Fault fault, String detail, UnaryOperator<Hypothesis> change) {}

    private Hypothesis itself() {
        return Hypothesis.of(Fault.RIGHT, requireNonNull(claim.optimizer()), "");
    }

    private GradientPath path() {
        return GradientPath.claimed(claim.circumstances().clipping());
    }

    /** What is right too: PyTorch's NAdam, PyTorch's divisor, and the momentum that its schedulers cycle unasked. */
    List<Hypothesis> asRight() {
        List<Hypothesis> right = new ArrayList<>(Hypotheses.asPyTorchHas(
                requireNonNull(claim.optimizer()), claim.circumstances().says("momentum")));
        if (path().clip() == Clip.NORM) {
            GradientPath torch = path().asPyTorchDivides();
            Stream.concat(Stream.of(itself()), List.copyOf(right).stream())
                    .map(hypothesis -> hypothesis.used(manner -> manner.along(torch)))
                    .forEach(right::add);
        }
        claim.cyclingMomentum().ifPresent(cycling -> {
            Profile profile = new Courses(cycling, steps).claimed();
            Stream.concat(Stream.of(itself()), List.copyOf(right).stream())
                    .map(hypothesis -> hypothesis
                            .used(manner -> manner.profiled(profile))
                            .named(Fault.RIGHT, both(hypothesis.detail(), Wording.cycled(cycling))))
                    .forEach(right::add);
        });
        return right;
    }

    private static String both(String one, String other) {
        return one.isEmpty() ? other : one + ", and " + other;
    }

    List<Hypothesis> single() {
        return Stream.concat(edits(), scales()).flatMap(this::alone).toList();
    }

    private Stream<Hypothesis> alone(Edit edit) {
        return changed(itself(), edit).map(hypothesis -> hypothesis.named(edit.fault(), edit.detail())).stream();
    }

    /** Two at a time, the simplest first: in the order of {@link Fault}. */
    Stream<Hypothesis> pairs() {
        List<Edit> edits = Stream.concat(edits(), Stream.concat(conventions(), clocks()))
                .sorted(Comparator.comparing(Edit::fault))
                .toList();
        List<Hypothesis> pairs = new ArrayList<>();
        for (int i = 0; i < edits.size(); i++) {
            for (int j = i + 1; j < edits.size(); j++) {
                Edit one = edits.get(i);
                Edit other = edits.get(j);
                if (one.fault() != other.fault()) {
                    changed(itself(), one)
                            .flatMap(hypothesis -> changed(hypothesis, other))
                            .map(hypothesis -> hypothesis.named(
                                    List.of(one.fault(), other.fault()), words(one) + "; and " + words(other)))
                            .ifPresent(pairs::add);
                }
            }
        }
        Stream<Hypothesis> atAnotherRate = edits.stream()
                .flatMap(edit -> changed(itself(), edit)
                        .map(hypothesis -> hypothesis
                                .named(
                                        List.of(edit.fault(), Fault.LEARNING_RATE),
                                        words(edit) + "; and " + Fault.LEARNING_RATE.advice())
                                .atAnyRate())
                        .stream());
        return Stream.concat(pairs.stream(), atAnotherRate);
    }

    private static String words(Edit edit) {
        return edit.detail().isEmpty() ? edit.fault().advice() : edit.fault().advice() + " (" + edit.detail() + ")";
    }

    /** Nothing where the optimizer has no such thing. */
    private static Optional<Hypothesis> changed(Hypothesis hypothesis, Edit edit) {
        try {
            return Optional.of(edit.change().apply(hypothesis)).filter(changed -> !changed.equals(hypothesis));
        } catch (Problem impossible) {
            return Optional.empty();
        }
    }

    private Stream<Edit> edits() {
        return Stream.of(decays(), loops(), paths(), courses.edits(), groups(), misreadings(), starts(), skips())
                .flatMap(edits -> edits);
    }

    private Stream<Edit> decays() {
        List<Edit> edits = new ArrayList<>();
        WeightDecay decay = requireNonNull(claim.optimizer()).weightDecay();
        boolean somewhere = decay.rate() != 0
                || parts.of().stream().anyMatch(part -> part.others().containsKey("weightDecay"));
        if (somewhere) {
            boolean coupled = decay.kind() == WeightDecay.Kind.L2;
            edits.add(twist(Twist.NEGATIVE, "with the wrong sign: it drives parameters away from 0"));
            edits.add(twist(
                    Twist.AFTER_THE_UPDATE,
                    coupled
                            ? "taken off the parameters after the update, and not put into the gradient"
                            : "after the update, as Transformers' AdamW has it, and not before"));
            edits.add(new Edit(Fault.WEIGHT_DECAY, "missing", hypothesis -> decayed(hypothesis, WeightDecay.NONE)));
            edits.add(new Edit(
                    Fault.WEIGHT_DECAY,
                    coupled
                            ? "decoupled, where it should go into the gradient"
                            : "coupled, where it should be decoupled",
                    hypothesis -> decayed(
                            hypothesis, coupled ? WeightDecay.decoupled(decay.rate()) : WeightDecay.l2(decay.rate()))));
            if (!coupled && courses.varies()) {
                edits.add(twist(Twist.AT_BASE_RATE, "multiplied by the rate that the schedule starts from"));
            }
            double rate = claim.optimizer().learningRate();
            if (rate > 0 && !coupled) {
                edits.add(new Edit(
                        Fault.WEIGHT_DECAY,
                        "decoupled, and not multiplied by the learning rate",
                        hypothesis -> decayed(hypothesis, WeightDecay.decoupled(decay.rate() / rate))));
            }
        }
        return edits.stream();
    }

    private static Edit twist(Twist twist, String detail) {
        return new Edit(Fault.WEIGHT_DECAY, detail, hypothesis -> hypothesis.used(manner -> manner.twisted(twist)));
    }

    private static Hypothesis decayed(Hypothesis hypothesis, WeightDecay decay) {
        return hypothesis.with(Hypotheses.decayed(hypothesis.optimizer(), decay));
    }

    /** What goes wrong around an optimizer. */
    private Stream<Edit> loops() {
        List<Edit> edits = new ArrayList<>();
        edits.add(driven(Fault.STEPPED_TWICE, "", driving -> driving.repeating(2)));
        Set<String> still = steps.get(0).before().keySet().stream()
                .filter(name -> steps.stream().allMatch(step -> step.stoodStill(name)))
                .collect(Collectors.toCollection(TreeSet::new));
        if (!still.isEmpty() && still.size() < steps.get(0).before().size()) {
            edits.add(driven(Fault.SOME_NOT_STEPPED, String.join(", ", still), driving -> driving.leaving(still)));
        }
        if (steps.size() > 1 && path().clip() == Clip.NONE) {
            edits.add(path(Fault.GRADIENTS_ADDED_UP, "", path().addingUp()));
        }
        OptimizerState state = claim.state();
        if (state != null && state.step() > 0) {
            edits.add(driven(Fault.STATE_LOST, "t counts from 1 again", driving -> driving.losing(Lost.COUNT)));
            edits.add(driven(
                    Fault.STATE_LOST, "moments start afresh, but not t", driving -> driving.losing(Lost.MOMENTS)));
            edits.add(driven(Fault.STATE_LOST, "the optimizer starts afresh", driving -> driving.losing(Lost.ALL)));
        }
        return edits.stream();
    }

    private static Edit driven(Fault fault, String detail, UnaryOperator<Driving> change) {
        return new Edit(
                fault, detail, hypothesis -> hypothesis.used(manner -> manner.driven(change.apply(manner.driving()))));
    }

    private Stream<Edit> paths() {
        List<Edit> edits = new ArrayList<>();
        GradientPath path = path();
        boolean scaled = steps.stream().anyMatch(step -> step.said().lossScale() != 1);
        if (scaled) {
            edits.add(path(Fault.UNSCALING, "they were not", path.unscaling(0)));
            edits.add(path(Fault.UNSCALING, "they were twice", path.unscaling(2)));
        }
        if (path.clip() == Clip.NONE) {
            return Stream.concat(edits.stream(), clippings(path));
        }
        edits.add(path(Fault.CLIPPING, "they were not", path.clipping(Clip.NONE, path.bound())));
        for (Clip other : List.of(Clip.VALUE, Clip.NORM, Clip.NORM_OF_EACH, Clip.NORM_ALWAYS, Clip.SQUARED_NORM)) {
            if (other != path.clip()) {
                edits.add(path(Fault.CLIPPING, words(other), path.clipping(other, path.bound())));
            }
        }
        if (scaled) {
            GradientPath first = path.clippingFirst();
            edits.add(path(Fault.UNSCALING, "they were clipped before", first));
            edits.add(path(Fault.UNSCALING, "they were clipped before", first.asPyTorchDivides()));
        }
        return edits.stream();
    }

    /** Clipping at the bounds that people choose, by norm as it is meant and as PyTorch divides. */
    static Stream<Edit> clippings(GradientPath path) {
        return DoubleStream.of(USUAL_BOUNDS).boxed().flatMap(bound -> {
            GradientPath byNorm = path.clipping(Clip.NORM, bound);
            String at = Wording.number(bound);
            return Stream.of(
                    path(Fault.CLIPPING, found(Clip.NORM) + at, byNorm),
                    path(Fault.CLIPPING, found(Clip.NORM) + at, byNorm.asPyTorchDivides()),
                    path(Fault.CLIPPING, found(Clip.VALUE) + at, path.clipping(Clip.VALUE, bound)));
        });
    }

    static String words(Clip clip) {
        return switch (clip) {
            case NONE -> "they were not";
            case VALUE -> "each entry by its value";
            case NORM -> "all by their norm together";
            case NORM_OF_EACH -> "each tensor by its own norm, as Keras's clipnorm";
            case NORM_ALWAYS -> "all to that norm, smaller ones too";
            case SQUARED_NORM -> "all by the square of their norm: its root is forgotten";
        };
    }

    private static Edit path(Fault fault, String detail, GradientPath path) {
        return new Edit(fault, detail, hypothesis -> hypothesis.used(manner -> manner.along(path)));
    }

    private Stream<Edit> scales() {
        GradientPath path = path();
        return DoubleStream.of(USUAL_SHARES)
                .boxed()
                .flatMap(share -> Stream.of(
                        path(Fault.GRADIENT_SCALE, "divided by " + Wording.number(share), path.times(1 / share)),
                        path(Fault.GRADIENT_SCALE, "times " + Wording.number(share), path.times(share))));
    }

    private Stream<Edit> skips() {
        boolean some = steps.stream().anyMatch(step -> step.stoodStill() && !step.hasNoGradient());
        return some && !steps.stream().allMatch(ObservedStep::stoodStill)
                ? Stream.of(new Edit(Fault.SKIPPED, "", hypothesis -> hypothesis.used(Manner::skippingSteps)))
                : Stream.of();
    }

    private Stream<Edit> groups() {
        if (!parts.differ()) {
            return Stream.of();
        }
        Set<String> differing = parts.differing();
        Stream<Edit> one = differing.stream()
                .filter(name -> differing.size() > 1)
                .map(name -> driven(
                        Fault.GROUPS,
                        "all had the optimizer's own " + name,
                        driving -> driving.ungrouping(Set.of(name))));
        return Stream.concat(
                one,
                Stream.of(
                        new Edit(
                                Fault.GROUPS,
                                "all had the optimizer's own",
                                hypothesis -> hypothesis.used(manner -> manner.grouped(Grouping.NONE))),
                        new Edit(
                                Fault.GROUPS,
                                "each had another one's",
                                hypothesis -> hypothesis.used(manner -> manner.grouped(Grouping.ROTATED)))));
    }

    private Stream<Edit> misreadings() {
        Optimizer claimed = requireNonNull(claim.optimizer());
        boolean decays = claimed.weightDecay().rate() != 0;
        return Stream.of(Misreading.values())
                .filter(misreading -> MisreadAdam.canBe(claimed, misreading))
                .filter(misreading -> decays || misreading.fault() != Fault.WEIGHT_DECAY)
                .map(misreading -> new Edit(
                        misreading.fault(),
                        misreading.detail(),
                        hypothesis -> hypothesis.used(manner -> manner.misreading(misreading))));
    }

    private Stream<Edit> starts() {
        if (claim.optimizer() instanceof Sgd sgd && sgd.momentum() > 0) {
            return Stream.of(
                    new Edit(
                            Fault.MOMENTUM_START,
                            "the first gradient is dampened too",
                            hypothesis -> hypothesis.used(manner -> manner.at(t -> t + 1))),
                    new Edit(
                            Fault.MOMENTUM_START,
                            "an average, b = momentum b + (1 - momentum) g, from 0",
                            hypothesis -> averaging(hypothesis, sgd).used(manner -> manner.at(t -> t + 1))),
                    new Edit(
                            Fault.MOMENTUM,
                            "an average, b = momentum b + (1 - momentum) g, from g",
                            hypothesis -> averaging(hypothesis, sgd)));
        }
        return Stream.of();
    }

    private static Hypothesis averaging(Hypothesis hypothesis, Sgd sgd) {
        return hypothesis.with(HyperParameters.with(
                hypothesis.optimizer(), Map.<String, Object>of("dampening", sgd.momentum(), "nesterov", false)));
    }

    private Stream<Edit> conventions() {
        List<Edit> edits = new ArrayList<>();
        Optimizer claimed = requireNonNull(claim.optimizer());
        HyperParameters.choices(claimed).forEach((name, choices) -> {
            Fault fault = name.startsWith("epsilon") ? Fault.EPSILON_CONVENTION : Fault.CONVENTION;
            choices.forEach(choice -> edits.add(with(fault, name, choice)));
        });
        Map<String, Object> known = HyperParameters.of(claimed);
        if (known.containsKey("epsilon")) {
            for (double epsilon : USUAL_EPSILONS) {
                edits.add(with(Fault.EPSILON_VALUE, "epsilon", epsilon));
            }
        }
        if (known.containsKey("beta2")) {
            for (double beta2 : new double[] {0.95, 0.98, 0.99, 0.999}) {
                edits.add(with(Fault.DECAY_RATE, "beta2", beta2));
            }
            edits.add(new Edit(
                    Fault.BETAS_SWAPPED,
                    "",
                    hypothesis -> hypothesis.with(HyperParameters.with(
                            hypothesis.optimizer(),
                            Map.of(
                                    "beta1",
                                    requireNonNull(known.get("beta2")),
                                    "beta2",
                                    requireNonNull(known.get("beta1")))))));
        }
        if (known.get("momentum") instanceof Double) {
            for (double momentum : new double[] {0, 0.5, 0.9, 0.95, 0.99}) {
                edits.add(with(Fault.MOMENTUM, "momentum", momentum));
            }
        }
        return edits.stream();
    }

    private static Edit with(Fault fault, String name, Object value) {
        return new Edit(
                fault,
                name + " is " + value,
                hypothesis -> hypothesis.with(HyperParameters.with(hypothesis.optimizer(), Map.of(name, value))));
    }

    private Stream<Edit> clocks() {
        Optimizer claimed = requireNonNull(claim.optimizer());
        List<Edit> edits = new ArrayList<>();
        edits.add(new Edit(Fault.SIGN, "", Hypothesis::goingUphill));
        if (!claimed.slots().isEmpty()) {
            edits.add(new Edit(Fault.STATE_NOT_UPDATED, "", Hypothesis::forgetting));
        }
        if (Hypotheses.CORRECTED.contains(claimed.kind())) {
            edits.add(new Edit(Fault.BIAS_CORRECTION_MISSING, "", hypothesis -> hypothesis.at(t -> Hypotheses.EVER)));
            edits.add(new Edit(
                    Fault.BIAS_CORRECTION_STEP,
                    "t is one too small, counted from 0",
                    hypothesis -> hypothesis.at(t -> Math.max(t - 1, 1))));
            edits.add(new Edit(
                    Fault.BIAS_CORRECTION_STEP, "t is one too large", hypothesis -> hypothesis.at(t -> t + 1)));
            edits.add(new Edit(Fault.BIAS_CORRECTION_STEP, "t is always 1", hypothesis -> hypothesis.at(t -> 1)));
            edits.add(new Edit(
                    Fault.BIAS_CORRECTION_STEP,
                    "t grows with every tensor, not with every step",
                    hypothesis -> hypothesis.used(Manner::countingTensors)));
        }
        return edits.stream();
    }

    /** How a bound that a search has found is named. */
    static String found(Clip clip) {
        return clip == Clip.VALUE ? "by value, at " : "by norm, at ";
    }
}
