package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The running sum along an axis in double-double; backwards it runs from the end. */
record ExtendedCumulativeSum(int axis) implements ExtendedRule {

    @Override
    public DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs) {
        DoubleDoubles x = inputs.get(0);
        DoubleDoubles y = DoubleDoubles.of(x.size(), x::at);
        int stride = stride(choices);
        int block = stride * choices.output().shape().extent(axis);
        for (int i = 0; i < y.size(); i++) {
            if (i % block >= stride) {
                y.add(i, y.at(i - stride));
            }
        }
        return y;
    }

    @Override
    public void pullBack(
            Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into) {
        DoubleDoubles dx = into[0];
        if (dx == null) {
            return;
        }
        DoubleDoubles running = DoubleDoubles.of(cotangent.size(), cotangent::at);
        int stride = stride(choices);
        int block = stride * choices.output().shape().extent(axis);
        for (int i = running.size() - 1; i >= 0; i--) {
            if (i % block < block - stride) {
                running.add(i, running.at(i + stride));
            }
            dx.add(i, running.at(i));
        }
    }

    private int stride(Choices choices) {
        Shape shape = choices.output().shape();
        return shape.strides()[axis];
    }
}
