package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Layer;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The layers of a network that only its own pipeline knows: gradients by name, and beside them what else was given.
 *
 * @param gradients by parameter
 * @param parameters by the same names; may be empty
 * @param activations by layer; may be empty
 * @param functions what the activations are: relu, tanh or sigmoid by layer; their derivatives follow from their values
 * @param order of the layers, first layer first; empty where their names shall say
 */
public record GivenReading(
        Map<String, Tensor> gradients,
        Map<String, Tensor> parameters,
        Map<String, Tensor> activations,
        Map<String, String> functions,
        List<String> order) {

    private static final Pattern NUMBER = Pattern.compile("\\d+");

    /** The layers that the gradients' names tell, {@code fc1} of {@code fc1.weight} and {@code fc1.bias}. */
    public static Set<String> layers(Set<String> names) {
        Set<String> layers = new TreeSet<>();
        names.forEach(name -> layers.add(Layer.name(name)));
        return layers;
    }

    /** What the rules look at; {@code updateNorms} by parameter, empty where the optimizer is not known. */
    public Condition condition(Map<String, Double> updateNorms) {
        Map<String, Map<String, Tensor>> grouped = new LinkedHashMap<>();
        gradients.forEach((name, gradient) -> grouped.computeIfAbsent(Layer.name(name), key -> new LinkedHashMap<>())
                .put(name, gradient));
        List<String> names = order.isEmpty() ? numbered(grouped.keySet()) : order;
        List<LayerHealth> layers = new ArrayList<>();
        for (String name : names) {
            layers.add(health(name, grouped.getOrDefault(name, Map.of()), updateNorms));
        }
        boolean ordered = !order.isEmpty() || numberTheirOrder(grouped.keySet());
        return new Condition(null, layers, ordered, SampleNorms.none("gradients by sample need the model"));
    }

    /** Whether each name has a number and the rest of the names is the same, or there is but one. */
    static boolean numberTheirOrder(Set<String> names) {
        return names.size() < 2
                || names.stream()
                                .map(name -> NUMBER.matcher(name).replaceAll("#"))
                                .distinct()
                                .count()
                        == 1;
    }

    /** {@code fc2} before {@code fc10}; names without numbers stay as they came. */
    static List<String> numbered(Set<String> names) {
        List<String> sorted = new ArrayList<>(names);
        sorted.sort((a, b) -> {
            List<Integer> first = numbers(a);
            List<Integer> second = numbers(b);
            for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
                if (!first.get(i).equals(second.get(i))) {
                    return first.get(i).compareTo(second.get(i));
                }
            }
            return Integer.compare(first.size(), second.size());
        });
        return sorted;
    }

    private static List<Integer> numbers(String name) {
        List<Integer> numbers = new ArrayList<>();
        Matcher matcher = NUMBER.matcher(name);
        while (matcher.find()) {
            String digits = matcher.group();
            numbers.add(digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits));
        }
        return numbers;
    }

    private LayerHealth health(String name, Map<String, Tensor> own, Map<String, Double> updateNorms) {
        List<Tensor> known = own.keySet().stream()
                .filter(parameters::containsKey)
                .map(parameters::get)
                .toList();
        boolean all = known.size() == own.size();
        Double update = updateNorms.keySet().containsAll(own.keySet())
                ? (Double) Tensor.vector(own.keySet().stream()
                                .mapToDouble(parameter -> updateNorms.getOrDefault(parameter, 0.0))
                                .toArray())
                        .norm()
                : null;
        boolean hasWeight =
                own.values().stream().anyMatch(tensor -> tensor.shape().rank() >= 2);
        return LayerHealth.of(
                name,
                own,
                hasWeight,
                new LayerHealth.Known(all ? known : null, update, null, activation(name), null, null));
    }

    private @Nullable ActivationStatistics activation(String layer) {
        Tensor values = activations.get(layer);
        if (values == null) {
            return null;
        }
        String function = functions.getOrDefault(layer, "unknown");
        return ActivationStatistics.of(
                function,
                values,
                Math.min(1, Math.max(values.shape().rank() - 1, 0)),
                Slopes.of(function, values.values()));
    }
}
