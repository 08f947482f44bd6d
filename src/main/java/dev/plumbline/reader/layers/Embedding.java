package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;

/**
 * Looks up a row of the weight (entries, units) for every whole number of its input; standard normal unless said otherwise,
 * as in PyTorch. Unlike there, -1 is the last row.
 */
record Embedding(int entries, int units, Initializer initializer) implements Layer {

    static Embedding of(Attributes attributes) {
        return new Embedding(
                attributes.count("entries", 1),
                attributes.count("units", 1),
                Initializer.of(attributes, "initializer", Initializer.STANDARD_NORMAL));
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        return b.gather(weights.parameter(b, "weight", Shape.of(entries, units), initializer), x, 0);
    }
}
