package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;

/**
 * {@code activation(x w' + b)} over the last axis: input (batch, ..., features), weight (units, features), bias (units).
 * Weights are Glorot-uniform and biases zero unless said otherwise, as in Keras.
 */
record Dense(int units, boolean bias, Initializer initializer, Initializer biasInitializer, Activation activation)
        implements Layer {

    static Dense of(Attributes attributes) {
        return new Dense(
                attributes.count("units", 1),
                attributes.flag("bias", true),
                Initializer.of(attributes, "initializer", Initializer.GLOROT_UNIFORM),
                Initializer.ofBias(attributes),
                Activation.after(attributes));
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        if (weights.made().rank() == 0) {
            throw Problem.invalid("", "a dense layer needs an axis of features", x.shape(), "(batch, features)");
        }
        weights.require(x, -1, "features");
        Shape shape = Shape.of(units, weights.made().extent(-1));
        Node w = weights.parameter(b, "weight", shape, initializer);
        Node z = b.matmul(x, false, w, true);
        if (bias) {
            z = b.add(z, weights.parameter(b, "bias", Shape.of(units), biasInitializer));
        }
        return activation.apply(b, z);
    }
}
