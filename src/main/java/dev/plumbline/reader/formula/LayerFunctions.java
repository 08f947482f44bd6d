package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.Window;
import dev.plumbline.problem.Problem;
import java.util.List;

/**
 * Layers of networks for images of (batch, channels, height, width), and normalisation. A window's numbers are one for
 * both axes, or {@code [height, width]}.
 */
final class LayerFunctions {

    static final List<Function> ALL = List.of(
            Function.of("conv2d(x, w, stride=1, padding=0, dilation=1, groups=1)", LayerFunctions::convolution),
            Function.of(
                    "maxPool2d(x, kernel, stride?, padding=0, dilation=1)",
                    (b, a) -> b.maxPool(a.node("x"), pool(a, a.pair("dilation")))),
            Function.of(
                    "avgPool2d(x, kernel, stride?, padding=0)",
                    (b, a) -> b.averagePool(a.node("x"), pool(a, List.of(1, 1)), true)),
            Function.of(
                    "layerNorm(x, epsilon=1e-5, axis=-1)",
                    (b, a) -> Compositions.normalize(b, a.node("x"), a.number("epsilon"), a.integers("axis"))));

    private LayerFunctions() {}

    private static Node convolution(ProgramBuilder b, Arguments a) {
        Node w = a.node("w");
        if (w.rank() != 4) {
            throw Problem.invalid(
                    "",
                    "the weight of a convolution has four axes",
                    w.shape(),
                    "[filters, channels / groups, kernel height, kernel width]");
        }
        List<Integer> kernel = List.of(w.shape().extent(2), w.shape().extent(3));
        Window window = new Window(kernel, a.pair("stride"), padding(a), a.pair("dilation"), false);
        return b.convolution(a.node("x"), w, window, a.integer("groups"));
    }

    /** The stride of a pool is its kernel where none is given. */
    private static Window pool(Arguments a, List<Integer> dilation) {
        List<Integer> stride = a.has("stride") ? a.pair("stride") : a.pair("kernel");
        return new Window(a.pair("kernel"), stride, padding(a), dilation, false);
    }

    private static List<Integer> padding(Arguments a) {
        List<Integer> pair = a.pair("padding");
        return List.of(pair.get(0), pair.get(1), pair.get(0), pair.get(1));
    }
}
