package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What cuts tensors apart, joins them, or adds to their edges. */
final class Slicing {

    private Slicing() {}

    static void addTo(Map<String, Operator> table) {
        table.put("Concat", Slicing::concat);
        table.put("Split", Slicing::split);
        table.put("Slice", Slicing::slice);
        table.put("Pad", Slicing::pad);
    }

    static List<Value> concat(Call call) {
        List<Node> parts = new ArrayList<>();
        for (Value value : call.all()) {
            Arithmetic.requireOneKind(call.value(0), value);
            parts.add(value.node());
        }
        int axis = call.opset() < 4 ? call.whole("axis", 1) : call.requiredWhole("axis");
        return call.result(call.builder().concat(call.axis(axis, parts.get(0).rank()), parts));
    }

    private static List<Value> split(Call call) {
        Node x = call.in(0);
        int axis = call.axis(call.whole("axis", 0), x.rank());
        int extent = x.shape().extent(axis);
        int[] sizes = call.opset() < 2 && call.has(1) ? call.wholes(1) : call.wholes("split", 1, 13);
        if (sizes == null) {
            sizes = equalParts(call, extent);
        }
        if (Arrays.stream(sizes).anyMatch(size -> size < 0)
                || Arrays.stream(sizes).asLongStream().sum() != extent
                || sizes.length != call.outputCount()) {
            throw Problem.invalid(
                    "",
                    "these parts do not make the whole",
                    Arrays.toString(sizes) + " for " + call.outputCount() + " outputs",
                    "parts with the sum " + extent + ", one for each output");
        }
        List<Value> parts = new ArrayList<>();
        int start = 0;
        for (int size : sizes) {
            parts.add(call.result(
                    call.builder().slice(x, axis, start, size, 1), call.value(0).type()));
            start += size;
        }
        return parts;
    }

    /** From opset 18 on the last part may be smaller. */
    private static int[] equalParts(Call call, int extent) {
        int count = call.opset() >= 18 ? call.whole("num_outputs", call.outputCount()) : call.outputCount();
        if (count < 1 || count > call.outputCount() || (call.opset() < 18 && extent % count != 0)) {
            throw Problem.invalid(
                    "", "this does not split into equal parts", extent + " into " + count, "a divisor of " + extent);
        }
        int size = (extent + count - 1) / count;
        int[] sizes = new int[count];
        for (int i = 0; i < count; i++) {
            sizes[i] = Math.max(0, Math.min(size, extent - i * size));
        }
        return sizes;
    }

    private static List<Value> slice(Call call) {
        boolean inputs = call.opset() >= 10;
        int[] starts = inputs ? call.wholes(1) : call.wholes("starts");
        int[] ends = inputs ? call.wholes(2) : call.wholes("ends");
        int[] named = inputs ? optional(call, 3) : call.wholes("axes");
        int[] steps = inputs ? optional(call, 4) : null;
        if (starts == null || ends == null) {
            throw Problem.invalid("", "starts or ends are missing", "none", "one for each axis");
        }
        Node x = call.in(0);
        int[] axes = call.axes(
                named != null ? named : IntStream.range(0, starts.length).toArray(), x.rank());
        if (ends.length != starts.length
                || axes.length != starts.length
                || (steps != null && steps.length != starts.length)) {
            throw Problem.invalid(
                    "",
                    "starts, ends, axes and steps differ in length",
                    starts.length + ", " + ends.length + ", " + axes.length,
                    "equal lengths");
        }
        for (int i = 0; i < axes.length; i++) {
            x = slice(call.builder(), x, axes[i], new int[] {starts[i], ends[i], steps == null ? 1 : steps[i]});
        }
        return call.result(x);
    }

    private static int @Nullable [] optional(Call call, int position) {
        return call.has(position) ? call.wholes(position) : null;
    }

    /** Bounds {@code (start, end, step)} as in Python: negative ones count from the end, and all are clamped. */
    private static Node slice(ProgramBuilder b, Node x, int axis, int[] bounds) {
        int extent = x.shape().extent(axis);
        int step = bounds[2];
        if (step == 0) {
            throw Problem.invalid("", "a step must not be 0", step, "another integer");
        }
        long start = bounds[0] < 0 ? (long) bounds[0] + extent : bounds[0];
        long end = bounds[1] < 0 ? (long) bounds[1] + extent : bounds[1];
        int low = step > 0 ? 0 : -1;
        int high = step > 0 ? extent : extent - 1;
        start = Math.max(step > 0 ? 0 : low, Math.min(high, start));
        end = Math.max(low, Math.min(high, end));
        long distance = step > 0 ? end - start : start - end;
        long stride = Math.abs((long) step);
        int count = (int) Math.max(0, (distance + stride - 1) / stride);
        if (count == extent && step == 1) {
            return x;
        }
        return b.slice(x, axis, count == 0 ? 0 : (int) start, count, count <= 1 ? 1 : step);
    }

    private static List<Value> pad(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int[] pads = call.opset() < 2 ? call.wholes("paddings") : call.wholes("pads", 1, 11);
        String mode = call.choice("mode", "constant", "reflect", "edge", "wrap");
        double fill = call.opset() < 11 ? call.number("value", 0) : call.has(2) ? call.number(2) : 0;
        int[] axes = call.opset() >= 18 && call.has(3)
                ? call.axes(call.wholes(3), x.rank())
                : IntStream.range(0, x.rank()).toArray();
        if (pads == null || pads.length != 2 * axes.length) {
            throw Problem.invalid(
                    "", "the pads are wrong", Arrays.toString(pads), 2 * axes.length + " integers, two for each axis");
        }
        for (int i = 0; i < axes.length; i++) {
            int before = pads[i];
            int after = pads[i + axes.length];
            int axis = axes[i];
            int crop = Math.addExact(-Math.min(0, before), -Math.min(0, after));
            if (crop > 0) {
                int kept = x.shape().extent(axis) - crop;
                if (kept < 0) {
                    throw Problem.invalid(
                            "",
                            "the negative pads exceed the axis",
                            crop,
                            x.shape().extent(axis));
                }
                x = b.slice(x, axis, kept == 0 ? 0 : -Math.min(0, before), kept, 1);
            }
            if (before > 0 || after > 0) {
                int[] widths = {Math.max(0, before), Math.max(0, after)};
                x = mode.equals("constant") ? constant(b, x, axis, widths, fill) : mirrored(b, x, axis, widths, mode);
            }
        }
        return call.result(x);
    }

    private static Node constant(ProgramBuilder b, Node x, int axis, int[] widths, double fill) {
        Integer[] before = new Integer[x.rank()];
        Arrays.fill(before, 0);
        Integer[] after = before.clone();
        before[axis] = widths[0];
        after[axis] = widths[1];
        return b.pad(x, List.of(before), List.of(after), fill);
    }

    /** The elements that the edge shows, looked up by their positions. */
    private static Node mirrored(ProgramBuilder b, Node x, int axis, int[] widths, String mode) {
        int extent = x.shape().extent(axis);
        boolean reflect = mode.equals("reflect");
        if (extent == 0 || (reflect && Math.max(widths[0], widths[1]) >= extent)) {
            throw Problem.invalid(
                    "", "the padding is wider than what it mirrors", Arrays.toString(widths), "less than " + extent);
        }
        Shape shape = Call.shape((long) widths[0] + extent + widths[1]);
        int[] extents = x.shape().extents();
        extents[axis] = shape.size();
        Call.shape(Arrays.stream(extents).asLongStream().toArray());
        double[] positions = new double[shape.size()];
        for (int i = 0; i < positions.length; i++) {
            int at = i - widths[0];
            positions[i] = switch (mode) {
                case "reflect" -> at < 0 ? -at : at < extent ? at : 2 * (extent - 1) - at;
                case "edge" -> Math.max(0, Math.min(extent - 1, at));
                default -> Math.floorMod(at, extent);
            };
        }
        return b.gather(x, b.constant(Tensor.of(shape, Datatype.INT64, positions)), axis);
    }
}
