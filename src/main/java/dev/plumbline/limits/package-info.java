/**
 * How much one request may ask for. Open {@link dev.plumbline.limits.Limits} first: every limit and every default is
 * there. A room of its own, because {@code web} enforces some of them and the feature rooms the others, and features
 * know nothing of {@code web}.
 */
@NullMarked
package dev.plumbline.limits;

import org.jspecify.annotations.NullMarked;
