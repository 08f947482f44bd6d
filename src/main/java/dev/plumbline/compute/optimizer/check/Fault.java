package dev.plumbline.compute.optimizer.check;

/** What is off, by name; {@code RIGHT} if nothing is. */
public enum Fault {
    RIGHT("the step is what this optimizer does"),
    NOT_TAKEN("the parameters did not change: the step was skipped, or taken on a copy"),
    SIGN("the step goes uphill: subtract the update, or pass the gradient of the loss and not of its negative"),
    BETAS_SWAPPED("beta1 and beta2 have changed places"),
    BIAS_CORRECTION_MISSING("divide m by 1 - beta1^t and v by 1 - beta2^t"),
    BIAS_CORRECTION_STEP("t must count the step being taken, from 1"),
    EPSILON_CONVENTION("epsilon stands elsewhere in the denominator"),
    EPSILON_VALUE("another epsilon was used"),
    CONVENTION("another library's convention was used"),
    WEIGHT_DECAY("the weight decay is another one"),
    STATE_NOT_UPDATED("the moments must be kept from one step to the next"),
    OTHER_OPTIMIZER("another optimizer made this step"),
    LEARNING_RATE("the learning rate is another one"),
    UNEXPLAINED("none of the hypotheses makes this step");

    private final String advice;

    Fault(String advice) {
        this.advice = advice;
    }

    /** One line in plain words. */
    public String advice() {
        return advice;
    }
}
