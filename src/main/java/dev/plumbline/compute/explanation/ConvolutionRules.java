package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Convolution;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Window;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Wrong rules for convolutions: the kernel, or its gradient, turned by half a turn. */
final class ConvolutionRules {

    private static final int[][] SHIFTS = {{0, 1}, {0, -1}, {1, 0}, {-1, 0}};

    private ConvolutionRules() {}

    static List<FaultyRule> of(Operation operation) {
        Node y = operation.output();
        Node x = y.inputs().get(0);
        Node w = y.inputs().get(1);
        List<FaultyRule> rules = new ArrayList<>();
        if (operation.inputs().contains(x)) {
            rules.add(new FaultyRule(
                    "flipped",
                    (point, d) -> {
                        double[][] into = {new double[x.shape().size()], null};
                        y.op().pullBack(List.of(point.value(x), turned(point.value(w))), point.value(y), d, into);
                        Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                        passed.put(x, into[0]);
                        return passed;
                    },
                    "goes back with its kernel turned the wrong way round"));
        }
        if (operation.inputs().contains(x) && y.op() instanceof Convolution convolution) {
            rules.addAll(moved(operation, convolution));
        }
        if (operation.inputs().contains(w)) {
            rules.add(new FaultyRule(
                    "flipped",
                    (point, d) -> {
                        Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                        passed.computeIfPresent(w, (node, right) -> turned(Tensor.of(w.shape(), right))
                                .values());
                        return passed;
                    },
                    "has the gradient of its kernel turned the wrong way round"));
            if (w.shape().extent(2) == w.shape().extent(3)) {
                rules.add(new FaultyRule(
                        "kernelTransposed",
                        (point, d) -> {
                            Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                            passed.computeIfPresent(w, (node, right) -> transposed(Tensor.of(w.shape(), right))
                                    .values());
                            return passed;
                        },
                        "has the rows and columns of its kernel's gradient exchanged"));
            }
            if (y.op() instanceof Convolution convolution) {
                rules.addAll(windowsBeside(operation, convolution));
            }
        }
        return rules;
    }

    private static List<FaultyRule> moved(Operation operation, Convolution convolution) {
        Node y = operation.output();
        Node x = y.inputs().get(0);
        Window window = convolution.window();
        List<FaultyRule> rules = new ArrayList<>();
        if (window.kernel().get(0).equals(window.kernel().get(1))
                && window.kernel().get(0) > 1) {
            rules.add(MultiplicationRules.edited(
                    operation,
                    0,
                    "kernelTransposed",
                    values -> values.set(1, transposed(values.get(1))),
                    "goes back with the rows and columns of its kernel exchanged"));
        }
        List<Integer> pads = window.padding();
        if (pads.get(0) + pads.get(1) > 0) {
            Window late = new Window(
                    window.kernel(),
                    window.strides(),
                    List.of(0, 0, pads.get(0) + pads.get(2), pads.get(1) + pads.get(3)),
                    window.dilations(),
                    window.ceil());
            rules.add(other(operation, "paddingIgnored", late, "ignores its padding on the way back"));
        }
        if (window.strides().get(0) * window.strides().get(1) > 1) {
            Window dense = new Window(window.kernel(), List.of(1, 1), pads, window.dilations(), false);
            rules.add(other(operation, "strideIgnored", dense, "ignores its stride on the way back"));
        }
        for (int[] shift : SHIFTS) {
            rules.add(new FaultyRule(
                    "shifted",
                    (point, d) -> {
                        Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                        passed.computeIfPresent(x, (node, right) -> shifted(x.shape(), right, shift));
                        return passed;
                    },
                    "shifts what it passes on by one position along its " + along(shift)));
        }
        return rules;
    }

    /** The gradient of the kernel where the window begins one position too early or too late. */
    private static List<FaultyRule> windowsBeside(Operation operation, Convolution convolution) {
        Node y = operation.output();
        Node w = y.inputs().get(1);
        Window window = convolution.window();
        List<FaultyRule> rules = new ArrayList<>();
        for (int[] shift : SHIFTS) {
            List<Integer> pads = window.padding();
            List<Integer> moved = List.of(
                    pads.get(0) + shift[0], pads.get(1) + shift[1], pads.get(2) - shift[0], pads.get(3) - shift[1]);
            if (moved.stream().allMatch(pad -> pad >= 0)) {
                Window beside = new Window(window.kernel(), window.strides(), moved, window.dilations(), window.ceil());
                Convolution faulty = new Convolution(beside, convolution.groups());
                rules.add(new FaultyRule(
                        "shifted",
                        (point, d) -> {
                            double[][] into = {null, new double[w.shape().size()]};
                            List<Tensor> inputs = List.of(point.value(y.inputs().get(0)), point.value(w));
                            faulty.pullBack(inputs, point.value(y), d, into);
                            Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                            passed.put(w, into[1]);
                            return passed;
                        },
                        "takes the gradient of its kernel from an input that is shifted by one position along its "
                                + along(shift)));
            }
        }
        return rules;
    }

    private static String along(int[] shift) {
        return shift[0] == 0 ? "width" : "height";
    }

    /** The rule of a convolution whose window moves otherwise, for the gradient that fits into its first positions. */
    private static FaultyRule other(Operation operation, String name, Window window, String words) {
        Node y = operation.output();
        Node x = y.inputs().get(0);
        Node w = y.inputs().get(1);
        Convolution convolution = new Convolution(window, ((Convolution) y.op()).groups());
        return new FaultyRule(
                name,
                (point, d) -> {
                    Shape shape = convolution.shape(List.of(x.shape(), w.shape()));
                    double[] placed = new double[shape.size()];
                    int[] strides = shape.strides();
                    for (int i = 0; i < d.length; i++) {
                        int[] index = y.shape().index(i);
                        if (index[2] < shape.extent(2) && index[3] < shape.extent(3)) {
                            int at = 0;
                            for (int axis = 0; axis < index.length; axis++) {
                                at += index[axis] * strides[axis];
                            }
                            placed[at] = d[i];
                        }
                    }
                    double[][] into = {new double[x.shape().size()], null};
                    List<Tensor> inputs = List.of(point.value(x), point.value(w));
                    convolution.pullBack(inputs, Tensor.zeros(shape), placed, into);
                    Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                    passed.put(x, into[0]);
                    return passed;
                },
                words);
    }

    private static double[] shifted(Shape shape, double[] values, int[] shift) {
        int height = shape.extent(shape.rank() - 2);
        int width = shape.extent(shape.rank() - 1);
        double[] shifted = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int row = i / width % height + shift[0];
            int column = i % width + shift[1];
            if (row >= 0 && row < height && column >= 0 && column < width) {
                shifted[i + shift[0] * width + shift[1]] = values[i];
            }
        }
        return shifted;
    }

    private static Tensor transposed(Tensor kernels) {
        int n = kernels.shape().extent(kernels.shape().rank() - 1);
        double[] values = new double[kernels.size()];
        for (int i = 0; i < values.length; i++) {
            int row = i / n % n;
            int column = i % n;
            values[i + (column - row) * (n - 1)] = kernels.at(i);
        }
        return Tensor.of(kernels.shape(), values);
    }

    /** The kernels, (out, in, height, width), turned by half a turn. */
    private static Tensor turned(Tensor kernels) {
        Shape shape = kernels.shape();
        int area = shape.extent(shape.rank() - 1) * shape.extent(shape.rank() - 2);
        double[] values = new double[kernels.size()];
        for (int i = 0; i < values.length; i++) {
            int within = i % area;
            values[i - within + area - 1 - within] = kernels.at(i);
        }
        return Tensor.of(shape, values);
    }
}
