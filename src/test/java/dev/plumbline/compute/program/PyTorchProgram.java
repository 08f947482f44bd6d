package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** A case of PyTorch as a program of ours: what it differentiates by are parameters, the rest is data. */
final class PyTorchProgram {

    private final PyTorchCase from;
    private final ProgramBuilder b = new ProgramBuilder();
    private final Map<String, Node> nodes = new LinkedHashMap<>();

    private PyTorchProgram(PyTorchCase from) {
        this.from = from;
        from.inputs().forEach((name, tensor) -> {
            boolean parameter = from.gradients().containsKey(name);
            nodes.put(name, parameter ? b.parameter(name, tensor.shape()) : b.data(name, tensor.shape()));
        });
    }

    static Program of(PyTorchCase from) {
        PyTorchProgram program = new PyTorchProgram(from);
        Node result = program.result();
        return program.b.output("y", result).build();
    }

    private Node input(String name) {
        return Objects.requireNonNull(nodes.get(name), name);
    }

    private Node result() {
        return from.inputs().containsKey("prediction")
                ? loss()
                : from.inputs().containsKey("a") && !from.op().equals("where")
                        ? ofTwo(input("a"), input("b"))
                        : ofOne();
    }

    private Node ofTwo(Node a, Node other) {
        return switch (from.op()) {
            case "add" -> b.add(a, other);
            case "sub" -> b.subtract(a, other);
            case "mul" -> b.multiply(a, other);
            case "div" -> b.divide(a, other);
            case "pow" -> b.power(a, other);
            case "maximum" -> b.binary(BinaryFunction.MAXIMUM, a, other);
            case "minimum" -> b.binary(BinaryFunction.MINIMUM, a, other);
            case "matmul" -> b.matmul(a, other);
            default -> throw new IllegalArgumentException(from.op());
        };
    }

    private Node ofOne() {
        return switch (from.op()) {
            case "where" -> b.select(input("condition"), input("a"), input("b"));
            case "neg" -> b.negate(input("x"));
            case "leakyRelu" -> b.leakyRelu(input("x"), from.number("alpha"));
            case "elu" -> Compositions.elu(b, input("x"), from.number("alpha"));
            case "gelu" ->
                from.text("approximate").equals("tanh")
                        ? Compositions.geluTanh(b, input("x"))
                        : Compositions.gelu(b, input("x"));
            case "silu" -> b.multiply(input("x"), b.unary(UnaryFunction.SIGMOID, input("x")));
            case "exp", "log", "sqrt", "tanh", "sigmoid", "erf", "relu", "abs", "softplus" ->
                b.unary(UnaryFunction.valueOf(from.op().toUpperCase(Locale.ROOT)), input("x"));
            case "conv1d", "conv2d", "maxPool1d", "maxPool2d", "avgPool1d", "avgPool2d" -> window();
            case "sum", "mean", "max", "min", "logSumExp", "variance" -> reduction();
            case "softmax" -> Compositions.softmax(b, input("x"), from.integer("axis"));
            case "logSoftmax" -> Compositions.logSoftmax(b, input("x"), from.integer("axis"));
            case "layerNorm", "batchNorm" -> normalization();
            default -> moved();
        };
    }

    private Node moved() {
        return switch (from.op()) {
            case "reshape" -> b.reshape(input("x"), Shape.of(from.array("shape")));
            case "expand" -> b.broadcast(input("x"), Shape.of(from.array("shape")));
            case "permute" -> b.transpose(input("x"), from.array("axes"));
            case "slice" -> slice();
            case "concat" -> b.concat(from.integer("axis"), new ArrayList<>(nodes.values()));
            case "pad" -> b.pad(input("x"), from.pads(0), from.pads(1), from.number("value"));
            case "indexSelect", "gather" -> b.gather(input("x"), input("index"), from.integer("axis"));
            case "gatherElements" -> b.gatherElements(input("x"), input("index"), from.integer("axis"));
            case "cumulativeSum" -> runningSum();
            default -> throw new IllegalArgumentException(from.op());
        };
    }

    private Node window() {
        boolean flat = input("x").rank() == 3;
        Node x = flat ? withHeight(input("x")) : input("x");
        List<Integer> strides = from.pair("stride", 1);
        List<Integer> pads = from.pair("padding", 0);
        List<Integer> padding = List.of(pads.get(0), pads.get(1), pads.get(0), pads.get(1));
        List<Integer> dilations = from.attributes().has("dilation") ? from.pair("dilation", 1) : List.of(1, 1);
        Node result;
        if (from.op().startsWith("conv")) {
            Node weight = flat ? withHeight(input("weight")) : input("weight");
            List<Integer> kernel =
                    List.of(weight.shape().extent(2), weight.shape().extent(3));
            Window window = new Window(kernel, strides, padding, dilations, false);
            result = b.convolution(x, weight, window, from.integer("groups"));
            if (nodes.containsKey("bias")) {
                Node bias = input("bias");
                result = b.add(result, b.reshape(bias, Shape.of(bias.shape().size(), 1, 1)));
            }
        } else {
            Window window = new Window(from.pair("kernel", 1), strides, padding, dilations, false);
            result = from.op().startsWith("max")
                    ? b.maxPool(x, window)
                    : b.averagePool(x, window, from.flag("countIncludePad"));
        }
        return flat ? b.reshape(result, from.output().shape()) : result;
    }

    private Node withHeight(Node x) {
        return b.reshape(
                x,
                Shape.of(x.shape().extent(0), x.shape().extent(1), 1, x.shape().extent(2)));
    }

    private Node reduction() {
        Node x = input("x");
        int[] axes = from.array("axes");
        Node result =
                switch (from.op()) {
                    case "sum" -> b.sum(x, axes);
                    case "mean" -> b.mean(x, axes);
                    case "max" -> b.max(x, axes);
                    case "min" -> b.negate(b.max(b.negate(x), axes));
                    case "logSumExp" -> Compositions.logSumExp(b, x, axes);
                    default -> variance(x, axes);
                };
        return b.reshape(result, from.output().shape());
    }

    private Node variance(Node x, int... axes) {
        Node centred = b.subtract(x, b.restoreAxes(b.mean(x, axes), x.shape(), axes));
        double count = (double) x.shape().size() / from.output().size();
        return b.multiply(b.mean(b.square(centred), axes), count / (count - from.number("correction")));
    }

    private Node normalization() {
        Node x = input("x");
        double epsilon = from.number("epsilon");
        if (from.op().equals("layerNorm")) {
            int last = from.integers("normalizedShape").size();
            int[] axes = last == 1 ? new int[] {-1} : new int[] {-2, -1};
            return b.add(b.multiply(Compositions.normalize(b, x, epsilon, axes), input("weight")), input("bias"));
        }
        int[] axes = IntStream.range(0, x.rank()).filter(axis -> axis != 1).toArray();
        Node normal = from.flag("training")
                ? Compositions.normalize(b, x, epsilon, axes)
                : b.divide(
                        b.subtract(x, alongChannels("runningMean")),
                        b.unary(UnaryFunction.SQRT, b.add(alongChannels("runningVariance"), b.constant(epsilon))));
        return b.add(b.multiply(normal, alongChannels("weight")), alongChannels("bias"));
    }

    private Node alongChannels(String name) {
        int[] extents = new int[input("x").rank() - 1];
        Arrays.fill(extents, 1);
        extents[0] = input(name).shape().size();
        return b.reshape(input(name), Shape.of(extents));
    }

    /** Negative positions count from the end, and both ends are clamped, as ONNX has it. */
    private Node slice() {
        Node x = input("x");
        for (int k = 0; k < from.array("axes").length; k++) {
            int extent = x.shape().extent(from.array("axes")[k]);
            int step = from.array("steps")[k];
            int start = from.array("starts")[k];
            int end = from.array("ends")[k];
            start = Math.max(
                    step < 0 ? -1 : 0, Math.min(start < 0 ? start + extent : start, step < 0 ? extent - 1 : extent));
            end = Math.max(step < 0 ? -1 : 0, Math.min(end < 0 ? end + extent : end, extent));
            int count = Math.max(0, (int) Math.ceil((end - start) / (double) step));
            x = b.slice(x, from.array("axes")[k], start, count, step);
        }
        return x;
    }

    private Node runningSum() {
        int axis = from.integer("axis");
        Node x = input("x");
        int extent = x.shape().extent(axis);
        Node turned = from.flag("reverse") ? b.slice(x, axis, extent - 1, extent, -1) : x;
        Node sum = b.cumulativeSum(turned, axis);
        Node without = from.flag("exclusive") ? b.subtract(sum, turned) : sum;
        return from.flag("reverse") ? b.slice(without, axis, extent - 1, extent, -1) : without;
    }

    private Node loss() {
        String words = from.op().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
        boolean byBatch = from.text("reduction").equals("batchmean");
        Loss.Reduction reduction = from.text("reduction").equals("mean") ? Loss.Reduction.MEAN : Loss.Reduction.SUM;
        Loss loss = Loss.of(Loss.Kind.valueOf(words), reduction)
                .weighted(from.inputs().get("weight"));
        for (LossSetting setting : LossSetting.values()) {
            if (from.attributes().has(setting.wireName())) {
                loss = loss.with(setting, from.number(setting.wireName()));
            }
        }
        Node result = loss.attach(b, input("prediction"), input("target"));
        return byBatch ? b.multiply(result, 1.0 / input("prediction").shape().extent(0)) : result;
    }
}
