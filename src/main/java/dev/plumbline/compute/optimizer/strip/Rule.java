package dev.plumbline.compute.optimizer.strip;

/** The equations of one optimizer at one step, all their scalars computed, ready to run over chunk after chunk. */
@FunctionalInterface
public interface Rule {
    void apply(Chunk chunk);

    /** Whether it turns a parameter into NaN where one of its moments is not finite, so that it is enough to look there. */
    default boolean parametersTellOfMoments() {
        return false;
    }
}
