package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parameters that are exactly 0 and have a gradient that is not, as the second factor of an adapter (LoRA; Hu et al.,
 * 2021), the last layer of a residual branch (Goyal et al., 2017; Zhang, Dauphin and Ma, 2019) or its gain (ReZero;
 * Bachlechner et al., 2020). The first step ends it, so what is 0 or small only because of them is none of the
 * network's faults. Biases are among them, and block nothing.
 *
 * @param names of these parameters
 * @param behind the network with each of them moved against its gradient, as far as weights are drawn: to a root mean
 *     square of {@code 1 / sqrt(largest extent)}
 */
record ZeroStarts(List<String> names, Condition behind) {

    /** Null where there is no model, or none of them. */
    static @Nullable ZeroStarts of(Condition condition) {
        Objective objective = condition.around().objective();
        Evaluation.Gradient gradient = condition.around().gradient();
        if (objective == null || gradient == null) {
            return null;
        }
        Map<String, Tensor> point = new LinkedHashMap<>(objective.point());
        List<String> names = new ArrayList<>();
        gradient.byParameter().forEach((name, derivative) -> {
            double norm = derivative.norm();
            if (objective.parameter(name).norm() == 0 && norm > 0 && Double.isFinite(norm)) {
                double length = Math.sqrt(derivative.size() / largestExtent(derivative));
                point.put(name, derivative.map(g -> -length * (g / norm)));
                names.add(name);
            }
        });
        return names.isEmpty()
                ? null
                : new ZeroStarts(
                        names,
                        new ModelReading(new Objective(objective.program(), objective.output(), point))
                                .condition(Map.of(), condition.samples()));
    }

    private static double largestExtent(Tensor tensor) {
        double largest = 1;
        for (int extent : tensor.shape().extents()) {
            largest = Math.max(largest, extent);
        }
        return largest;
    }
}
