package dev.plumbline.compute.optimizer;

/** The equations of one optimizer at one step, all their scalars computed, ready to run over chunk after chunk. */
@FunctionalInterface
interface Rule {
    void apply(Chunk chunk);
}
