package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;

/**
 * Cross-correlation, channels first: input (batch, channels, ...), weight (filters, channels / groups, kernel...), bias
 * (filters). {@code padding} is a number, {@code "same"} or {@code "valid"}, as in PyTorch.
 */
record Convolution(
        Sliding sliding,
        int filters,
        int groups,
        boolean bias,
        Initializer initializer,
        Initializer biasInitializer,
        Activation activation)
        implements Layer {

    static Convolution of(Attributes attributes, int axes) {
        int filters = attributes.count("filters", 1);
        int groups = attributes.count("groups", 1, 1);
        if (filters % groups != 0) {
            throw Problem.invalid(
                    attributes.pointer("groups"),
                    "the filters cannot be shared out among the groups",
                    filters + " filters, " + groups + " groups",
                    "a divisor of " + filters);
        }
        return new Convolution(
                Sliding.of(attributes, axes, false),
                filters,
                groups,
                attributes.flag("bias", true),
                Initializer.of(attributes, "initializer", Initializer.GLOROT_UNIFORM),
                Initializer.ofBias(attributes),
                Activation.after(attributes));
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        sliding.requireRank(x);
        weights.require(x, 0, "channels");
        int channels = weights.made().extent(0);
        if (channels % groups != 0) {
            throw Problem.invalid(
                    "", "the channels cannot be shared out among the groups", channels, "a multiple of " + groups);
        }
        Shape shape = sliding.weight(filters, channels / groups);
        Node w = weights.parameter(b, "weight", shape, initializer);
        Node z = sliding.convolution(b, x, w, groups);
        if (bias) {
            Node shift = weights.parameter(b, "bias", Shape.of(filters), biasInitializer);
            z = b.add(z, sliding.alongFilters(b, shift));
        }
        return activation.apply(b, z);
    }
}
