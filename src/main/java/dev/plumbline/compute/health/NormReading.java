package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Layer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The layers of a network of which only norms are known. A layer's norm is that of its tensors together; its share of
 * zeros is the least of theirs, which needs no sizes.
 *
 * @param tensors by parameter
 * @param order of the layers that count for the depth, first layer first; empty where their names shall say, and where
 *     then each layer counts that has more than a bias
 */
public record NormReading(Map<String, TensorNorms> tensors, List<String> order) {

    private static final Pattern NO_WEIGHT = Pattern.compile("(.*[./_:])?(bias|beta|gamma|b)(:0)?");

    /** What the rules look at. Layers of the order without a norm are left out. */
    public Condition condition() {
        Map<String, Map<String, TensorNorms>> grouped = new LinkedHashMap<>();
        tensors.forEach((name, norms) -> grouped.computeIfAbsent(Layer.name(name), key -> new LinkedHashMap<>())
                .put(name, norms));
        List<String> names = order.isEmpty()
                ? GivenReading.numbered(grouped.keySet())
                : Stream.concat(order.stream(), grouped.keySet().stream())
                        .distinct()
                        .filter(grouped::containsKey)
                        .toList();
        List<LayerHealth> layers = new ArrayList<>();
        for (String name : names) {
            layers.add(health(name, grouped.getOrDefault(name, Map.of())));
        }
        boolean ordered = !order.isEmpty() || GivenReading.numberTheirOrder(grouped.keySet());
        return new Condition(null, layers, ordered, SampleNorms.none("gradients by sample need the model"));
    }

    private LayerHealth health(String name, Map<String, TensorNorms> own) {
        Collection<TensorNorms> all = own.values();
        double gradient = together(all.stream().map(TensorNorms::gradientNorm).toList());
        Double parameter = known(all, TensorNorms::parameterNorm);
        Double update = known(all, TensorNorms::updateNorm);
        double zeroShare = all.stream()
                .mapToDouble(norms -> norms.zeroShare() == null ? Double.NaN : norms.zeroShare())
                .min()
                .orElse(Double.NaN);
        boolean weight = order.isEmpty()
                ? own.keySet().stream()
                        .anyMatch(tensor -> !NO_WEIGHT.matcher(tensor).matches())
                : order.contains(name);
        return new LayerHealth(
                name,
                gradient,
                Double.NaN,
                zeroShare,
                parameter,
                LayerHealth.over(gradient, parameter),
                LayerHealth.over(update, parameter),
                null,
                null,
                null,
                weight,
                null,
                null,
                Map.of(),
                null);
    }

    /** Null where one of them is not known. */
    private static @Nullable Double known(
            Collection<TensorNorms> tensors, Function<TensorNorms, @Nullable Double> figure) {
        List<Double> known = new ArrayList<>();
        for (TensorNorms norms : tensors) {
            Double norm = figure.apply(norms);
            if (norm == null) {
                return null;
            }
            known.add(norm);
        }
        return together(known);
    }

    private static double together(List<Double> norms) {
        double sum = 0;
        for (double norm : norms) {
            sum = Math.hypot(sum, norm);
        }
        return sum;
    }
}
