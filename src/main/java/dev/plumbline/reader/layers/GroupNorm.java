package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;

/**
 * Normalisation of each group of channels of each sample over all its positions (Wu and He, 2018); with one channel a group
 * it is instance normalisation (Ulyanov et al., 2016).
 *
 * @param groups 0 for one a channel
 */
record GroupNorm(int groups, double epsilon, boolean affine) implements Layer {

    static GroupNorm of(Attributes attributes) {
        return new GroupNorm(
                attributes.count("groups", 1), attributes.positive("epsilon", 1e-5), attributes.flag("affine", true));
    }

    /** As in PyTorch without parameters unless {@code affine} is true. */
    static GroupNorm ofInstances(Attributes attributes) {
        return new GroupNorm(0, attributes.positive("epsilon", 1e-5), attributes.flag("affine", false));
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        if (x.rank() < (groups == 0 ? 3 : 2)) {
            throw Problem.invalid("", "this normalisation needs channels", x.shape(), "(batch, channels, ...)");
        }
        weights.require(x, 0, "channels");
        int channels = x.shape().extent(1);
        int parts = groups == 0 ? channels : groups;
        if (parts == 0 || channels % parts != 0) {
            throw Problem.invalid(
                    "", "the channels cannot be shared out among the groups", channels, "a multiple of " + parts);
        }
        int samples = x.shape().extent(0);
        int each = samples == 0 ? 0 : x.shape().size() / samples / parts;
        Node grouped = b.reshape(x, Shape.of(samples, parts, each));
        Node normal = b.reshape(Compositions.normalize(b, grouped, epsilon, 2), x.shape());
        return new Affine(affine, affine).ofChannels(b, normal, channels, weights);
    }
}
