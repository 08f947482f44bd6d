package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Activations;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;

/**
 * {@code x} where x > 0, else {@code weight x} (He et al., 2015).
 *
 * @param slopes one for all, or one a channel, axis 1; 0.25 at first
 */
record PRelu(int slopes) implements Layer {

    private static final Initializer QUARTER = new Initializer(Initializer.Kind.CONSTANT, 0.25);

    static PRelu of(Attributes attributes) {
        return new PRelu(attributes.count("slopes", 1, 1));
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        int[] along = new int[Math.max(1, x.rank())];
        Arrays.fill(along, 1);
        if (slopes > 1) {
            if (x.rank() < 2 || x.shape().extent(1) != slopes) {
                throw Problem.invalid(
                        "", "there must be one slope, or one a channel", slopes + " slopes", "input " + x.shape());
            }
            along[1] = slopes;
        }
        Node slope = weights.parameter(b, "weight", Shape.of(slopes), QUARTER);
        return Activations.prelu(b, x, b.reshape(slope, Shape.of(along)));
    }
}
