package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.compute.optimizer.check.Deviations.Edit;
import dev.plumbline.compute.optimizer.check.GradientPath.Clip;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import dev.plumbline.problem.Problem;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Looks for the one number that makes a hypothesis fit: over a grid of its logarithm, then by golden section, then by secants.
 * What is found is rounded to as few digits as people give; whether it explains the steps is for the trial to say.
 */
record Searches(Claim claim, Trials trials) {

    private static final int GRID = 40;
    private static final int SECTIONS = 24;
    private static final int SECANTS = 4;
    private static final int SHORT = 2;
    private static final int DIGITS = 6;

    /** Between a rate as it was fitted and as it is. */
    private static final double NEARLY = 1e-4;

    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;
    private static final double SECANT = 1e-4;

    /** What a number may be, by its logarithm, and what it makes of a hypothesis. */
    record Knob(
            Fault fault,
            String name,
            double low,
            double high,
            boolean toOne,
            DoubleFunction<Optional<Hypothesis>> turn) {

        double value(double logarithm) {
            return toOne ? 1 - Math.pow(10, logarithm) : Math.pow(10, logarithm);
        }

        double logarithm(double value) {
            return Math.log10(toOne ? 1 - value : value);
        }
    }

    private Hypothesis itself() {
        return Hypothesis.of(Fault.RIGHT, requireNonNull(claim.optimizer()), "");
    }

    /** Each hyper-parameter with another value. */
    Stream<Hypothesis> numbers() {
        return knobs(claim.learningRateKnown() ? itself() : itself().atAnyRate())
                .flatMap(this::found);
    }

    Stream<Hypothesis> numbersAtAnyRate() {
        return claim.learningRateKnown()
                ? knobs(itself().atAnyRate())
                        .flatMap(this::found)
                        .map(hypothesis -> hypothesis.named(
                                List.of(hypothesis.fault(), Fault.LEARNING_RATE),
                                hypothesis.advice() + "; and " + Fault.LEARNING_RATE.advice()))
                : Stream.of();
    }

    /**
     * Clipping at a bound of so few digits as people choose: of descent without momentum any bound is a course of rates as
     * well, which takes a number for every step.
     */
    Stream<Hypothesis> shortBounds() {
        return bounds().filter(hypothesis -> {
            double bound = trials.path(hypothesis).bound();
            return new BigDecimal(bound).round(new MathContext(SHORT)).doubleValue() == bound;
        });
    }

    /** Clipping at a bound that is found. */
    Stream<Hypothesis> bounds() {
        double largest = largestNorm();
        if (!(largest > 0) || !Double.isFinite(largest)) {
            return Stream.of();
        }
        Hypothesis base = claim.learningRateKnown() ? itself() : itself().atAnyRate();
        return Stream.of(Clip.NORM, Clip.VALUE).flatMap(clip -> Stream.of(false, true)
                .filter(torch -> !torch || clip == Clip.NORM)
                .flatMap(torch -> found(new Knob(
                        Fault.CLIPPING,
                        Deviations.found(clip),
                        Math.log10(largest) - 6,
                        Math.log10(largest),
                        false,
                        bound -> {
                            GradientPath path = trials.claimed().clipping(clip, bound);
                            return Optional.of(
                                    base.used(manner -> manner.along(torch ? path.asPyTorchDivides() : path)));
                        }))));
    }

    /** By the schedule that is stated, from whichever base rate, where nobody says that. */
    Stream<Hypothesis> scheduled() {
        Schedule schedule = claim.circumstances().schedule();
        return claim.learningRateKnown()
                        || schedule == null
                        || !claim.circumstances().varies()
                ? Stream.of()
                : rightAtAnyRates()
                        .flatMap(hypothesis -> rates(hypothesis).flatMap(rates -> from(schedule, hypothesis, rates)));
    }

    private Stream<Hypothesis> from(Schedule schedule, Hypothesis hypothesis, List<Double> rates) {
        double base = trials.courses().base(schedule, rates);
        if (!(base > 0) || !Double.isFinite(base)) {
            return Stream.of();
        }
        return IntStream.rangeClosed(1, DIGITS + 1)
                .mapToDouble(digits -> digits > DIGITS ? base : rounded(base, digits))
                .distinct()
                .filter(rate -> Math.abs(rate / base - 1) < NEARLY)
                .mapToObj(rate -> hypothesis
                        .with(hypothesis.optimizer().withLearningRate(rate))
                        .used(manner -> manner.profiled(requireNonNullElse(manner.profile(), trials.profile())
                                .withRates(trials.courses().claimedAt(rate).rates()))))
                .filter(trials::holdsOnSample)
                .limit(1);
    }

    /**
     * A learning rate of its own in every step, where nobody says how it goes on: of the claim, and of numbers that nobody
     * claimed. A rate that is claimed is that of the first step.
     */
    Stream<Hypothesis> unclaimedCourses() {
        return trials.courses().unclaimed()
                ? rightAtAnyRates()
                        .flatMap(hypothesis -> rates(hypothesis).flatMap(rates -> unclaimed(hypothesis, rates)))
                : Stream.of();
    }

    private Stream<Hypothesis> unclaimed(Hypothesis hypothesis, List<Double> rates) {
        double rate = claim.learningRateKnown() ? hypothesis.optimizer().learningRate() : rates.get(0);
        if (!(rate > 0) || Math.abs(rates.get(0) / rate - 1) > NEARLY) {
            return Stream.of();
        }
        List<Double> shares = new ArrayList<>(rates);
        shares.replaceAll(each -> each / rate);
        shares.set(0, 1.0);
        String own = hypothesis.detail().isEmpty() ? "" : ", " + hypothesis.detail();
        return Stream.of(at(shares, hypothesis.with(hypothesis.optimizer().withLearningRate(rate)))
                .named(Fault.RIGHT, Courses.words(shares, rate) + own));
    }

    /** The claim and whatever differs from it in nothing that was said, if only the rates are right. */
    private Stream<Hypothesis> rightAtAnyRates() {
        if (trials.steps().size() < 2 || requireNonNull(claim.optimizer()).learningRate() == 0) {
            return Stream.of();
        }
        Stream<Hypothesis> numbers =
                new Unclaimed(claim).numbers(candidates()).map(optimizer -> Hypothesis.of(Fault.RIGHT, optimizer, ""));
        return Stream.concat(numbers, deviations().asRight().stream());
    }

    private Deviations deviations() {
        return new Deviations(claim, trials.parts(), trials.courses(), trials.steps());
    }

    /** The rates of the steps, of six digits where they seem so; nothing where no rates make them. */
    private Stream<List<Double>> rates(Hypothesis hypothesis) {
        double own = hypothesis.optimizer().learningRate();
        Hypothesis constant = at(Collections.nCopies(trials.steps().size(), 1.0), hypothesis);
        return trials
                .quick(constant)
                .rates(constant)
                .map(shares -> shares.stream()
                        .map(share -> own * snapped(share, hypothesis))
                        .toList())
                .stream();
    }

    /** The optimizer with a learning rate of its own in every step. */
    Stream<Hypothesis> courses() {
        return course(itself(), Fault.SCHEDULE);
    }

    /** Other optimizers, so. */
    Stream<Hypothesis> otherCourses() {
        return candidates()
                .flatMap(optimizer ->
                        course(Hypothesis.of(Fault.OTHER_OPTIMIZER, optimizer, ""), Fault.OTHER_OPTIMIZER));
    }

    private Stream<Hypothesis> course(Hypothesis hypothesis, Fault fault) {
        if (trials.steps().size() < 2 || hypothesis.optimizer().learningRate() == 0) {
            return Stream.of();
        }
        Trial quick = trials.quick(hypothesis);
        return quick
                .rates(hypothesis)
                .map(rates ->
                        rates.stream().map(share -> snapped(share, hypothesis)).toList())
                .map(rates -> fault == Fault.SCHEDULE ? at(rates, hypothesis) : fromFirst(hypothesis, rates))
                .map(course -> course.named(
                        fault,
                        Courses.words(
                                requireNonNull(course.manner().profile()).rates(),
                                course.optimizer().learningRate())))
                .stream();
    }

    /** At these rates, and at the momenta that it has. */
    private Hypothesis at(List<Double> rates, Hypothesis hypothesis) {
        return hypothesis.used(manner -> manner.profiled(
                requireNonNullElse(manner.profile(), trials.profile()).fittedWith(rates)));
    }

    /** Nobody has claimed its rate: it is that of the first step, and no default's. */
    private Hypothesis fromFirst(Hypothesis hypothesis, List<Double> rates) {
        double rate = hypothesis.optimizer().learningRate();
        double first = rates.get(0) * rate;
        return at(
                rates.stream().map(share -> share * rate / first).toList(),
                hypothesis.with(hypothesis.optimizer().withLearningRate(first)));
    }

    /** A rate of six digits or fewer is taken for what it seems. */
    private static double snapped(double share, Hypothesis hypothesis) {
        double base = hypothesis.optimizer().learningRate();
        double rate = new BigDecimal(share * base).round(new MathContext(6)).doubleValue();
        return Math.abs(rate / (share * base) - 1) < 1e-10 ? rate / base : share;
    }

    /** The numbers that people give besides defaults, together, at any rate: which of them are off is said one by one. */
    Stream<Hypothesis> combinations() {
        Optimizer claimed = requireNonNull(claim.optimizer());
        return combinations(claimed)
                .map(optimizer -> Hypothesis.of(Fault.SEVERAL, optimizer, ""))
                .map(claim.learningRateKnown() ? hypothesis -> hypothesis : Hypothesis::atAnyRate)
                .flatMap(hypothesis -> claim.learningRateKnown()
                        ? Stream.of(hypothesis, hypothesis.atAnyRate())
                        : Stream.of(hypothesis))
                .filter(trials::holdsOnSample)
                .map(hypothesis -> named(hypothesis, claimed));
    }

    /** All numbers together, wherever they are. */
    Stream<Hypothesis> numbersTogether() {
        Optimizer claimed = requireNonNull(claim.optimizer());
        return JointSearch.of(trials)
                .found(claimed)
                .map(optimizer -> Hypothesis.of(Fault.SEVERAL, optimizer, ""))
                .map(hypothesis -> sameRate(hypothesis, claimed) ? hypothesis : hypothesis.atAnyRate())
                .map(hypothesis -> named(hypothesis, claimed));
    }

    private boolean sameRate(Hypothesis hypothesis, Optimizer claimed) {
        return claim.learningRateKnown() && hypothesis.optimizer().learningRate() == claimed.learningRate();
    }

    private Hypothesis named(Hypothesis hypothesis, Optimizer claimed) {
        Map<String, Object> said = HyperParameters.of(claimed);
        List<Fault> faults = new ArrayList<>();
        List<String> details = new ArrayList<>();
        HyperParameters.of(hypothesis.optimizer()).forEach((name, value) -> {
            if (!name.equals("kind") && !name.equals("learningRate") && !value.equals(said.get(name))) {
                Fault fault =
                        switch (name) {
                            case "epsilon" -> Fault.EPSILON_VALUE;
                            case "epsilonConvention" -> Fault.EPSILON_CONVENTION;
                            case "weightDecay" -> Fault.WEIGHT_DECAY;
                            case "momentum" -> Fault.MOMENTUM;
                            default -> Fault.DECAY_RATE;
                        };
                if (!faults.contains(fault)) {
                    faults.add(fault);
                }
                details.add(
                        name.equals("weightDecay")
                                ? Wording.decay(hypothesis.optimizer().weightDecay())
                                : name + " is " + (value instanceof Double number ? Wording.number(number) : value));
            }
        });
        if (hypothesis.rateFree() && claim.learningRateKnown()) {
            faults.add(Fault.LEARNING_RATE);
            details.add("the learning rate is another one");
        }
        String detail = String.join(", ", details);
        return switch (faults.size()) {
            case 0 -> hypothesis;
            case 1 -> hypothesis.named(faults.get(0), detail);
            default -> hypothesis.named(faults, detail);
        };
    }

    private static Stream<Optimizer> combinations(Optimizer optimizer) {
        Map<String, Object> known = HyperParameters.of(optimizer);
        Stream<Optimizer> all = Stream.of(optimizer);
        all = varied(all, known, "beta1", 0.9, 0.95, 0.8, 0.5, 0.0);
        all = varied(all, known, "beta2", 0.999, 0.95, 0.98, 0.99, 0.9);
        all = varied(all, known, "alpha", 0.99, 0.9, 0.95);
        all = varied(all, known, "epsilon", 1e-8, 1e-6, 1e-5, 1e-7, 1e-10, 1e-4);
        if (optimizer.kind() == Kind.ADAMW || optimizer.weightDecay().rate() > 0) {
            WeightDecay.Kind kind = optimizer.kind() == Kind.ADAMW
                    ? WeightDecay.Kind.DECOUPLED
                    : optimizer.weightDecay().kind();
            all = all.flatMap(each -> DoubleStream.of(optimizer.weightDecay().rate(), 0, 0.01, 0.05, 0.1)
                    .distinct()
                    .mapToObj(rate -> Hypotheses.decayed(each, new WeightDecay(kind, rate))));
        }
        return all.distinct();
    }

    private static Stream<Optimizer> varied(
            Stream<Optimizer> all, Map<String, Object> known, String name, double... usual) {
        if (!(known.get(name) instanceof Double own)) {
            return all;
        }
        return all.flatMap(each -> DoubleStream.concat(DoubleStream.of(own), DoubleStream.of(usual))
                .distinct()
                .mapToObj(value -> HyperParameters.with(each, Map.of(name, value))));
    }

    private Stream<Optimizer> candidates() {
        return Candidates.all(Momenta.of(trials.steps())).stream();
    }

    /** Nothing is claimed: the first of these that finds something, the cheapest and likeliest before the others. */
    Stream<Hypothesis> ofAnyOptimizer() {
        List<Supplier<Stream<Hypothesis>>> stages = List.of(
                this::clipped,
                () -> candidates().flatMap(optimizer -> course(Hypothesis.of(Fault.RIGHT, optimizer, ""), Fault.RIGHT)),
                () -> right(Candidates.usual().flatMap(Searches::combinations)),
                () -> right(together(Candidates.usual())),
                () -> right(together(Candidates.rarer())),
                () -> right(Candidates.usual())
                        .flatMap(this::knobs)
                        .flatMap(this::found)
                        .map(hypothesis -> hypothesis.named(Fault.RIGHT, "")));
        return stages.stream()
                .map(stage -> stage.get().filter(trials::holdsOnSample).toList())
                .filter(found -> !found.isEmpty())
                .findFirst()
                .stream()
                .flatMap(List::stream);
    }

    private static Stream<Hypothesis> right(Stream<Optimizer> optimizers) {
        return optimizers.map(
                optimizer -> Hypothesis.of(Fault.RIGHT, optimizer, "").atAnyRate());
    }

    private Stream<Optimizer> together(Stream<Optimizer> optimizers) {
        JointSearch search = JointSearch.of(trials);
        return optimizers.flatMap(search::found);
    }

    /** At usual bounds that some gradient exceeds, where nothing is said of clipping. */
    private Stream<Hypothesis> clipped() {
        if (trials.claimed().clip() != Clip.NONE) {
            return Stream.of();
        }
        double largest = largestNorm();
        List<Edit> clippings = Deviations.clippings(trials.claimed()).toList();
        return right(Candidates.searched())
                .flatMap(hypothesis -> clippings.stream().map(edit -> edit.change()
                        .apply(hypothesis)
                        .named(Fault.RIGHT, "with the gradients clipped " + edit.detail())))
                .filter(hypothesis -> trials.path(hypothesis).bound() < largest);
    }

    private double largestNorm() {
        return trials.norms().stream()
                .mapToDouble(norms -> norms.values().stream().reduce(0.0, Math::hypot))
                .max()
                .orElse(0);
    }

    /** The numbers of a hypothesis that may be turned. */
    Stream<Knob> knobs(Hypothesis hypothesis) {
        List<Knob> knobs = new ArrayList<>();
        HyperParameters.of(hypothesis.optimizer()).forEach((name, value) -> {
            switch (name) {
                case "epsilon", "rootEpsilon", "epsilon1", "epsilon2", "vectorEpsilon" ->
                    knobs.add(knob(Fault.EPSILON_VALUE, name, -17, 0, false, hypothesis));
                case "beta1", "beta2", "alpha", "rho" ->
                    knobs.add(knob(Fault.DECAY_RATE, name, -5, 0, true, hypothesis));
                case "momentum" -> {
                    if (value instanceof Double) {
                        knobs.add(knob(Fault.MOMENTUM, name, -4, 0, true, hypothesis));
                    }
                }
                default -> {}
            }
        });
        for (WeightDecay.Kind kind : List.of(WeightDecay.Kind.L2, WeightDecay.Kind.DECOUPLED)) {
            knobs.add(new Knob(
                    Fault.WEIGHT_DECAY,
                    kind == WeightDecay.Kind.L2 ? "coupled (into the gradient), " : "decoupled, ",
                    -7,
                    2,
                    false,
                    rate -> Optional.of(
                            hypothesis.with(Hypotheses.decayed(hypothesis.optimizer(), new WeightDecay(kind, rate))))));
        }
        return knobs.stream();
    }

    private static Knob knob(Fault fault, String name, double low, double high, boolean toOne, Hypothesis hypothesis) {
        return new Knob(fault, name + " is ", low, high, toOne, value -> {
            try {
                return Optional.of(hypothesis.with(HyperParameters.with(hypothesis.optimizer(), Map.of(name, value))));
            } catch (Problem impossible) {
                return Optional.empty();
            }
        });
    }

    private Stream<Hypothesis> found(Knob knob) {
        double best = knob.low();
        double least = Double.POSITIVE_INFINITY;
        double width = (knob.high() - knob.low()) / GRID;
        for (int i = 0; i <= GRID; i++) {
            double squares = squares(knob, knob.low() + i * width);
            if (squares < least) {
                least = squares;
                best = knob.low() + i * width;
            }
        }
        if (!Double.isFinite(least)) {
            return Stream.of();
        }
        double value = polished(knob, knob.value(section(knob, best - width, best + width)));
        return DoubleStream.concat(
                        IntStream.rangeClosed(1, 5).mapToDouble(digits -> rounded(knob, value, digits)),
                        DoubleStream.of(value))
                .distinct()
                .boxed()
                .flatMap(each -> knob
                        .turn()
                        .apply(each)
                        .map(hypothesis -> hypothesis.named(knob.fault(), knob.name() + Wording.number(each)))
                        .stream())
                .filter(trials::holdsOnSample)
                .limit(1);
    }

    private double squares(Knob knob, double logarithm) {
        return knob.turn()
                .apply(knob.value(logarithm))
                .map(hypothesis -> trials.quick(hypothesis).squares(hypothesis))
                .orElse(Double.POSITIVE_INFINITY);
    }

    private double section(Knob knob, double from, double to) {
        double low = from;
        double high = to;
        for (int i = 0; i < SECTIONS; i++) {
            double left = high - GOLDEN * (high - low);
            double right = low + GOLDEN * (high - low);
            if (squares(knob, left) <= squares(knob, right)) {
                high = right;
            } else {
                low = left;
            }
        }
        return (low + high) / 2;
    }

    /** To the last digits that the steps hold. */
    private double polished(Knob knob, double start) {
        double value = start;
        for (int i = 0; i < SECANTS; i++) {
            double away = SECANT * (knob.toOne() ? 1 - value : value);
            Optional<Hypothesis> here = knob.turn().apply(value);
            Optional<Hypothesis> there = knob.turn().apply(value + away);
            if (here.isEmpty() || there.isEmpty()) {
                return value;
            }
            double share = trials.quick(here.get()).share(here.get(), there.get());
            double next = value + share * away;
            if (here.get().manner().path() != null
                    || !(Math.abs(share) < 1e3)
                    || !(next > 0)
                    || (knob.toOne() && !(next < 1))) {
                return value;
            }
            value = next;
        }
        return value;
    }

    private static double rounded(double value, int digits) {
        return new BigDecimal(value).round(new MathContext(digits)).doubleValue();
    }

    private static double rounded(Knob knob, double value, int digits) {
        MathContext few = new MathContext(digits);
        return knob.toOne()
                ? BigDecimal.ONE.subtract(new BigDecimal(1 - value).round(few)).doubleValue()
                : new BigDecimal(value).round(few).doubleValue();
    }
}
