package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;

/**
 * The maximum or the mean of each window. As in PyTorch the stride is the kernel where it is not given, and padding counts
 * as zeros in a mean unless {@code countPadding} is false.
 */
record Pool(Sliding sliding, boolean maximum, boolean countPadding) implements Layer {

    static Pool of(Attributes attributes, int axes, boolean maximum) {
        if (!maximum && attributes.has("dilation")) {
            throw Problem.unsupported(
                    attributes.pointer("dilation"), "average pooling has no dilation", "dilation", "maximum pooling");
        }
        boolean countPadding = maximum || attributes.flag("countPadding", true);
        return new Pool(Sliding.of(attributes, axes, true), maximum, countPadding);
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        return maximum ? sliding.maxPool(b, x) : sliding.averagePool(b, x, countPadding);
    }
}
