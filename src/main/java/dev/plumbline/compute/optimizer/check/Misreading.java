package dev.plumbline.compute.optimizer.check;

/** What hand-written Adams make of the equations. */
enum Misreading {
    CORRECTION_MULTIPLIED(Fault.BIAS_CORRECTION_MULTIPLIED, "m and v are multiplied by 1 - beta^t, not divided"),
    CORRECTION_IN_PLACE(Fault.BIAS_CORRECTION_IN_PLACE, "mHat and vHat are kept as m and v"),
    MEAN_UNWEIGHTED(Fault.MOMENT_UNWEIGHTED, "m = beta1 m + g, where 1 - beta1 is forgotten"),
    SQUARE_UNWEIGHTED(Fault.MOMENT_UNWEIGHTED, "v = beta2 v + g^2, where 1 - beta2 is forgotten"),
    BOTH_UNWEIGHTED(Fault.MOMENT_UNWEIGHTED, "m = beta1 m + g and v = beta2 v + g^2, where 1 - beta is forgotten"),
    ROOT_MISSING(Fault.ROOT_MISSING, "the step is divided by vHat + epsilon"),
    WEIGHT_SQUARED(Fault.BETA_SQUARED, "v = beta2 v + ((1 - beta2) g)^2"),
    KEEP_SQUARED(Fault.BETA_SQUARED, "v = beta2^2 v + (1 - beta2) g^2"),
    STALE_MEAN(Fault.STALE_MOMENTS, "the step uses m from before this gradient"),
    STALE_SQUARE(Fault.STALE_MOMENTS, "the step uses v from before this gradient"),
    SQUARE_OF_MEAN(Fault.SQUARE_OF_MEAN, "v = beta2 v + (1 - beta2) m^2"),
    MAGNITUDE(Fault.SQUARE_MISSING, "v = beta2 v + (1 - beta2) |g|"),
    WEIGHTS_SWAPPED(Fault.MOMENT_WEIGHTS_SWAPPED, "m = (1 - beta1) m + beta1 g and v = (1 - beta2) v + beta2 g^2"),
    CORRECTIONS_SWAPPED(Fault.BIAS_CORRECTION_SWAPPED, "m is divided by 1 - beta2^t, and v by 1 - beta1^t"),
    CORRECTION_OUTSIDE_ROOT(Fault.BIAS_CORRECTION_ROOT, "the step divides by sqrt(v) / (1 - beta2^t)"),
    DECAY_IN_MEAN(Fault.WEIGHT_DECAY, "coupled, in m and not in v"),
    DECAY_IN_QUOTIENT(Fault.WEIGHT_DECAY, "added to mHat, and so divided by the root");

    private final Fault fault;
    private final String detail;

    Misreading(Fault fault, String detail) {
        this.fault = fault;
        this.detail = detail;
    }

    Fault fault() {
        return fault;
    }

    String detail() {
        return detail;
    }
}
