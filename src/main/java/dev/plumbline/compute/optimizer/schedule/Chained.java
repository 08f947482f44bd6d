package dev.plumbline.compute.optimizer.schedule;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One schedule after the other: the next begins, counting from 1 again, after as many steps as its milestone says. PyTorch's
 * SequentialLR and Optax's join_schedules. Metrics go to the last, from where it begins; a plateau elsewhere is refused.
 *
 * <p>A momentum that one of them cycles stays where it is when another follows that cycles none; before the first that does
 * it is where the last one begins, for PyTorch's set it as they are made.
 */
public record Chained(List<Schedule> schedules, List<Long> milestones) implements Schedule {

    public Chained {
        Schedule.require(
                milestones.size() == schedules.size() - 1,
                "milestones",
                milestones.size() + " beside " + schedules.size() + " schedules",
                "one fewer than schedules");
        Schedule.require(rises(milestones), "milestones", milestones, "steps above 0, each larger than the one before");
        boolean lastMeasures = schedules.stream()
                .limit(schedules.size() - 1L)
                .allMatch(schedule -> schedule.measuredFrom() == Long.MAX_VALUE);
        Schedule.require(lastMeasures, "schedules", "a plateau before the last", "reduceOnPlateau as the last");
        schedules = List.copyOf(schedules);
        milestones = List.copyOf(milestones);
    }

    private static boolean rises(List<Long> milestones) {
        return IntStream.range(0, milestones.size())
                .allMatch(i -> milestones.get(i) > (i == 0 ? 0 : milestones.get(i - 1)));
    }

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        int place = place(t);
        return schedules.get(place).rate(t - begin(place), baseRate, metrics);
    }

    @Override
    public OptionalDouble momentum(long t) {
        if (momenta() == null) {
            return OptionalDouble.empty();
        }
        int now = place(t);
        for (int place = now; place >= 0; place--) {
            long last = place == now ? t : milestones.get(place);
            OptionalDouble momentum = schedules.get(place).momentum(last - begin(place));
            if (momentum.isPresent()) {
                return momentum;
            }
        }
        return first();
    }

    /** Where the last that cycles one begins. */
    private OptionalDouble first() {
        OptionalDouble first = OptionalDouble.empty();
        for (Schedule schedule : schedules) {
            OptionalDouble momentum = schedule.momentum(1);
            first = momentum.isPresent() ? momentum : first;
        }
        return first;
    }

    @Override
    public @Nullable MomentumCycle momenta() {
        return schedules.stream()
                .flatMap(schedule -> Stream.ofNullable(schedule.momenta()))
                .reduce((one, other) ->
                        new MomentumCycle(Math.min(one.base(), other.base()), Math.max(one.max(), other.max())))
                .orElse(null);
    }

    @Override
    public Schedule cyclingMomentum(MomentumCycle ofOneCycle) {
        return new Chained(
                schedules.stream()
                        .map(schedule -> schedule.cyclingMomentum(ofOneCycle))
                        .toList(),
                milestones);
    }

    private int place(long t) {
        int place = 0;
        while (place < milestones.size() && t > milestones.get(place)) {
            place++;
        }
        return place;
    }

    private long begin(int place) {
        return place == 0 ? 0 : milestones.get(place - 1);
    }

    @Override
    public long measuredFrom() {
        int last = schedules.size() - 1;
        long from = schedules.get(last).measuredFrom();
        return from > Long.MAX_VALUE - begin(last) ? Long.MAX_VALUE : begin(last) + from;
    }

    @Override
    public Course course(double baseRate) {
        List<Course> courses =
                schedules.stream().map(schedule -> schedule.course(baseRate)).toList();
        return new Course() {
            @Override
            public void measured(double metric) {
                courses.get(courses.size() - 1).measured(metric);
            }

            @Override
            public double rate(long t) {
                int place = place(t);
                return courses.get(place).rate(t - begin(place));
            }

            @Override
            public double[] state() {
                return courses.get(courses.size() - 1).state();
            }

            @Override
            public void resume(double[] state) {
                courses.get(courses.size() - 1).resume(state);
            }
        };
    }
}
