package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.DrawnTensors;
import dev.plumbline.compute.program.Ray;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A ray that was followed, and the gradient of the piece that it goes along. */
final class Stretch {

    private final Map<String, Tensor> direction;
    private final Ray ray;
    private final Map<String, Tensor> gradient;
    private @Nullable Product own; // with its own gradient, taken once: directions are drawn anew each time

    Stretch(Map<String, Tensor> direction, Ray ray, Map<String, Tensor> gradient) {
        this(direction, ray, gradient, null);
    }

    private Stretch(Map<String, Tensor> direction, Ray ray, Map<String, Tensor> gradient, @Nullable Product own) {
        this.direction = direction;
        this.ray = ray;
        this.gradient = gradient;
        this.own = own;
    }

    /** The same, followed by {@code follow}: what is drawn of the direction on the way is multiplied by the gradient at once. */
    static Stretch following(
            Map<String, Tensor> direction, Map<String, Tensor> gradient, Function<Map<String, Tensor>, Ray> follow) {
        Map<String, Product> products = new LinkedHashMap<>();
        Ray ray = follow.apply(DrawnTensors.changed(direction, (name, d) -> {
            products.computeIfAbsent(name, key -> product(gradient, name, d));
            return d;
        }));
        direction.keySet().forEach(name -> {
            if (!products.containsKey(name)) {
                products.put(name, product(gradient, name, Objects.requireNonNull(direction.get(name))));
            }
        });
        return new Stretch(direction, ray, gradient, sum(products.values()));
    }

    /**
     * The inner product of a gradient with a direction.
     *
     * @param along what is not finite shows in it, also across the direction
     * @param terms the sum of their sizes
     */
    record Product(double along, double terms) {}

    Map<String, Tensor> direction() {
        return direction;
    }

    Ray ray() {
        return ray;
    }

    Map<String, Tensor> gradient() {
        return gradient;
    }

    /** The derivative along its direction by a gradient. */
    Product with(Map<String, Tensor> other) {
        Product known = own;
        if (other != gradient) {
            return product(other);
        }
        if (known == null) {
            known = product(gradient);
            own = known;
        }
        return known;
    }

    private Product product(Map<String, Tensor> other) {
        List<Product> products = new ArrayList<>();
        direction.forEach((name, d) -> products.add(product(other, name, d)));
        return sum(products);
    }

    private static Product product(Map<String, Tensor> gradient, String name, Tensor direction) {
        double[] g = Objects.requireNonNull(gradient.get(name)).values();
        double[] d = direction.values();
        double along = 0;
        double terms = 0;
        for (int i = 0; i < g.length; i++) {
            double term = g[i] * d[i];
            along += term;
            terms += Math.abs(term);
        }
        return new Product(along, terms);
    }

    private static Product sum(Collection<Product> products) {
        double along = 0;
        double terms = 0;
        for (Product product : products) {
            along += product.along();
            terms += product.terms();
        }
        return new Product(along, terms);
    }

    /** Whether the gradient is that of a smooth piece: it gives the slope of its own ray, which none does at a root. */
    boolean isPiece() {
        double slope = ray.slope();
        if (!ray.isDecided() || !Double.isFinite(slope)) {
            return false;
        }
        Product product = with(gradient);
        return Math.abs(product.along() - slope) <= Neighbourhood.ALIKE * (product.terms() + Math.abs(slope));
    }
}
