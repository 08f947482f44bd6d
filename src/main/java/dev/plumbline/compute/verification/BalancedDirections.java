package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.Directions;
import dev.plumbline.compute.difference.DrawnTensors;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Random directions over all parameters in which every tensor weighs the same: tensor T is moved by {@code w_T z}, z
 * standard normal and {@code w_T} in inverse proportion to the norm of its gradient.
 *
 * <p>So each tensor adds as much to the derivative along the direction as any other, and what is wrong in a vanishing layer
 * of 1e-20 does not drown in the rounding of a layer of size 1: a few directions certify all tensors, each relative to its
 * own size. A tensor whose gradient is 0, or nothing but noise, moves as much as the others do for their size.
 *
 * @param weights {@code w_T}, scaled so that no tensor moves by more than its own size
 */
record BalancedDirections(Objective objective, Map<String, Double> weights) {

    /** What rounding may do to a slope, relative to it: half of what tells pieces apart. */
    private static final double NOISE = Neighbourhood.ALIKE / 2;

    /** @param roundings of the gradient, which no direction may blow up until they hide all else */
    static BalancedDirections of(Objective objective, Map<String, Tensor> gradient, Map<String, Tensor> roundings) {
        Map<String, Double> weights = new LinkedHashMap<>();
        Map<String, Double> norms = new LinkedHashMap<>();
        Map<String, Double> sizes = new LinkedHashMap<>();
        double strongest = 0; // |g| |x| of the tensor that matters most
        for (Map.Entry<String, Tensor> tensor : gradient.entrySet()) {
            double norm = tensor.getValue().norm();
            double size = Directions.size(objective, Set.of(tensor.getKey()));
            norms.put(tensor.getKey(), norm);
            sizes.put(tensor.getKey(), size);
            strongest = Double.isFinite(norm * size) ? Math.max(strongest, norm * size) : strongest;
        }
        double largest = 0; // move for its size
        for (String name : gradient.keySet()) {
            double size = Objects.requireNonNull(sizes.get(name));
            double norm = Objects.requireNonNull(norms.get(name));
            double noise = Objects.requireNonNull(roundings.get(name)).norm();
            boolean counts = norm > noise && Double.isFinite(norm) && strongest > 0;
            double share = counts ? strongest / (Math.max(norm, noise / NOISE) * size) : 1;
            weights.put(name, share * size);
            largest = Math.max(largest, share);
        }
        double scale = 1 / Math.max(1, largest);
        weights.replaceAll((name, weight) -> Math.max(weight * scale, Double.MIN_NORMAL));
        return new BalancedDirections(objective, weights);
    }

    /** The least weight. */
    double least() {
        return weights.values().stream().mapToDouble(Double::doubleValue).min().orElse(1);
    }

    /** The direction of a seed. */
    Map<String, Tensor> gaussian(long seed) {
        return Directions.drawn(weights.keySet(), objective, seed, this::weight);
    }

    /** The direction whose entries are all of one size in each tensor, with random signs. */
    Map<String, Tensor> signs(long seed) {
        Map<String, Tensor> gaussian = Directions.drawn(weights.keySet(), objective, seed, name -> 1);
        return DrawnTensors.changed(gaussian, (name, z) -> {
            double weight = weight(name);
            return z.map(value -> value < 0 ? -weight : weight);
        });
    }

    private double weight(String name) {
        return weights.getOrDefault(name, 1.0);
    }

    /** One entry alone. */
    Map<String, Tensor> entry(String name, int position) {
        double[] values = new double[objective.parameter(name).size()];
        values[position] = weights.getOrDefault(name, 1.0);
        return Map.of(name, Tensor.of(objective.parameter(name).shape(), values));
    }

    /** The other way. */
    static Map<String, Tensor> reversed(Map<String, Tensor> direction) {
        return DrawnTensors.changed(direction, (name, d) -> d.map(value -> -value));
    }
}
