package dev.plumbline.compute.rounding;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * From the scatter of some runs to what one entry may be off:
 *
 * <pre>
 *   s_i^2 = rms_i^2 + u^2 (m_i + sqrt(K)/12 (m_i + |g_i|))^2
 *   allowance_i = 6 max(s_i, rho u m_i) + 4 u |g_i| + 4 x 5e-324, and half the datatype's smallest subnormal
 * </pre>
 *
 * u is the datatype's unit roundoff; {@code m_i} the size of the K terms that are added up to entry i, {@code |x|' |dz|}
 * for a weight, since the runs do not round that last sum. {@code rho} is what {@code rms_i / (u m_i)} stays below in
 * nine entries of ten, which keeps an entry that happened to be lucky in every run from being judged too strictly. Entries
 * that an edge reaches, such as a ReLU's that rounding decides, loosen none but themselves: their part of {@code rms} is known, the
 * difference {@code J_i} of the gradients on both sides, and {@code rho} is of {@code sqrt(rms_i^2 - J_i^2)}. Where the runs are
 * few, what they saw in its row and column counts as seen in the entry; but neither that nor {@code rho}, which entries that an
 * edge reaches are not kept from there, allows more than half a hundredth of the entry: that much is a mistake.
 */
final class EntryAllowance {

    private static final double DEVIATIONS = 6;
    private static final double LAST_PLACES = 4;
    private static final int LOOKED_AT = 5_000;
    private static final double ABOVE = 0.1; // of all magnitudes

    /** What nine tenths of the spreads that three runs tell stay below, in medians: of chi with three degrees of freedom. */
    private static final double OF_MEDIAN = 1.63;

    /** Half of 1 % of an entry, the smallest mistake in one that is to be seen: no others excuse it where the runs are few. */
    private static final double SMALLEST_MISTAKE = 0.005;

    private final Map<String, Tensor> exact;
    private final Map<String, Double> terms;
    private final boolean pools;

    /** @param pools whether the runs are few, so that what they saw in an entry's row and column stands in for more */
    EntryAllowance(Map<String, Tensor> exact, Map<String, Double> terms, boolean pools) {
        this.exact = exact;
        this.terms = terms;
        this.pools = pools;
    }

    /**
     * The spread of each entry: of the runs, of the last sum, and of storing the result.
     *
     * @param magnitude the sizes of the terms of each entry
     * @param rms of the runs; takes the spread
     * @param stored the unit roundoff of what the gradient is stored in first, or 0
     */
    double[] spread(String name, Tensor magnitude, double[] rms, double u, double stored) {
        double[] g = Objects.requireNonNull(exact.get(name)).values();
        double[] m = magnitude.values();
        double root = Math.sqrt(terms.getOrDefault(name, 1.0)) / 12;
        for (int i = 0; i < rms.length; i++) {
            double size = Math.abs(g[i]);
            double last = u * (m[i] + root * (m[i] + size));
            rms[i] = Roots.hypot(rms[i], last, stored * size);
        }
        return rms;
    }

    /**
     * What an entry may be off, but for what the smallest numbers of its datatype do ({@link #stored(double[], Datatype)}).
     *
     * @param reach how far the choices of operations at their edges carry each entry, which the spread contains; null for nowhere
     */
    double[] allowance(
            String name,
            Tensor magnitudes,
            double[] spread,
            double @Nullable [] reach,
            Datatype arithmetic,
            double stored) {
        double[] g = Objects.requireNonNull(exact.get(name)).values();
        double[] magnitude = magnitudes.values();
        double u = arithmetic.unitRoundoff();
        double usual = usual(magnitude, spread, reach);
        Neighbours neighbours = pools ? Neighbours.of(magnitudes.shape(), spread) : null;
        double[] allowance = new double[spread.length];
        int columns = neighbours == null ? spread.length : neighbours.columns();
        for (int from = 0; from < allowance.length; from += columns) {
            for (int i = from; i < from + columns; i++) {
                double size = Math.abs(g[i]);
                double rounding = DEVIATIONS * spread[i];
                double expected = DEVIATIONS * usual * magnitude[i];
                if (neighbours != null) {
                    expected = Math.max(expected, DEVIATIONS * neighbours.expected(from / columns, i - from));
                    expected = Math.min(expected, SMALLEST_MISTAKE * size);
                }
                allowance[i] = Math.max(rounding, expected) + (LAST_PLACES * u + stored) * size;
            }
        }
        return allowance;
    }

    /** Adds what a datatype's smallest numbers allow. */
    static double[] stored(double[] allowances, Datatype datatype) {
        double subnormals = LAST_PLACES * Double.MIN_VALUE + Underflow.allowance(datatype);
        for (int i = 0; i < allowances.length; i++) {
            allowances[i] += subnormals;
        }
        return allowances;
    }

    /** What float64 allows where float32 allows this, its smallest numbers not counted. */
    static double[] narrowed(double[] inFloat32) {
        double[] narrowed = new double[inFloat32.length];
        for (int i = 0; i < narrowed.length; i++) {
            narrowed[i] = 0x1p-29 * inFloat32[i];
        }
        return stored(narrowed, Datatype.FP64);
    }

    /**
     * The spread, in units of {@code m_i}, that nine tenths of all {@code m} stay below; of a few thousand entries. Weighed by
     * {@code m}, because behind a saturated unit it may be 1e-60 beside a spread of 1e-13: a ratio that says nothing of others.
     * Of rounding alone: entries whose spread is that of an edge they reach do not count, unless hardly any others are left;
     * where the runs are few and edges not known it is told from the median, which such entries move little.
     */
    private double usual(double[] magnitude, double[] spread, double @Nullable [] reach) {
        int stride = Math.max(1, spread.length / LOOKED_AT);
        List<Ratio> ratios = new ArrayList<>();
        List<Ratio> ofRounding = new ArrayList<>();
        for (int i = 0; i < spread.length; i += stride) {
            Ratio ratio = new Ratio(spread[i] / magnitude[i], magnitude[i]);
            if (magnitude[i] > 0 && Double.isFinite(magnitude[i]) && Double.isFinite(ratio.value())) {
                ratios.add(ratio);
                double share = reach == null || reach[i] == 0 ? 0 : reach[i] / spread[i];
                if (share < 1) {
                    ofRounding.add(new Ratio(ratio.value() * Math.sqrt(1 - share * share), magnitude[i]));
                }
            }
        }
        if (pools && reach == null) { // edges were not looked for, or there are none
            return OF_MEDIAN * quantile(ratios, 0.5);
        }
        return quantile(total(ofRounding) >= ABOVE * total(ratios) ? ofRounding : ratios, ABOVE);
    }

    private static double total(List<Ratio> ratios) {
        return ratios.stream().mapToDouble(Ratio::weight).sum();
    }

    private static double quantile(List<Ratio> ratios, double share) {
        List<Ratio> sorted = new ArrayList<>(ratios);
        sorted.sort(Comparator.comparingDouble(Ratio::value));
        double total = total(sorted);
        double above = 0;
        for (int k = sorted.size() - 1; k >= 0; k--) {
            above += sorted.get(k).weight();
            if (above >= share * total) {
                return sorted.get(k).value();
            }
        }
        return 0;
    }

    private record Ratio(double value, double weight) {}
}
