/**
 * The one exception a caller can cause. Open {@link dev.plumbline.problem.Problem} first; this room imports nothing
 * of ours and knows nothing of HTTP.
 */
@NullMarked
package dev.plumbline.problem;

import org.jspecify.annotations.NullMarked;
