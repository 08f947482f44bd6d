/**
 * Compares dumps of gradients without a model: equal, within noise, or what the difference looks like; and never who is right.
 * Files are read piece by piece, so tensors may be larger than memory.
 *
 * <p>Open {@link dev.plumbline.compute.comparison.DumpComparison} first (the order of work), then {@link
 * dev.plumbline.compute.comparison.Tally} (how far two tensors are apart), {@link
 * dev.plumbline.compute.comparison.Nearness} (what counts as near), {@link dev.plumbline.compute.comparison.Naming} (what a
 * difference is called) and {@link dev.plumbline.compute.comparison.RankChecks} (several ranks' files).
 */
@NullMarked
package dev.plumbline.compute.comparison;

import org.jspecify.annotations.NullMarked;
