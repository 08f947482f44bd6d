package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;

/** Many {@link DoubleDouble} numbers, row-major as the values of a tensor, the two parts in arrays of their own. */
record DoubleDoubles(double[] hi, double[] lo) {

    /** One element of a result. */
    interface Element {
        DoubleDouble at(int i);
    }

    static DoubleDoubles zeros(int size) {
        return new DoubleDoubles(new double[size], new double[size]);
    }

    static DoubleDoubles exact(Tensor values) {
        return new DoubleDoubles(values.values(), new double[values.size()]);
    }

    static DoubleDoubles of(int size, Element element) {
        DoubleDoubles y = zeros(size);
        for (int i = 0; i < size; i++) {
            y.set(i, element.at(i));
        }
        return y;
    }

    int size() {
        return hi.length;
    }

    DoubleDouble at(int i) {
        return new DoubleDouble(hi[i], lo[i]);
    }

    boolean isZero(int i) {
        return hi[i] == 0;
    }

    void set(int i, DoubleDouble value) {
        hi[i] = value.hi();
        lo[i] = value.lo();
    }

    void add(int i, DoubleDouble value) {
        set(i, at(i).plus(value));
    }
}
