/**
 * Learning rates over time, as pure functions of the step and of what has been measured so far. Open {@link
 * dev.plumbline.compute.optimizer.schedule.Schedule} first; each of the others is one formula.
 */
@NullMarked
package dev.plumbline.compute.optimizer.schedule;

import org.jspecify.annotations.NullMarked;
