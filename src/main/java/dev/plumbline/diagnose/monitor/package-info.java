/**
 * Monitors: does the gradient stay healthy? A pipeline posts a snapshot every so many steps, and hears of findings as they
 * arise. {@code MonitorService} is the order of work; open it first. The rules are in
 * {@link dev.plumbline.compute.health.course}. What is kept is in {@code MonitorStore}, of bounded size and committed before
 * it is acknowledged; nothing of a monitor stays in memory between two requests.
 */
@NullMarked
package dev.plumbline.diagnose.monitor;

import org.jspecify.annotations.NullMarked;
