package dev.plumbline.reader.onnx;

import dev.plumbline.tensor.Datatype;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the file says about an input or output of its graph.
 *
 * @param datatype null where the file does not say, or where it is no tensor of numbers
 * @param dimensions null where the file says nothing about the shape, not even the rank
 */
public record OnnxInput(
        String name, @Nullable Datatype datatype, @Nullable List<Dimension> dimensions) {

    public OnnxInput {
        dimensions = dimensions == null ? null : List.copyOf(dimensions);
    }

    /** An extent: fixed, or open; open ones of one symbol are equal. */
    public record Dimension(long extent, @Nullable String symbol) {

        static final Dimension OPEN = new Dimension(-1, null);

        public boolean isFixed() {
            return extent >= 0;
        }

        @Override
        public String toString() {
            return isFixed() ? Long.toString(extent) : symbol == null ? "?" : symbol;
        }
    }
}
