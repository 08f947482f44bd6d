package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ConvTranspose: the input with {@code stride - 1} zeros between its elements, convolved with the flipped weight at stride
 * 1. Padding p of the transpose is padding {@code dilation (kernel - 1) - p} of that convolution; where this is negative,
 * the input is cropped.
 */
final class TransposedConvolution {

    private TransposedConvolution() {}

    static List<Value> apply(Call call) {
        ProgramBuilder b = call.builder();
        int[] kernel = Convolutions.kernel(call.in(0), call.in(1));
        int axes = kernel.length;
        int groups = groups(call);
        int @Nullable [] asked = call.wholes("output_shape");
        int[] extra = Windows.checked("output_padding", call.wholes("output_padding"), axes, 0);
        Windows windows = windows(call, kernel, extra, asked);
        Node x = call.in(0);
        Node w = flipped(b, call.in(1), groups);
        int[] padding = new int[2 * axes];
        for (int k = 0; k < axes; k++) {
            int reach = Math.multiplyExact(windows.dilations()[k], kernel[k] - 1);
            x = spread(b, x, k + 2, windows.strides()[k]);
            int before = reach - windows.pads()[k];
            int after = Math.addExact(reach - windows.pads()[k + axes], extra[k]);
            x = cropped(b, x, k + 2, Math.max(0, -before), Math.max(0, -after));
            padding[k] = Math.max(0, before);
            padding[k + axes] = Math.max(0, after);
        }
        Windows plain = new Windows(kernel, ones(axes), padding, windows.dilations(), false);
        return call.result(Convolutions.withBias(call, SpatialAxes.convolution(b, x, w, plain, groups)));
    }

    private static int groups(Call call) {
        int groups = call.whole("group", 1);
        Shape w = call.in(1).shape();
        if (groups < 1
                || w.extent(0) % groups != 0
                || w.extent(0) != call.in(0).shape().extent(1)) {
            throw Problem.invalid(
                    "",
                    "the channels of input and weight do not fit",
                    "input " + call.in(0).shape() + ", weight " + w + ", groups " + groups,
                    "input.shape[1] = weight.shape[0], divisible by groups");
        }
        return groups;
    }

    /** The attributes, with the padding that follows from an output shape or auto_pad. */
    private static Windows windows(Call call, int[] kernel, int[] extra, int @Nullable [] asked) {
        int axes = kernel.length;
        int[] strides = Windows.checked("strides", call.wholes("strides"), axes, 1);
        int[] dilations = Windows.checked("dilations", call.wholes("dilations"), axes, 1);
        int[] pads = Windows.checked("pads", call.wholes("pads"), 2 * axes, 0);
        int[] stated = Windows.checked("kernel_shape", call.wholes("kernel_shape"), axes, 1);
        if (call.hasAttribute("kernel_shape") && !Arrays.equals(stated, kernel)) {
            throw Problem.invalid(
                    "",
                    "attribute kernel_shape contradicts the weight",
                    Arrays.toString(stated),
                    Arrays.toString(kernel));
        }
        String auto = call.choice("auto_pad", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
        boolean same = auto.startsWith("SAME");
        if (auto.equals("VALID")) {
            pads = new int[2 * axes];
        }
        int[] extents = Windows.spatial(call.in(0).shape());
        if (asked != null && asked.length == axes + 2) {
            asked = Arrays.copyOfRange(asked, 2, asked.length); // older writers include batch and channels
        }
        int[] outputs = asked == null ? null : Windows.checked("output_shape", asked, axes, 1);
        for (int k = 0; k < axes && (same || outputs != null); k++) {
            long full = strides[k] * (extents[k] - 1L) + extra[k] + (kernel[k] - 1L) * dilations[k] + 1;
            long wanted = outputs != null ? outputs[k] : (long) extents[k] * strides[k];
            if (wanted > full + strides[k]) {
                throw Problem.invalid("", "attribute output_shape is too large", wanted, "at most " + full);
            }
            extra[k] += (int) Math.max(0, wanted - full);
            Windows.share(pads, k, Math.toIntExact(Math.max(0, full - wanted)), auto.equals("SAME_UPPER"));
        }
        return new Windows(kernel, strides, pads, dilations, false);
    }

    private static int[] ones(int count) {
        int[] ones = new int[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** {@code step - 1} zeros between the elements along an axis. */
    private static Node spread(ProgramBuilder b, Node x, int axis, int step) {
        int extent = x.shape().extent(axis);
        if (step == 1 || extent <= 1) {
            return x;
        }
        int[] columns = new int[x.rank() + 1];
        System.arraycopy(x.shape().extents(), 0, columns, 0, axis + 1);
        columns[axis + 1] = 1;
        System.arraycopy(x.shape().extents(), axis + 1, columns, axis + 2, x.rank() - axis - 1);
        Node padded = SpatialAxes.padded(b, b.reshape(x, Shape.of(columns)), axis + 1, 0, step - 1, 0);
        int[] extents = x.shape().extents();
        extents[axis] = Math.multiplyExact(extent, step);
        return b.slice(b.reshape(padded, Shape.of(extents)), axis, 0, (extent - 1) * step + 1, 1);
    }

    private static Node cropped(ProgramBuilder b, Node x, int axis, int before, int after) {
        int extent = x.shape().extent(axis);
        if ((long) before + after >= extent) {
            throw Problem.invalid(
                    "", "the padding leaves nothing of the output", before + after, "less than " + extent);
        }
        return before + after == 0 ? x : b.slice(x, axis, before, extent - before - after, 1);
    }

    /** (channels, filters / groups, ...) as (filters, channels / groups, ...), the kernel's axes reversed. */
    private static Node flipped(ProgramBuilder b, Node w, int groups) {
        int[] extents = w.shape().extents();
        int channels = extents[0] / groups;
        int[] grouped = new int[extents.length + 1];
        grouped[0] = groups;
        grouped[1] = channels;
        System.arraycopy(extents, 1, grouped, 2, extents.length - 1);
        int[] merged = extents.clone();
        merged[0] = Math.multiplyExact(groups, extents[1]);
        merged[1] = channels;
        Node flipped = b.reshape(b.swapAxes(b.reshape(w, Shape.of(grouped)), 1, 2), Shape.of(merged));
        for (int axis = 2; axis < extents.length; axis++) {
            flipped = b.slice(flipped, axis, extents[axis] - 1, extents[axis], -1);
        }
        return flipped;
    }
}
