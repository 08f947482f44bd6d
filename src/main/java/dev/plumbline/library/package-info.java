/**
 * Where models come from besides the request: a directory that the operator allows. Open {@link
 * dev.plumbline.library.LibraryCard} first; whoever reads a model asks it before.
 */
@NullMarked
package dev.plumbline.library;

import org.jspecify.annotations.NullMarked;
