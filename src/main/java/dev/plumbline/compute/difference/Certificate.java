package dev.plumbline.compute.difference;

import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.probe.Slope;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
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

        public double value() {
            return slope.value() - expected;
        }

        /** Whether the two agree within {@code factor} error bars, or, at a kink, the gradient is a subgradient. */
        public boolean agrees(double factor) {
            if (!slope.isValidated()) {
                return slope.sidesDiffer() && expected >= slope.lowest() && expected <= slope.highest();
            }
            double rounding = 1e-13 * Math.abs(expected);
            return Math.abs(value()) <= factor * slope.errorBound() + rounding;
        }
    }

    /** Certifies {@code gradient}, for the parameters that it has, at the objective's point. */
    public static Certificate of(NumericGradient numeric, Map<String, Tensor> gradient, long seed, Progress progress) {
        Objective objective = numeric.objective();
        long before = numeric.evaluations();
        List<List<String>> spans = new ArrayList<>();
        List<String> names = gradient.keySet().stream()
                .filter(name -> objective.parameter(name).size() > 0)
                .toList();
        for (int j = 0; j < OVERALL; j++) {
            spans.add(names);
        }
        names.forEach(name -> spans.add(List.of(name)));
        AtomicInteger done = new AtomicInteger();
        progress.at(Phase.CERTIFICATE, 0, spans.size(), 0);
        List<Residual> residuals = IntStream.range(0, spans.size())
                .parallel()
                .mapToObj(j -> {
                    Map<String, Tensor> direction =
                            Directions.gaussian(spans.get(j), objective, seed + 0x9E3779B97F4A7C15L * (j + 1));
                    Residual residual = new Residual(numeric.along(direction), Directions.dot(gradient, direction));
                    progress.at(
                            Phase.CERTIFICATE, done.incrementAndGet(), spans.size(), numeric.evaluations() - before);
                    return residual;
                })
                .toList();
        List<Residual> overall = residuals.subList(0, OVERALL);
        Map<String, Residual> byTensor = new LinkedHashMap<>();
        for (int k = 0; k < names.size(); k++) {
            byTensor.put(names.get(k), residuals.get(OVERALL + k));
        }
        double bound = bound(overall.stream().mapToDouble(Residual::value).toArray(), CONFIDENCE);
        return new Certificate(bound, CONFIDENCE, residuals.size(), byTensor, List.copyOf(overall));
    }

    /**
     * The bound on {@code ||e||}; infinite without residuals or where one is not finite.
     *
     * @param residuals one for each Gaussian direction over the same parameters
     * @param confidence above 0 and below 1, such as 0.95
     */
    static double bound(double[] residuals, double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence " + confidence);
        }
        Tensor all = Tensor.vector(residuals);
        if (residuals.length == 0 || all.firstNonFinite() >= 0) {
            return Double.POSITIVE_INFINITY;
        }
        ChiSquaredDistribution distribution = new ChiSquaredDistribution(residuals.length);
        return all.norm() / Math.sqrt(distribution.inverseCumulativeProbability(1 - confidence));
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
    public double factor() {
        return Math.sqrt(2 * Math.log(directions / 0.01));
    }
}
