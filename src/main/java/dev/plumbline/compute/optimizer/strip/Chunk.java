package dev.plumbline.compute.optimizer.strip;

import dev.plumbline.tensor.Shape;
import java.util.List;

/**
 * A few thousand elements of one parameter tensor, with everything that belongs to them; or all of the tensor, for
 * equations that get it whole.
 *
 * @param shape the tensor's, where it is whole
 * @param parameters x, read and written
 * @param gradient g, clipped and with L2 decay in it; only read
 * @param slots in the order of the optimizer's, read and written; empty where this tensor keeps none
 * @param scratches as many as the equations need, of unknown content
 */
public record Chunk(Shape shape, Strip parameters, Strip gradient, List<Strip> slots, List<Strip> scratches) {

    /** A chunk of a tensor whose shape is of no meaning to the equations. */
    public Chunk(Strip parameters, Strip gradient, List<Strip> slots, List<Strip> scratches) {
        this(Shape.of(parameters.length()), parameters, gradient, slots, scratches);
    }

    public Strip slot(int position) {
        return slots.get(position);
    }

    public Strip scratch(int position) {
        return scratches.get(position);
    }
}
