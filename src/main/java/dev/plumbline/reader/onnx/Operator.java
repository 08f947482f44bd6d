package dev.plumbline.reader.onnx;

import java.util.List;

/** Translates one node: reads its attributes and inputs, judges them, and appends what it computes to the program. */
@FunctionalInterface
interface Operator {

    /** The outputs in the node's order; those at the end that hardly anybody asks for may be missing. */
    List<Value> apply(Call call);
}
