package dev.plumbline.compute.optimizer.check;

import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How an optimizer was used.
 *
 * @param clock from the true t to the one used
 * @param clockPerTensor t grows with every tensor, not with every step
 * @param rateFactor on the learning rate, by the true t; a decoupled decay stays as it was
 * @param forgetful moments start afresh in every step
 * @param uphill gradients have the wrong sign
 * @param grouping which hyper-parameters the groups have
 * @param skipping steps that stood still were not taken, and t did not count them
 * @param twist of the weight decay; null where there is none
 * @param misreading of Adam's equations; null where there is none
 * @param profile of learning rates and momenta; null: as is claimed
 * @param path of the gradients; null: as is claimed
 * @param driving of the optimizer by the loop
 */
record Manner(
        LongUnaryOperator clock,
        boolean clockPerTensor,
        LongToDoubleFunction rateFactor,
        boolean forgetful,
        boolean uphill,
        Grouping grouping,
        boolean skipping,
        @Nullable Twist twist,
        @Nullable Misreading misreading,
        @Nullable Profile profile,
        @Nullable GradientPath path,
        Driving driving) {

    static final Manner RIGHT = new Manner(
            LongUnaryOperator.identity(),
            false,
            t -> 1,
            false,
            false,
            Grouping.CLAIMED,
            false,
            null,
            null,
            null,
            null,
            Driving.RIGHT);

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

    Manner at(LongUnaryOperator other) {
        return new Manner(
                other,
                clockPerTensor,
                rateFactor,
                forgetful,
                uphill,
                grouping,
                skipping,
                twist,
                misreading,
                profile,
                path,
                driving);
    }

    Manner countingTensors() {
        return new Manner(
                clock,
                true,
                rateFactor,
                forgetful,
                uphill,
                grouping,
                skipping,
                twist,
                misreading,
                profile,
                path,
                driving);
    }

    Manner scaledBy(LongToDoubleFunction other) {
        return new Manner(
                clock,
                clockPerTensor,
                other,
                forgetful,
                uphill,
                grouping,
                skipping,
                twist,
                misreading,
                profile,
                path,
                driving);
    }

    Manner forgetting() {
        return new Manner(
                clock,
                clockPerTensor,
                rateFactor,
                true,
                uphill,
                grouping,
                skipping,
                twist,
                misreading,
                profile,
                path,
                driving);
    }

    Manner goingUphill() {
        return new Manner(
                clock,
                clockPerTensor,
                rateFactor,
                forgetful,
                true,
                grouping,
                skipping,
                twist,
                misreading,
                profile,
                path,
                driving);
    }

    Manner grouped(Grouping other) {
        return new Manner(
                clock,
                clockPerTensor,
                rateFactor,
                forgetful,
                uphill,
                other,
                skipping,
                twist,
                misreading,
                profile,
                path,
                driving);
    }

    Manner skippingSteps() {
        return new Manner(
                clock,
                clockPerTensor,
                rateFactor,
                forgetful,
                uphill,
                grouping,
                true,
                twist,
                misreading,
                profile,
                path,
                driving);
    }

    Manner twisted(Twist other) {
        return new Manner(
                clock,
                clockPerTensor,
                rateFactor,
                forgetful,
                uphill,
                grouping,
                skipping,
                other,
                misreading,
                profile,
                path,
                driving);
    }

    Manner misreading(Misreading other) {
        return new Manner(
                clock,
                clockPerTensor,
                rateFactor,
                forgetful,
                uphill,
                grouping,
                skipping,
                twist,
                other,
                profile,
                path,
                driving);
    }

    Manner profiled(Profile other) {
        return new Manner(
                clock,
                clockPerTensor,
                rateFactor,
                forgetful,
                uphill,
                grouping,
                skipping,
                twist,
                misreading,
                other,
                path,
                driving);
    }

    Manner along(GradientPath other) {
        return new Manner(
                clock,
                clockPerTensor,
                rateFactor,
                forgetful,
                uphill,
                grouping,
                skipping,
                twist,
                misreading,
                profile,
                other,
                driving);
    }

    Manner driven(Driving other) {
        return new Manner(
                clock,
                clockPerTensor,
                rateFactor,
                forgetful,
                uphill,
                grouping,
                skipping,
                twist,
                misreading,
                profile,
                path,
                other);
    }
}
