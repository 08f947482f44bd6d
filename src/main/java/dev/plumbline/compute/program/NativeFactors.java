package dev.plumbline.compute.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.DoublePointer;
import org.jspecify.annotations.Nullable;

/**
 * Copies in native memory of matrices that products read again and again, the weights of a network, for as long as it is being
 * checked: half of the time of a product with a batch of 32 goes into the copy of its weights.
 *
 * <p>The arrays must not change meanwhile. All copies together stay within an eighth of the heap's size; what has no room
 * is copied for each product, as without this, and comes out the same to the last bit. A product that runs while they are closed, as after a failure elsewhere, keeps what
 * it reads until it ends.
 */
public final class NativeFactors implements AutoCloseable {

    /** Smaller ones cost less to copy than to find. */
    private static final int LEAST = 1 << 12; // numbers

    private static final long MOST = Runtime.getRuntime().maxMemory() / 8 / Double.BYTES; // numbers
    private static final Map<Array, Kept> KEPT = new ConcurrentHashMap<>();
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final List<Array> own = new ArrayList<>();

    private NativeFactors() {}

    /** Of the parameters of an objective that products read, as they are or moved. */
    public static NativeFactors of(Objective objective) {
        NativeFactors factors = new NativeFactors();
        Evaluation base = objective.base();
        objective.program().nodes().stream()
                .filter(node -> node.op() instanceof Contraction)
                .flatMap(node -> node.inputs().stream())
                .filter(NativeFactors::isWeight)
                .forEach(input -> factors.keep(base.value(input).values()));
        return factors;
    }

    private static boolean isWeight(Node node) {
        Node source = node;
        while (source.op().isMove() && source.inputs().size() == 1) {
            source = source.inputs().get(0);
        }
        return source.op() instanceof Input && source.shape().rank() > 1;
    }

    private void keep(double[] values) {
        Array array = new Array(values);
        if (values.length < LEAST || KEPT.containsKey(array)) {
            return;
        }
        if (NUMBERS.addAndGet(values.length) > MOST) {
            NUMBERS.addAndGet(-values.length);
            return;
        }
        Kept kept;
        try {
            kept = Kept.of(values);
        } catch (OutOfMemoryError full) { // of native memory: then it is copied each time
            NUMBERS.addAndGet(-values.length);
            return;
        }
        if (KEPT.putIfAbsent(array, kept) == null) {
            own.add(array);
        } else { // another check of the same arrays was quicker
            kept.close();
        }
    }

    /** The copy of an array, to be {@linkplain Kept#close closed} after use; null where there is none. */
    static @Nullable Kept hold(double[] values) {
        if (values.length < LEAST || KEPT.isEmpty()) {
            return null;
        }
        Kept kept = KEPT.get(new Array(values));
        return kept != null && kept.isHeld() ? kept : null;
    }

    /** How many numbers all copies have. */
    static long numbers() {
        return NUMBERS.get();
    }

    @Override
    public void close() {
        for (Array array : own) {
            Kept kept = KEPT.remove(array);
            if (kept != null) {
                kept.close();
            }
        }
    }

    /** A copy, given back by whoever holds it last. */
    static final class Kept implements AutoCloseable {

        private final DoublePointer pointer;
        private final int size;
        private final AtomicInteger holders = new AtomicInteger(1);

        private Kept(DoublePointer pointer, int size) {
            this.pointer = pointer;
            this.size = size;
        }

        private static Kept of(double[] values) {
            return new Kept(new DoublePointer(values), values.length);
        }

        private boolean isHeld() {
            return holders.updateAndGet(count -> count == 0 ? 0 : count + 1) > 0;
        }

        /** So many numbers from one on. */
        DoublePointer from(int offset, int count) {
            Objects.checkFromIndexSize(offset, count, size);
            return new DoublePointer(pointer).position(offset);
        }

        boolean isReleased() {
            return holders.get() == 0;
        }

        /** Lets go of it. */
        @Override
        public void close() {
            if (holders.decrementAndGet() == 0) {
                NUMBERS.addAndGet(-size);
                pointer.deallocate();
            }
        }
    }

    /** An array by its identity. */
    @SuppressWarnings("ArrayRecordComponent") // compared by identity, below
    private record Array(double[] values) {

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Array array && array.values == values;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(values);
        }
    }
}
