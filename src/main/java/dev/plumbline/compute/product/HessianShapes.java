package dev.plumbline.compute.product;

import dev.plumbline.compute.product.ProductMistake.Kind;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a Hessian put together wrongly from its elements would have given along a direction. All elements are computed, a
 * gradient a column, so this is for small functions.
 *
 * @param names of the inputs on both axes, in this order
 */
@SuppressWarnings("ArrayRecordComponent") // made, read and dropped within one search
record HessianShapes(List<String> names, Map<String, Shape> shapes, double[][] elements, int[] blocks) {

    /** Elements on one axis, at most. */
    static final int MOST = 200;

    /** A wrong Hessian times the direction. */
    record Alternative(ProductMistake mistake, Map<String, Tensor> product) {}

    private interface Weight {
        double of(int row, int column);
    }

    /**
     * @param slope {@code <grad f, u>}, by the inputs that it is differentiated by
     * @param direction what u is called among its data, by input
     */
    static HessianShapes of(Objective slope, Map<String, String> direction, Map<String, Tensor> along) {
        List<String> names = List.copyOf(along.keySet());
        Map<String, Shape> shapes = new LinkedHashMap<>();
        int size = 0;
        for (String name : names) {
            Shape shape = Objects.requireNonNull(along.get(name)).shape();
            shapes.put(name, shape);
            size += shape.size();
        }
        double[][] elements = new double[size][size]; // (row, column)
        int[] blocks = new int[size];
        int column = 0;
        for (int block = 0; block < names.size(); block++) {
            String name = names.get(block);
            int own = Objects.requireNonNull(shapes.get(name)).size();
            for (int j = 0; j < own; j++, column++) {
                blocks[column] = block;
                Map<String, Tensor> point = new HashMap<>(slope.point());
                for (String each : names) {
                    Shape shape = Objects.requireNonNull(shapes.get(each));
                    double[] unit = new double[shape.size()];
                    if (each.equals(name)) {
                        unit[j] = 1;
                    }
                    point.put(Objects.requireNonNull(direction.get(each)), Tensor.of(shape, unit));
                }
                double[] flat = flat(
                        new Objective(slope.program(), slope.output(), point)
                                .gradient()
                                .byParameter(),
                        names);
                for (int i = 0; i < size; i++) {
                    elements[i][column] = flat[i];
                }
            }
        }
        return new HessianShapes(names, shapes, elements, blocks);
    }

    private static double[] flat(Map<String, Tensor> tensors, List<String> names) {
        return names.stream()
                .map(name -> Objects.requireNonNull(tensors.get(name)).values())
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    /** Every way of putting it together wrongly, times the direction. */
    List<Alternative> along(Map<String, Tensor> direction) {
        double[] u = flat(direction, names);
        List<Alternative> all = new ArrayList<>();
        all.add(alternative(
                Kind.OFF_DIAGONALS_DOUBLED,
                "Elements off the diagonal count twice: both triangles were added where one had all of it, or each pair was met in both orders.",
                u,
                (i, k) -> i == k ? 1 : 2));
        all.add(alternative(
                Kind.DIAGONAL_DOUBLED,
                "The diagonal counts twice: a triangle with its diagonal was added to its transpose.",
                u,
                (i, k) -> i == k ? 2 : 1));
        all.add(alternative(
                Kind.TRIANGLE, "Only the lower triangle counts, with the diagonal.", u, (i, k) -> i >= k ? 1 : 0));
        all.add(alternative(
                Kind.TRIANGLE, "Only the upper triangle counts, with the diagonal.", u, (i, k) -> i <= k ? 1 : 0));
        all.add(alternative(Kind.DIAGONAL_ONLY, "Only the diagonal counts.", u, (i, k) -> i == k ? 1 : 0));
        all.add(alternative(Kind.NO_DIAGONAL, "The diagonal is missing.", u, (i, k) -> i == k ? 0 : 1));
        if (names.size() > 1) {
            all.add(alternative(
                    Kind.BLOCK_DIAGONAL,
                    "What couples one tensor with another is missing: each was differentiated twice by itself.",
                    u,
                    (i, k) -> blocks[i] == blocks[k] ? 1 : 0));
        }
        return all;
    }

    private Alternative alternative(Kind kind, String advice, double[] u, Weight weight) {
        double[] product = new double[u.length];
        for (int i = 0; i < u.length; i++) {
            for (int k = 0; k < u.length; k++) {
                product[i] += u[k] == 0 ? 0 : weight.of(i, k) * elements[i][k] * u[k];
            }
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        int start = 0;
        for (String name : names) {
            Shape shape = Objects.requireNonNull(shapes.get(name));
            tensors.put(name, Tensor.of(shape, Arrays.copyOfRange(product, start, start + shape.size())));
            start += shape.size();
        }
        return new Alternative(ProductMistake.of(kind, advice), tensors);
    }
}
