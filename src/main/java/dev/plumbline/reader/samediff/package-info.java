/**
 * Reads SameDiff's FlatBuffers files. Open {@link dev.plumbline.reader.samediff.SameDiffModel} first, then {@link
 * dev.plumbline.reader.samediff.Bounds}, which sees every byte before anything else does.
 */
@NullMarked
package dev.plumbline.reader.samediff;

import org.jspecify.annotations.NullMarked;
