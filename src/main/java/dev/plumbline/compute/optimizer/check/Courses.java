package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.check.Deviations.Edit;
import dev.plumbline.compute.optimizer.schedule.Chained;
import dev.plumbline.compute.optimizer.schedule.LinearWarmup;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The learning rates of observed steps, as multiples of the optimizer's own: as they are claimed, and as loops go off from
 * that. Where step t should have the rate of t, a scheduler that is stepped before the optimizer has given it that of t + 1.
 */
record Courses(Claim claim, List<ObservedStep> steps) {

    private static final double SAME = 1e-12;

    /** What the claim says; 1 for every step where it says nothing. */
    List<Double> claimed() {
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
            edits.add(edit("constant, the schedule not stepped", constant(1)));
            edits.add(edit(
                    "constant, at the rate of the first step",
                    constant(claimed().get(0))));
        }
        Schedule schedule = claim.circumstances().schedule();
        if (schedule != null) {
            warmups(schedule, edits);
        }
        return edits.stream().filter(edit -> edit != null);
    }

    private void warmups(Schedule schedule, List<Edit> edits) {
        if (schedule instanceof LinearWarmup warmup) {
            LinearWarmup fromZero = new LinearWarmup(warmup.steps(), 0, warmup.next());
            edits.add(edit("the warm-up counts from 0, so that its first rate is 0", rates(t -> rate(fromZero, t))));
            edits.add(edit(
                    "the warm-up counts from 1, so that its first rate is 1 / " + warmup.steps() + " of the whole",
                    rates(t -> t > warmup.steps() ? rate(warmup, t) : base() * t / warmup.steps())));
            edits.add(edit(
                    "the schedule that follows the warm-up counts from the first step of all",
                    rates(t -> t > warmup.steps() ? rate(warmup.next(), t) : rate(warmup, t))));
            edits.add(edit("there is no warm-up", rates(t -> rate(warmup.next(), t))));
        }
        if (schedule instanceof Chained chained) {
            for (int i = 0; i < chained.schedules().size(); i++) {
                Schedule one = chained.schedules().get(i);
                edits.add(edit("only schedule " + i + " of those chained", rates(t -> rate(one, t))));
            }
        }
    }

    private static Edit edit(String detail, List<Double> profile) {
        return new Edit(Fault.SCHEDULE, detail, hypothesis -> hypothesis.used(manner -> manner.profiled(profile)));
    }

    boolean varies() {
        return claim.circumstances().varies()
                || steps.stream().anyMatch(step -> !Double.isNaN(step.said().learningRate()));
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

    /** The rates that are said, {@code offset} steps from where they should be; the last stays where there is none after. */
    private List<Double> profile(java.util.function.IntUnaryOperator offset) {
        return IntStream.range(0, steps.size())
                .mapToObj(k -> share(said(k + offset.applyAsInt(k))))
                .toList();
    }

    private double said(int k) {
        int held = Math.max(0, Math.min(k, steps.size() - 1));
        double rate = steps.get(held).said().learningRate();
        @Nullable Schedule schedule = claim.circumstances().schedule();
        if (!Double.isNaN(rate)) {
            return rate;
        }
        return schedule == null ? base() : rate(schedule, first() + k);
    }

    private long first() {
        return claim.state() == null ? 1 : claim.state().step() + 1;
    }

    private List<Double> rates(LongToDoubleFunction rate) {
        return IntStream.range(0, steps.size())
                .mapToObj(k -> share(rate.applyAsDouble(first() + k)))
                .toList();
    }

    private List<Double> constant(double share) {
        return steps.stream().map(step -> share).toList();
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
