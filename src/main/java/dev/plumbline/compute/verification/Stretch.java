package dev.plumbline.compute.verification;

import dev.plumbline.compute.program.Ray;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;

/** A ray that was followed, and the gradient of the piece that it goes along. */
record Stretch(Map<String, Tensor> direction, Ray ray, Map<String, Tensor> gradient) {

    /** Whether the gradient is that of a smooth piece: it gives the slope of its own ray, which none does at a root. */
    boolean isPiece() {
        double slope = ray.slope();
        double along = 0;
        double terms = Math.abs(slope);
        for (Map.Entry<String, Tensor> tensor : direction.entrySet()) {
            double[] g = Objects.requireNonNull(gradient.get(tensor.getKey())).values();
            for (int i = 0; i < g.length; i++) {
                double d = tensor.getValue().at(i);
                along += g[i] * d; // what is not finite shows, also across the direction
                terms += Math.abs(g[i] * d);
            }
        }
        return ray.isDecided() && Double.isFinite(slope) && Math.abs(along - slope) <= Neighbourhood.ALIKE * terms;
    }
}
