/**
 * Models by themselves: read, described and kept. Open {@link dev.plumbline.models.ModelService} first.
 */
@NullMarked
package dev.plumbline.models;

import org.jspecify.annotations.NullMarked;
