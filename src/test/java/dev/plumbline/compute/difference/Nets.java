package dev.plumbline.compute.difference;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.compute.program.Window;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Small networks of every kind, seeded. */
final class Nets {

    private final SplittableRandom random;
    private final ProgramBuilder b = new ProgramBuilder();
    private final Map<String, Tensor> point = new HashMap<>();

    Nets(long seed) {
        this.random = new SplittableRandom(seed);
    }

    static Map<String, Objective> all() {
        Map<String, Objective> nets = new java.util.TreeMap<>();
        nets.put("tanh MLP", new Nets(1).mlp(UnaryFunction.TANH, 6, 4, 8, 6, 3));
        nets.put("ReLU MLP", new Nets(2).mlp(UnaryFunction.RELU, 6, 4, 8, 6, 3));
        nets.put("CNN", new Nets(3).cnn(2, 9, 3, 4));
        nets.put("embedding", new Nets(4).embedding());
        nets.put("batch norm in training mode", new Nets(5).batchNorm());
        nets.put("layer norm", new Nets(6).layerNorm());
        nets.put("recurrent", new Nets(7).recurrent());
        nets.put("tied weights", new Nets(8).tied());
        nets.put("L2-regularised", new Nets(9).regularised());
        nets.put("residual", new Nets(10).residual());
        nets.put("zero gradients", new Nets(11).zeroGradients());
        nets.put("loss of a mean", new Nets(12).lossOfAMean());
        return nets;
    }

    Tensor normal(double scale, int... extents) {
        return Tensor.zeros(Shape.of(extents)).map(zero -> scale * random.nextGaussian());
    }

    Node data(String name, Tensor value) {
        point.put(name, value);
        return b.data(name, value.shape());
    }

    Node parameter(String name, double scale, int... extents) {
        Tensor value = normal(scale, extents);
        point.put(name, value);
        return b.parameter(name, value);
    }

    Node dense(Node x, String name, int in, int out) {
        Node w = parameter(name + ".weight", 1 / Math.sqrt(in), out, in);
        return b.add(b.matmul(x, false, w, true), parameter(name + ".bias", 0.1, out));
    }

    Objective crossEntropy(Node logits, int batch, int classes) {
        Tensor y = Tensor.zeros(Shape.of(batch)).map(zero -> random.nextInt(classes));
        Node loss = Loss.of(Loss.Kind.CROSS_ENTROPY, Loss.Reduction.MEAN).attach(b, logits, data("y", y));
        return objective(loss);
    }

    Objective objective(Node loss) {
        Program program = b.output("loss", loss).build();
        return new Objective(program, program.output("loss"), point);
    }

    Objective mlp(UnaryFunction activation, int batch, int... sizes) {
        Node h = data("x", normal(1, batch, sizes[0]));
        for (int l = 1; l < sizes.length; l++) {
            h = dense(h, "layer" + l, sizes[l - 1], sizes[l]);
            h = l + 1 < sizes.length ? b.unary(activation, h) : h;
        }
        return crossEntropy(h, batch, sizes[sizes.length - 1]);
    }

    /** Two convolutions, each with ReLU and max-pool, and a dense layer. */
    Objective cnn(int batch, int side, int... channels) {
        Node h = data("x", normal(1, batch, 1, side, side));
        int in = 1;
        for (int out : channels) {
            Node w = parameter("conv" + out + ".weight", 1 / Math.sqrt(9 * in), out, in, 3, 3);
            Node bias = b.reshape(parameter("conv" + out + ".bias", 0.1, out), Shape.of(1, out, 1, 1));
            h = b.add(
                    b.convolution(
                            h,
                            w,
                            new Window(List.of(3, 3), List.of(1, 1), List.of(1, 1, 1, 1), List.of(1, 1), false),
                            1),
                    bias);
            h = b.maxPool(
                    b.unary(UnaryFunction.RELU, h),
                    new Window(List.of(2, 2), List.of(2, 2), List.of(0, 0, 0, 0), List.of(1, 1), false));
            in = out;
        }
        int features = h.shape().size() / batch;
        return crossEntropy(dense(b.reshape(h, Shape.of(batch, features)), "head", features, 3), batch, 3);
    }

    private Objective embedding() {
        Node words = data("words", Tensor.of(Shape.of(4, 3), new double[] {0, 2, 2, 5, 1, 0, 6, 6, 6, 3, 2, 1}));
        Node rows = b.gather(parameter("embedding", 1, 8, 5), words, 0); // row 4 and 7 are never read
        return crossEntropy(dense(b.reshape(b.unary(UnaryFunction.TANH, rows), Shape.of(4, 15)), "head", 15, 3), 4, 3);
    }

    private Node normalised(Node x, int axis) {
        Node centred = b.subtract(x, b.restoreAxes(b.mean(x, axis), x.shape(), axis));
        Node variance = b.restoreAxes(b.mean(b.square(centred), axis), x.shape(), axis);
        return b.divide(centred, b.unary(UnaryFunction.SQRT, b.add(variance, b.constant(1e-5))));
    }

    private Objective batchNorm() {
        Node h = normalised(dense(data("x", normal(1, 6, 4)), "first", 4, 5), 0);
        h = b.add(b.multiply(h, parameter("scale", 1, 5)), parameter("shift", 1, 5));
        return crossEntropy(dense(b.unary(UnaryFunction.TANH, h), "head", 5, 3), 6, 3);
    }

    private Objective layerNorm() {
        Node h = normalised(dense(data("x", normal(1, 6, 4)), "first", 4, 5), 1);
        h = b.add(b.multiply(h, parameter("scale", 1, 5)), parameter("shift", 1, 5));
        return crossEntropy(dense(b.unary(UnaryFunction.TANH, h), "head", 5, 3), 6, 3);
    }

    private Objective recurrent() {
        Node x = data("x", normal(1, 4, 5, 3));
        Node in = parameter("in", 0.6, 6, 3);
        Node own = parameter("own", 0.4, 6, 6);
        Node bias = parameter("bias", 0.1, 6);
        Node h = b.constant(Tensor.zeros(Shape.of(4, 6)));
        for (int t = 0; t < 5; t++) {
            Node now = b.reshape(b.slice(x, 1, t, 1, 1), Shape.of(4, 3));
            Node z = b.add(b.matmul(now, false, in, true), b.matmul(h, false, own, true));
            h = b.unary(UnaryFunction.TANH, b.add(z, bias));
        }
        return crossEntropy(dense(h, "head", 6, 3), 4, 3);
    }

    private Objective tied() {
        Node x = data("x", normal(1, 5, 4));
        Node w = parameter("w", 0.5, 6, 4);
        Node code = b.unary(UnaryFunction.TANH, b.matmul(x, false, w, true));
        return objective(b.mean(b.square(b.subtract(b.matmul(code, w), x)), 0, 1));
    }

    private Objective regularised() {
        Node x = data("x", normal(1, 5, 4));
        Node w = parameter("w", 0.5, 3, 4);
        Node error = b.mean(
                b.square(b.subtract(
                        b.unary(UnaryFunction.TANH, b.matmul(x, false, w, true)), data("t", normal(1, 5, 3)))),
                0,
                1);
        return objective(b.add(error, b.multiply(b.sum(b.square(w), 0, 1), 0.01)));
    }

    private Objective residual() {
        Node h = dense(data("x", normal(1, 6, 4)), "in", 4, 5);
        for (int block = 0; block < 3; block++) {
            h = b.add(h, b.unary(UnaryFunction.SIGMOID, dense(h, "block" + block, 5, 5)));
        }
        return crossEntropy(dense(h, "head", 5, 3), 6, 3);
    }

    /** A unit that is dead for every sample, an input that is always 0, and a parameter nothing reads. */
    private Objective zeroGradients() {
        Tensor x = normal(1, 6, 4);
        for (int n = 0; n < 6; n++) {
            x.values()[4 * n + 1] = 0;
        }
        Node h = dense(data("x", x), "first", 4, 5);
        point.put("first.bias", Tensor.vector(0.1, -50, 0.2, 0, 0.3));
        parameter("unread", 1, 3);
        return crossEntropy(dense(b.unary(UnaryFunction.RELU, h), "head", 5, 3), 6, 3);
    }

    /** The samples meet before the last non-linear function, so that none has a share of its own. */
    private Objective lossOfAMean() {
        Node h = b.unary(UnaryFunction.TANH, dense(data("x", normal(1, 6, 4)), "first", 4, 5));
        return objective(b.unary(UnaryFunction.EXP, b.mean(h, 0, 1)));
    }
}
