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
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Fourier transforms as products with matrices of sines and cosines, windows, and the mel filter bank. */
final class Signals {

    private Signals() {}

    static void addTo(Map<String, Operator> table) {
        table.put("DFT", Signals::transform);
        table.put("STFT", Signals::shortTime);
        table.put("HannWindow", call -> window(call, t -> 0.5 - 0.5 * Math.cos(t)));
        table.put("HammingWindow", call -> window(call, t -> 25.0 / 46 - 21.0 / 46 * Math.cos(t)));
        table.put("BlackmanWindow", call -> window(call, t -> 0.42 - 0.5 * Math.cos(t) + 0.08 * Math.cos(2 * t)));
        table.put("MelWeightMatrix", Signals::mel);
    }

    // ── transforms ──

    /** {@code X_k = sum_n x_n e^(-2 pi i n k / N)}, complex numbers as a last axis of extent 2. */
    private static List<Value> transform(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int rank = x.rank();
        int named = call.opset() >= 20 ? (call.has(2) ? (int) call.number(2) : -2) : call.whole("axis", 1);
        int axis = call.axis(named, rank);
        boolean inverse = call.flag("inverse", false);
        boolean onesided = call.flag("onesided", false);
        if (rank < 2
                || axis == rank - 1
                || x.shape().extent(-1) < 1
                || x.shape().extent(-1) > 2) {
            throw Problem.invalid("", "this is no signal", x.shape(), "(..., length, 1 or 2)");
        }
        int extent = x.shape().extent(axis);
        int length = call.has(1) ? (int) call.number(1) : inverse && onesided ? 2 * (extent - 1) : extent;
        if (length < 1 || length > ProgramBuilder.MOST_ELEMENTS) {
            throw Problem.invalid("", "the length is wrong", length, "an integer from 1");
        }
        if (inverse && onesided) {
            return call.result(inverseOfHalf(b, x, axis, length));
        }
        Node moved = b.swapAxes(fitted(b, x, axis, length), axis, rank - 2);
        Node transformed = transformed(b, moved, inverse, onesided ? length / 2 + 1 : length);
        return call.result(b.swapAxes(transformed, axis, rank - 2));
    }

    /** A real signal from the first half of its spectrum. */
    private static Node inverseOfHalf(ProgramBuilder b, Node x, int axis, int length) {
        int half = length / 2 + 1;
        Node moved = b.swapAxes(fitted(b, x, axis, half), axis, x.rank() - 2);
        double[] cosines = new double[half * length];
        double[] sines = new double[half * length];
        for (int k = 0; k < half; k++) {
            double twice = k == 0 || 2 * k == length ? 1 : 2;
            for (int n = 0; n < length; n++) {
                double angle = 2 * Math.PI * ((long) k * n % length) / length;
                cosines[k * length + n] = twice * Math.cos(angle) / length;
                sines[k * length + n] = -twice * Math.sin(angle) / length;
            }
        }
        Node real = b.matmul(part(b, moved, 0), b.constant(Tensor.of(Shape.of(half, length), cosines)));
        if (x.shape().extent(-1) == 2) {
            real = b.add(real, b.matmul(part(b, moved, 1), b.constant(Tensor.of(Shape.of(half, length), sines))));
        }
        int[] extents = moved.shape().extents();
        extents[extents.length - 2] = length;
        extents[extents.length - 1] = 1;
        return b.swapAxes(b.reshape(real, Shape.of(extents)), axis, x.rank() - 2);
    }

    /** Cut, or followed by zeros, to a length. */
    private static Node fitted(ProgramBuilder b, Node x, int axis, int length) {
        int extent = x.shape().extent(axis);
        return length <= extent
                ? b.slice(x, axis, 0, length, 1)
                : SpatialAxes.padded(b, x, axis, 0, length - extent, 0);
    }

    /** The real or imaginary part, without the last axis. */
    private static Node part(ProgramBuilder b, Node x, int index) {
        return b.reshape(b.slice(x, -1, index, 1, 1), Reshaping.without(x.shape(), x.rank() - 1));
    }

    /** Along the last axis but one; the first {@code count} frequencies. */
    private static Node transformed(ProgramBuilder b, Node x, boolean inverse, int count) {
        int length = x.shape().extent(-2);
        Call.shape(length, count);
        b.broadcast(b.constant(0), Call.shape(length, count)); // judges the size
        double[] cosines = new double[length * count];
        double[] sines = new double[length * count];
        double sign = inverse ? 1 : -1;
        double scale = inverse ? 1.0 / length : 1;
        for (int n = 0; n < length; n++) {
            for (int k = 0; k < count; k++) {
                double angle = 2 * Math.PI * ((long) n * k % length) / length;
                cosines[n * count + k] = scale * Math.cos(angle);
                sines[n * count + k] = scale * sign * Math.sin(angle);
            }
        }
        Node cosine = b.constant(Tensor.of(Shape.of(length, count), cosines));
        Node sine = b.constant(Tensor.of(Shape.of(length, count), sines));
        Node re = part(b, x, 0);
        Node real = b.matmul(re, cosine);
        Node imaginary = b.matmul(re, sine);
        if (x.shape().extent(-1) == 2) {
            Node im = part(b, x, 1);
            real = b.subtract(real, b.matmul(im, sine));
            imaginary = b.add(imaginary, b.matmul(im, cosine));
        }
        int[] column = Arrays.copyOf(real.shape().extents(), real.rank() + 1);
        column[real.rank()] = 1;
        return b.concat(-1, List.of(b.reshape(real, Shape.of(column)), b.reshape(imaginary, Shape.of(column))));
    }

    /** (batch, frames, frequencies, 2): each frame times the window, transformed. */
    private static List<Value> shortTime(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Node signal = x.rank() == 2
                ? b.reshape(x, Shape.of(x.shape().extent(0), x.shape().extent(1), 1))
                : x;
        if (signal.rank() != 3 || signal.shape().extent(2) < 1 || signal.shape().extent(2) > 2) {
            throw Problem.invalid("", "this is no signal", x.shape(), "(batch, length, 1 or 2)");
        }
        int step = (int) call.number(1);
        @Nullable Node window = call.has(2) ? call.in(2) : null;
        int length = call.has(3)
                ? (int) call.number(3)
                : window == null ? 0 : window.shape().size();
        int extent = signal.shape().extent(1);
        if (step < 1 || length < 1 || length > extent) {
            throw Problem.invalid("", "step or frame length are wrong", step + ", " + length, "1 to " + extent);
        }
        int frames = (extent - length) / step + 1;
        boolean onesided = call.flag("onesided", true);
        double[] positions = new double[Call.shape(frames, length).size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i / length * step + i % length;
        }
        Node cut = b.gather(signal, b.constant(Tensor.of(Shape.of(frames, length), Datatype.INT64, positions)), 1);
        if (window != null) {
            call.requireShape(2, Shape.of(length));
            cut = b.multiply(cut, b.reshape(window, Shape.of(length, 1)));
        }
        return call.result(transformed(b, cut, false, onesided ? length / 2 + 1 : length));
    }

    // ── constants ──

    private static List<Value> window(Call call, DoubleUnaryOperator shape) {
        int size = call.wholes(0).length == 1 ? call.wholes(0)[0] : 0;
        boolean periodic = call.flag("periodic", true);
        Datatype type = Constants.datatype(call.whole("output_datatype", 1));
        Shape length = Call.shape(size);
        call.builder().broadcast(call.builder().constant(0), length); // judges the size
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = shape.applyAsDouble(2 * Math.PI * i / Math.max(1, periodic ? size : size - 1));
        }
        return List.of(call.constant(Tensor.of(length, type, values)));
    }

    /** Triangles that are equally wide on the mel scale, {@code 2595 log10(1 + f / 700)}. */
    private static List<Value> mel(Call call) {
        int bins = (int) call.number(0);
        int length = (int) call.number(1);
        double rate = call.number(2);
        double low = mel(call.number(3));
        double high = mel(call.number(4));
        Datatype type = Constants.datatype(call.whole("output_datatype", 1));
        int rows = length / 2 + 1;
        if (bins < 1 || length < 1) {
            throw Problem.invalid("", "bins or length are wrong", bins + ", " + length, "from 1");
        }
        Shape shape = Call.shape(rows, bins);
        call.builder().broadcast(call.builder().constant(0), shape); // judges the size
        List<Integer> edges = new ArrayList<>();
        double step = (high - low) / (bins + 2);
        for (int i = 0; i < bins + 2; i++) {
            double frequency = 700 * (Math.pow(10, (low + i * step) / 2595) - 1);
            edges.add((int) Math.floor((length + 1) * frequency / rate));
        }
        double[] values = new double[shape.size()];
        for (int bin = 0; bin < bins; bin++) {
            int left = edges.get(bin);
            int centre = edges.get(bin + 1);
            int right = edges.get(bin + 2);
            for (int row = Math.max(0, left); row < Math.min(rows, right); row++) {
                double value = row <= centre
                        ? (left == centre ? 1 : (row - left) / (double) (centre - left))
                        : (right - row) / (double) (right - centre);
                values[row * bins + bin] = row == centre ? 1 : value;
            }
            if (centre >= 0 && centre < rows) {
                values[centre * bins + bin] = 1;
            }
        }
        return List.of(call.constant(Tensor.of(shape, type, values)));
    }

    private static double mel(double frequency) {
        return 2595 * Math.log10(1 + frequency / 700);
    }
}
