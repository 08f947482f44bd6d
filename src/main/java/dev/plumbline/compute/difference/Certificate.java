package dev.plumbline.compute.difference;

import dev.plumbline.compute.probe.Slope;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;

/**
 * How far a gradient can be from the true one, by numeric derivatives along random directions.
 *
 * <p>With m Gaussian directions over all parameters and residuals {@code r_j = D_j - gradient . w_j}, with confidence
 * {@code 1 - beta}:
 *
 * <pre>
 *   || gradient - true || <= sqrt( sum r_j^2 / chi2(m, beta) )
 * </pre>
 *
 * since {@code r_j} is normal with the error's norm for its standard deviation; numeric noise only makes the bound
 * larger. It does not depend on how many parameters there are. One more direction for each tensor says which tensors
 * agree by themselves.
 *
 * @param certifiedTo the bound on the Euclidean norm of the error
 * @param directions how many directions were differenced in all
 * @param residuals by tensor, along a direction in that tensor alone
 * @param overall along directions over all parameters
 */
public record Certificate(
        double certifiedTo,
        double confidence,
        int directions,
        Map<String, Residual> residuals,
        List<Residual> overall) {

    private static final double CONFIDENCE = 0.95;
    private static final int OVERALL = 4;

    /** A numeric derivative beside the gradient's: {@code slope.value} should be {@code expected}. */
    public record Residual(Slope slope, double expected) {

        double value() {
            return slope.value() - expected;
        }

        /** Whether the two agree within {@code factor} error bars, or, at a kink, the gradient is a subgradient. */
        boolean agrees(double factor) {
            if (!Double.isFinite(slope.errorBound())) {
                return false;
            }
            double rounding = 1e-13 * Math.abs(expected);
            return Math.abs(value()) <= factor * slope.errorBound() + rounding
                    || (slope.kink() == Slope.Kink.HERE && expected >= slope.lowest() && expected <= slope.highest());
        }
    }

    /** Certifies {@code gradient} at the objective's point. */
    public static Certificate of(
            Objective objective, NumericGradient numeric, Map<String, Tensor> gradient, long seed) {
        List<List<String>> spans = new ArrayList<>();
        List<String> names = objective.program().parameters().values().stream()
                .filter(node -> node.shape().size() > 0)
                .map(node -> node.label())
                .toList();
        for (int j = 0; j < OVERALL; j++) {
            spans.add(names);
        }
        names.forEach(name -> spans.add(List.of(name)));
        List<Residual> residuals = java.util.stream.IntStream.range(0, spans.size())
                .parallel()
                .mapToObj(j -> {
                    Map<String, Tensor> direction =
                            Directions.gaussian(spans.get(j), objective, seed + 0x9E3779B97F4A7C15L * (j + 1));
                    return new Residual(numeric.along(direction), Directions.dot(gradient, direction));
                })
                .toList();
        List<Residual> overall = residuals.subList(0, OVERALL);
        Map<String, Residual> byTensor = new LinkedHashMap<>();
        for (int k = 0; k < names.size(); k++) {
            byTensor.put(names.get(k), residuals.get(OVERALL + k));
        }
        return new Certificate(bound(overall), CONFIDENCE, residuals.size(), byTensor, List.copyOf(overall));
    }

    private static double bound(List<Residual> residuals) {
        double squares = 0;
        for (Residual residual : residuals) {
            double r = residual.value();
            squares += Double.isFinite(r) ? r * r : Double.POSITIVE_INFINITY;
        }
        double quantile = new ChiSquaredDistribution(residuals.size()).inverseCumulativeProbability(1 - CONFIDENCE);
        return Math.sqrt(squares / quantile);
    }

    /** Whether no direction contradicts the gradient. */
    public boolean holds() {
        return contradicted().isEmpty() && overall.stream().allMatch(residual -> residual.agrees(factor()));
    }

    /** The tensors whose own direction contradicts the gradient. */
    public List<String> contradicted() {
        return residuals.entrySet().stream()
                .filter(entry -> !entry.getValue().agrees(factor()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** {@code kappa = sqrt(2 ln(m / alpha))}: what noise explains when m directions are looked at together. */
    private double factor() {
        return Math.sqrt(2 * Math.log(directions / 0.01));
    }
}
