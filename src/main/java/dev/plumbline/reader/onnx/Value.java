package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of the graph while it is translated. Programs compute everything in float64, so what ONNX's types mean for the
 * arithmetic (integer division truncates) is kept beside the node.
 *
 * @param items the tensors of a sequence; null where this is a tensor
 * @param learned whether a parameter can have an influence on it that differentiates
 */
record Value(
        Node node, Datatype type, boolean learned, @Nullable List<Value> items) {

    /** A tensor. */
    Value(Node node, Datatype type, boolean learned) {
        this(node, type, learned, null);
    }

    /** A sequence of tensors, whose length is known; {@code nothing} stands where a node must be. */
    static Value sequence(Node nothing, List<Value> items) {
        boolean learned = items.stream().anyMatch(Value::learned);
        return new Value(nothing, items.isEmpty() ? Datatype.FP32 : items.get(0).type(), learned, List.copyOf(items));
    }

    Shape shape() {
        return node.shape();
    }

    boolean isFloat() {
        return type.isFloat();
    }
}
