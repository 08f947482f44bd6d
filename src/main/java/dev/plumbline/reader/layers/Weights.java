package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The parameters of one layer.
 *
 * <p>Every tensor gets a split of its own of the model's seeded generator, in the order of the list, so a value that the
 * request gives changes no other.
 *
 * @param name in front of the parameters' names: the layer's own, or its place in the list
 * @param made the input shape, without the batch, that the layer is made for
 * @param given shapes of the parameters that the request gives values
 * @param initialised whether values are wanted, or shapes only
 */
record Weights(String name, Shape made, Map<String, Shape> given, SplittableRandom random, boolean initialised) {

    Node parameter(ProgramBuilder b, String kind, Shape shape, Initializer initializer) {
        SplittableRandom own = random.split();
        String full = name + "." + kind;
        Shape value = given.get(full);
        if (value != null && !value.equals(shape)) {
            throw Problem.invalid(
                    Problem.pointer("parameters", full), "this layer's parameter has another shape", value, shape);
        }
        return value != null || !initialised
                ? b.parameter(full, shape)
                : b.parameter(full, initializer.tensor(shape, own));
    }

    /** Refuses an input whose extent along an axis (of the shape without the batch) is not the one it was made for. */
    void require(Node x, int axis, String what) {
        int from = axis < 0 ? x.rank() + axis : axis + 1;
        int expected = made.extent(axis);
        if (from < 1 || from >= x.rank() || x.shape().extent(from) != expected) {
            Object got = from < 1 || from >= x.rank() ? "none" : x.shape().extent(from);
            throw Problem.invalid(
                    "",
                    "the input has another number of " + what + " than the layer was made for",
                    got + " (an input of shape " + x.shape() + ")",
                    expected + " " + what);
        }
    }
}
