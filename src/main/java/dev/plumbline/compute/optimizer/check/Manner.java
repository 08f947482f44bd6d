package dev.plumbline.compute.optimizer.check;

import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How an optimizer was used.
 *
 * @param timing which t it used
 * @param equations what was made of its equations
 * @param setting what it was given, where that is not what is claimed
 * @param driving of the optimizer by the loop
 */
record Manner(Timing timing, Equations equations, Setting setting, Driving driving) {

    static final Manner RIGHT = new Manner(
            new Timing(LongUnaryOperator.identity(), false, t -> 1, false),
            new Equations(false, false, null, null),
            new Setting(Grouping.CLAIMED, null, null),
            Driving.RIGHT);

    /**
     * Which t was used.
     *
     * @param clock from the true t to the one used
     * @param perTensor t grows with every tensor, not with every step
     * @param rateFactor on the learning rate, by the true t; a decoupled decay stays as it was
     * @param skipping steps that stood still were not taken, and t did not count them
     */
    record Timing(LongUnaryOperator clock, boolean perTensor, LongToDoubleFunction rateFactor, boolean skipping) {}

    /**
     * What was made of the equations.
     *
     * @param forgetful moments start afresh in every step
     * @param uphill gradients have the wrong sign
     * @param twist of the weight decay; null where there is none
     * @param misreading of Adam's equations; null where there is none
     */
    record Equations(
            boolean forgetful,
            boolean uphill,
            @Nullable Twist twist,
            @Nullable Misreading misreading) {}

    /**
     * What an optimizer was given.
     *
     * @param grouping which hyper-parameters the groups have
     * @param profile of learning rates and momenta; null: as is claimed
     * @param path of the gradients; null: as is claimed
     */
    record Setting(
            Grouping grouping,
            @Nullable Profile profile,
            @Nullable GradientPath path) {}

    /** Which hyper-parameters groups have. */
    enum Grouping {
        CLAIMED,
        /** All the optimizer's. */
        NONE,
        /** Each the next one's. */
        ROTATED
    }

    /** What a weight decay does where it should not. */
    enum Twist {
        AFTER_THE_UPDATE,
        NEGATIVE,
        /** Multiplied by the rate that the schedule starts from, whatever the rate is. */
        AT_BASE_RATE
    }

    @Nullable
    Profile profile() {
        return setting.profile();
    }

    @Nullable
    GradientPath path() {
        return setting.path();
    }

    Manner at(LongUnaryOperator other) {
        return with(new Timing(other, timing.perTensor(), timing.rateFactor(), timing.skipping()));
    }

    Manner countingTensors() {
        return with(new Timing(timing.clock(), true, timing.rateFactor(), timing.skipping()));
    }

    Manner scaledBy(LongToDoubleFunction other) {
        return with(new Timing(timing.clock(), timing.perTensor(), other, timing.skipping()));
    }

    Manner skippingSteps() {
        return with(new Timing(timing.clock(), timing.perTensor(), timing.rateFactor(), true));
    }

    private Manner with(Timing other) {
        return new Manner(other, equations, setting, driving);
    }

    Manner forgetting() {
        return with(new Equations(true, equations.uphill(), equations.twist(), equations.misreading()));
    }

    Manner goingUphill() {
        return with(new Equations(equations.forgetful(), true, equations.twist(), equations.misreading()));
    }

    Manner twisted(Twist other) {
        return with(new Equations(equations.forgetful(), equations.uphill(), other, equations.misreading()));
    }

    Manner misreading(Misreading other) {
        return with(new Equations(equations.forgetful(), equations.uphill(), equations.twist(), other));
    }

    private Manner with(Equations other) {
        return new Manner(timing, other, setting, driving);
    }

    Manner grouped(Grouping other) {
        return with(new Setting(other, setting.profile(), setting.path()));
    }

    Manner profiled(Profile other) {
        return with(new Setting(setting.grouping(), other, setting.path()));
    }

    Manner along(GradientPath other) {
        return with(new Setting(setting.grouping(), setting.profile(), other));
    }

    private Manner with(Setting other) {
        return new Manner(timing, equations, other, driving);
    }

    Manner driven(Driving other) {
        return new Manner(timing, equations, setting, other);
    }
}
