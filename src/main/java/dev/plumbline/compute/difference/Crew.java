package dev.plumbline.compute.difference;

/**
 * Who does a {@link Heap} of tiles. It returns once all of them have their changes, from here or from wherever the same tiles
 * were done before: what a tile gives depends on the objective and on nothing else.
 */
@FunctionalInterface
public interface Crew {

    /** The processors of this machine. */
    Crew HERE = heap -> heap.move(0, heap.tiles());

    void take(Heap heap);
}
