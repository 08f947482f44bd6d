package dev.plumbline.compute.verification;

import dev.plumbline.compute.rounding.Underflow;
import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Whether a claim that rounding explains is thereby confirmed: not where it is off by as much as a mistake would be.
 *
 * <pre>
 *   e_i = |a_i - g_i| within its allowance
 *   PASS           e_i &lt;= defect max(|g_i|, rms(g))   or  rms(g) &lt;= rms(allowance in float64): a gradient of zeros
 *   INCONCLUSIVE   else: what was done may be rounding or a mistake
 * </pre>
 *
 * <p>What only arithmetic in 16 bits <em>throughout</em> explains is INCONCLUSIVE too, unless the caller says that it was so
 * computed: a mistake of a few per cent looks the same.
 *
 * <p>Entries without a value, as at the tip of a norm, say nothing of the others. What is off by too little to matter beside other
 * tensors is for {@link Importance} to say.
 *
 * <p>A claim far closer than its allowance is right all the same: no mistake comes so close by chance. An entry far below
 * the others of its tensor may be pure rounding; it hides nothing that matters. Bad for a tensor whose entries span many orders: a
 * mistake in a small one passes where rounding explains it.
 *
 * @param defect the share of an entry that a mistake is visible by
 * @param rms of the tensor's gradient
 * @param isZero whether the gradient is 0 as far as float64 can tell
 * @param underflow what the datatype's smallest number explains
 * @param narrow the allowance for arithmetic in the claim's 16 bits throughout, or null
 */
record Drowning(
        Tensor gradient,
        double defect,
        double rms,
        boolean isZero,
        double underflow,
        @Nullable Tensor narrow) {

    /** Half of 1 %, the smallest mistake of one entry that is to be seen. */
    static final double ONE_ENTRY = 0.005;

    /** Half of what a factor 1.5 does, the smallest mistake that 16 bits are to show. */
    static final double IN_SIXTEEN_BITS = 0.25;

    /** A sum of terms that are larger by this is 0; one that float64 knows less well is anything. */
    private static final double CANCELLED = 1e-9;

    static Drowning of(Measurement measurement, String name, Tensor gradient) {
        CheckPlan plan = measurement.plan();
        boolean isMixed = plan.arithmetic().precision() != null;
        boolean isBounded =
                !plan.tolerance().isCalibrated() || plan.reproduces(); // the caller's word on how close is right
        return new Drowning(
                gradient,
                isBounded ? Double.POSITIVE_INFINITY : isMixed ? IN_SIXTEEN_BITS : ONE_ENTRY,
                Importance.rms(gradient),
                gradient.norm() <= measurement.allowances().float64(name).norm() && isKnown(measurement, name),
                Underflow.allowance(plan.arithmetic().of(name)),
                null);
    }

    /** Whether float64 knows a tensor's gradient to a small share of the terms that are added up to it. */
    static boolean isKnown(Measurement measurement, String name) {
        double own = measurement.allowances().float64(name).norm();
        return own <= CANCELLED * measurement.allowances().magnitude(name).norm();
    }

    /** The same beside arithmetic in 16 bits throughout. */
    Drowning with(@Nullable Tensor sixteenBits) {
        return new Drowning(gradient, defect, rms, isZero, underflow, sixteenBits);
    }

    /** A ruling that looked at the allowance alone, looked at again. */
    Ruling confirmed(Ruling ruling, double claim, int i) {
        if (ruling == Ruling.PASS) {
            return rule(claim, i);
        }
        boolean throughout =
                ruling == Ruling.FAIL && narrow != null && Math.abs(claim - gradient.at(i)) <= narrow.at(i);
        return throughout ? Ruling.DROWNS : ruling;
    }

    /** The allowances, wider where a claim was held against arithmetic in 16 bits throughout. */
    Tensor throughout(Tensor allowance) {
        double[] allowed = allowance.values().clone();
        for (int i = 0; narrow != null && i < allowed.length; i++) {
            allowed[i] = Math.max(allowed[i], narrow.at(i));
        }
        return Tensor.of(allowance.shape(), allowed);
    }

    private Ruling rule(double claim, int i) {
        double off = Math.abs(claim - gradient.at(i));
        boolean isClose = isZero || off <= defect * Math.max(Math.abs(gradient.at(i)), rms) || off <= 4 * underflow;
        return isClose ? Ruling.PASS : Ruling.DROWNS;
    }
}
