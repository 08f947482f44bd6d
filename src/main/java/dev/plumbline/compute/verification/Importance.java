package dev.plumbline.compute.verification;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What is off by too little to matter beside the other tensors. A gradient that rounding drowns, such as the 2.8e-20 that a
 * saturated gate leaves where its own arithmetic has 0, hides no mistake worth the name if it is so small that a sum with
 * what the other tensors do to the objective would absorb it:
 *
 * <pre>
 *   |off| size(w) &lt;= u max size(w') rms(g')          over the other tensors
 * </pre>
 *
 * with u the unit roundoff of the claim's arithmetic, float32's at most, and size the root mean square of a parameter, 1 where it
 * is 0: so it does not matter in which units a parameter is given. A tensor that is alone has no such bound. Asked only where
 * rounding explains a claim; what it does not explain FAILs however small.
 *
 * @param bounds by tensor
 */
record Importance(Map<String, Double> bounds) {

    static Importance of(Measurement measurement) {
        Map<String, Double> influences = new LinkedHashMap<>();
        measurement
                .reference()
                .forEach((name, gradient) -> influences.put(name, size(measurement, name) * rms(gradient)));
        Map<String, Double> bounds = new LinkedHashMap<>();
        for (String name : influences.keySet()) {
            double others = influences.entrySet().stream()
                    .filter(each -> !each.getKey().equals(name))
                    .mapToDouble(Map.Entry::getValue)
                    .max()
                    .orElse(0);
            Datatype datatype = measurement.plan().arithmetic().of(name);
            double u = Math.min(datatype.unitRoundoff(), Datatype.FP32.unitRoundoff());
            bounds.put(name, u * others / size(measurement, name));
        }
        return new Importance(bounds);
    }

    private static double size(Measurement measurement, String name) {
        double size = rms(measurement.objective().parameter(name));
        return size > 0 ? size : 1;
    }

    /** Of the elements that are numbers. */
    static double rms(Tensor tensor) {
        if (tensor.firstNonFinite() < 0) {
            return tensor.norm() / Math.sqrt(Math.max(1, tensor.size()));
        }
        double[] finite =
                Arrays.stream(tensor.values()).filter(Double::isFinite).toArray();
        return Tensor.vector(finite).norm() / Math.sqrt(Math.max(1, finite.length));
    }

    /** Whether a claim that is off by so much may be called right, if rounding explains it. */
    boolean isNegligible(String name, double off) {
        return off <= Objects.requireNonNull(bounds.get(name));
    }
}
