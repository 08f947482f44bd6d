package dev.plumbline.compute.verification;

import dev.plumbline.compute.program.ExtendedGradient;
import dev.plumbline.tensor.Tensor;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The entries whose float64 gradient drowns in cancellation, taken again in double-double on the same branches. Forward and
 * reverse mode share the rounding of the values, so their agreement proves nothing there.
 *
 * <pre>
 *   drowning       allowance > 1e-4 |g|
 *   own error      ad = 2^-50 allowance + 4 u |gd| + 2e-323
 *   FAIL           |a - gd| > max(4 rms, ad)
 *   PASS           |a - gd| &lt;= min(4 rms, max(tau |gd|, ad))  and  ad &lt;= |gd| / 100
 *                  or a certified zero: |gd| &lt;= ad, and float64 knows it to 1e-9 of the terms that are added up
 *   INCONCLUSIVE   else: rounding drowns it
 * </pre>
 *
 * @param gradient in double-double, rounded at the end
 * @param drowning by tensor
 * @param known the tensors of which float64 knows the gradient, beside the terms that are added up to it
 */
record Cancelling(Map<String, Tensor> gradient, Map<String, BitSet> drowning, Set<String> known) {

    /** Nothing drowns, or the model is too large to take again. */
    static final Cancelling NONE = new Cancelling(Map.of(), Map.of(), Set.of());

    private static final double HEALTHY = 1e-4;
    private static final double KNOWN = 0.01;

    /** An entry smaller than this share of its tensor's largest does not matter enough for a second pass of a model. */
    private static final double MATTERS = 1e-6;

    /** Operations of a second pass that anything is worth: some milliseconds. */
    private static final double SMALL = 1e6;

    /** Operations that a double-double pass may take: about half a second. */
    private static final double AFFORDABLE = 5e7;

    /** Of the tensors named, where float64 drowns and the model is small enough. */
    static Cancelling of(Measurement measurement, List<String> names) {
        Map<String, BitSet> drowning = new LinkedHashMap<>();
        double cost = ExtendedGradient.cost(measurement.objective().program());
        double matters = cost <= SMALL ? 0 : MATTERS;
        for (String name : names) {
            Tensor g = measurement.reference(name);
            Tensor allowance = measurement.allowances().float64(name);
            double largest = 0;
            for (int i = 0; i < g.size(); i++) {
                largest = Math.max(largest, Math.max(Math.abs(g.at(i)), allowance.at(i)));
            }
            BitSet own = new BitSet();
            for (int i = 0; i < g.size(); i++) {
                boolean drowns = onBranches(measurement.found(), name, i)
                        && allowance.at(i) > 1e-300
                        && allowance.at(i) > HEALTHY * Math.abs(g.at(i));
                own.set(i, drowns && allowance.at(i) > matters * largest);
            }
            if (!own.isEmpty()) {
                drowning.put(name, own);
            }
        }
        if (drowning.isEmpty() || cost > AFFORDABLE) {
            return NONE;
        }
        Map<String, Tensor> gradient =
                ExtendedGradient.of(measurement.objective()).byParameter();
        Set<String> known = drowning.keySet().stream()
                .filter(name -> Drowning.isKnown(measurement, name))
                .collect(Collectors.toSet());
        return new Cancelling(gradient, drowning, known);
    }

    /** Whether the branches of the float64 evaluation lead to the derivative there. */
    private static boolean onBranches(Differentiability found, String name, int position) {
        return !Objects.requireNonNull(found.corrected().get(name)).get(position)
                && !Objects.requireNonNull(found.bent().get(name)).get(position);
    }

    boolean has(String name, int position) {
        BitSet own = drowning.get(name);
        return own != null && own.get(position);
    }

    boolean hasAny(String name) {
        return drowning.containsKey(name);
    }

    double reference(String name, int position) {
        return Objects.requireNonNull(gradient.get(name)).at(position);
    }

    /** Whether float64 knows the tensor's gradient at all, beside the terms that are added up to it. */
    boolean isKnown(String name) {
        return known.contains(name);
    }

    /**
     * @param allowance of float64
     * @param rms the spread of float64
     * @param smallestDefect tau
     * @param isKnown whether float64 knows it at all, beside the terms that are added up to it
     */
    static Ruling rule(double claim, double gd, double allowance, double rms, double smallestDefect, boolean isKnown) {
        double own = 0x1p-50 * allowance + 4 * 0x1p-53 * Math.abs(gd) + 2e-323;
        double error = Math.abs(claim - gd);
        if (!Double.isFinite(gd)) {
            return Ruling.NOTHING;
        }
        if (error > Math.max(4 * rms, own)) {
            return Ruling.FAIL;
        }
        boolean isZero = Math.abs(gd) <= own && isKnown;
        boolean isClose =
                error <= Math.min(4 * rms, Math.max(smallestDefect * Math.abs(gd), own)) && own <= KNOWN * Math.abs(gd);
        return isZero || isClose ? Ruling.PASS : Ruling.DROWNS;
    }
}
