package dev.plumbline.compute.comparison;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;

/** Dumps of gradients, seeded, and what is done to them. */
final class Gradients {

    /** One held in memory for naming, one that is not. */
    static final Shape SMALL = Shape.of(24, 16);

    static final Shape LARGE = Shape.of(384, 320);

    private Gradients() {}

    static Tensor random(long seed, Shape shape) {
        Random random = new Random(seed);
        double[] values = new double[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.01 * random.nextGaussian());
        }
        return Tensor.of(shape, Datatype.FP32, values);
    }

    static Tensor each(Tensor tensor, DoubleUnaryOperator change) {
        double[] values = Arrays.stream(tensor.values())
                .map(change)
                .map(value -> (float) value)
                .toArray();
        return Tensor.of(tensor.shape(), Datatype.FP32, values);
    }

    /** With the value of each position. */
    static Tensor at(Tensor tensor, IntToDoubleFunction value) {
        double[] values = new double[tensor.size()];
        Arrays.setAll(values, i -> (float) value.applyAsDouble(i));
        return Tensor.of(tensor.shape(), Datatype.FP32, values);
    }

    /** Each entry off by a relative error of this size. */
    static Tensor noisy(Tensor tensor, double size, long seed) {
        Random random = new Random(seed);
        return each(tensor, value -> value * (1 + size * random.nextGaussian()));
    }

    static Map<String, TensorSource> dump(Object... namesAndTensors) {
        Map<String, TensorSource> dump = new LinkedHashMap<>();
        for (int i = 0; i < namesAndTensors.length; i += 2) {
            dump.put((String) namesAndTensors[i], (TensorSource) namesAndTensors[i + 1]);
        }
        return dump;
    }

    static List<TensorComparison> compare(Map<String, TensorSource> a, Map<String, TensorSource> b) {
        return compare(List.of(a), List.of(b), Map.of());
    }

    static List<TensorComparison> compare(
            List<Map<String, TensorSource>> a, List<Map<String, TensorSource>> b, Map<String, Placement> layout) {
        return DumpComparison.of(new Dumps(a, b, List.of(), Map.of(), layout, null), () -> {});
    }

    static TensorComparison compare(Tensor a, Tensor b) {
        return compare(dump("w", a), dump("w", b)).get(0);
    }
}
