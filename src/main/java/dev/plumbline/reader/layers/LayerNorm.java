package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Layer normalisation (Ba, Kiros and Hinton, 2016) over the last {@code axes} axes (1), each sample by itself. */
record LayerNorm(int axes, double epsilon, Affine affine) implements Layer {

    static LayerNorm of(Attributes attributes) {
        double epsilon = attributes.positive("epsilon", 1e-5);
        return new LayerNorm(attributes.count("axes", 1, 1), epsilon, Affine.of(attributes));
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
        Node normal = Compositions.normalize(
                b, x, epsilon, IntStream.range(x.rank() - axes, x.rank()).toArray());
        return affine.of(b, normal, shape, weights);
    }
}
