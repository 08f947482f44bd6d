package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.StridedRows.broadcastStrides;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A function of two numbers, applied element by element with NumPy's broadcasting. */
public record Binary(BinaryFunction function) implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        return Shapes.broadcast(inputs.get(0), inputs.get(1));
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] y = new double[shape.size()];
        into(y, inputs, shape);
        return y;
    }

    @Override
    public boolean overwrite(double[] x, int copies, List<Tensor> inputs, Shape shape) {
        if (x.length != copies * shape.size()) {
            return false; // it is broadcast
        }
        into(x, Copies.aligned(inputs, new boolean[] {true, false}, shape.rank()), shape.prepend(copies));
        return true;
    }

    /** Element by element, so {@code y} may be the first input's own array if that has the result's shape. */
    private void into(double[] y, List<Tensor> inputs, Shape shape) {
        double[] a = inputs.get(0).values();
        double[] b = inputs.get(1).values();
        StridedRows rows = rows(inputs, shape);
        boolean isDense = rows.step(0) == 1 && rows.step(1) == 1;
        int bStep = rows.step(2);
        int length = rows.length();
        rows.forEach(at -> {
            if (isDense && bStep == 1) {
                alike(a, at[1], b, at[2], y, at[0], length);
            } else if (isDense && bStep == 0 && function.hasScalarLoop()) {
                function.apply(a, at[1], b[at[2]], y, at[0], length);
            } else {
                apart(a, b, y, at, rows);
            }
        });
    }

    /** A row whose elements lie apart; the commonest functions without asking for each element which one it is. */
    private void apart(double[] a, double[] b, double[] y, int[] at, StridedRows rows) {
        int to = at[0];
        int p = at[1];
        int q = at[2];
        int yStep = rows.step(0);
        int aStep = rows.step(1);
        int bStep = rows.step(2);
        switch (function) {
            case ADD -> {
                for (int i = 0; i < rows.length(); i++, to += yStep, p += aStep, q += bStep) {
                    y[to] = a[p] + b[q];
                }
            }
            case SUBTRACT -> {
                for (int i = 0; i < rows.length(); i++, to += yStep, p += aStep, q += bStep) {
                    y[to] = a[p] - b[q];
                }
            }
            case MULTIPLY -> {
                for (int i = 0; i < rows.length(); i++, to += yStep, p += aStep, q += bStep) {
                    y[to] = a[p] * b[q];
                }
            }
            default -> {
                for (int i = 0; i < rows.length(); i++, to += yStep, p += aStep, q += bStep) {
                    y[to] = function.apply(a[p], b[q]);
                }
            }
        }
    }

    /** The commonest functions in loops that the compiler can vectorise. */
    private void alike(double[] a, int p, double[] b, int q, double[] y, int o, int length) {
        switch (function) {
            case ADD -> {
                for (int i = 0; i < length; i++) {
                    y[o + i] = a[p + i] + b[q + i];
                }
            }
            case SUBTRACT -> {
                for (int i = 0; i < length; i++) {
                    y[o + i] = a[p + i] - b[q + i];
                }
            }
            case MULTIPLY -> {
                for (int i = 0; i < length; i++) {
                    y[o + i] = a[p + i] * b[q + i];
                }
            }
            default -> {
                for (int i = 0; i < length; i++) {
                    y[o + i] = function.apply(a[p + i], b[q + i]);
                }
            }
        }
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return value(Copies.aligned(inputs, differs, shape.rank()), shape.prepend(copies));
    }

    @Override
    public @Nullable Column column(Column x, int operand, List<Tensor> point, Shape shape) {
        if (!point.get(operand).shape().equals(shape)) {
            return null; // the column itself would be broadcast
        }
        Tensor other = point.get(1 - operand);
        int[] strides = broadcastStrides(other.shape(), shape);
        int sample = shape.size() / x.samples();
        double[] y = new double[x.values().length];
        for (int c = 0, i = 0; c < x.copies(); c++) {
            for (int n = 0; n < x.samples(); n++, i++) {
                double mine = x.values()[i];
                double others = other.at(offset(n * sample + Math.max(x.positions()[c], 0), shape, strides));
                y[i] = operand == 0 ? function.apply(mine, others) : function.apply(others, mine);
            }
        }
        return x.withValues(y);
    }

    private static int offset(int position, Shape shape, int[] strides) {
        int offset = 0;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
            offset += position % shape.extent(axis) * strides[axis];
            position /= shape.extent(axis);
        }
        return offset;
    }

    @Override
    public boolean isSmooth() {
        return function.isSmooth();
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        return switch (function) {
            case ADD, SUBTRACT -> Germs.linear(this, inputs, 2, side);
            case MULTIPLY -> Germs.multiply(this, inputs, side);
            case DIVIDE -> Germs.divide(this, inputs, side);
            case POWER -> Germs.power(this, inputs, side);
            case MAXIMUM, MINIMUM -> Bends.extreme(this, function == BinaryFunction.MAXIMUM, inputs, side);
            case LESS, LESS_OR_EQUAL, EQUAL -> Jumps.comparison(this, function, inputs, side);
        };
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        pullBack(inputs, output, cotangent, into, false);
    }

    @Override
    public void pullBackSizes(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        pullBack(inputs, output, cotangent, into, true);
    }

    private void pullBack(
            List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into, boolean sizes) {
        if (!function.isDifferentiable()) {
            return;
        }
        double[] a = inputs.get(0).values();
        double[] b = inputs.get(1).values();
        double[] da = into[0];
        double[] db = into[1];
        StridedRows rows = rows(inputs, output.shape());
        rows.forEach(at -> {
            if (da != null) {
                BinaryPullBack.toFirst(function, sizes, cotangent, a, b, da, at, rows);
            }
            if (db != null) {
                BinaryPullBack.toSecond(function, sizes, cotangent, a, b, db, at, rows);
            }
        });
    }

    private static StridedRows rows(List<Tensor> inputs, Shape shape) {
        return StridedRows.of(
                shape,
                shape.strides(),
                broadcastStrides(inputs.get(0).shape(), shape),
                broadcastStrides(inputs.get(1).shape(), shape));
    }

    @Override
    public String title() {
        return function.name().toLowerCase(Locale.ROOT);
    }
}
