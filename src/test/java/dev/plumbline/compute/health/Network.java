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
import java.util.Objects;
import java.util.Random;

/**
 * A multilayer perceptron for diagnoses, seeded: hidden layers {@code fc1}, {@code fc2}, ... and a linear {@code head} for
 * three classes under cross-entropy; or article 3's, whose head is a sigmoid under the mean squared error.
 *
 * @param spread of the normal weights by layer, in order
 * @param filled parameters that are filled with a number instead
 */
record Network(
        UnaryFunction function,
        Sizes sizes,
        Map<String, Double> spread,
        Map<String, Double> filled,
        double bias,
        Scale scale) {

    static final int WIDTH = 32;
    private static final Sizes CLASSIFIER = new Sizes(WIDTH, WIDTH, 3);
    private static final Sizes ARTICLE_3 = new Sizes(2, 4, 1);

    record Sizes(int inputs, int hidden, int outputs) {}

    /** What no verdict may depend on. */
    record Scale(int batch, Loss.Reduction reduction, double lossFactor) {}

    /** Weights drawn with standard deviation {@code gain / sqrt(fanIn)}, biases 0, a batch of 64. */
    static Network of(UnaryFunction function, int depth, double gain) {
        Map<String, Double> spread = new LinkedHashMap<>();
        for (int i = 1; i <= depth; i++) {
            spread.put("fc" + i, gain / Math.sqrt(WIDTH));
        }
        spread.put("head", 1 / Math.sqrt(WIDTH));
        return new Network(function, CLASSIFIER, spread, Map.of(), 0, new Scale(64, Loss.Reduction.MEAN, 1));
    }

    /** 2-4-1 sigmoids on [0.5, 0.5] and [-0.5, -0.5], both to become 0.5; standard normal weights. */
    static Network articleThree() {
        Map<String, Double> spread = new LinkedHashMap<>();
        spread.put("fc1", 1.0);
        spread.put("head", 1.0);
        Scale scale = new Scale(2, Loss.Reduction.MEAN, 1);
        return new Network(UnaryFunction.SIGMOID, ARTICLE_3, spread, Map.of(), 0, scale);
    }

    Network withBias(double other) {
        return new Network(function, sizes, spread, filled, other, scale);
    }

    Network withFilled(Map<String, Double> other) {
        return new Network(function, sizes, spread, other, bias, scale);
    }

    Network withBatch(int other) {
        return withScale(new Scale(other, scale.reduction(), scale.lossFactor()));
    }

    Network withReduction(Loss.Reduction other) {
        return withScale(new Scale(scale.batch(), other, scale.lossFactor()));
    }

    Network withLossFactor(double other) {
        return withScale(new Scale(scale.batch(), scale.reduction(), other));
    }

    private Network withScale(Scale other) {
        return new Network(function, sizes, spread, filled, bias, other);
    }

    Network withSpread(Map<String, Double> other) {
        return new Network(function, sizes, other, filled, bias, scale);
    }

    Network withFunction(UnaryFunction other) {
        return new Network(other, sizes, spread, filled, bias, scale);
    }

    private boolean isArticleThree() {
        return sizes.equals(ARTICLE_3);
    }

    private int units(String layer) {
        return layer.equals("head") ? sizes.outputs() : sizes.hidden();
    }

    Map<String, Tensor> point() {
        Random random = new Random(7);
        Map<String, Tensor> point = new LinkedHashMap<>();
        int inputs = sizes.inputs();
        for (Map.Entry<String, Double> layer : spread.entrySet()) {
            int units = units(layer.getKey());
            point.put(layer.getKey() + ".weight", normal(random, layer.getValue(), inputs, units));
            point.put(
                    layer.getKey() + ".bias",
                    Tensor.filled(Shape.of(units), layer.getKey().equals("head") ? 0 : bias));
            inputs = units;
        }
        filled.forEach(
                (name, value) -> point.computeIfPresent(name, (key, tensor) -> Tensor.filled(tensor.shape(), value)));
        int batch = scale.batch();
        if (isArticleThree()) {
            double[] x = new double[2 * batch];
            Arrays.setAll(x, i -> i / 2 % 2 == 0 ? 0.5 : -0.5);
            point.put("x", Tensor.of(Shape.of(batch, 2), x));
            point.put("y", Tensor.filled(Shape.of(batch, 1), 0.5));
            return point;
        }
        Random data = new Random(8);
        point.put("x", normal(data, 1, batch, WIDTH));
        point.put(
                "y",
                Tensor.vector(
                        data.doubles(batch, 0, sizes.outputs()).map(Math::floor).toArray()));
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
        Node h = b.data("x", Objects.requireNonNull(point.get("x")).shape());
        Node y = b.data("y", Objects.requireNonNull(point.get("y")).shape());
        int inputs = sizes.inputs();
        for (String layer : spread.keySet()) {
            int units = units(layer);
            Node w = b.parameter(layer + ".weight", Shape.of(inputs, units));
            Node z = b.add(b.matmul(h, w), b.parameter(layer + ".bias", Shape.of(units)));
            h = layer.equals("head") && !isArticleThree() ? z : b.unary(function, z);
            inputs = units;
        }
        Loss.Kind kind = isArticleThree() ? Loss.Kind.MSE : Loss.Kind.CROSS_ENTROPY;
        Node loss = Loss.of(kind, scale.reduction()).attach(b, h, y);
        Program program = b.output("loss", b.multiply(loss, scale.lossFactor())).build();
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
