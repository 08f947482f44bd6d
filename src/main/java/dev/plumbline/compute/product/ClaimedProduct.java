package dev.plumbline.compute.product;

import dev.plumbline.tensor.Tensor;
import java.util.Map;

/**
 * A product that somebody claims.
 *
 * @param along what the derivative is multiplied by: the cotangents by output for {@code v'J}, else the direction by input
 * @param product by input for {@code v'J} and {@code H u}, by output for {@code J u}
 */
public record ClaimedProduct(Kind kind, Map<String, Tensor> along, Map<String, Tensor> product) {

    /** The three products. */
    public enum Kind {
        /** {@code v'J}: cotangents of the outputs pulled back to the inputs. */
        VECTOR_JACOBIAN,
        /** {@code J u}: a direction of the inputs pushed forward to the outputs. */
        JACOBIAN_VECTOR,
        /** {@code H u}: how the objective's gradient moves along a direction of the inputs. */
        HESSIAN_VECTOR
    }
}
