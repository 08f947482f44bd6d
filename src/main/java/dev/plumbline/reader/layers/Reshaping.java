package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.List;

/** The same numbers under another shape, stated without the batch; one extent may be -1. Flatten is {@code [-1]}. */
record Reshaping(List<Integer> extents) implements Layer {

    static final Reshaping FLATTEN = new Reshaping(List.of(-1));

    static Reshaping of(Attributes attributes) {
        List<Integer> extents = attributes.counts("shape", -1);
        if (extents.stream().filter(extent -> extent == -1).count() > 1 || extents.contains(0)) {
            throw Problem.invalid(
                    attributes.pointer("shape"),
                    "no such shape can be found",
                    extents,
                    "extents from 1, and at most one -1");
        }
        return new Reshaping(extents);
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        int batch = x.shape().extent(0);
        long each = batch == 0 ? 0 : x.shape().size() / batch;
        long stated = extents.stream()
                .filter(extent -> extent != -1)
                .mapToLong(extent -> extent)
                .reduce(1, Reshaping::product);
        boolean open = extents.contains(-1);
        if (open ? each % stated != 0 : each != stated) {
            throw Problem.invalid(
                    "",
                    "the numbers of a sample do not fill the shape",
                    each + " (an input of shape " + x.shape() + ")",
                    extents);
        }
        int[] shape = new int[extents.size() + 1];
        shape[0] = batch;
        for (int i = 0; i < extents.size(); i++) {
            shape[i + 1] = extents.get(i) == -1 ? (int) (each / stated) : extents.get(i);
        }
        return b.reshape(x, Shape.of(shape));
    }

    private static long product(long a, long b) {
        return Math.min(a * b, 1L << 32);
    }
}
