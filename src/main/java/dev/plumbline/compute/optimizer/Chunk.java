package dev.plumbline.compute.optimizer;

import java.util.List;

/**
 * A few thousand elements of one parameter tensor, with everything that belongs to them.
 *
 * @param parameters x, read and written
 * @param gradient g, clipped and with L2 decay in it; only read
 * @param slots in the order of {@link Optimizer#slots}, read and written
 * @param scratches as many as {@link Optimizer#scratches}, of unknown content
 */
record Chunk(Strip parameters, Strip gradient, List<Strip> slots, List<Strip> scratches) {

    Strip slot(int position) {
        return slots.get(position);
    }

    Strip scratch(int position) {
        return scratches.get(position);
    }
}
