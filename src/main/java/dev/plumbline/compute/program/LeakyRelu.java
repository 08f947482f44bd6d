package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code x} where x > 0, else {@code slope x}; at 0 the derivative is {@code slope}, as in PyTorch. */
public record LeakyRelu(double slope) implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        return inputs.get(0);
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] x = inputs.get(0).values();
        double[] y = new double[shape.size()];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[i] > 0 ? x[i] : slope * x[i];
        }
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return value(inputs, shape.prepend(copies));
    }

    @Override
    public Column column(Column x, int operand, List<Tensor> point, Shape shape) {
        return x.withValues(value(List.of(Tensor.vector(x.values())), Shape.of(x.values().length)));
    }

    @Override
    public boolean isSmooth() {
        return false;
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        return Bends.relu(this, slope, inputs, side);
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] x = inputs.get(0).values();
        double[] dx = into[0];
        for (int i = 0; dx != null && i < dx.length; i++) {
            dx[i] += x[i] > 0 ? cotangent[i] : slope * cotangent[i];
        }
    }
}
