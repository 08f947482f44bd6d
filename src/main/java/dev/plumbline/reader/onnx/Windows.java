package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.Window;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The attributes that convolutions and pools share, for one or two spatial axes. One-dimensional data gets a height of 1
 * and loses it again.
 *
 * @param pads before each axis, then behind each axis
 */
record Windows(int[] kernel, int[] strides, int[] pads, int[] dilations, boolean ceil) {

    /** Reads and judges them; {@code kernel} is what the weight says, null for a pool. */
    static Windows of(Call call, int @Nullable [] kernel) {
        int[] extents = spatial(call.in(0).shape());
        int axes = extents.length;
        int[] stated = call.wholes("kernel_shape");
        if (stated == null && kernel == null) {
            throw Problem.invalid("", "attribute kernel_shape is missing", "none", axes + " extents");
        }
        if (kernel != null && stated != null && !Arrays.equals(kernel, stated)) {
            throw Problem.invalid(
                    "",
                    "attribute kernel_shape contradicts the weight",
                    Arrays.toString(stated),
                    Arrays.toString(kernel));
        }
        int[] window = checked("kernel_shape", kernel != null ? kernel : stated, axes, 1);
        int[] strides = checked("strides", call.wholes("strides"), axes, 1);
        int[] dilations = checked("dilations", call.wholes("dilations"), axes, 1);
        int[] pads = checked("pads", call.wholes("pads"), 2 * axes, 0);
        String auto = call.choice("auto_pad", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
        if (!auto.equals("NOTSET")) {
            pads = new int[2 * axes];
            for (int k = 0; auto.startsWith("SAME") && k < axes; k++) {
                int outputs = (extents[k] + strides[k] - 1) / strides[k];
                long reach = (window[k] - 1L) * dilations[k] + 1;
                int total = Math.toIntExact(Math.max(0, (outputs - 1L) * strides[k] + reach - extents[k]));
                share(pads, k, total, auto.equals("SAME_UPPER"));
            }
        }
        return new Windows(window, strides, pads, dilations, false);
    }

    /** Splits a total padding of an axis in two halves, the odd one behind or before. */
    static void share(int[] pads, int axis, int total, boolean oddBehind) {
        int small = total / 2;
        pads[axis] = oddBehind ? small : total - small;
        pads[axis + pads.length / 2] = oddBehind ? total - small : small;
    }

    static int[] checked(String name, int @Nullable [] values, int count, int least) {
        int[] checked = values;
        if (checked == null) {
            checked = new int[count];
            Arrays.fill(checked, least);
        }
        if (checked.length != count || Arrays.stream(checked).anyMatch(value -> value < least)) {
            throw Problem.invalid(
                    "", "attribute " + name + " is wrong", Arrays.toString(checked), count + " integers from " + least);
        }
        return checked;
    }

    static int[] spatial(Shape x) {
        if (x.rank() != 3 && x.rank() != 4) {
            throw Problem.unsupported(
                    "",
                    "this works over one or two spatial axes",
                    x,
                    "(batch, channels, width) or (..., height, width)");
        }
        return Arrays.copyOfRange(x.extents(), 2, x.rank());
    }

    Windows withCeil(boolean rounded) {
        return new Windows(kernel, strides, pads, dilations, rounded);
    }

    Windows withoutPads() {
        return new Windows(kernel, strides, new int[pads.length], dilations, ceil);
    }

    Window window() {
        return kernel.length == 2
                ? new Window(list(kernel), list(strides), list(pads), list(dilations), ceil)
                : new Window(
                        List.of(1, kernel[0]),
                        List.of(1, strides[0]),
                        List.of(0, pads[0], 0, pads[1]),
                        List.of(1, dilations[0]),
                        ceil);
    }

    private static List<Integer> list(int[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    /** (batch, channels, width) as (batch, channels, 1, width); of rank 4 as it is. */
    static Node withHeight(ProgramBuilder b, Node x) {
        Shape shape = x.shape();
        return x.rank() == 4 ? x : b.reshape(x, Shape.of(shape.extent(0), shape.extent(1), 1, shape.extent(2)));
    }

    static Node withoutHeight(ProgramBuilder b, Node x, int rank) {
        Shape shape = x.shape();
        return rank == 4 ? x : b.reshape(x, Shape.of(shape.extent(0), shape.extent(1), shape.extent(3)));
    }
}
