package dev.plumbline.compute.optimizer.strip;

/** One step of the Adam family, its bias corrections already in the numbers: see {@link Strip#adapt}. Slot 0 is m, 1 is v. */
public record AdaptiveStep(double beta1, double beta2, double gradientRate, double meanRate, Root root)
        implements Rule {

    /** Without Nesterov's share of the gradient itself. */
    public AdaptiveStep(double beta1, double beta2, double meanRate, Root root) {
        this(beta1, beta2, 0, meanRate, root);
    }

    @Override
    public void apply(Chunk chunk) {
        chunk.parameters().adapt(chunk.gradient(), chunk.slot(0), chunk.slot(1), this);
    }

    @Override
    public boolean parametersTellOfMoments() {
        return true;
    }
}
