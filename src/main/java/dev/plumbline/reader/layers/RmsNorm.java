package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * {@code weight x / sqrt(mean(x^2) + epsilon)} over the last {@code axes} axes (Zhang and Sennrich, 2019). Epsilon is
 * float32's rounding where it is not given, as PyTorch takes it for float32.
 */
record RmsNorm(int axes, double epsilon, boolean affine) implements Layer {

    private static final double FLOAT32_EPSILON = Math.ulp(1f);

    static RmsNorm of(Attributes attributes) {
        return new RmsNorm(
                attributes.count("axes", 1, 1),
                attributes.positive("epsilon", FLOAT32_EPSILON),
                attributes.flag("affine", true));
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        if (weights.made().rank() < axes) {
            throw Problem.invalid("", "there are not so many axes", x.shape(), axes + " axes beside the batch");
        }
        for (int axis = -axes; axis < 0; axis++) {
            weights.require(x, axis, "features");
        }
        int[] extents = weights.made().extents();
        Shape shape = Shape.of(Arrays.copyOfRange(extents, extents.length - axes, extents.length));
        int[] over = IntStream.range(x.rank() - axes, x.rank()).toArray();
        Node mean = b.restoreAxes(b.mean(b.square(x), over), x.shape(), over);
        Node root = b.unary(UnaryFunction.SQRT, b.add(mean, b.constant(epsilon)));
        return new Affine(affine, false).of(b, b.divide(x, root), shape, weights);
    }
}
