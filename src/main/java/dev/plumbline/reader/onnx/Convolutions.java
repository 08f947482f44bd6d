package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.Window;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Convolutions over one or two spatial axes, and their transposes. */
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
        Window window = Windows.of(call, kernel(x, w)).window();
        Node y = b.convolution(Windows.withHeight(b, x), Windows.withHeight(b, w), window, call.whole("group", 1));
        return call.result(Windows.withoutHeight(b, withBias(call, y), x.rank()));
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
        int channels = y.shape().extent(1);
        call.requireShape(2, Shape.of(channels));
        ProgramBuilder b = call.builder();
        return b.add(y, b.reshape(call.in(2), Shape.of(1, channels, 1, 1)));
    }
}
