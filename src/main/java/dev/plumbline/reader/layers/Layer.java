package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;

/** A layer whose attributes have been checked; shapes come when it is put into a program. */
interface Layer {

    /**
     * Appends the layer.
     *
     * @param x its input (batch, ...)
     * @param weights makes the layer's parameters, and knows the shape that they are made for
     */
    Node append(ProgramBuilder b, Node x, Weights weights);
}
