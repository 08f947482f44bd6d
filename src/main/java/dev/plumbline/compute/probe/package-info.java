/**
 * Numeric derivatives along a line, as pure ask/tell machines: they ask for offsets, are told values, and never see a
 * model, so our own evaluator, a worker machine and a caller behind HTTP are all served by the same code. Open {@link
 * dev.plumbline.compute.probe.SlopeProbe} first.
 */
@NullMarked
package dev.plumbline.compute.probe;

import org.jspecify.annotations.NullMarked;
