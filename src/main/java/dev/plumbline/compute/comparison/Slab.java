package dev.plumbline.compute.comparison;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;

/** The part of a tensor with indices from {@code begin} to before {@code end} along an axis: what one rank holds of it. */
record Slab(Numbers whole, int axis, int begin, Shape shape) implements Numbers {

    static Slab of(Numbers whole, int axis, int begin, int end) {
        int[] extents = whole.shape().extents();
        extents[axis] = end - begin;
        return new Slab(whole, axis, begin, Shape.of(extents));
    }

    @Override
    public Datatype datatype() {
        return whole.datatype();
    }

    /** In runs: along the axis and all behind it the values lie together. */
    @Override
    public void read(int from, double[] into, int count) {
        int stride = whole.shape().strides()[axis];
        int run = shape.extent(axis) * stride;
        int wholeRun = whole.shape().extent(axis) * stride;
        double[] piece = count <= run - from % run ? into : new double[Math.min(run, count)];
        int done = 0;
        while (done < count) {
            int position = from + done;
            int inside = position % run;
            int length = Math.min(count - done, run - inside);
            whole.read(position / run * wholeRun + begin * stride + inside, piece, length);
            if (piece != into) {
                System.arraycopy(piece, 0, into, done, length);
            }
            done += length;
        }
    }
}
