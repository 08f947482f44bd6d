package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import java.util.List;

/** A layer whose attributes have been checked; shapes come when it is put into a program. */
interface Layer {

    /**
     * Appends the layer.
     *
     * @param x its input (batch, ...)
     * @param weights makes the layer's parameters, and knows the shape that they are made for
     */
    Node append(ProgramBuilder b, Node x, Weights weights);

    /** The same for a layer that reads several; {@code beside} come behind its inputs. */
    default Node append(ProgramBuilder b, List<Node> inputs, Weights weights) {
        return append(b, inputs.get(0), weights);
    }

    /** How many inputs the layer can read, one where it is not said otherwise. */
    default int mostInputs() {
        return 1;
    }

    /** Names of what the layer reads beside its inputs, such as a mask: layers or data. */
    default List<Beside> beside() {
        return List.of();
    }

    /**
     * Something that a layer reads beside its inputs.
     *
     * @param attribute where the list says so
     */
    record Beside(String attribute, String name) {}
}
