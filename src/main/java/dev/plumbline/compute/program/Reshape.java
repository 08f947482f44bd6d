package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The same elements in the same row-major order under another shape. */
public record Reshape(Shape target) implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        if (inputs.get(0).size() != target.size()) {
            throw Problem.invalid(
                    "",
                    "a reshape keeps the number of elements",
                    inputs.get(0) + " (" + inputs.get(0).size() + " elements)",
                    target + " (" + target.size() + " elements)");
        }
        return target;
    }

    @Override
    public boolean isMove() {
        return true;
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        return inputs.get(0).values();
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return inputs.get(0).values();
    }

    @Override
    public Column column(Column x, int operand, List<Tensor> point, Shape shape) {
        return x;
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        return Germs.linear(this, inputs, inputs.size(), side);
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] dx = into[0];
        for (int i = 0; dx != null && i < dx.length; i++) {
            dx[i] += cotangent[i];
        }
    }

    @Override
    public double cost(List<Shape> inputs, Shape output) {
        return 0;
    }
}
