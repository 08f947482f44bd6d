/**
 * Optimizers over HTTP: steps, sessions, checks of somebody else's step, and training runs. Open {@link
 * dev.plumbline.reader.OptimizerSource} first: it is how every one of them says which optimizer it means.
 */
@NullMarked
package dev.plumbline.optimize;

import org.jspecify.annotations.NullMarked;
