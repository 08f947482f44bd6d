package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;

/** Axes, indices and the like: values that must be known when the formula is read. */
final class Constants {

    private static final int LARGEST = 1 << 30;

    private Constants() {}

    static double number(ProgramBuilder b, Node node, Place place, String what) {
        double[] values = values(b, node, place, what);
        if (values.length != 1) {
            throw Fault.invalid(place, what + " is a single number", "a tensor of shape " + node.shape(), "a number");
        }
        return values[0];
    }

    static int integer(ProgramBuilder b, Node node, Place place, String what) {
        return integer(number(b, node, place, what), place, what);
    }

    /** One or several whole numbers. */
    static int[] integers(ProgramBuilder b, Node node, Place place, String what) {
        double[] values = values(b, node, place, what);
        if (node.rank() > 1) {
            throw Fault.invalid(
                    place, what + " is a number or a list", "a tensor of shape " + node.shape(), "2 or [2, 3]");
        }
        int[] integers = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            integers[i] = integer(values[i], place, what);
        }
        return integers;
    }

    private static int integer(double value, Place place, String what) {
        if (value != Math.rint(value) || Math.abs(value) > LARGEST) {
            throw Fault.invalid(
                    place, what + " is a whole number", value, "a whole number of at most " + LARGEST + " in size");
        }
        return (int) value;
    }

    private static double[] values(ProgramBuilder b, Node node, Place place, String what) {
        return tensor(b, node, place, what).values();
    }

    static Tensor tensor(ProgramBuilder b, Node node, Place place, String what) {
        if (!node.isConstant()) {
            throw new Fault(
                    place,
                    Problem.unsupported(
                            "",
                            what + " must be known when the formula is read",
                            "a value computed from parameters or data",
                            "a constant"));
        }
        return b.constantValue(node);
    }
}
