package dev.plumbline.check;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** The planted mistakes of the fixtures, worked in float64 and rounded once to the gradient's datatype. */
final class Recipe {

    private Recipe() {}

    static Tensor apply(JsonNode recipe, String name, Map<String, Tensor> gradients, Map<String, Tensor> parameters) {
        Tensor gradient = Objects.requireNonNull(gradients.get(name));
        double[] g = gradient.values();
        double[] a = g.clone();
        switch (recipe.get("kind").asString()) {
            case "sign" -> Arrays.setAll(a, i -> -g[i]);
            case "scaled" -> Arrays.setAll(a, i -> recipe.get("factor").asDouble() * g[i]);
            case "zero" -> Arrays.fill(a, 0);
            case "sparse" ->
                a[position(recipe, gradient.shape())] *= recipe.get("factor").asDouble();
            case "nonFinite" -> a[position(recipe, gradient.shape())] = Double.NaN;
            case "offset" -> Arrays.setAll(a, i -> g[i] + recipe.get("offset").asDouble());
            case "rounded" -> Arrays.setAll(a, i -> Datatype.FP16.round(g[i]));
            case "swapped" -> {
                return Objects.requireNonNull(gradients.get(recipe.get("other").asString()));
            }
            case "weightDecay" -> {
                double[] w = Objects.requireNonNull(parameters.get(name)).values();
                Arrays.setAll(a, i -> g[i] + recipe.get("lambda").asDouble() * w[i]);
            }
            case "clipped" -> {
                double limit = recipe.get("limit").asDouble();
                Arrays.setAll(a, i -> Math.min(Math.max(g[i], -limit), limit));
            }
            case "shifted" -> {
                int shift = recipe.get("shift").asInt();
                Arrays.setAll(a, i -> g[Math.floorMod(i - shift, g.length)]);
            }
            case "transposed" -> {
                int n = gradient.shape().extent(0);
                Arrays.setAll(a, i -> g[i % n * n + i / n]);
            }
            case "slice" -> {
                int axis = recipe.get("axis").asInt();
                int slice = recipe.get("slice").asInt();
                Arrays.setAll(a, i -> gradient.shape().index(i)[axis] == slice ? 0 : g[i]);
            }
            default -> throw new IllegalArgumentException(recipe.toString());
        }
        return Tensor.of(gradient.shape(), a).as(gradient.datatype());
    }

    private static int position(JsonNode recipe, Shape shape) {
        int position = 0;
        int[] strides = shape.strides();
        for (int axis = 0; axis < strides.length; axis++) {
            position += recipe.get("index").get(axis).asInt() * strides[axis];
        }
        return position;
    }
}
