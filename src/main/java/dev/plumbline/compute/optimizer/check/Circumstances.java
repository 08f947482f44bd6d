package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.schedule.Constant;
import dev.plumbline.compute.optimizer.schedule.Schedule;
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
 */
public record Circumstances(
        @Nullable Schedule schedule,
        Clipping clipping,
        List<Group> groups,
        Map<String, Long> counts,
        boolean maximizes,
        @Nullable Set<String> given) {

    public static final Circumstances PLAIN = new Circumstances(null, Clipping.NONE, List.of(), Map.of(), false, null);

    Circumstances with(Schedule other) {
        return new Circumstances(other, clipping, groups, counts, maximizes, given);
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
