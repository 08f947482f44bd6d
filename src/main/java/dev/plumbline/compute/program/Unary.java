package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A function of one number applied to every element. */
public record Unary(UnaryFunction function) implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        return inputs.get(0);
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] y = new double[shape.size()];
        function.apply(inputs.get(0).values(), y);
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return value(inputs, shape.prepend(copies));
    }

    @Override
    public boolean overwrite(double[] x, int copies, List<Tensor> inputs, Shape shape) {
        function.apply(x, x);
        return true;
    }

    @Override
    public Column column(Column x, int operand, List<Tensor> point, Shape shape) {
        double[] y = new double[x.values().length];
        function.apply(x.values(), y);
        return x.withValues(y);
    }

    @Override
    public boolean isSmooth() {
        return function.isSmooth();
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        Germ x = inputs.get(0);
        return switch (function) {
            case NEGATE -> Germs.linear(this, inputs, 1, side);
            case RELU -> Bends.relu(this, 0, inputs, side);
            case ABS -> Bends.abs(this, inputs, side);
            case SIGN -> Jumps.sign(this, inputs, side);
            case FLOOR -> Jumps.floor(this, inputs, side);
            case STOP_GRADIENT -> Germ.constant(side.frozen(), side.order(), true);
            case SQRT ->
                Germs.hasZero(x) ? Germs.squareRoot(this, inputs, side) : Germs.smooth(this, function, inputs, side);
            default -> Germs.smooth(this, function, inputs, side);
        };
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] dx = into[0];
        if (dx != null) {
            function.pullBack(inputs.get(0).values(), output.values(), cotangent, dx);
        }
    }

    @Override
    public double cost(List<Shape> inputs, Shape output) {
        return 10.0 * output.size();
    }

    @Override
    public String title() {
        return function.name().toLowerCase(Locale.ROOT);
    }
}
