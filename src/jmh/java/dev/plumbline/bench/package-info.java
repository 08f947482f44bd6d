/** Timings: by JMH (profile {@code bench}), and beside PyTorch in one run ({@code src/jmh/side_by_side.py}). */
@NullMarked
package dev.plumbline.bench;

import org.jspecify.annotations.NullMarked;
