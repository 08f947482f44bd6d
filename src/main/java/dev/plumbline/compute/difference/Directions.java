package dev.plumbline.compute.difference;

import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * Random directions in parameter space. Weights are Gaussian: signs alone miss errors of equal size, which cancel, and
 * weights of one sign need a tolerance that grows with their sum.
 */
public final class Directions {

    private Directions() {}

    /** Independent standard normal weights for every entry of the named parameters. */
    public static Map<String, Tensor> gaussian(Collection<String> names, Objective objective, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Tensor> direction = new HashMap<>();
        for (String name : new TreeSet<>(names)) {
            double[] weights = new double[objective.parameter(name).size()];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = random.nextGaussian();
            }
            direction.put(name, Tensor.of(objective.parameter(name).shape(), weights));
        }
        return direction;
    }

    /** Others, each tensor's by a multiple of its own, drawn as they are looked at: for what is looked at once or twice. */
    public static Map<String, Tensor> drawn(
            Collection<String> names, Objective objective, long seed, ToDoubleFunction<String> multiple) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Long> seeds = new TreeMap<>();
        new TreeSet<>(names).forEach(name -> seeds.put(name, random.nextLong()));
        return new DrawnTensors(seeds.keySet(), name -> {
            double[] weights = new double[objective.parameter(name).size()];
            Gaussians.fill(weights, Objects.requireNonNull(seeds.get(name)), multiple.applyAsDouble(name));
            return Tensor.of(objective.parameter(name).shape(), weights);
        });
    }

    /** The root mean square of the named parameters together; 1 where they are all 0. */
    public static double size(Objective objective, Collection<String> names) {
        double squares = 0;
        long count = 0;
        for (String name : names) {
            double norm = objective.parameter(name).norm();
            squares += norm * norm;
            count += objective.parameter(name).size();
        }
        double size = Math.sqrt(squares / Math.max(1, count));
        return size > 0 && Double.isFinite(size) ? size : 1;
    }

    /** The inner product of a gradient with a direction. */
    public static double dot(Map<String, Tensor> gradient, Map<String, Tensor> direction) {
        double sum = 0;
        for (Map.Entry<String, Tensor> entry : direction.entrySet()) {
            double[] weights = entry.getValue().values();
            Tensor part = gradient.get(entry.getKey());
            double[] derivatives = part == null ? new double[0] : part.values();
            for (int i = 0; i < derivatives.length; i++) {
                sum += derivatives[i] * weights[i];
            }
        }
        return sum;
    }
}
