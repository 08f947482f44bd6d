package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;

/**
 * A value of the graph while it is translated. Programs compute everything in float64, so what ONNX's types mean for the
 * arithmetic (integer division truncates) is kept beside the node.
 *
 * @param learned whether a parameter can have an influence on it that differentiates
 */
record Value(Node node, Datatype type, boolean learned) {

    Shape shape() {
        return node.shape();
    }

    boolean isFloat() {
        return type.isFloat();
    }
}
