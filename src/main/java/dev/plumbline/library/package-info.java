/**
 * Where models come from besides the request: a directory that the operator allows, and what keys have
 * kept. Open {@link
 * dev.plumbline.library.LibraryCard} first; whoever reads a model asks it before.
 */
@NullMarked
package dev.plumbline.library;

import org.jspecify.annotations.NullMarked;
