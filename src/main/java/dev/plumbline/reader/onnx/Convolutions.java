package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Convolutions over spatial axes, and their transposes. */
final class Convolutions {

    private Convolutions() {}

    static void addTo(Map<String, Operator> table) {
        table.put("Conv", Convolutions::convolution);
        table.put("ConvTranspose", TransposedConvolution::apply);
    }

    private static List<Value> convolution(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Node w = call.in(1);
        Windows windows = Windows.of(call, kernel(x, w));
        Node y = SpatialAxes.convolution(b, x, w, windows, call.whole("group", 1));
        return call.result(withBias(call, y));
    }

    /** The kernel's extents, from the weight; both tensors judged by rank. */
    static int[] kernel(Node x, Node w) {
        Windows.spatial(x.shape());
        if (w.rank() != x.rank()) {
            throw Problem.invalid(
                    "", "the weight has the wrong rank", w.shape(), "rank " + x.rank() + ", as the input");
        }
        return Arrays.copyOfRange(w.shape().extents(), 2, w.rank());
    }

    static Node withBias(Call call, Node y) {
        if (!call.has(2)) {
            return y;
        }
        call.requireShape(2, Shape.of(y.shape().extent(1)));
        return call.builder().add(y, Normalizations.alongChannels(call.builder(), call.in(2), y.rank()));
    }
}
