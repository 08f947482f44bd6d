package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Normalizations over the batch, the features or groups of channels. */
final class Normalizations {

    private static final double EPSILON = 1e-5;

    private Normalizations() {}

    static void addTo(Map<String, Operator> table) {
        table.put("BatchNormalization", Normalizations::batch);
        table.put("LayerNormalization", Normalizations::layer);
        table.put("InstanceNormalization", Normalizations::instance);
        table.put("GroupNormalization", Normalizations::group);
        table.put("MeanVarianceNormalization", Normalizations::meanVariance);
        table.put("RMSNormalization", Normalizations::rootMeanSquare);
        table.put("LRN", Normalizations::localResponse);
        table.put("LpNormalization", Normalizations::byNorm);
    }

    /**
     * {@code (x - mean) / sqrt(variance + epsilon) * scale + bias} for each channel: with the file's statistics, or in
     * training mode with the batch's (variance without Bessel's correction). Until opset 13, training mode is having more
     * than one output.
     */
    private static List<Value> batch(Call call) {
        double momentum = call.number("momentum", 0.9);
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Shape shape = requireChannels(call);
        for (int i = 1; i < 5; i++) {
            call.requireShape(i, Shape.of(shape.extent(1)));
        }
        if (!call.flag("spatial", true)) {
            throw Problem.unsupported("", "statistics for each position", "spatial 0", "spatial 1");
        }
        double epsilon = call.number("epsilon", EPSILON);
        boolean training = isTraining(call);
        if (!training) {
            Node centred = b.subtract(x, alongChannels(b, call.in(3), x.rank()));
            Node deviation = b.unary(UnaryFunction.SQRT, b.add(call.in(4), b.constant(epsilon)));
            return call.result(scaledAlongChannels(call, b.divide(centred, alongChannels(b, deviation, x.rank()))));
        }
        int[] axes = IntStream.range(0, x.rank()).filter(axis -> axis != 1).toArray();
        List<Value> outputs =
                new ArrayList<>(call.result(scaledAlongChannels(call, Compositions.normalize(b, x, epsilon, axes))));
        if (call.wants(1) || call.wants(2)) {
            Node mean = b.mean(x, axes);
            Node variance = b.mean(b.square(b.subtract(x, alongChannels(b, mean, x.rank()))), axes);
            outputs.add(running(call, 3, mean, momentum));
            outputs.add(running(call, 4, variance, momentum));
        }
        return outputs;
    }

    /** Told by {@code is_test}, then by having more than one output, then by {@code training_mode}. */
    private static boolean isTraining(Call call) {
        if (call.opset() < 7) {
            return !call.flag("is_test", false) && call.outputCount() > 1;
        }
        return call.opset() >= 14 ? call.flag("training_mode", false) : call.outputCount() > 1;
    }

    /** {@code momentum old + (1 - momentum) new}. */
    private static Value running(Call call, int position, Node statistic, double momentum) {
        ProgramBuilder b = call.builder();
        Node kept = b.multiply(call.in(position), momentum);
        return call.result(
                b.add(kept, b.multiply(statistic, 1 - momentum)),
                call.value(position).type());
    }

    private static Shape requireChannels(Call call) {
        Shape shape = call.in(0).shape();
        if (shape.rank() < 2) {
            throw Problem.invalid("", "there are no channels", shape, "(batch, channels, ...)");
        }
        return shape;
    }

    private static Node scaledAlongChannels(Call call, Node x) {
        ProgramBuilder b = call.builder();
        Node scaled = b.multiply(x, alongChannels(b, call.in(1), x.rank()));
        return b.add(scaled, alongChannels(b, call.in(2), x.rank()));
    }

    static Node alongChannels(ProgramBuilder b, Node vector, int rank) {
        int[] extents = new int[rank];
        Arrays.fill(extents, 1);
        extents[1] = vector.shape().size();
        return b.reshape(vector, Shape.of(extents));
    }

    private static List<Value> layer(Call call) {
        call.ignore("stash_type");
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int axis = call.axis(call.whole("axis", -1), x.rank());
        int[] axes = IntStream.range(axis, x.rank()).toArray();
        double epsilon = call.number("epsilon", EPSILON);
        Node scaled = b.multiply(Compositions.normalize(b, x, epsilon, axes), call.in(1));
        Node result = call.has(2) ? b.add(scaled, call.in(2)) : scaled;
        if (!result.shape().equals(x.shape())) {
            throw Problem.invalid(
                    "", "scale or bias do not fit", call.in(1).shape(), "what broadcasts to " + x.shape());
        }
        List<Value> outputs = new ArrayList<>(call.result(result));
        if (call.wants(1) || call.wants(2)) {
            Node mean = b.restoreAxes(b.mean(x, axes), x.shape(), axes);
            Node variance = b.restoreAxes(b.mean(b.square(b.subtract(x, mean)), axes), x.shape(), axes);
            Node deviation = b.unary(UnaryFunction.SQRT, b.add(variance, b.constant(epsilon)));
            outputs.addAll(call.result(mean));
            outputs.addAll(call.result(b.divide(b.constant(1), deviation)));
        }
        return outputs;
    }

    /** {@code (x - mean) / (standard deviation + 1e-9)} over axes. */
    private static List<Value> meanVariance(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int[] named = call.wholes("axes");
        int[] axes = call.axes(named == null ? new int[] {0, 2, 3} : named, x.rank());
        Node centred = b.subtract(x, b.restoreAxes(b.mean(x, axes), x.shape(), axes));
        Node variance = b.restoreAxes(b.mean(b.square(centred), axes), x.shape(), axes);
        return call.result(b.divide(centred, b.add(b.unary(UnaryFunction.SQRT, variance), b.constant(1e-9))));
    }

    /** {@code x / sqrt(mean(x^2) + epsilon) * scale} over the axes from {@code axis} on. */
    private static List<Value> rootMeanSquare(Call call) {
        call.ignore("stash_type");
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int axis = call.axis(call.whole("axis", -1), x.rank());
        Node normalized = byRootMeanSquare(b, x, axis, call.number("epsilon", EPSILON));
        Node result = b.multiply(normalized, call.in(1));
        if (!result.shape().equals(x.shape())) {
            throw Problem.invalid("", "the scale does not fit", call.in(1).shape(), "what broadcasts to " + x.shape());
        }
        return call.result(result);
    }

    static Node byRootMeanSquare(ProgramBuilder b, Node x, int axis, double epsilon) {
        int[] axes = IntStream.range(axis, x.rank()).toArray();
        Node square = b.restoreAxes(b.mean(b.square(x), axes), x.shape(), axes);
        return b.divide(x, b.unary(UnaryFunction.SQRT, b.add(square, b.constant(epsilon))));
    }

    private static List<Value> instance(Call call) {
        Node x = call.in(0);
        Shape shape = requireChannels(call);
        call.requireShape(1, Shape.of(shape.extent(1)));
        call.requireShape(2, Shape.of(shape.extent(1)));
        if (x.rank() < 3) {
            throw Problem.invalid("", "there is nothing to normalize over", shape, "(batch, channels, ...)");
        }
        int[] axes = IntStream.range(2, x.rank()).toArray();
        Node normalized = Compositions.normalize(call.builder(), x, call.number("epsilon", EPSILON), axes);
        return call.result(scaledAlongChannels(call, normalized));
    }

    /** Scale and bias belong to groups in opset 18 to 20, to channels from 21 on. */
    private static List<Value> group(Call call) {
        call.ignore("stash_type");
        ProgramBuilder b = call.builder();
        Shape shape = requireChannels(call);
        int groups = call.whole("num_groups", 0);
        int channels = shape.extent(1);
        if (groups < 1 || channels % groups != 0) {
            throw Problem.invalid("", "the channels do not divide into groups", groups, "a divisor of " + channels);
        }
        boolean perGroup = call.opset() < 21;
        call.requireShape(1, Shape.of(perGroup ? groups : channels));
        call.requireShape(2, Shape.of(perGroup ? groups : channels));
        int rest = shape.size() / Math.max(1, Math.multiplyExact(shape.extent(0), groups));
        Node grouped = b.reshape(call.in(0), Shape.of(shape.extent(0), groups, rest));
        Node normalized = Compositions.normalize(b, grouped, call.number("epsilon", EPSILON), 2);
        Node scaled = scaledAlongChannels(call, perGroup ? normalized : b.reshape(normalized, shape));
        return call.result(b.reshape(scaled, shape));
    }

    /** {@code x / (bias + alpha / size * sum of x^2 over neighbouring channels)^beta} (Krizhevsky et al. 2012, 3.3). */
    private static List<Value> localResponse(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int channels = requireChannels(call).extent(1);
        int size = call.whole("size", 0);
        if (size < 1 || size > 2 * channels + 1) {
            throw Problem.invalid("", "attribute size is wrong", size, "from 1 to " + (2 * channels + 1));
        }
        List<Integer> before = new ArrayList<>(Collections.nCopies(x.rank(), 0));
        List<Integer> after = new ArrayList<>(before);
        before.set(1, (size - 1) / 2);
        after.set(1, size / 2);
        Node squares = b.pad(b.square(x), before, after, 0);
        Node sum = b.slice(squares, 1, 0, channels, 1);
        for (int k = 1; k < size; k++) {
            sum = b.add(sum, b.slice(squares, 1, k, channels, 1));
        }
        Node base = b.add(b.multiply(sum, call.number("alpha", 1e-4) / size), b.constant(call.number("bias", 1)));
        return call.result(b.divide(x, b.power(base, b.constant(call.number("beta", 0.75)))));
    }

    private static List<Value> byNorm(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int axis = call.axis(call.whole("axis", -1), x.rank());
        int p = call.whole("p", 2);
        if (p != 1 && p != 2) {
            throw Problem.invalid("", "attribute p is wrong", p, "1 or 2");
        }
        Node norm = p == 1 ? b.sum(b.unary(UnaryFunction.ABS, x), axis) : Reductions.root(b, b.sum(b.square(x), axis));
        Node whole = b.restoreAxes(norm, x.shape(), axis);
        Node nothing = b.binary(BinaryFunction.EQUAL, whole, b.constant(0)); // stays 0
        return call.result(b.divide(x, b.select(nothing, b.constant(1), whole)));
    }
}
