package dev.plumbline.compute.difference;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** The calling thread and the common pool's, at one heap of work. */
final class Workers {

    private Workers() {}

    /** How many threads there are, the calling one included. */
    static int count() {
        return ForkJoinPool.getCommonPoolParallelism() + 1;
    }

    /**
     * Does pieces 0, 1, ... of some work. Each thread takes the next piece when it is done with one, so pieces may differ in
     * size, and the caller never waits while there is one left; a parallel stream would cut the row into equal lengths.
     */
    static void share(int pieces, IntConsumer work) {
        AtomicInteger next = new AtomicInteger();
        IntStream.range(0, Math.min(pieces, count())).parallel().forEach(worker -> {
            for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
                work.accept(piece);
            }
        });
    }
}
