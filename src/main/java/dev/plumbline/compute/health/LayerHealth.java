package dev.plumbline.compute.health;

import dev.plumbline.tensor.Tensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One layer at one point.
 *
 * @param gradientNorm of all its parameters together
 * @param zeroShare the share of exact zeros in its gradient
 * @param parameterNorm null where the parameters are not known, as is {@code gradientRatio}
 * @param gradientRatio {@code ||gradient|| / ||parameters||}
 * @param updateRatio {@code ||update|| / ||parameters||}; null where the optimizer is not known
 * @param cotangentNorm of the loss's derivative by the affine value; null without a model
 * @param hasWeight whether it is one of the layers that count for the depth
 * @param tensors the gradients by parameter
 * @param kind what it is part of; null where that is not known, and for layers without a product
 */
public record LayerHealth(
        String name,
        double gradientNorm,
        double meanAbsoluteGradient,
        double zeroShare,
        @Nullable Double parameterNorm,
        @Nullable Double gradientRatio,
        @Nullable Double updateRatio,
        @Nullable Double cotangentNorm,
        @Nullable Double saturatedShare,
        @Nullable Double deadShare,
        boolean hasWeight,
        @Nullable ActivationStatistics activation,
        @Nullable WeightStatistics weights,
        Map<String, TensorStatistics> tensors,
        @Nullable LayerKind kind) {

    /** What is known of a layer besides its gradient. */
    record Known(
            @Nullable Collection<Tensor> parameters,
            @Nullable Double updateNorm,
            @Nullable Double cotangentNorm,
            @Nullable ActivationStatistics activation,
            @Nullable WeightStatistics weights,
            @Nullable LayerKind kind) {}

    static LayerHealth of(String name, Map<String, Tensor> gradients, boolean hasWeight, Known known) {
        Map<String, TensorStatistics> tensors = new LinkedHashMap<>();
        gradients.forEach((parameter, gradient) -> tensors.put(parameter, TensorStatistics.of(gradient)));
        TensorStatistics all = TensorStatistics.together(
                List.copyOf(tensors.values()),
                gradients.values().stream().mapToInt(Tensor::size).toArray());
        ActivationStatistics activation = known.activation();
        Double norm = known.parameters() == null ? null : (Double) TensorStatistics.norm(known.parameters());
        return new LayerHealth(
                name,
                all.norm(),
                all.meanAbsolute(),
                all.zeroShare(),
                norm,
                over(all.norm(), norm),
                over(known.updateNorm(), norm),
                known.cotangentNorm(),
                activation == null ? null : activation.saturatedShare(),
                activation == null ? null : (Double) activation.deadShare(),
                hasWeight,
                activation,
                known.weights(),
                tensors,
                known.kind());
    }

    static @Nullable Double over(@Nullable Double norm, @Nullable Double parameterNorm) {
        return norm == null || parameterNorm == null || parameterNorm == 0 ? null : (Double) (norm / parameterNorm);
    }

    long nonFinite() {
        return tensors.values().stream().mapToLong(TensorStatistics::nonFinite).sum();
    }
}
