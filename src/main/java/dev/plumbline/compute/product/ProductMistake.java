package dev.plumbline.compute.product;

import org.jspecify.annotations.Nullable;

/**
 * What a wrong product looks like as a whole: a mistake that gives the claim, entry by entry.
 *
 * @param factor scaled: claim over truth
 * @param tensor missingInput: the one that is left out
 * @param operation missingTerm, missingSlope, missingCurvature: the operation
 * @param other swapped: the place of the product whose value this claim is, in the same list
 * @param advice plain words
 */
public record ProductMistake(
        Kind kind,
        @Nullable Double factor,
        @Nullable String tensor,
        @Nullable String operation,
        @Nullable Integer other,
        String advice) {

    /** The kinds. */
    public enum Kind {
        /** All zeros. */
        ZERO,
        /** The opposite. */
        SIGN,
        /** A factor times the truth. */
        SCALED,
        /** J' in place of J, or J in place of J'. */
        TRANSPOSED,
        /** Complex numbers as pairs, with the other sign of their imaginary parts: JAX's convention in place of PyTorch's. */
        CONJUGATED,
        /** Another product of the list. */
        SWAPPED,
        /** The direction in one tensor has no effect. */
        MISSING_INPUT,
        /** One operation leaves out what moves by one of its inputs. */
        MISSING_TERM,
        /** One operation's derivative counts as 1. */
        MISSING_SLOPE,
        /** One operation's second derivative is missing. */
        MISSING_CURVATURE,
        /** All second derivatives of the model before its loss are missing. */
        GAUSS_NEWTON,
        /** Elements off the diagonal of the Hessian count twice. */
        OFF_DIAGONALS_DOUBLED,
        /** Elements on the diagonal of the Hessian count twice. */
        DIAGONAL_DOUBLED,
        /** Only one triangle of the Hessian counts, with the diagonal. */
        TRIANGLE,
        /** Only the diagonal of the Hessian counts. */
        DIAGONAL_ONLY,
        /** The diagonal of the Hessian is missing. */
        NO_DIAGONAL,
        /** What couples one tensor with another is missing. */
        BLOCK_DIAGONAL,
        /** With another product of the list it breaks the symmetry of the Hessian. */
        ASYMMETRIC
    }

    static ProductMistake of(Kind kind, String advice) {
        return new ProductMistake(kind, null, null, null, null, advice);
    }

    /** Of a product that breaks the symmetry with another, the {@code other}-th of the list. */
    public static ProductMistake asymmetric(int other) {
        return new ProductMistake(
                Kind.ASYMMETRIC,
                null,
                null,
                null,
                other,
                "With product %d it breaks the symmetry of the Hessian: no function has such second derivatives."
                        .formatted(other));
    }
}
