/**
 * Judges a claimed gradient against a certified reference and numeric evidence: the verdict, kinks, the name of the
 * mistake, and what a PASS could have seen. Pure functions of plain tensors; nothing here evaluates a model.
 *
 * <p>Open {@link dev.plumbline.compute.judgement.Comparison} first (every entry of a tensor), then {@link
 * dev.plumbline.compute.judgement.Judge} (one entry with its numeric evidence), {@link
 * dev.plumbline.compute.judgement.Mistakes} (what went wrong) and {@link dev.plumbline.compute.judgement.Power} (what
 * would have been noticed).
 */
@NullMarked
package dev.plumbline.compute.judgement;

import org.jspecify.annotations.NullMarked;
