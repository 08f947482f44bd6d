package dev.plumbline.compute.difference;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * How far a right gradient, computed in a given datatype, may be from the exact one, entry by entry. A bound on rounding,
 * not a tolerance.
 *
 * <pre>
 *   allowance_i = u c m_i + 4 u rho m_i + 4 s_i,     c = 8 + sqrt(K) / 2
 * </pre>
 *
 * u is the datatype's unit roundoff; {@code m_i} the size of the K terms that were added up to entry i, {@code |x|' |dz|}
 * for a weight, since cancellation there is what makes a right float32 gradient look wrong. What rounding does before
 * that last sum is measured: the gradient is computed six times with every intermediate value rounded at random, and
 * {@code s_i} is the largest deviation seen at entry i, {@code rho} what {@code s_i / (u m_i)} stays below in nine entries of
 * ten, which keeps an entry that happened to be lucky every time from being judged too strictly, and one that sits at a
 * ReLU's edge from loosening the others.
 *
 * <p>Why six runs: a whole row of a weight shares the rounding of one unit's derivative, and with three runs one of a
 * few hundred units was lucky three times in every twentieth check. A normal deviation D is beyond k times the largest of
 * R others with probability {@code E|D|^R (0.8 / k)^R}, about: 1.3e-2 for three runs and k = 4, 1e-3 for six.
 */
public final class RoundingAllowance {

    private static final int RUNS = 6;
    private static final double FACTOR = 4;
    private static final int LOOKED_AT = 5_000;

    /** Below this spread a simulated rounding would itself drown in the rounding of float64. */
    private static final Datatype NARROWEST_SIMULATED = Datatype.FP32;

    private RoundingAllowance() {}

    /** The allowance for each parameter tensor. */
    public static Map<String, Tensor> of(
            Objective objective, Evaluation.Gradient gradient, Datatype datatype, long seed) {
        Datatype simulated = datatype == Datatype.FP64 ? NARROWEST_SIMULATED : datatype;
        double scale = datatype.unitRoundoff() / simulated.unitRoundoff();
        Map<String, Tensor> exact = gradient.byParameter();
        Map<String, double[]> spreads = spreads(objective, exact, simulated, seed);
        Map<String, Tensor> magnitudes = gradient.magnitudes();
        Map<String, Double> terms = gradient.terms();
        Map<String, Tensor> allowances = new LinkedHashMap<>();
        exact.forEach((name, reference) -> {
            double[] spread = Objects.requireNonNull(spreads.get(name));
            for (int i = 0; i < spread.length; i++) {
                spread[i] *= scale;
            }
            Tensor magnitude = Objects.requireNonNull(magnitudes.get(name));
            double k = terms.getOrDefault(name, 1.0);
            allowances.put(name, allowance(magnitude, spread, datatype.unitRoundoff(), 8 + Math.sqrt(k) / 2));
        });
        return allowances;
    }

    /** By parameter, how far each entry was off at most. */
    private static Map<String, double[]> spreads(
            Objective objective, Map<String, Tensor> exact, Datatype datatype, long seed) {
        Map<String, double[]> spreads = new HashMap<>();
        exact.forEach((name, reference) -> spreads.put(name, new double[reference.size()]));
        LongStream.range(0, RUNS).parallel().forEach(run -> {
            Map<String, Tensor> scattered = objective
                    .program()
                    .evaluate(objective.point(), Rounding.random(datatype, seed + run))
                    .gradient(objective.output())
                    .byParameter();
            synchronized (spreads) {
                scattered.forEach((name, other) -> widen(
                        Objects.requireNonNull(spreads.get(name)), other, Objects.requireNonNull(exact.get(name))));
            }
        });
        return spreads;
    }

    private static void widen(double[] spread, Tensor scattered, Tensor exact) {
        for (int i = 0; i < spread.length; i++) {
            spread[i] = Math.max(spread[i], Math.abs(scattered.at(i) - exact.at(i)));
        }
    }

    /** The spread, in units of {@code u m_i}, that nine entries in ten stay below; of a few thousand entries. */
    private static double usualSpread(Tensor magnitude, double[] spread, double roundoff) {
        int stride = Math.max(1, spread.length / LOOKED_AT);
        double[] ratios = new double[spread.length / stride + 1];
        int counted = 0;
        for (int i = 0; i < spread.length; i += stride) {
            double unit = roundoff * magnitude.at(i);
            if (unit > 0 && Double.isFinite(spread[i])) {
                ratios[counted++] = spread[i] / unit;
            }
        }
        Arrays.sort(ratios, 0, counted);
        return counted == 0 ? 0 : ratios[counted * 9 / 10];
    }

    private static Tensor allowance(Tensor magnitude, double[] spread, double roundoff, double c) {
        double rho = usualSpread(magnitude, spread, roundoff);
        double[] allowance = new double[spread.length];
        for (int i = 0; i < allowance.length; i++) {
            allowance[i] = roundoff * magnitude.at(i) * (c + FACTOR * rho) + FACTOR * spread[i];
        }
        return Tensor.of(magnitude.shape(), allowance);
    }
}
