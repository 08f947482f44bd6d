/** Requests that nobody would write: open {@code FuzzTests} first. */
@org.jspecify.annotations.NullMarked
package dev.plumbline.fuzz;
