/** The documentation, as pages. {@link dev.plumbline.guide.Guide} reads {@code src/docs}. Open it first. */
@NullMarked
package dev.plumbline.guide;

import org.jspecify.annotations.NullMarked;
