/**
 * Whether a gradient stays healthy over a run: rules over a window of the last snapshots, one small class for each. Open
 * {@link dev.plumbline.compute.health.window.Watch} first: it takes one snapshot further and lists the rules with their
 * thresholds. {@link dev.plumbline.compute.health.window.Course} is what a rule looks at.
 *
 * <p>Everything is pure, and of bounded size: what is kept of a run is its last snapshots and a few figures a tensor.
 */
@NullMarked
package dev.plumbline.compute.health.window;

import org.jspecify.annotations.NullMarked;
