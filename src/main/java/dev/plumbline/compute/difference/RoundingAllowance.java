package dev.plumbline.compute.difference;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * that last sum is measured: the gradient is computed three times with every intermediate value rounded at random, and
 * {@code s_i} is the largest deviation seen at entry i, {@code rho} what {@code s_i / (u m_i)} stays below in nine entries of
 * ten, which keeps an entry that happened to be lucky three times from being judged too strictly, and one that sits at a
 * ReLU's edge from loosening the others.
 */
public final class RoundingAllowance {

    private static final int RUNS = 3;
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
        List<Map<String, Tensor>> scattered = scattered(objective, simulated, seed);
        Map<String, Tensor> magnitudes = gradient.magnitudes();
        Map<String, Double> terms = gradient.terms();
        Map<String, Tensor> allowances = new LinkedHashMap<>();
        exact.forEach((name, reference) -> {
            double[] spread = new double[reference.size()];
            for (Map<String, Tensor> run : scattered) {
                Tensor other = java.util.Objects.requireNonNull(run.get(name));
                for (int i = 0; i < spread.length; i++) {
                    spread[i] = Math.max(spread[i], scale * Math.abs(other.at(i) - reference.at(i)));
                }
            }
            Tensor magnitude = java.util.Objects.requireNonNull(magnitudes.get(name));
            double k = terms.getOrDefault(name, 1.0);
            allowances.put(name, allowance(magnitude, spread, datatype.unitRoundoff(), 8 + Math.sqrt(k) / 2));
        });
        return allowances;
    }

    private static List<Map<String, Tensor>> scattered(Objective objective, Datatype datatype, long seed) {
        List<Map<String, Tensor>> runs = new ArrayList<>();
        LongStream.range(0, RUNS)
                .parallel()
                .mapToObj(run -> objective
                        .program()
                        .evaluate(objective.point(), Rounding.random(datatype, seed + run))
                        .gradient(objective.output())
                        .byParameter())
                .forEachOrdered(runs::add);
        return runs;
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
            allowance[i] = roundoff * magnitude.at(i) * (c + 4 * rho) + 4 * spread[i];
        }
        return Tensor.of(magnitude.shape(), allowance);
    }
}
