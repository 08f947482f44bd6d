package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * A multilayer perceptron for diagnoses: {@code depth} hidden layers of {@code width} and a linear head for three classes
 * under cross-entropy, seeded.
 *
 * @param spread of the normal weights by layer, {@code fc1} first; the head's is {@code head}
 */
record Network(
        UnaryFunction function,
        int depth,
        Map<String, Double> spread,
        double bias,
        int batch,
        Loss.Reduction reduction,
        double lossFactor) {

    static final int WIDTH = 32;
    private static final int CLASSES = 3;

    /** Weights drawn with standard deviation {@code gain / sqrt(fanIn)}, biases 0, a batch of 64. */
    static Network of(UnaryFunction function, int depth, double gain) {
        Map<String, Double> spread = new LinkedHashMap<>();
        for (int i = 1; i <= depth; i++) {
            spread.put("fc" + i, gain / Math.sqrt(WIDTH));
        }
        spread.put("head", 1 / Math.sqrt(WIDTH));
        return new Network(function, depth, spread, 0, 64, Loss.Reduction.MEAN, 1);
    }

    Network withBias(double other) {
        return new Network(function, depth, spread, other, batch, reduction, lossFactor);
    }

    Network withBatch(int other) {
        return new Network(function, depth, spread, bias, other, reduction, lossFactor);
    }

    Network withReduction(Loss.Reduction other) {
        return new Network(function, depth, spread, bias, batch, other, lossFactor);
    }

    Network withLossFactor(double other) {
        return new Network(function, depth, spread, bias, batch, reduction, other);
    }

    Network withSpread(Map<String, Double> other) {
        return new Network(function, depth, other, bias, batch, reduction, lossFactor);
    }

    Network withFunction(UnaryFunction other) {
        return new Network(other, depth, spread, bias, batch, reduction, lossFactor);
    }

    Map<String, Tensor> point() {
        Random random = new Random(7);
        Map<String, Tensor> point = new LinkedHashMap<>();
        spread.forEach((layer, deviation) -> {
            int units = layer.equals("head") ? CLASSES : WIDTH;
            point.put(layer + ".weight", normal(random, deviation, WIDTH, units));
            point.put(layer + ".bias", Tensor.filled(Shape.of(units), layer.equals("head") ? 0 : bias));
        });
        Random data = new Random(8);
        point.put("x", normal(data, 1, batch, WIDTH));
        point.put(
                "y",
                Tensor.vector(data.doubles(batch, 0, CLASSES).map(Math::floor).toArray()));
        return point;
    }

    private static Tensor normal(Random random, double deviation, int... extents) {
        Shape shape = Shape.of(extents);
        double[] values = new double[shape.size()];
        Arrays.setAll(values, i -> deviation * random.nextGaussian());
        return Tensor.of(shape, values);
    }

    Objective objective() {
        return objective(point());
    }

    Objective objective(Map<String, Tensor> point) {
        ProgramBuilder b = new ProgramBuilder();
        Node h = b.data("x", Shape.of(batch, WIDTH));
        Node y = b.data("y", Shape.of(batch));
        for (String layer : spread.keySet()) {
            int units = layer.equals("head") ? CLASSES : WIDTH;
            Node w = b.parameter(layer + ".weight", Shape.of(WIDTH, units));
            Node z = b.add(b.matmul(h, w), b.parameter(layer + ".bias", Shape.of(units)));
            h = layer.equals("head") ? z : b.unary(function, z);
        }
        Node loss = new Loss(Loss.Kind.CROSS_ENTROPY, reduction, 1, 0, null).attach(b, h, y);
        Program program = b.output("loss", b.multiply(loss, lossFactor)).build();
        return new Objective(program, program.output("loss"), point);
    }

    Condition condition() {
        return condition(objective());
    }

    static Condition condition(Objective objective) {
        return new ModelReading(objective).condition(Map.of(), SampleNorms.none("not asked for"));
    }

    Diagnosis diagnosis() {
        return Diagnosis.of(condition(), Profile.PLUMBLINE);
    }
}
