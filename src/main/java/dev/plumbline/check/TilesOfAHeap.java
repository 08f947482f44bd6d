package dev.plumbline.check;

import dev.plumbline.compute.difference.Heap;
import dev.plumbline.jobs.Piecework;
import dev.plumbline.limits.Pace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;

/** The tiles of an exhaustive check as pieces of a job; what they give are float64, little-endian. */
final class TilesOfAHeap extends Piecework {

    private final Heap heap;

    TilesOfAHeap(Heap heap) {
        this.heap = heap;
    }

    @Override
    protected String name() {
        return heap.name();
    }

    @Override
    protected int count() {
        return heap.tiles();
    }

    @Override
    protected double seconds(int piece) {
        return Pace.here(heap.seconds(piece));
    }

    @Override
    protected long bytes(int piece) {
        return (long) Double.BYTES * heap.numbers(piece);
    }

    @Override
    protected void work(int from, int to) {
        heap.move(from, to);
    }

    @Override
    protected byte[] result(int from, int to) {
        double[] changes = heap.changes(from, to);
        ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * changes.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(changes);
        return bytes.array();
    }

    @Override
    protected void put(int from, int to, byte[] result) {
        DoubleBuffer numbers =
                ByteBuffer.wrap(result).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
        double[] changes = new double[numbers.remaining()];
        numbers.get(changes);
        heap.put(from, to, changes);
    }
}
