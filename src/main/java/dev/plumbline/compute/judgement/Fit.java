package dev.plumbline.compute.judgement;

import dev.plumbline.compute.judgement.Law.Regressor;
import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The slope of a {@link Law} by least squares through the origin, and how far rounding may have moved it.
 *
 * @param slope NaN where there is nothing to fit, as for weight decay of zero parameters
 * @param uncertainty {@code sum tolerance |x| / sum x^2}: the most that entry-wise rounding can do
 */
record Fit(Suspect suspect, Regressor regressor, double slope, double uncertainty) {

    static Fit of(Suspect suspect, Regressor regressor) {
        double scale = norm(suspect, regressor);
        if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
            return new Fit(suspect, regressor, Double.NaN, Double.NaN);
        }
        double product = 0;
        double squares = 0;
        for (int i = 0; i < suspect.size(); i++) {
            double x = Law.value(regressor, suspect, i) / scale;
            product += target(suspect, regressor, i) * x;
            squares += x * x;
        }
        return new Fit(suspect, regressor, product / squares / scale, 0).refined(scale, squares);
    }

    /** Fits what is left once more: sums of a million nearly equal terms lose the digits that are looked at here. */
    private Fit refined(double scale, double squares) {
        double product = 0;
        double rounding = 0;
        for (int i = 0; i < suspect.size(); i++) {
            double value = Law.value(regressor, suspect, i);
            double x = value / scale;
            product += (target(suspect, regressor, i) - slope * value) * x;
            rounding += rounding(slope, i) * Math.abs(x);
        }
        return new Fit(suspect, regressor, slope + product / squares / scale, rounding / squares / scale);
    }

    private static double norm(Suspect suspect, Regressor regressor) {
        @Nullable Tensor parameter = suspect.parameter();
        return switch (regressor) {
            case REFERENCE -> suspect.comparison().referenceNorm();
            case PARAMETER -> parameter == null ? 0 : parameter.norm();
            case PARAMETER_SIGN -> parameter == null || parameter.norm() == 0 ? 0 : 1;
            case ONE -> 1;
        };
    }

    private static double target(Suspect suspect, Regressor regressor, int i) {
        return regressor == Regressor.REFERENCE ? suspect.claimed(i) : suspect.claimed(i) - suspect.reference(i);
    }

    /** What rounding explains at an entry if the slope is this: the allowance is scaled with the gradient. */
    private double rounding(double slope, int i) {
        double a = suspect.claimed(i);
        double n = suspect.reference(i);
        return regressor == Regressor.REFERENCE
                ? Math.abs(slope) * (suspect.allowance(i) + suspect.rounding(n)) + suspect.rounding(a)
                : suspect.allowance(i) + suspect.rounding(Math.abs(a) + Math.abs(n));
    }

    /** Whether the slope is known well enough to be told from 0 and, for a factor, from 1. */
    boolean isMeaningful() {
        return Math.abs(slope) > 3 * uncertainty
                && !(regressor == Regressor.REFERENCE && Math.abs(slope - 1) <= uncertainty);
    }

    /** Whether the slope's relative uncertainty is at most this. */
    boolean isKnownTo(double relative) {
        return uncertainty <= relative * Math.abs(slope);
    }

    /** Whether the fitted slope may well be this value. */
    boolean allows(double value) {
        return Math.abs(slope - value) <= uncertainty + 0x1p-48 * Math.abs(value);
    }

    /** How well the law with this slope explains the claim. */
    Support support(double value) {
        return suspect.support(
                i -> {
                    double x = Law.value(regressor, suspect, i);
                    return regressor == Regressor.REFERENCE ? value * x : suspect.reference(i) + value * x;
                },
                i -> rounding(value, i) + uncertainty * Math.abs(Law.value(regressor, suspect, i)));
    }
}
