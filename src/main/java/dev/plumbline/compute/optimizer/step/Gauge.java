package dev.plumbline.compute.optimizer.step;

/** Measures what a step does to a segment, chunk by chunk: all finite? how far? how large was the gradient? */
sealed interface Gauge permits ChunkGauge, VectorGauge {

    /** @param slotsToo whether the slots may hold what is not finite where the parameters do not show it */
    static Gauge of(TensorArrays segment, boolean norms, boolean slotsToo) {
        return Registers.suit(segment.parameters())
                ? new VectorGauge(slotsToo)
                : new ChunkGauge(segment.parameters(), norms, slotsToo);
    }

    /** Called before a chunk is stepped on. */
    void before(TensorArrays chunk);

    /** Called when it has been. */
    void after(TensorArrays chunk);

    /** Of all chunks so far; norms are 0 where they were not wanted and cost something. */
    Movement movement(String tensor);
}
