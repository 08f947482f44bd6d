package dev.plumbline.compute.program;

import dev.plumbline.compute.program.MatrixProduct.Matrix;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The matrix product over the last two axes, {@code (..., n, k) (..., k, m) -> (..., n, m)}; the axes in front are
 * broadcast. Either factor may be meant transposed. Vectors are given their second axis by whoever builds the program.
 */
public record MatMul(boolean transposeFirst, boolean transposeSecond) implements Contraction {

    @Override
    public Shape shape(List<Shape> inputs) {
        Shape a = inputs.get(0);
        Shape b = inputs.get(1);
        if (a.rank() < 2 || b.rank() < 2) {
            throw Problem.invalid(
                    "", "a matrix product needs matrices", a + " and " + b, "two tensors of rank 2 or more");
        }
        int n = a.extent(transposeFirst ? -1 : -2);
        int k = a.extent(transposeFirst ? -2 : -1);
        int inner = b.extent(transposeSecond ? -1 : -2);
        int m = b.extent(transposeSecond ? -2 : -1);
        if (k != inner) {
            throw Problem.invalid(
                    "",
                    "the inner extents of this matrix product differ",
                    (transposeFirst ? "transpose of " : "") + a + " times " + (transposeSecond ? "transpose of " : "")
                            + b,
                    "[..., n, k] times [..., k, m], here k is " + k + " and " + inner);
        }
        Shape batch = Shapes.broadcast(batch(a), batch(b));
        long[] extents = new long[batch.rank() + 2];
        for (int i = 0; i < batch.rank(); i++) {
            extents[i] = batch.extent(i);
        }
        extents[batch.rank()] = n;
        extents[batch.rank() + 1] = m;
        return Shapes.of(extents);
    }

    private static Shape batch(Shape shape) {
        return Shape.of(Arrays.copyOf(shape.extents(), shape.rank() - 2));
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape, Products products) {
        double[] c = new double[shape.size()];
        forEach(inputs, shape, (a, b, start) -> products.add(a, b, c, start));
        return c;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return value(Copies.aligned(inputs, differs, shape.rank()), shape.prepend(copies));
    }

    /** One changed element of a row changes the row's product by a multiple of one row of the second factor. */
    @Override
    public double @Nullable [] values(Column x, int operand, List<Tensor> point, Tensor result) {
        Tensor a = point.get(0);
        Tensor b = point.get(1);
        if (operand != 0 || transposeFirst || b.shape().rank() != 2) {
            return null;
        }
        int k = a.shape().extent(-1);
        int m = result.shape().extent(-1);
        int sample = a.size() / x.samples();
        int rowStep = transposeSecond ? 1 : m;
        int columnStep = transposeSecond ? k : 1;
        double[] y = new double[x.copies() * result.size()];
        double[] row = new double[m]; // of the second factor, side by side
        int held = -1;
        for (int c = 0; c < x.copies(); c++) {
            System.arraycopy(result.values(), 0, y, c * result.size(), result.size());
            for (int n = 0; n < x.samples() && x.positions()[c] >= 0; n++) {
                int at = n * sample + x.positions()[c];
                double change = x.values()[c * x.samples() + n] - a.at(at);
                int to = c * result.size() + at / k * m;
                if (held != at % k) {
                    held = at % k;
                    for (int j = 0; j < m; j++) {
                        row[j] = b.at(held * rowStep + j * columnStep);
                    }
                }
                for (int j = 0; j < m; j++) {
                    y[to + j] += change * row[j];
                }
            }
        }
        return y;
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        return Germs.bilinear(this, inputs, side);
    }

    /** dA = dC B', dB = A' dC; for a factor meant transposed, the transpose of that. */
    @Override
    public void pullBack(
            List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into, Products products) {
        double[] da = into[0];
        double[] db = into[1];
        forEach(inputs, output.shape(), (a, b, start) -> {
            Matrix dc = new Matrix(cotangent, start, a.outer(), b.inner(), false);
            Matrix dcTransposed = new Matrix(cotangent, start, a.outer(), b.inner(), true);
            if (da != null && a.transposed()) {
                products.add(b, dcTransposed, da, a.offset());
            } else if (da != null) {
                products.add(dc, flipped(b), da, a.offset());
            }
            if (db != null && b.transposed()) {
                products.add(dcTransposed, a, db, b.offset());
            } else if (db != null) {
                products.add(flipped(a), dc, db, b.offset());
            }
        });
    }

    private static Matrix flipped(Matrix matrix) {
        return new Matrix(matrix.values(), matrix.offset(), matrix.rows(), matrix.columns(), !matrix.transposed());
    }

    interface Product {
        void of(Matrix a, Matrix b, int start);
    }

    void forEach(List<Tensor> inputs, Shape shape, Product product) {
        Tensor first = inputs.get(0);
        Tensor second = inputs.get(1);
        int aRows = first.shape().extent(-2);
        int aColumns = first.shape().extent(-1);
        int bRows = second.shape().extent(-2);
        int bColumns = second.shape().extent(-1);
        if (second.shape().rank() == 2 && !transposeFirst) {
            // One matrix for the whole batch: the batch becomes rows of one large product.
            int rows = aColumns == 0 ? 0 : first.size() / aColumns;
            product.of(
                    new Matrix(first.values(), 0, rows, aColumns, false),
                    new Matrix(second.values(), 0, bRows, bColumns, transposeSecond),
                    0);
            return;
        }
        int size = shape.extent(-2) * shape.extent(-1);
        Shape batch = batch(shape);
        int[] aStrides = scaled(StridedRows.broadcastStrides(batch(first.shape()), batch), aRows * aColumns);
        int[] bStrides = scaled(StridedRows.broadcastStrides(batch(second.shape()), batch), bRows * bColumns);
        int[] cStrides = scaled(batch.strides(), size);
        StridedRows rows = StridedRows.of(batch, cStrides, aStrides, bStrides);
        rows.forEach(at -> {
            for (int i = 0; i < rows.length(); i++) {
                product.of(
                        new Matrix(first.values(), at[1] + i * rows.step(1), aRows, aColumns, transposeFirst),
                        new Matrix(second.values(), at[2] + i * rows.step(2), bRows, bColumns, transposeSecond),
                        at[0] + i * rows.step(0));
            }
        });
    }

    private static int[] scaled(int[] strides, int factor) {
        return Arrays.stream(strides).map(stride -> stride * factor).toArray();
    }

    @Override
    public double cost(List<Shape> inputs, Shape output) {
        return 2.0 * output.size() * inputs.get(0).extent(transposeFirst ? -2 : -1);
    }
}
