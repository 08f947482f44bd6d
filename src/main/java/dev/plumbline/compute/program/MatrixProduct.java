package dev.plumbline.compute.program;

import java.nio.DoubleBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.openblas.global.openblas;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The product of two matrices of Java arrays, added to a third: the one place that calls ND4J.
 *
 * <p>Why values live in Java arrays and only products go to ND4J (measured, one thread, float64): a product of 1024 x
 * 1024 matrices takes 29 ms there and 840 ms in plain Java; but an operation on a small array costs ND4J 4 to 60
 * microseconds before it starts, tanh takes 12 ns an element there and 6 here, and a multiply-add 0.6 against 0.2. What
 * native memory there is is kept here and in {@link NativeFactors}, and no foreign shape or index ever reaches native code: ND4J sees three dense
 * matrices whose sizes were computed here. Products too small or too thin to pay for the copy stay in Java.
 */
final class MatrixProduct {

    /** Rows of the first factor are sent in tiles of about this many numbers, to stay in the second-level cache. */
    private static final int TILE = 1 << 16;

    /** Fewer rows do not pay for what a product does with its whole second factor: 128x256x1024 goes from 9.7 to 15 GF/s. */
    private static final int ROWS = 256;

    /** Each thread keeps at most this many numbers in buffers between two products: 64 MiB. */
    private static final long KEPT = 1L << 23;

    private static final int STRIP = 1024; // numbers of a result that are added at a time

    private static final int KEPT_BUFFERS = 256; // a residual network has a hundred sizes of products

    /** The least recently used first. */
    private static final ThreadLocal<Map<Size, Buffer>> BUFFERS =
            ThreadLocal.withInitial(() -> new LinkedHashMap<>(16, 0.75f, true));

    static {
        // Else the loader of whichever thread came first, perhaps a server's that is stopped some day.
        ND4JClassLoading.setNd4jClassloaderFromClass(MatrixProduct.class);
        // Parallel work is spread over Java threads; a product that also spread itself would fight with them.
        Nd4j.getEnvironment().setMaxMasterThreads(1);
        if (System.getenv("OMP_NUM_THREADS") == null) { // else the operator has said how many
            NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
            Nd4j.factory().blas().setMaxThreads(1);
        }
    }

    private MatrixProduct() {}

    /** A row-major (rows, columns) matrix inside an array; {@code transposed} says that its transpose is meant. */
    record Matrix(double[] values, int offset, int rows, int columns, boolean transposed) {

        int outer() {
            return transposed ? columns : rows;
        }

        int inner() {
            return transposed ? rows : columns;
        }
    }

    /** {@code c += a b}: a is (n, k), b is (k, m), c is (n, m), row-major from {@code start}. */
    static void add(Matrix a, Matrix b, double[] c, int start) {
        int n = a.outer();
        int k = a.inner();
        int m = b.inner();
        if (k != b.outer()) {
            throw new IllegalArgumentException("inner extents differ: " + k + " and " + b.outer());
        }
        if (n == 0 || k == 0 || m == 0) {
            return;
        }
        double work = (double) n * k * m;
        double traffic = (double) n * k + (double) k * m + (double) n * m;
        if (staysInJava(work, traffic)) {
            ThinProduct.add(a, b, c, start);
            return;
        }
        try (NativeFactors.Kept firstKept = NativeFactors.hold(a.values());
                NativeFactors.Kept secondKept = NativeFactors.hold(b.values())) { // for all tiles alike
            int tile = a.transposed() ? n : Math.max(ROWS, Math.min(n, TILE / Math.max(k, m)));
            DoublePointer second = factor('b', b, secondKept);
            for (int row = 0; row < n; row += tile) {
                int rows = Math.min(tile, n - row);
                Matrix part = a.transposed()
                        ? a
                        : new Matrix(a.values(), a.offset() + row * a.columns(), rows, a.columns(), false);
                Buffer result = buffer('c', part.outer(), m);
                multiply(factor('a', part, firstKept), part, second, b, result);
                result.addTo(c, start + row * m);
            }
        }
        evict(BUFFERS.get());
    }

    /** Whether a product is too small or too thin to pay for the copy. */
    static boolean staysInJava(double work, double traffic) {
        return work < 40_000 || work < 5 * traffic;
    }

    /** Where a factor lies in native memory: where it is kept, else in a buffer that it is copied to. */
    private static DoublePointer factor(char role, Matrix x, NativeFactors.@Nullable Kept kept) {
        int size = x.rows() * x.columns();
        if (kept != null) {
            return kept.from(x.offset(), size);
        }
        Buffer buffer = buffer(role, x.rows(), x.columns());
        buffer.values().put(0, x.values(), x.offset(), size);
        return buffer.pointer();
    }

    /** By the OpenBLAS that ND4J brings, called as ND4J's own wrapper does: its operation around it takes 1.3 to 1.8 times as long. */
    private static void multiply(DoublePointer first, Matrix a, DoublePointer second, Matrix b, Buffer result) {
        openblas.cblas_dgemm(
                openblas.CblasRowMajor,
                a.transposed() ? openblas.CblasTrans : openblas.CblasNoTrans,
                b.transposed() ? openblas.CblasTrans : openblas.CblasNoTrans,
                a.outer(),
                b.inner(),
                a.inner(),
                1,
                first,
                a.columns(),
                second,
                b.columns(),
                0,
                result.pointer(),
                b.inner());
    }

    private static Buffer buffer(char role, int rows, int columns) {
        return BUFFERS.get().computeIfAbsent(new Size(role, rows, columns), Buffer::of);
    }

    private record Size(char role, int rows, int columns) {

        long numbers() {
            return (long) rows * columns;
        }
    }

    /** An ND4J array that stays allocated for the next product of the same size, and a view of its memory. */
    @SuppressWarnings("ArrayRecordComponent") // a scratch area, never compared
    private record Buffer(INDArray array, DoublePointer pointer, DoubleBuffer values, double[] strip) {

        static Buffer of(Size size) {
            INDArray array = Nd4j.createUninitialized(DataType.DOUBLE, new long[] {size.columns(), size.rows()}, 'f');
            return new Buffer(
                    array,
                    (DoublePointer) array.data().addressPointer(),
                    array.data().asNioDouble(),
                    size.role() == 'c' ? new double[Math.min(STRIP, size.rows() * size.columns())] : new double[0]);
        }

        /** Strip by strip, each of which is still in the first-level cache when it is added. */
        void addTo(double[] c, int start) {
            int size = values.capacity();
            for (int from = 0; from < size; from += STRIP) {
                int count = Math.min(STRIP, size - from);
                values.get(from, strip, 0, count);
                for (int i = 0; i < count; i++) {
                    c[start + from + i] += strip[i];
                }
            }
        }
    }

    private static void evict(Map<Size, Buffer> buffers) {
        long kept = 0;
        for (Size size : buffers.keySet()) {
            kept += size.numbers();
        }
        Iterator<Map.Entry<Size, Buffer>> eldest = buffers.entrySet().iterator();
        while (kept > KEPT || buffers.size() > KEPT_BUFFERS) {
            Map.Entry<Size, Buffer> entry = eldest.next();
            kept -= entry.getKey().numbers();
            entry.getValue().array().close();
            eldest.remove();
        }
    }
}
