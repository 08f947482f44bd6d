package dev.plumbline.compute.optimizer.check;

/**
 * What is off, by name; {@code RIGHT} if nothing is. In the order in which they are preferred where several explain the same
 * numbers: what changes the shape of a step before what only scales it, and one thing changed before another optimizer.
 */
public enum Fault {
    RIGHT("the step is what this optimizer does"),
    SIGN("the step goes uphill: subtract the update, or pass the gradient of the loss and not of its negative"),
    SKIPPED(
            "the parameters stood still in some steps, as a gradient scaler skips them, but their gradients were usable"),
    SOME_NOT_STEPPED("some parameters stood still on gradients that are not 0: give them to the optimizer"),
    GRADIENTS_ADDED_UP("gradients must be set to zero from one step to the next"),
    STATE_LOST("the state before the first step must be gone on from"),
    SCHEDULE("the learning rate follows another course"),
    CLIPPING("the gradients were clipped otherwise"),
    UNSCALING("the gradients must be divided by the loss scale, once, and then clipped"),
    GROUPS("a group of parameters was stepped with another group's hyper-parameters"),
    BETAS_SWAPPED("beta1 and beta2 have changed places"),
    EPSILON_CONVENTION("epsilon stands elsewhere in the denominator"),
    CONVENTION("another convention was used"),
    WEIGHT_DECAY("the weight decay is another one"),
    BIAS_CORRECTION_MISSING("divide m by 1 - beta1^t and v by 1 - beta2^t"),
    BIAS_CORRECTION_STEP("the t of the bias correction must count the step being taken, from 1"),
    BIAS_CORRECTION_MULTIPLIED("divide m and v by their corrections"),
    BIAS_CORRECTION_IN_PLACE("corrected moments are for one step only, and must not be kept"),
    BIAS_CORRECTION_SWAPPED("divide m by 1 - beta1^t and v by 1 - beta2^t, not the other way round"),
    BIAS_CORRECTION_ROOT("the correction of v stands under the root"),
    MOMENT_WEIGHTS_SWAPPED("what a moment keeps has the weight beta, and what it takes in 1 - beta"),
    SQUARE_MISSING("the second moment takes in the square of the gradient"),
    MOMENT_UNWEIGHTED("what a moment takes in must be weighted with 1 - beta"),
    ROOT_MISSING("divide by the root of vHat"),
    BETA_SQUARED("a weight of the second moment is squared, where only the gradient is"),
    SQUARE_OF_MEAN("the second moment is that of the gradient, and not of m"),
    STALE_MOMENTS("the moments must take in the gradient before they are used"),
    MOMENTUM_START("the momentum buffer starts otherwise"),
    STATE_NOT_UPDATED("the moments must be kept from one step to the next"),
    EPSILON_VALUE("another epsilon was used"),
    GRADIENT_SCALE("the gradients were multiplied by a constant, as one averaged twice or never"),
    LEARNING_RATE("the learning rate is another one"),
    MOMENTUM("the momentum is another one"),
    STEPPED_TWICE("each step was taken twice, with the same gradient: call the optimizer once"),
    BIAS_CORRECTION_HALF("both moments must be corrected, m by 1 - beta1^t and v by 1 - beta2^t"),
    DECAY_RATE("a moment decays at another rate"),
    SEVERAL("more than one thing is off"),
    OTHER_OPTIMIZER("another optimizer made this step"),
    NOT_TAKEN("the parameters did not change: the step was skipped, or taken on a copy"),
    ZERO_GRADIENT("a zero gradient moves nothing: these steps tell nothing of the optimizer"),
    NON_FINITE("nothing can be said of a step with a number that is not finite"),
    TOO_COARSE(
            "the step is the claimed one as far as it can be told, where matrices were orthogonalized in bfloat16: what that"
                    + " rounds differs from machine to machine"),
    STEP_UNKNOWN(
            "the schedule begins at a step that nobody knows: say how many steps were taken before the first of these, as"
                    + " {\"step\": n} in state"),
    PRODUCT_OF_MOMENTA(
            "the schedule cycles beta1 in PyTorch unless it is told not to, and NAdam keeps the product of all its momenta: steps"
                    + " with a beta1 that changes are not taken here, so nothing can be said of these"),
    GAP("the steps have a gap: one does not begin where the one before ended"),
    UNEXPLAINED("none of the hypotheses makes this step");

    private final String advice;

    Fault(String advice) {
        this.advice = advice;
    }

    /** One line in plain words. */
    public String advice() {
        return advice;
    }

    /** Whether it says that the observed steps cannot be judged, and so accuses nobody. */
    public boolean undecided() {
        return switch (this) {
            case ZERO_GRADIENT, NON_FINITE, GAP, TOO_COARSE, STEP_UNKNOWN, PRODUCT_OF_MOMENTA -> true;
            default -> false;
        };
    }
}
