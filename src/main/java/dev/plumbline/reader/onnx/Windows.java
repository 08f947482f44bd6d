package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Pad;
import dev.plumbline.compute.program.Window;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The attributes that convolutions and pools share, for any number of spatial axes.
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
        if (x.rank() < 3) {
            throw Problem.invalid("", "there are no spatial axes", x, "(batch, channels, ..., width)");
        }
        return Arrays.copyOfRange(x.extents(), 2, x.rank());
    }

    int axes() {
        return kernel.length;
    }

    Windows withCeil(boolean rounded) {
        return new Windows(kernel, strides, pads, dilations, rounded);
    }

    /** With what another operation put around the input beforehand. */
    Windows paddedBy(Pad pad) {
        int[] wider = pads.clone();
        for (int k = 0; k < axes(); k++) {
            wider[k] += pad.before().get(k + 2);
            wider[k + axes()] += pad.after().get(k + 2);
        }
        return new Windows(kernel, strides, wider, dilations, ceil);
    }

    Windows withoutPads() {
        return new Windows(kernel, strides, new int[pads.length], dilations, ceil);
    }

    /** The first axis alone. */
    Windows first() {
        return new Windows(
                new int[] {kernel[0]},
                new int[] {strides[0]},
                new int[] {pads[0], pads[axes()]},
                new int[] {dilations[0]},
                ceil);
    }

    /** All axes but the first. */
    Windows rest() {
        int axes = axes();
        int[] padding = new int[2 * axes - 2];
        System.arraycopy(pads, 1, padding, 0, axes - 1);
        System.arraycopy(pads, axes + 1, padding, axes - 1, axes - 1);
        return new Windows(
                Arrays.copyOfRange(kernel, 1, axes),
                Arrays.copyOfRange(strides, 1, axes),
                padding,
                Arrays.copyOfRange(dilations, 1, axes),
                ceil);
    }

    /** How many windows fit along an axis of an extent; a last one that is partly filled counts if {@link #ceil}. */
    int count(int axis, int extent) {
        long padded = (long) extent + pads[axis] + pads[axis + axes()];
        long reach = (kernel[axis] - 1L) * dilations[axis] + 1;
        if (padded < reach) {
            throw Problem.invalid(
                    "",
                    "the kernel is larger than the input along spatial axis " + axis,
                    "a kernel that reaches over " + reach + " of " + padded + " (with padding)",
                    "a kernel that fits");
        }
        long count = (padded - reach) / strides[axis] + 1;
        boolean partlyFilled = (padded - reach) % strides[axis] != 0;
        boolean begins = count * strides[axis] < (long) extent + pads[axis];
        return Math.toIntExact(ceil && partlyFilled && begins ? count + 1 : count);
    }

    /** Over (height, width); a single axis is the width. */
    Window window() {
        return axes() == 2
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
}
