package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;

/** {@code x weight + bias} behind a normalisation, each where it is there. */
record Affine(boolean weight, boolean bias) {

    /** As PyTorch has it: both, none with {@code affine} false, no bias with {@code bias} false. */
    static Affine of(Attributes attributes) {
        boolean affine = attributes.flag("affine", true);
        return new Affine(affine, attributes.flag("bias", true) && affine);
    }

    /** Parameters of this shape, which broadcasts to that of x. */
    Node of(ProgramBuilder b, Node x, Shape shape, Weights weights) {
        return of(b, x, shape, shape, weights);
    }

    /** One number for each channel, axis 1. */
    Node ofChannels(ProgramBuilder b, Node x, int channels, Weights weights) {
        int[] along = new int[x.rank()];
        Arrays.fill(along, 1);
        along[1] = channels;
        return of(b, x, Shape.of(channels), Shape.of(along), weights);
    }

    private Node of(ProgramBuilder b, Node x, Shape shape, Shape along, Weights weights) {
        Node y = x;
        if (weight) {
            y = b.multiply(y, b.reshape(weights.parameter(b, "weight", shape, Initializer.ONES), along));
        }
        if (bias) {
            y = b.add(y, b.reshape(weights.parameter(b, "bias", shape, Initializer.ZEROS), along));
        }
        return y;
    }
}
