/**
 * Whose step somebody has taken, and what is off. Open {@code OptimizerCheckService} first; {@code CheckedSteps} puts together
 * what the request and its files say, and {@link dev.plumbline.compute.optimizer.check} judges it.
 */
@NullMarked
package dev.plumbline.optimize.check;

import org.jspecify.annotations.NullMarked;
