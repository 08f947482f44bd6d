package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Batch normalisation (Ioffe and Szegedy, 2015) of each channel, axis 1: {@code w (x - mean) / sqrt(variance + epsilon) +
 * b}. The mode must be said, because the two have different gradients:
 *
 * <ul>
 *   <li>{@code batch}: mean and variance (not corrected) of the batch itself, as while training; they are differentiated too
 *   <li>{@code inference}: the constants {@code mean} and {@code variance} of the layer, 0 and 1 where not given
 * </ul>
 */
record BatchNorm(Mode mode, double epsilon, boolean affine, Attributes attributes) implements Layer {

    enum Mode {
        BATCH,
        INFERENCE
    }

    static BatchNorm of(Attributes attributes) {
        Mode mode = attributes.choice("mode", Mode.class, null);
        if (mode == Mode.INFERENCE) {
            attributes.has("mean");
            attributes.has("variance");
        }
        double epsilon = attributes.positive("epsilon", 1e-5);
        return new BatchNorm(mode, epsilon, attributes.flag("affine", true), attributes);
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        if (x.rank() < 2) {
            throw Problem.invalid("", "batch normalisation needs channels", x.shape(), "(batch, channels, ...)");
        }
        weights.require(x, 0, "channels");
        int channels = weights.made().extent(0);
        int[] axes = IntStream.range(0, x.rank()).filter(axis -> axis != 1).toArray();
        Node normal = mode == Mode.BATCH
                ? Compositions.normalize(b, x, epsilon, axes)
                : b.divide(
                        b.subtract(x, b.constant(constant(x, "mean", 0))),
                        b.unary(
                                UnaryFunction.SQRT,
                                b.add(b.constant(constant(x, "variance", 1)), b.constant(epsilon))));
        return new Affine(affine, affine).ofChannels(b, normal, channels, weights);
    }

    private Tensor constant(Node x, String name, double absent) {
        Shape shape = along(x);
        double[] numbers = attributes.numbers(name, shape.size(), absent);
        for (int i = 0; i < numbers.length; i++) {
            if (name.equals("variance") && !(numbers[i] >= 0)) {
                String pointer = attributes.pointer(name) + Problem.pointer(i);
                throw Problem.invalid(pointer, "no variance is below 0", numbers[i], "a number from 0");
            }
        }
        return Tensor.of(shape, numbers);
    }

    private static Shape along(Node x) {
        int[] extents = new int[x.rank()];
        Arrays.fill(extents, 1);
        extents[1] = x.shape().extent(1);
        return Shape.of(extents);
    }
}
