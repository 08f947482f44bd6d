package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.check.Deviations.Edit;
import dev.plumbline.compute.optimizer.schedule.Chained;
import dev.plumbline.compute.optimizer.schedule.LinearWarmup;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.LongFunction;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The learning rates of observed steps, as multiples of the optimizer's own, and their momenta: as they are claimed, and
 * as loops go off from that. Where step t should have the rate of t, a scheduler that is stepped before the optimizer has
 * given it that of t + 1.
 */
record Courses(Claim claim, List<ObservedStep> steps) {

    private static final double SAME = 1e-12;
    private static final List<Double> USUAL_MOMENTA = List.of(0.9, 0.95, 0.85, 0.8, 0.99, 0.5, 0.0);

    /** What the claim says; the optimizer's own rate and momentum in every step where it says nothing. */
    Profile claimed() {
        return profile(t -> 0);
    }

    Stream<Edit> edits() {
        List<Edit> edits = new ArrayList<>();
        if (varies()) {
            edits.add(edit("one step late: each step has the rate of the step before", profile(t -> -1)));
            edits.add(edit(
                    "one step early: each step has the rate of the next, as where a scheduler is stepped before the"
                            + " optimizer",
                    profile(t -> 1)));
            edits.add(edit("constant, the schedule not stepped", constant(1, Double.NaN)));
            edits.add(edit(
                    "constant, at the rate of the first step",
                    constant(claimed().rates().get(0), claimed().momenta().get(0))));
        }
        Schedule schedule = claim.circumstances().schedule();
        if (schedule != null) {
            warmups(schedule, edits);
        }
        boolean assumed = claim.circumstances().leaves(Circumstances.Open.CYCLE_ASSUMED);
        if (claimed().cycles() && claim.optimizer() != null && !assumed) {
            momenta(claim.optimizer(), edits);
        }
        return edits.stream();
    }

    private void warmups(Schedule schedule, List<Edit> edits) {
        if (schedule instanceof LinearWarmup warmup) {
            LinearWarmup fromZero = new LinearWarmup(warmup.steps(), 0, warmup.next());
            edits.add(edit("the warm-up counts from 0, so that its first rate is 0", course(t -> fromZero)));
            edits.add(edit(
                    "the warm-up counts from 1, so that its first rate is 1 / " + warmup.steps() + " of the whole",
                    claimed()
                            .withRates(
                                    rates(t -> t > warmup.steps() ? rate(warmup, t) : base() * t / warmup.steps()))));
            edits.add(edit(
                    "the schedule that follows the warm-up counts from the first step of all",
                    course(t -> t > warmup.steps() ? warmup.next() : warmup)));
            edits.add(edit("there is no warm-up", course(t -> warmup.next())));
        }
        if (schedule instanceof Chained chained) {
            for (int i = 0; i < chained.schedules().size(); i++) {
                Schedule one = chained.schedules().get(i);
                edits.add(edit("only schedule " + i + " of those chained", course(t -> one)));
            }
        }
    }

    /**
     * The base rate from which the schedule has these rates, by least squares: every schedule's rate is a line in it. NaN where
     * no rate hangs on it.
     */
    double base(Schedule schedule, List<Double> rates) {
        double along = 0;
        double square = 0;
        for (int k = 0; k < rates.size(); k++) {
            double atZero = schedule.rate(first() + k, 0);
            double slope = schedule.rate(first() + k, 1) - atZero;
            along += slope * (rates.get(k) - atZero);
            square += slope * slope;
        }
        return along / square;
    }

    /** What is claimed, had the optimizer this rate. */
    Profile claimedAt(double rate) {
        Optimizer optimizer = requireNonNull(claim.optimizer()).withLearningRate(rate);
        return new Courses(new Claim(optimizer, true, claim.state(), claim.circumstances()), steps).claimed();
    }

    /** Of a cycled momentum: one that stays, which mostly is the optimizer's own. */
    private void momenta(Optimizer optimizer, List<Edit> edits) {
        HyperParameters.cycled(optimizer)
                .map(name -> HyperParameters.of(optimizer).get(name))
                .map(Double.class::cast)
                .ifPresent(own -> Stream.concat(Stream.of(own), USUAL_MOMENTA.stream())
                        .distinct()
                        .forEach(momentum -> edits.add(edit(
                                Fault.MOMENTUM,
                                "it is not cycled, but stays at " + Wording.number(momentum),
                                claimed().withMomentum(momentum)))));
    }

    private static Edit edit(String detail, Profile profile) {
        return edit(Fault.SCHEDULE, detail, profile);
    }

    private static Edit edit(Fault fault, String detail, Profile profile) {
        return new Edit(fault, detail, hypothesis -> hypothesis.used(manner -> manner.profiled(profile)));
    }

    boolean varies() {
        return claim.circumstances().varies() || saysRates();
    }

    private boolean saysRates() {
        return steps.stream().anyMatch(step -> !Double.isNaN(step.said().learningRate()));
    }

    /** Whether nobody says how the learning rate goes on, and so whichever rates fit are right. */
    boolean unclaimed() {
        Circumstances circumstances = claim.circumstances();
        boolean open = !claim.learningRateKnown() || circumstances.leaves(Circumstances.Open.COURSE);
        return open && circumstances.schedule() == null && !saysRates();
    }

    /** The rate of this schedule in step t, or as it is after training began where t is 0. */
    private double rate(Schedule schedule, long t) {
        return schedule.rate(Math.max(t, 1), base());
    }

    private double base() {
        Optimizer optimizer = claim.optimizer();
        return optimizer != null
                ? optimizer.learningRate()
                : steps.stream()
                        .mapToDouble(step -> step.said().learningRate())
                        .filter(rate -> rate > 0)
                        .findFirst()
                        .orElse(1);
    }

    /** What is said, {@code offset} steps from where it should be; the last stays where there is none after. */
    private Profile profile(IntUnaryOperator offset) {
        return new Profile(
                each(k -> share(rate(k + offset.applyAsInt(k)))), each(k -> momentum(k + offset.applyAsInt(k))));
    }

    /** By the schedule of each step. */
    private Profile course(LongFunction<Schedule> schedule) {
        return new Profile(
                rates(t -> rate(schedule.apply(t), t)), each(k -> momentum(schedule.apply(first() + k), first() + k)));
    }

    private List<Double> each(IntToDoubleFunction number) {
        return IntStream.range(0, steps.size()).mapToObj(number::applyAsDouble).toList();
    }

    private Said said(int k) {
        return steps.get(Math.max(0, Math.min(k, steps.size() - 1))).said();
    }

    private double rate(int k) {
        double rate = said(k).learningRate();
        Schedule schedule = claim.circumstances().schedule();
        if (!Double.isNaN(rate)) {
            return rate;
        }
        return schedule == null ? base() : rate(schedule, first() + k);
    }

    private double momentum(int k) {
        double momentum = said(k).momentum();
        Schedule schedule = claim.circumstances().schedule();
        return Double.isNaN(momentum) && schedule != null ? momentum(schedule, first() + k) : momentum;
    }

    private static double momentum(Schedule schedule, long t) {
        return schedule.momentum(Math.max(t, 1)).orElse(Double.NaN);
    }

    private long first() {
        return claim.state() == null ? 1 : claim.state().step() + 1;
    }

    private List<Double> rates(LongToDoubleFunction rate) {
        return each(k -> share(rate.applyAsDouble(first() + k)));
    }

    private Profile constant(double share, double momentum) {
        return new Profile(each(k -> share), each(k -> momentum));
    }

    private double share(double rate) {
        return base() == 0 ? 1 : rate / base();
    }

    /** Rates in words, and by which rule they go on where that is seen. */
    static String words(List<Double> profile, double base) {
        List<String> rates = profile.stream()
                .limit(8)
                .map(share -> Wording.number(share * base))
                .toList();
        String list = String.join(", ", rates) + (profile.size() > 8 ? ", ..." : "");
        if (profile.size() < 3) {
            return list;
        }
        double ratio = profile.get(1) / profile.get(0);
        boolean geometric = IntStream.range(1, profile.size())
                .allMatch(k -> Math.abs(profile.get(k) / profile.get(k - 1) / ratio - 1) < 1e-6);
        double slope = profile.get(1) - profile.get(0);
        boolean straight = IntStream.range(1, profile.size())
                .allMatch(k -> Math.abs(profile.get(k) - profile.get(k - 1) - slope) < 1e-6 * Math.abs(slope) + SAME);
        if (geometric) {
            return list + ", each " + Wording.number(ratio) + " times the one before";
        }
        return straight ? list + ", along a line" : list;
    }
}
