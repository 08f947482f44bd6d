package dev.plumbline.compute.optimizer;

import dev.plumbline.tensor.Shape;
import java.util.List;

/**
 * A few thousand elements of one parameter tensor, with everything that belongs to them; or all of the tensor, for an
 * optimizer of {@link Optimizer#wholeTensors}.
 *
 * @param shape the tensor's, where it is whole
 * @param parameters x, read and written
 * @param gradient g, clipped and with L2 decay in it; only read
 * @param slots in the order of {@link Optimizer#slots}, read and written; empty where this tensor keeps none
 * @param scratches as many as {@link Optimizer#scratches}, of unknown content
 */
record Chunk(Shape shape, Strip parameters, Strip gradient, List<Strip> slots, List<Strip> scratches) {

    Chunk(Strip parameters, Strip gradient, List<Strip> slots, List<Strip> scratches) {
        this(Shape.of(parameters.length()), parameters, gradient, slots, scratches);
    }

    Strip slot(int position) {
        return slots.get(position);
    }

    Strip scratch(int position) {
        return scratches.get(position);
    }
}
