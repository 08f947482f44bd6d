package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.schedule.Constant;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an optimizer's steps were taken under, as far as their owner says.
 *
 * @param schedule of the learning rate; null where it is constant, or said step by step ({@link Said#learningRate})
 * @param clipping of the gradients, once they are divided by the loss scale
 * @param groups with their own hyper-parameters; a parameter in none of them has the optimizer's
 * @param counts of steps taken before the first, of tensors that differ from the state's
 * @param maximizes whether steps should go uphill
 * @param given the hyper-parameters that were said, by name; null where all were
 * @param open what beside them was not said
 */
public record Circumstances(
        @Nullable Schedule schedule,
        Clipping clipping,
        List<Group> groups,
        Map<String, Long> counts,
        boolean maximizes,
        @Nullable Set<String> given,
        Set<Open> open) {

    /** What a claim may leave open. */
    public enum Open {
        /** The learning rates after the first: something schedules them, and nobody says what. */
        COURSE,
        /** Whether the weight decay is decoupled, where its rate is said. */
        DECAY_KIND,
        /** Whether a schedule cycles the momentum, as PyTorch's do by default. */
        CYCLE,
        /** The same, where it is taken to. */
        CYCLE_ASSUMED
    }

    public static final Circumstances PLAIN = new Circumstances(null, Clipping.NONE, List.of(), Map.of(), false, null);

    /** Of a claim that leaves open whether its schedule cycles the momentum. */
    public Circumstances(
            @Nullable Schedule schedule,
            Clipping clipping,
            List<Group> groups,
            Map<String, Long> counts,
            boolean maximizes,
            @Nullable Set<String> given) {
        this(schedule, clipping, groups, counts, maximizes, given, EnumSet.of(Open.CYCLE));
    }

    /** By a schedule that is taken to cycle the momentum. */
    Circumstances cyclingMomentum(Schedule cycling) {
        Set<Open> left = EnumSet.of(Open.CYCLE_ASSUMED);
        left.addAll(open);
        left.remove(Open.CYCLE);
        return new Circumstances(cycling, clipping, groups, counts, maximizes, given, left);
    }

    public boolean leaves(Open what) {
        return open.contains(what);
    }

    /** Whether this hyper-parameter was said. */
    boolean says(String hyperParameter) {
        return given == null || given.contains(hyperParameter);
    }

    /** Whether there is a schedule by which steps have other rates. */
    public boolean varies() {
        return schedule != null && !(schedule instanceof Constant);
    }
}
