package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.Window;
import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Pooling over one or two spatial axes, and over all of any number. */
final class Pools {

    private Pools() {}

    static void addTo(Map<String, Operator> table) {
        table.put("MaxPool", Pools::maximum);
        table.put("AveragePool", Pools::average);
        table.put("GlobalAveragePool", call -> global(call, call.builder()::mean));
        table.put("GlobalMaxPool", call -> global(call, call.builder()::max));
    }

    private static List<Value> maximum(Call call) {
        call.ignore("storage_order"); // matters for the indices only
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Windows windows = Windows.of(call, null).withCeil(call.flag("ceil_mode", false));
        Node high = Windows.withHeight(b, x);
        if (overHalf(windows)) {
            // Minus infinity all around never wins, so padding wider than PyTorch allows is padding beforehand.
            high = padded(b, high, windows, Double.NEGATIVE_INFINITY);
            windows = windows.withoutPads();
        }
        return call.result(Windows.withoutHeight(b, b.maxPool(high, windows.window()), x.rank()));
    }

    private static List<Value> average(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        boolean countPadding = call.flag("count_include_pad", false);
        Windows windows = Windows.of(call, null).withCeil(call.flag("ceil_mode", false));
        Node high = Windows.withHeight(b, x);
        Node pooled;
        if (overHalf(windows)) {
            Window window = windows.withoutPads().window();
            pooled = b.averagePool(padded(b, high, windows, 0), window, true);
            if (!countPadding) {
                Node ones = b.broadcast(b.constant(1), high.shape());
                pooled = b.divide(pooled, b.averagePool(padded(b, ones, windows, 0), window, true));
            }
        } else {
            pooled = b.averagePool(high, windows.window(), countPadding);
        }
        return call.result(Windows.withoutHeight(b, pooled, x.rank()));
    }

    /** Whether padding exceeds half the kernel; then a whole window must still not lie in it. */
    private static boolean overHalf(Windows windows) {
        boolean over = false;
        for (int i = 0; i < windows.pads().length; i++) {
            int axis = i % windows.kernel().length;
            over |= windows.pads()[i] > windows.kernel()[axis] / 2;
            if (windows.pads()[i] > (windows.kernel()[axis] - 1L) * windows.dilations()[axis]) {
                throw Problem.invalid(
                        "",
                        "a window would see nothing but padding",
                        Arrays.toString(windows.pads()),
                        "pads below the kernel");
            }
        }
        if (over && windows.ceil()) {
            throw Problem.unsupported(
                    "",
                    "padding over half the kernel together with ceil_mode",
                    Arrays.toString(windows.pads()),
                    "less padding");
        }
        return over;
    }

    private static Node padded(ProgramBuilder b, Node x, Windows windows, double fill) {
        int axes = windows.kernel().length;
        List<Integer> before = new ArrayList<>(Collections.nCopies(4, 0));
        List<Integer> after = new ArrayList<>(before);
        for (int k = 0; k < axes; k++) {
            before.set(4 - axes + k, windows.pads()[k]);
            after.set(4 - axes + k, windows.pads()[axes + k]);
        }
        return b.pad(x, before, after, fill);
    }

    private interface OverAxes {
        Node of(Node x, int... axes);
    }

    private static List<Value> global(Call call, OverAxes reduction) {
        Node x = call.in(0);
        if (x.rank() < 3) {
            throw Problem.invalid("", "there are no spatial axes", x.shape(), "(batch, channels, ...)");
        }
        int[] axes = IntStream.range(2, x.rank()).toArray();
        return call.result(call.builder().restoreAxes(reduction.of(x, axes), x.shape(), axes));
    }
}
