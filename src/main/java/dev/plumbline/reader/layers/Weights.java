package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The parameters of one layer.
 *
 * <p>Every tensor gets a split of its own of the model's seeded generator, in the order of the list, so a value that the
 * request gives changes no other.
 *
 * @param name in front of the parameters' names: the layer's own, or its place in the list
 * @param ties whose parameters the layer uses in place of its own
 * @param inputs their shapes, without the batch, that the layer is made for
 * @param given shapes of the parameters that the request gives values
 * @param initialised whether values are wanted, or shapes only
 */
record Weights(
        String name,
        Ties ties,
        List<Shape> inputs,
        Map<String, Shape> given,
        SplittableRandom random,
        boolean initialised) {

    /** The shape of the first input. */
    Shape made() {
        return inputs.get(0);
    }

    /** The same for a layer inside of this one, as PyTorch names it: {@code self_attn.}. */
    Weights within(String part) {
        return new Weights(name + "." + part, ties.within(part), inputs, given, random, initialised);
    }

    /** The same for a layer inside that reads something else. */
    Weights of(Shape... others) {
        return new Weights(name, ties, List.of(others), given, random, initialised);
    }

    Node parameter(ProgramBuilder b, String kind, Shape shape, Initializer initializer) {
        SplittableRandom own = random.split();
        String shared = ties.shared(kind);
        if (shared != null) {
            return tied(b, kind, shared, shape);
        }
        String full = name + "." + kind;
        Shape value = given.get(full);
        if (value != null && !value.equals(shape)) {
            throw Problem.invalid(
                    Problem.pointer("parameters", b.nameOf(full)),
                    "this layer's parameter has another shape",
                    value,
                    shape);
        }
        return value != null || !initialised
                ? b.parameter(full, shape)
                : b.parameter(full, initializer.tensor(shape, own));
    }

    private Node tied(ProgramBuilder b, String kind, String full, Shape shape) {
        Node other = b.parameter(full);
        if (other == null) {
            throw Problem.invalid(
                    ties.pointer(),
                    "no earlier layer has this parameter",
                    full,
                    "one of " + b.parameters().keySet());
        }
        if (!other.shape().equals(shape)) {
            throw Problem.invalid(
                    ties.pointer(),
                    "the parameter has another shape than this layer's " + kind,
                    full + " of shape " + other.shape(),
                    shape);
        }
        return other;
    }

    /** Refuses an input whose extent along an axis (of the shape without the batch) is not the one it was made for. */
    void require(Node x, int axis, String what) {
        int from = axis < 0 ? x.rank() + axis : axis + 1;
        int expected = made().extent(axis);
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
