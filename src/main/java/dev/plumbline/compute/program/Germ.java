package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * How a tensor leaves the point along a direction, element by element, for small {@code t > 0}:
 *
 * <pre>
 *   value(t) = c0 + c1 t + c2 t^2 + c3 t^3 + ...
 * </pre>
 *
 * <p>A one-sided Taylor germ. c0 is the limit from that side, which beyond a jump is not the value at the point; c1 is the
 * one-sided directional derivative. Infinite where a root leaves 0, NaN beyond a domain's edge.
 *
 * @param value c0
 * @param terms c1, c2, ..., as many as the order; null where all elements are 0
 * @param known how many coefficients are known, c0 included; a quotient of zeros and a root at 0 lose some. One count for
 *     the whole tensor, the least of its elements'
 * @param isAtPoint whether c0 is the value at the point
 */
@SuppressWarnings("ArrayRecordComponent") // large, handed on once, never compared
record Germ(Tensor value, double[] @Nullable [] terms, int known, boolean isAtPoint) {

    /** What does not move. */
    static Germ constant(Tensor value, int order, boolean isAtPoint) {
        return new Germ(value, new double[order][], order + 1, isAtPoint);
    }

    int order() {
        return terms.length;
    }

    boolean isConstant() {
        for (double[] term : terms) {
            if (term != null) {
                return false;
            }
        }
        return true;
    }

    /** Coefficient k of one element. */
    double at(int k, int element) {
        if (k == 0) {
            return value.at(element);
        }
        double[] term = terms[k - 1];
        return term == null ? 0 : term[element];
    }

    /** Coefficient k of all elements as a tensor; zeros where it is absent. */
    Tensor coefficient(int k) {
        if (k == 0) {
            return value;
        }
        double[] term = terms[k - 1];
        return term == null ? Tensor.zeros(value.shape()) : Tensor.of(value.shape(), term);
    }

    /** Whether coefficient k may be other than 0. */
    boolean has(int k) {
        return k == 0 || terms[k - 1] != null;
    }

    /** Whether every coefficient above c0 is finite. */
    boolean isFinite() {
        for (double[] term : terms) {
            for (int i = 0; term != null && i < term.length; i++) {
                if (!Double.isFinite(term[i])) {
                    return false;
                }
            }
        }
        return true;
    }
}
