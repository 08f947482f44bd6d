package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Patches of images: added up to an image again, cut from its centre, or bent (deformable convolution). */
final class Patches {

    private Patches() {}

    static void addTo(Map<String, Operator> table) {
        table.put("Col2Im", Patches::toImage);
        table.put("CenterCropPad", Patches::centre);
        table.put("DeformConv", Patches::deformed);
    }

    /** (batch, channels kernel, positions) become images: what overlaps adds up. */
    private static List<Value> toImage(Call call) {
        ProgramBuilder b = call.builder();
        int[] image = call.wholes(1);
        int[] block = Windows.checked("block_shape", call.wholes(2), image.length, 1);
        int axes = image.length;
        int[] strides = Windows.checked("strides", call.wholes("strides"), axes, 1);
        int[] dilations = Windows.checked("dilations", call.wholes("dilations"), axes, 1);
        int[] pads = Windows.checked("pads", call.wholes("pads"), 2 * axes, 0);
        Windows windows = new Windows(block, strides, pads, dilations, false);
        Shape kernel = shape(block);
        Shape counts = shape(
                IntStream.range(0, axes).map(k -> windows.count(k, image[k])).toArray());
        Shape x = call.in(0).shape();
        if (x.rank() != 3 || x.extent(1) % kernel.size() != 0 || x.extent(2) != counts.size()) {
            throw Problem.invalid(
                    "", "the columns do not fit the image", x, "(batch, channels kernel, " + counts.size() + ")");
        }
        int channels = x.extent(1) / kernel.size();
        Shape size = shape(image);
        List<Integer> targets = new ArrayList<>();
        List<Integer> sources = new ArrayList<>();
        for (int k = 0; k < kernel.size(); k++) {
            for (int p = 0; p < counts.size(); p++) {
                int target = position(windows, kernel.index(k), counts.index(p), size);
                if (target >= 0) {
                    targets.add(target);
                    sources.add(k * counts.size() + p);
                }
            }
        }
        int batch = x.extent(0);
        Node columns =
                b.transpose(b.reshape(call.in(0), Shape.of(batch * channels, kernel.size() * counts.size())), 1, 0);
        Node seen = Scattering.rows(
                b, columns, sources.stream().mapToDouble(Integer::doubleValue).toArray());
        Node zeros = b.broadcast(b.constant(0), Call.shape(size.size(), (long) batch * channels));
        Node added = Scattering.scattered(
                b, zeros, seen, targets.stream().mapToInt(Integer::intValue).toArray(), BinaryFunction.ADD);
        int[] extents = new int[axes + 2];
        extents[0] = batch;
        extents[1] = channels;
        System.arraycopy(image, 0, extents, 2, axes);
        return call.result(b.reshape(b.transpose(added, 1, 0), Shape.of(extents)));
    }

    private static Shape shape(int[] extents) {
        return Call.shape(Arrays.stream(extents).asLongStream().toArray());
    }

    /** The flat position that a window's element sees, -1 in the padding. */
    private static int position(Windows windows, int[] tap, int[] window, Shape image) {
        int position = 0;
        for (int k = 0; k < tap.length; k++) {
            int at = window[k] * windows.strides()[k] + tap[k] * windows.dilations()[k] - windows.pads()[k];
            if (at < 0 || at >= image.extent(k)) {
                return -1;
            }
            position = position * image.extent(k) + at;
        }
        return position;
    }

    private static List<Value> centre(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int[] size = call.wholes(1);
        int[] named = call.wholes("axes");
        int[] axes = named == null ? IntStream.range(0, x.rank()).toArray() : call.axes(named, x.rank());
        if (axes.length != size.length || Arrays.stream(size).anyMatch(each -> each < 0)) {
            throw Problem.invalid(
                    "", "the extents do not fit the axes", Arrays.toString(size), axes.length + " extents");
        }
        for (int k = 0; k < axes.length; k++) {
            int extent = x.shape().extent(axes[k]);
            int surplus = extent - size[k];
            x = surplus >= 0
                    ? b.slice(x, axes[k], size[k] == 0 ? 0 : surplus / 2, size[k], 1)
                    : SpatialAxes.padded(b, x, axes[k], -surplus / 2, -surplus - -surplus / 2, 0);
        }
        return call.result(x);
    }

    /**
     * A convolution each of whose taps reads where an offset moves it, perhaps weakened by a mask (Dai et al. 2017, Zhu et
     * al. 2019): the sum over taps of pixels read between the grid, times the tap's weights.
     */
    private static List<Value> deformed(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Node w = call.in(1);
        if (x.rank() != 4 || w.rank() != 4) {
            throw Problem.unsupported("", "deformable convolutions over other than two axes", x.shape(), "images");
        }
        Windows windows = Windows.of(call, Convolutions.kernel(x, w));
        int groups = call.whole("group", 1);
        int offsetGroups = call.whole("offset_group", 1);
        Shape image = x.shape();
        int height = windows.count(0, image.extent(2));
        int width = windows.count(1, image.extent(3));
        int taps = windows.kernel()[0] * windows.kernel()[1];
        int points = Math.multiplyExact(height, width);
        int channels = image.extent(1);
        if (groups < 1 || offsetGroups < 1 || channels % offsetGroups != 0) {
            throw Problem.invalid("", "the channels do not divide into groups", channels, offsetGroups);
        }
        call.requireShape(2, Shape.of(image.extent(0), offsetGroups * taps * 2, height, width));
        if (call.has(4)) {
            call.requireShape(4, Shape.of(image.extent(0), offsetGroups * taps, height, width));
        }
        List<Node> columns = new ArrayList<>(); // for each tap: (batch, channels, height, width)
        for (int tap = 0; tap < taps; tap++) {
            List<Node> parts = new ArrayList<>();
            for (int group = 0; group < offsetGroups; group++) {
                int own = channels / offsetGroups;
                Node pixels = b.slice(x, 1, group * own, own, 1);
                int at = group * taps + tap;
                List<Node> positions = List.of(
                        position(call, windows, 2 * at, 0, tap / windows.kernel()[1], height, width),
                        position(call, windows, 2 * at + 1, 1, tap % windows.kernel()[1], height, width));
                Node read = Sampling.linear(b, pixels, positions);
                if (call.has(4)) {
                    Node mask = b.reshape(b.slice(call.in(4), 1, at, 1, 1), Shape.of(image.extent(0), 1, points));
                    read = b.multiply(read, mask);
                }
                parts.add(b.reshape(read, Shape.of(image.extent(0), own, height, width)));
            }
            columns.add(b.concat(1, parts));
        }
        Node sum = null;
        for (int tap = 0; tap < taps; tap++) {
            int row = tap / windows.kernel()[1];
            int column = tap % windows.kernel()[1];
            Node weight = b.slice(b.slice(w, 2, row, 1, 1), 3, column, 1, 1);
            Node part = b.convolution(columns.get(tap), weight, dev.plumbline.compute.program.Window.of(1, 1), groups);
            sum = sum == null ? part : b.add(sum, part);
        }
        Node y = Objects.requireNonNull(sum);
        if (call.has(3)) {
            call.requireShape(3, Shape.of(y.shape().extent(1)));
            y = b.add(y, Normalizations.alongChannels(b, call.in(3), 4));
        }
        return call.result(y);
    }

    /** Where a tap reads along an axis, (batch, 1, points). */
    private static Node position(Call call, Windows windows, int channel, int axis, int tap, int height, int width) {
        ProgramBuilder b = call.builder();
        int points = height * width;
        double[] grid = new double[points];
        for (int i = 0; i < points; i++) {
            int window = axis == 0 ? i / width : i % width;
            grid[i] = window * windows.strides()[axis] + tap * windows.dilations()[axis] - windows.pads()[axis];
        }
        Node offset = b.slice(call.in(2), 1, channel, 1, 1);
        Node flat = b.reshape(offset, Shape.of(offset.shape().extent(0), 1, points));
        return b.add(flat, b.constant(dev.plumbline.tensor.Tensor.vector(grid)));
    }
}
