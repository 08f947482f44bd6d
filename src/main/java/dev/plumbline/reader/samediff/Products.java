package dev.plumbline.reader.samediff;

import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Matrix products, layers made of one, and the normalization of layers. */
final class Products {

    private Products() {}

    static void addTo(Map<String, Operator> table) {
        table.put("matmul", Products::matmul);
        table.put("mmul", Products::matmul);
        table.put("xw_plus_b", call -> {
            ProgramBuilder b = call.builder();
            boolean transposed = call.integer(0, 0) != 0;
            Node product = b.matmul(call.in(0), transposed, call.in(1), transposed);
            return List.of(b.add(product, call.in(2)));
        });
        table.put("relu_layer", call -> {
            ProgramBuilder b = call.builder();
            Node sum = b.add(b.matmul(call.in(0), call.in(1)), call.in(2));
            return List.of(b.unary(dev.plumbline.compute.program.UnaryFunction.RELU, sum));
        });
        table.put("biasadd", Products::biasAdd);
        table.put("layer_norm", Products::layerNorm);
    }

    /** {@code alpha A B}, each transposed or not; {@code beta} is that of a result to be added to, which nobody gives. */
    private static List<Node> matmul(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Node y = call.in(1);
        if (x.rank() < 2 || y.rank() != x.rank()) {
            throw Problem.unsupported(
                    "", "only matrices of equal rank are multiplied", x + " and " + y, "rank 2 or more");
        }
        Node product = b.matmul(x, call.integer(0, 0) != 0, y, call.integer(1, 0) != 0);
        double alpha = call.real(0, 1);
        Node scaled = alpha == 1 ? product : b.multiply(product, alpha);
        return List.of(call.integer(2, 0) != 0 ? b.swapAxes(scaled, -1, -2) : scaled);
    }

    private static List<Node> biasAdd(Call call) {
        Node x = call.in(0);
        Node bias = call.in(1);
        boolean channelsFirst = call.flag(0);
        if (bias.rank() != 1 || x.rank() < 2) {
            throw Problem.invalid("", "this is no bias", bias.shape(), "one axis");
        }
        if (!channelsFirst) {
            return List.of(call.builder().add(x, bias));
        }
        int[] extents = new int[x.rank() - 1];
        Arrays.fill(extents, 1);
        extents[0] = bias.shape().extent(0);
        return List.of(call.builder().add(x, call.builder().reshape(bias, Shape.of(extents))));
    }

    /** {@code (x - mean) / sqrt(variance) * gain + bias} over the axes, without an epsilon; gain and bias lie along one. */
    private static List<Node> layerNorm(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int[] axes = Arrays.stream(call.integers(0))
                .map(axis -> Call.axis(axis, x.rank()))
                .distinct()
                .sorted()
                .toArray();
        if (axes.length == 0) {
            throw Problem.malformed("", "layer_norm names no axes", "none", "the axes that it normalizes");
        }
        int channel = call.flag(0) ? Math.min(1, x.rank() - 1) : x.rank() - 1;
        Node result = b.multiply(Compositions.normalize(b, x, 0, axes), along(b, call.in(1), x, channel));
        return List.of(call.has(2) ? b.add(result, along(b, call.in(2), x, channel)) : result);
    }

    private static Node along(ProgramBuilder b, Node vector, Node x, int axis) {
        if (vector.rank() != 1) {
            throw Problem.invalid("", "a gain or bias has one axis", vector.shape(), "one axis");
        }
        int[] extents = new int[x.rank()];
        Arrays.fill(extents, 1);
        extents[axis] = vector.shape().extent(0);
        return b.reshape(vector, Shape.of(extents));
    }
}
