package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the optimizer.
 *
 * @param optimizer as far as its owner knows; null if nothing is known
 * @param learningRateKnown if not, the learning rate is fitted and {@code optimizer}'s own means nothing
 * @param state before the first observed step, its slots under our names or PyTorch's; null for the very first step of a
 *     training
 * @param circumstances schedule, clipping, groups and the like
 */
public record Claim(
        @Nullable Optimizer optimizer,
        boolean learningRateKnown,
        @Nullable OptimizerState state,
        Circumstances circumstances) {

    public Claim(@Nullable Optimizer optimizer, boolean learningRateKnown, @Nullable OptimizerState state) {
        this(optimizer, learningRateKnown, state, Circumstances.PLAIN);
    }

    /** The claim with its momentum cycled as PyTorch does where nothing is said of that; nothing where it cycles none. */
    Optional<Claim> cyclingMomentum() {
        Schedule schedule = circumstances.schedule();
        Schedule cycling = schedule == null ? null : schedule.cyclingMomentum();
        boolean can = optimizer == null || HyperParameters.cycled(optimizer).isPresent();
        return cycling == null || cycling.equals(schedule) || !can || !circumstances.leaves(Circumstances.Open.CYCLE)
                ? Optional.empty()
                : Optional.of(new Claim(optimizer, learningRateKnown, state, circumstances.cyclingMomentum(cycling)));
    }

    /** Whether PyTorch would have cycled NAdam's beta1, and nobody says that it did not. */
    boolean mayCycleProduct() {
        Schedule schedule = circumstances.schedule();
        return optimizer != null
                && optimizer.kind() == Kind.NADAM
                && schedule != null
                && circumstances.leaves(Circumstances.Open.CYCLE)
                && !schedule.cyclingMomentum().equals(schedule);
    }

    /** Whether it says a number that steps could refute: who says no more than the kind of an optimizer has said none. */
    public boolean saysNumbers() {
        Set<String> given = circumstances.given();
        return optimizer != null
                && (given == null
                        || !given.isEmpty()
                        || learningRateKnown
                        || circumstances.schedule() != null
                        || !circumstances.clipping().equals(Clipping.NONE)
                        || !circumstances.groups().isEmpty());
    }

    public static Claim of(Optimizer optimizer) {
        return new Claim(optimizer, true, null);
    }

    public static Claim unknown() {
        return new Claim(null, false, null);
    }

    /** The same claim, its state under our names; a problem where that is not a state of these parameters. */
    Claim about(Map<String, Tensor> parameters) {
        return state == null
                ? this
                : new Claim(
                        optimizer,
                        learningRateKnown,
                        new OptimizerState(
                                state.step(),
                                new ClaimedState<>(state.step(), state.slots(), parameters).of(optimizer)),
                        circumstances);
    }
}
