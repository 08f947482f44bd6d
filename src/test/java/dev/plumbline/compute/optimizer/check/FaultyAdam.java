package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.Epsilon;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;

/** A textbook Adam, entry by entry, with a switch for each mistake; every intermediate result is rounded to the datatype. */
final class FaultyAdam {

    double learningRate = 1e-2;
    double beta1 = 0.9;
    double beta2 = 0.999;
    Epsilon epsilon = Epsilon.STANDARD;
    LongUnaryOperator clock = LongUnaryOperator.identity();
    boolean correctsMean = true;
    boolean correctsSquare = true;
    boolean forgets;
    double sign = 1;
    double coupledDecay;
    double decoupledDecay;

    private final Map<String, double[]> means = new HashMap<>();
    private final Map<String, double[]> squares = new HashMap<>();
    private long t;

    Map<String, Tensor> step(Map<String, Tensor> parameters, Map<String, Tensor> gradients) {
        t++;
        if (forgets) {
            means.clear();
            squares.clear();
        }
        Map<String, Tensor> after = new TreeMap<>();
        parameters.forEach((name, x) -> after.put(name, step(name, x, requireNonNull(gradients.get(name)))));
        return after;
    }

    private Tensor step(String name, Tensor x, Tensor gradient) {
        Datatype type = x.datatype();
        double[] m = means.computeIfAbsent(name, absent -> new double[x.size()]);
        double[] v = squares.computeIfAbsent(name, absent -> new double[x.size()]);
        double[] after = new double[x.size()];
        double correction1 = !correctsMean ? 1 : 1 - Math.pow(beta1, clock.applyAsLong(t));
        double correction2 = !correctsSquare ? 1 : 1 - Math.pow(beta2, clock.applyAsLong(t));
        for (int i = 0; i < after.length; i++) {
            double g = type.round(sign * gradient.at(i) + coupledDecay * x.at(i));
            m[i] = type.round(m[i] + type.round((1 - beta1) * (g - m[i])));
            v[i] = type.round(v[i] + type.round((1 - beta2) * (g * g - v[i])));
            double mHat = type.round(m[i] / correction1);
            double vHat = type.round(v[i] / correction2);
            double root =
                    switch (epsilon) {
                        case STANDARD -> type.round(Math.sqrt(vHat)) + 1e-8;
                        case EPSILON_HAT -> (Math.sqrt(v[i]) + 1e-8) / Math.sqrt(correction2);
                        case INSIDE_ROOT -> Math.sqrt(vHat + 1e-8);
                    };
            double decayed = x.at(i) - learningRate * decoupledDecay * x.at(i);
            after[i] = type.round(decayed - type.round(learningRate * type.round(mHat / type.round(root))));
        }
        return Tensor.of(x.shape(), type, after);
    }
}
