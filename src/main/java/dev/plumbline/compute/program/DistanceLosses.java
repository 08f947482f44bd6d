package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.BinaryFunction.EQUAL;
import static dev.plumbline.compute.program.BinaryFunction.MINIMUM;
import static dev.plumbline.compute.program.UnaryFunction.ABS;
import static dev.plumbline.compute.program.UnaryFunction.RELU;
import static dev.plumbline.compute.program.UnaryFunction.SQRT;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.Map;

/** Losses of how near predictions are to each other. */
final class DistanceLosses {

    /** PyTorch's, added to both squared lengths. */
    private static final double COSINE_EPSILON = 1e-12;

    private final ProgramBuilder b;
    private final Loss loss;

    DistanceLosses(ProgramBuilder b, Loss loss) {
        this.b = b;
        this.loss = loss;
    }

    Node each(Map<LossOperand, Node> operands) {
        Node p = Loss.of(operands, LossOperand.PREDICTION);
        return switch (loss.kind()) {
            case TRIPLET_MARGIN ->
                triplet(p, like(p, operands, LossOperand.POSITIVE), like(p, operands, LossOperand.NEGATIVE));
            case COSINE_EMBEDDING -> cosine(p, like(p, operands, LossOperand.OTHER), target(operands, withoutLast(p)));
            case MARGIN_RANKING -> ranking(p, like(p, operands, LossOperand.OTHER), target(operands, p.shape()));
            default -> throw new IllegalStateException(loss + " measures no distance");
        };
    }

    private static Node like(Node p, Map<LossOperand, Node> operands, LossOperand operand) {
        Node node = Loss.of(operands, operand);
        if (!node.shape().equals(p.shape())) {
            throw Problem.invalid(
                    "/loss/" + operand.wireName(),
                    "this has another shape than the prediction",
                    node.shape(),
                    p.shape());
        }
        return node;
    }

    private static Node target(Map<LossOperand, Node> operands, Shape shape) {
        Node y = Loss.of(operands, LossOperand.TARGET);
        if (!y.shape().equals(shape)) {
            throw Problem.invalid("/loss/target", "the target has the wrong shape", y.shape(), shape + " of -1 and 1");
        }
        return y;
    }

    private static Shape withoutLast(Node p) {
        if (p.rank() != 1 && p.rank() != 2) {
            throw Problem.invalid(
                    "/loss", "these vectors have the wrong number of axes", p.shape(), "(batch, features)");
        }
        return Shape.of(Arrays.copyOf(p.shape().extents(), p.rank() - 1));
    }

    private Node triplet(Node anchor, Node positive, Node negative) {
        if (anchor.rank() == 0) {
            throw Problem.invalid("/loss", "a distance is one of vectors", anchor.shape(), "(batch, features)");
        }
        Node near = distance(anchor, positive);
        Node far = distance(anchor, negative);
        if (loss.flag(LossSetting.SWAP)) {
            far = b.binary(MINIMUM, far, distance(positive, negative));
        }
        return b.unary(RELU, b.add(b.subtract(near, far), b.constant(loss.number(LossSetting.MARGIN))));
    }

    /** {@code |x - y + epsilon|} in the p-norm of the last axis; at 0, where it has no derivative, with derivative 0. */
    private Node distance(Node x, Node y) {
        double power = loss.number(LossSetting.P);
        Node difference = b.add(b.subtract(x, y), b.constant(loss.number(LossSetting.EPSILON)));
        if (power == 1) {
            return b.sum(b.unary(ABS, difference), -1);
        }
        Node sum = power == 2
                ? b.sum(b.square(difference), -1)
                : b.sum(b.power(b.unary(ABS, difference), b.constant(power)), -1);
        Node zero = b.binary(EQUAL, sum, b.constant(0));
        Node safe = b.select(zero, b.constant(1), sum);
        Node root = power == 2 ? b.unary(SQRT, safe) : b.power(safe, b.constant(1 / power));
        return b.select(zero, b.constant(0), root);
    }

    private Node cosine(Node x, Node other, Node y) {
        Node lengths = b.multiply(squaredLength(x), squaredLength(other));
        Node cosine = b.divide(b.sum(b.multiply(x, other), -1), b.unary(SQRT, lengths));
        Node like = b.subtract(b.constant(1), cosine);
        Node unlike = b.unary(RELU, b.subtract(cosine, b.constant(loss.number(LossSetting.MARGIN))));
        Node zero = b.constant(0);
        Node negative = b.select(b.binary(EQUAL, y, b.constant(-1)), unlike, zero);
        return b.select(b.binary(EQUAL, y, b.constant(1)), like, negative);
    }

    private Node squaredLength(Node x) {
        return b.add(b.sum(b.square(x), -1), b.constant(COSINE_EPSILON));
    }

    private Node ranking(Node x, Node other, Node y) {
        Node wrong = b.negate(b.multiply(y, b.subtract(x, other)));
        return b.unary(RELU, b.add(wrong, b.constant(loss.number(LossSetting.MARGIN))));
    }
}
