package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A mistake with one number {@code slope} that may be the same for all tensors.
 *
 * @param regressor what the number multiplies
 */
record Law(Regressor regressor, double slope) {

    /** What the number multiplies. */
    enum Regressor {
        /** {@code a = slope n}. */
        REFERENCE,
        /** {@code a - n = slope w}. */
        PARAMETER,
        /** {@code a - n = slope sign(w)}. */
        PARAMETER_SIGN,
        /** {@code a - n = slope}. */
        ONE
    }

    static final Law NONE = new Law(Regressor.ONE, Double.NaN);

    /** Whether both are the same law, as far as three digits tell. */
    boolean resembles(Law other) {
        return regressor == other.regressor && Math.abs(slope - other.slope) <= 1e-3 * Math.abs(slope);
    }

    /** The regressor's value at an entry, or NaN where the parameter is not known. */
    double at(Suspect suspect, int i) {
        return value(regressor, suspect, i);
    }

    static double value(Regressor regressor, Suspect suspect, int i) {
        if (!suspect.isJudged(i)) {
            return 0;
        }
        @Nullable Tensor parameter = suspect.parameter();
        return switch (regressor) {
            case REFERENCE -> suspect.reference(i);
            case ONE -> 1;
            case PARAMETER -> parameter == null ? Double.NaN : parameter.at(i);
            case PARAMETER_SIGN -> parameter == null ? Double.NaN : Math.signum(parameter.at(i));
        };
    }
}
