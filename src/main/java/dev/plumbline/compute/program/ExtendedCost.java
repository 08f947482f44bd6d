package dev.plumbline.compute.program;

/** What one value of a node costs in double-double, in elementary operations; measured to a factor of about two. */
final class ExtendedCost {

    private ExtendedCost() {}

    static double once(Node node) {
        Op op = node.op();
        double size = node.shape().size();
        if (op instanceof Unary unary) {
            return size * of(unary.function());
        } else if (op instanceof Binary binary) {
            return size * of(binary.function());
        }
        return op.cost(Program.shapes(node), node.shape());
    }

    private static double of(UnaryFunction function) {
        return switch (function) {
            case NEGATE, RELU, ABS, SIGN, FLOOR, STOP_GRADIENT -> 3;
            case SQRT -> 5;
            case EXP, LOG -> 25;
            case SIN, COS, TANH, SIGMOID, SOFTPLUS, ATAN, LOG1P -> 35;
            case ERF -> 120;
        };
    }

    private static double of(BinaryFunction function) {
        return switch (function) {
            case POWER -> 110;
            case DIVIDE -> 10;
            default -> 5;
        };
    }
}
