package dev.plumbline.compute.program;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A value fixed when the program was built.
 *
 * <p>Some were computed by a reader, exactly as far as float64 goes, and are computed by frameworks in the model's own
 * arithmetic: an image's weights between its pixels, one over an alpha. In a narrower arithmetic such a value is off by as
 * much as what it was computed from: the fraction of position 511.3 by an ulp of 511.3.
 *
 * @param sizes the sizes of what each element was computed from: the element is off by up to {@code 2 u} of that; null where it is
 *     what the model says, or float32 has it exactly
 * @param terms the sizes of what is added up to each element on the way, which 16 bits do not hold; null for none
 * @param isShortened whether it was computed from numbers that the model's file may have shortened to float32
 * @param isOfKernel whether frameworks hold it in float32 even where they compute in float64
 */
public record Constant(
        Tensor tensor, @Nullable Tensor sizes, @Nullable Tensor terms, boolean isShortened, boolean isOfKernel)
        implements Op {

    private static final double U = Datatype.FP32.unitRoundoff();
    private static final int DRAWS = 3;

    /** A value that the model says. */
    public Constant(Tensor tensor) {
        this(tensor, null, null, false, false);
    }

    /** A number that kernels hold in float32 whatever they compute in, as PyTorch's hardsigmoid does 1/6. */
    static Constant ofKernel(double value) {
        return new Constant(Tensor.scalar(value), Tensor.scalar(Math.abs(value)), null, true, true);
    }

    /** What an operation makes of constants; {@link #sizes} are found by straying from theirs. */
    static Constant folded(Op op, List<Constant> from, Shape shape) {
        List<Tensor> values = from.stream().map(Constant::tensor).toList();
        Tensor value = Tensor.of(shape, op.value(values, shape));
        boolean chooses = Branches.chooses(op) && !Branches.isContinuous(op);
        boolean strays = from.stream().anyMatch(Constant::strays);
        if (chooses || op.isMove() && !strays) {
            return new Constant(value);
        }
        double[] sizes = new double[value.size()];
        SplittableRandom random = new SplittableRandom(shape.size());
        for (int draw = 0; draw < DRAWS && strays; draw++) {
            List<Tensor> strayed =
                    from.stream().map(each -> each.strayed(random)).toList();
            double[] other = op.value(strayed, shape);
            for (int i = 0; i < sizes.length; i++) {
                double off = Math.abs(other[i] - value.at(i)) / (2 * U);
                sizes[i] = Double.isFinite(off) ? Math.max(sizes[i], off) : sizes[i];
            }
        }
        for (int i = 0; i < sizes.length && !op.isMove(); i++) {
            double y = value.at(i);
            boolean rounded = (float) y != y && Double.isFinite(y);
            sizes[i] += rounded ? Math.abs(y) : 0;
        }
        return computed(value, sizes, from.stream().anyMatch(Constant::mayBeShortened));
    }

    /** A value that was computed from numbers of these sizes; those of what float32 holds exactly may be 0. */
    static Constant computed(Tensor value, double[] sizes, boolean isShortened) {
        if (Arrays.stream(sizes).allMatch(size -> size == 0)) {
            return new Constant(value);
        }
        return new Constant(value, fractional(value.shape(), sizes), null, isShortened, false);
    }

    /** The same, from terms of these sizes. */
    Constant from(double[] terms) {
        return new Constant(tensor, sizes, fractional(tensor.shape(), terms), isShortened, isOfKernel);
    }

    /** Whole sizes are those of counts, which are exact. */
    private static Tensor fractional(Shape shape, double[] sizes) {
        return Tensor.of(shape, sizes).map(size -> size == 0 ? 0 : Math.nextUp(size));
    }

    /** The sizes of what each element is off by {@code 2 u} of, u the unit roundoff of an arithmetic; null for none. */
    @Nullable
    Tensor sizesIn(Grid grid) {
        return terms != null && grid.digits() < Grid.FP32.digits() ? terms : sizes;
    }

    private boolean mayBeShortened() {
        return isShortened || Arrays.stream(tensor.values()).anyMatch(FileConstant::wasRounded);
    }

    private boolean strays() {
        return sizes != null || mayBeShortened();
    }

    private Tensor strayed(SplittableRandom random) {
        double[] strayed = tensor.values().clone();
        for (int i = 0; i < strayed.length; i++) {
            double size = sizes != null ? sizes.at(i) : FileConstant.wasRounded(strayed[i]) ? Math.abs(strayed[i]) : 0;
            strayed[i] += (random.nextBoolean() ? 2 : -2) * U * size;
        }
        return Tensor.of(tensor.shape(), strayed);
    }

    @Override
    public Shape shape(List<Shape> inputs) {
        return tensor.shape();
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        return tensor.values();
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        throw new IllegalStateException("this stands at the beginning of a direction");
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {}
}
