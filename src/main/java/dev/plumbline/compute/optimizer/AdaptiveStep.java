package dev.plumbline.compute.optimizer;

/** The numbers of one step of the Adam family, the bias corrections already in them: see {@link Strip#adapt}. */
record AdaptiveStep(double beta1, double beta2, double gradientRate, double meanRate, Root root) {

    AdaptiveStep(double beta1, double beta2, double meanRate, Root root) {
        this(beta1, beta2, 0, meanRate, root);
    }
}
