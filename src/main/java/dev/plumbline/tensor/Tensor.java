package dev.plumbline.tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * A shape, the datatype it came in, and its values in row-major order as float64.
 *
 * <p>Values of every datatype are held as {@code double}, which holds each of them exactly, save INT64 beyond
 * 2^53 - 1: readers refuse those. {@link #values} is the array itself, not a copy, because gradients are large: whoever did not
 * make a tensor must not write into it.
 */
public final class Tensor implements TensorSource {

    /** A sum of squares between these has lost nothing that shows to squares that vanish, and none that overflow. */
    private static final double SMALLEST_SUM = 0x1p-900;

    private static final double LARGEST_SUM = 0x1p1000;

    private final Shape shape;
    private final Datatype datatype;
    private final double[] values;

    private Tensor(Shape shape, Datatype datatype, double[] values) {
        if (values.length != shape.size()) {
            throw new IllegalArgumentException(values.length + " values for shape " + shape);
        }
        this.shape = shape;
        this.datatype = datatype;
        this.values = values;
    }

    /** A float64 tensor around {@code values}, which it takes over. */
    public static Tensor of(Shape shape, double... values) {
        return new Tensor(shape, Datatype.FP64, values);
    }

    /** A tensor around {@code values}, which it takes over and which must be numbers of {@code datatype}. */
    public static Tensor of(Shape shape, Datatype datatype, double[] values) {
        return new Tensor(shape, datatype, values);
    }

    public static Tensor scalar(double value) {
        return new Tensor(Shape.SCALAR, Datatype.FP64, new double[] {value});
    }

    public static Tensor vector(double... values) {
        return new Tensor(Shape.of(values.length), Datatype.FP64, values);
    }

    public static Tensor zeros(Shape shape) {
        return new Tensor(shape, Datatype.FP64, new double[shape.size()]);
    }

    public static Tensor filled(Shape shape, double value) {
        double[] values = new double[shape.size()];
        Arrays.fill(values, value);
        return new Tensor(shape, Datatype.FP64, values);
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public Datatype datatype() {
        return datatype;
    }

    /** The values themselves, row-major; not to be written into. */
    public double[] values() {
        return values;
    }

    @Override
    public float[] floats() {
        float[] rounded = new float[values.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) values[i];
        }
        return rounded;
    }

    @Override
    public double[] doubles() {
        return values.clone();
    }

    @Override
    public void doubles(int from, double[] into, int count) {
        System.arraycopy(values, from, into, 0, count);
    }

    /** Itself. */
    @Override
    public Tensor tensor() {
        return this;
    }

    @Override
    public void write(OutputStream out) throws IOException {
        Elements.write(this, out);
    }

    public int size() {
        return values.length;
    }

    public double at(int position) {
        return values[position];
    }

    /** The only value of a tensor with one element. */
    public double item() {
        if (values.length != 1) {
            throw new IllegalStateException("a tensor of shape " + shape + " is not a single number");
        }
        return values[0];
    }

    /** The same values under another shape of the same size; shares the values. */
    public Tensor reshape(Shape other) {
        return new Tensor(other, datatype, values);
    }

    /** A float64 tensor of the same shape. */
    public Tensor map(DoubleUnaryOperator function) {
        double[] mapped = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            mapped[i] = function.applyAsDouble(values[i]);
        }
        return of(shape, mapped);
    }

    /** This tensor with every value rounded to {@code target}. */
    public Tensor as(Datatype target) {
        double[] rounded = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = target.round(values[i]);
        }
        return new Tensor(shape, target, rounded);
    }

    /** The square root of the sum of squares, scaled where it must be so that neither 1e-200 nor 1e200 is lost. */
    public double norm() {
        double plain = squares(1);
        if (plain > SMALLEST_SUM && plain < LARGEST_SUM) {
            return Math.sqrt(plain);
        }
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        if (largest == 0 || Double.isInfinite(largest) || Double.isNaN(largest)) {
            return largest;
        }
        return largest * Math.sqrt(squares(largest));
    }

    /** The sum of the squares in units of {@code unit}, in four sums, since each addition waits for the one before it. */
    private double squares(double unit) {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        double inverse = unit == 1 ? 1 : 1 / unit;
        boolean isSafe = !Double.isInfinite(inverse);
        int i = 0;
        for (; isSafe && i + 3 < values.length; i += 4) {
            double a = values[i] * inverse;
            double b = values[i + 1] * inverse;
            double c = values[i + 2] * inverse;
            double d = values[i + 3] * inverse;
            first += a * a;
            second += b * b;
            third += c * c;
            fourth += d * d;
        }
        for (; i < values.length; i++) {
            double a = values[i] / unit;
            first += a * a;
        }
        return first + second + (third + fourth);
    }

    /** The position of the first NaN or infinity, or -1. */
    public int firstNonFinite() {
        if (areFinite()) {
            return -1;
        }
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                return i;
            }
        }
        return -1;
    }

    /** 0 times a number is 0, and NaN else; in four sums, since each addition waits for the one before it. */
    private boolean areFinite() {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        int i = 0;
        for (; i + 3 < values.length; i += 4) {
            first += 0 * values[i];
            second += 0 * values[i + 1];
            third += 0 * values[i + 2];
            fourth += 0 * values[i + 3];
        }
        for (; i < values.length; i++) {
            first += 0 * values[i];
        }
        return first + second + third + fourth == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor tensor
                && shape.equals(tensor.shape)
                && datatype == tensor.datatype
                && Arrays.equals(values, tensor.values);
    }

    @Override
    public int hashCode() {
        return 31 * shape.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return datatype + shape.toString();
    }
}
