package dev.plumbline.bench;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.compute.program.Window;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The networks that are timed here and beside PyTorch: tanh MLPs of four sizes and one of fifty layers, and the CNN of the
 * fifth article.
 */
final class Networks {

    private final Random random = new Random(1);
    private final ProgramBuilder b = new ProgramBuilder();
    private final Map<String, Tensor> point = new HashMap<>();

    private Networks() {}

    static Objective named(String name) {
        return switch (name) {
            case "mlp-100" -> new Networks().mlp(32, 4, 8, 6, 3);
            case "mlp-1k" -> new Networks().mlp(32, 16, 32, 12, 5);
            case "mlp-5k" -> new Networks().mlp(32, 32, 64, 40, 10);
            case "mlp-20k" -> new Networks().mlp(32, 64, 128, 80, 10);
            case "cnn" -> new Networks().cnn(4);
            case "cnn-32" -> new Networks().cnn(32);
            case "mlp-deep" -> new Networks().mlp(64, deep());
            default -> throw new IllegalArgumentException(name);
        };
    }

    private Tensor normal(double scale, int... extents) {
        return Tensor.zeros(Shape.of(extents)).map(zero -> scale * random.nextGaussian());
    }

    private Node data(String name, Tensor value) {
        point.put(name, value);
        return b.data(name, value.shape());
    }

    private Node parameter(String name, Tensor value) {
        point.put(name, value);
        return b.parameter(name, value);
    }

    private Node dense(Node x, int layer, int in, int out) {
        Node w = parameter("w" + layer, normal(1 / Math.sqrt(in), out, in));
        return b.add(b.matmul(x, false, w, true), parameter("b" + layer, normal(0.1, out)));
    }

    private Objective mlp(int batch, int... sizes) {
        Node h = data("x", normal(1, batch, sizes[0]));
        for (int l = 1; l < sizes.length; l++) {
            h = dense(h, l, sizes[l - 1], sizes[l]);
            h = l + 1 < sizes.length ? b.unary(UnaryFunction.TANH, h) : h;
        }
        return crossEntropy(h, batch, sizes[sizes.length - 1]);
    }

    /** Fifty layers of weights, 64 wide, for ten classes. */
    private static int[] deep() {
        int[] sizes = new int[51];
        Arrays.fill(sizes, 64);
        sizes[50] = 10;
        return sizes;
    }

    private Objective cnn(int batch) {
        Node h = data("x", normal(1, batch, 1, 28, 28));
        int in = 1;
        for (int out : new int[] {32, 64}) {
            Node w = parameter("conv" + out + ".w", normal(1 / Math.sqrt(9 * in), out, in, 3, 3));
            Node bias = b.reshape(parameter("conv" + out + ".b", normal(0.1, out)), Shape.of(1, out, 1, 1));
            h = b.unary(UnaryFunction.RELU, b.add(b.convolution(h, w, Window.of(3, 3), 1), bias));
            h = b.maxPool(h, new Window(List.of(2, 2), List.of(2, 2), List.of(0, 0, 0, 0), List.of(1, 1), false));
            in = out;
        }
        h = b.unary(UnaryFunction.RELU, dense(b.reshape(h, Shape.of(batch, 1600)), 1, 1600, 128));
        return crossEntropy(dense(h, 2, 128, 10), batch, 10);
    }

    private Objective crossEntropy(Node logits, int batch, int classes) {
        Tensor y = Tensor.zeros(Shape.of(batch)).map(zero -> random.nextInt(classes));
        Node loss = Loss.of(Loss.Kind.CROSS_ENTROPY, Loss.Reduction.MEAN).attach(b, logits, data("y", y));
        Program program = b.output("loss", loss).build();
        return new Objective(program, program.output("loss"), point);
    }
}
