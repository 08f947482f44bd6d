/**
 * Products with derivatives that a caller claims, judged: {@code v'J}, {@code J u} and {@code H u}, and what products must be
 * to each other (the dot test, symmetry).
 *
 * <p>Open {@link dev.plumbline.compute.product.ProductExamination} first: each product is the gradient of an objective of
 * its own ({@link dev.plumbline.compute.program.Products}), so it is judged as gradients are, by rounding.
 */
@NullMarked
package dev.plumbline.compute.product;

import org.jspecify.annotations.NullMarked;
