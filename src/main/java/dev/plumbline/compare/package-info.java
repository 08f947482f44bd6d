/**
 * Comparisons of two dumps of gradients, without a model. Open {@link dev.plumbline.compare.ComparisonService} first; what is
 * compared, and how, is in {@link dev.plumbline.compute.comparison}.
 */
@NullMarked
package dev.plumbline.compare;

import org.jspecify.annotations.NullMarked;
