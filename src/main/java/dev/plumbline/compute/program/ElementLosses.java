package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.BinaryFunction.EQUAL;
import static dev.plumbline.compute.program.BinaryFunction.LESS;
import static dev.plumbline.compute.program.BinaryFunction.LESS_OR_EQUAL;
import static dev.plumbline.compute.program.BinaryFunction.MAXIMUM;
import static dev.plumbline.compute.program.UnaryFunction.ABS;
import static dev.plumbline.compute.program.UnaryFunction.EXP;
import static dev.plumbline.compute.program.UnaryFunction.LOG;
import static dev.plumbline.compute.program.UnaryFunction.RELU;
import static dev.plumbline.compute.program.UnaryFunction.SOFTPLUS;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Losses of each element of a prediction with the element of the target at its place. */
final class ElementLosses {

    private final ProgramBuilder b;
    private final Loss loss;

    ElementLosses(ProgramBuilder b, Loss loss) {
        this.b = b;
        this.loss = loss;
    }

    Node each(Node p, Node y) {
        requireSameShape("target", p, y);
        return switch (loss.kind()) {
            case MSE -> b.square(b.subtract(p, y));
            case MAE -> b.unary(ABS, b.subtract(p, y));
            case HUBER -> huber(b.subtract(p, y));
            case SMOOTH_L1 -> smoothL1(b.subtract(p, y));
            case BINARY_CROSS_ENTROPY -> weighted(binaryCrossEntropy(p, y));
            case BINARY_CROSS_ENTROPY_WITH_LOGITS -> weighted(withLogits(p, y));
            case KL_DIVERGENCE ->
                loss.flag(LossSetting.LOG_TARGET) ? b.multiply(b.unary(EXP, y), b.subtract(y, p)) : divergence(p, y);
            case HINGE -> Compositions.hinge(b, b.multiply(y, p));
            case HINGE_EMBEDDING -> hingeEmbedding(p, y);
            case SOFT_MARGIN -> b.unary(SOFTPLUS, b.negate(b.multiply(y, p)));
            case POISSON_NLL -> poisson(p, y);
            default -> throw new IllegalStateException(loss + " is not element-wise");
        };
    }

    private void requireSameShape(String operand, Node p, Node y) {
        if (!y.shape().equals(p.shape())) {
            throw Problem.invalid(
                    "/loss",
                    "prediction and " + operand + " have different shapes",
                    y.shape(),
                    p.shape() + ", the prediction's");
        }
    }

    private Node huber(Node error) {
        double delta = loss.number(LossSetting.DELTA);
        Node size = b.unary(ABS, error);
        Node inner = b.multiply(b.square(error), 0.5);
        Node outer = b.multiply(b.subtract(size, b.constant(delta / 2)), delta);
        return b.select(b.binary(LESS_OR_EQUAL, size, b.constant(delta)), inner, outer);
    }

    private Node smoothL1(Node error) {
        double beta = loss.number(LossSetting.BETA);
        Node size = b.unary(ABS, error);
        if (beta == 0) {
            return size;
        }
        Node inner = b.multiply(b.square(error), 0.5 / beta);
        return b.select(b.binary(LESS, size, b.constant(beta)), inner, b.subtract(size, b.constant(beta / 2)));
    }

    private Node binaryCrossEntropy(Node p, Node y) {
        Node yes = b.multiply(y, safeLog(p));
        Node no = b.multiply(b.subtract(b.constant(1), y), safeLog(b.subtract(b.constant(1), p)));
        return b.negate(b.add(yes, no));
    }

    private Node safeLog(Node p) {
        // PyTorch's floor; below e^-100 it has gradient 0. At 0 itself the slope of log, 1 / 0, would make that NaN.
        Node zero = b.binary(EQUAL, p, b.constant(0));
        Node positive = b.select(zero, b.constant(Math.exp(-100)), p);
        return b.binary(MAXIMUM, b.unary(LOG, positive), b.constant(-100));
    }

    /**
     * {@code softplus(p) - y p}; with a weight w of the positives {@code (w y + 1 - y) softplus(p) - w y p}. Its derivative,
     * {@code (w y + 1 - y) sigmoid(p) - w y}, cancels for confident predictions, and so it does in PyTorch.
     */
    private Node withLogits(Node p, Node y) {
        Tensor positives = loss.positiveWeight();
        if (positives == null) {
            return b.subtract(b.unary(SOFTPLUS, p), b.multiply(y, p));
        }
        Node weight = broadcast("positiveWeight", positives, p.shape());
        Node positive = b.multiply(weight, y);
        Node scale = b.subtract(b.add(positive, b.constant(1)), y);
        return b.subtract(b.multiply(scale, b.unary(SOFTPLUS, p)), b.multiply(positive, p));
    }

    private Node weighted(Node each) {
        return weighted(each, loss.weight());
    }

    private Node weighted(Node each, @Nullable Tensor weight) {
        return weight == null ? each : b.multiply(each, broadcast("weight", weight, each.shape()));
    }

    private Node broadcast(String setting, Tensor weight, Shape shape) {
        Node constant = b.constant(weight);
        try {
            return b.broadcast(constant, shape);
        } catch (Problem unlike) {
            Problem problem = Problem.invalid(
                    "/loss/" + setting,
                    "these weights do not fit the prediction",
                    weight.shape(),
                    "a shape that broadcasts to " + shape);
            problem.initCause(unlike);
            throw problem;
        }
    }

    /** {@code y log y - y p}; y log y is 0 at y = 0, by its limit. */
    private Node divergence(Node p, Node y) {
        Node positive = b.binary(LESS, b.constant(0), y);
        Node safe = b.select(positive, y, b.constant(1));
        return b.subtract(b.multiply(y, b.unary(LOG, safe)), b.multiply(y, p));
    }

    private Node hingeEmbedding(Node p, Node y) {
        Node zero = b.constant(0);
        Node unlike = b.unary(RELU, b.subtract(b.constant(loss.number(LossSetting.MARGIN)), p));
        Node like = b.select(b.binary(EQUAL, y, b.constant(-1)), zero, p);
        return b.add(like, b.select(b.binary(EQUAL, y, b.constant(1)), zero, unlike));
    }

    /** With {@code full} Stirling's approximation of log y! where y > 1: {@code y log y - y + log(2 pi y) / 2}. */
    private Node poisson(Node p, Node y) {
        Node each = loss.flag(LossSetting.LOG_INPUT)
                ? b.subtract(b.unary(EXP, p), b.multiply(y, p))
                : b.subtract(p, b.multiply(y, b.unary(LOG, b.add(p, b.constant(loss.number(LossSetting.EPSILON))))));
        if (!loss.flag(LossSetting.FULL)) {
            return each;
        }
        Node many = b.binary(LESS, b.constant(1), y);
        Node safe = b.select(many, y, b.constant(1));
        Node log = b.unary(LOG, safe);
        Node half = b.multiply(b.add(log, b.constant(Math.log(2 * Math.PI))), 0.5);
        Node stirling = b.add(b.subtract(b.multiply(safe, log), safe), half);
        return b.add(each, b.select(many, stirling, b.constant(0)));
    }

    /**
     * {@code (log v + (p - y)^2 / v) / 2} with {@code v = max(variance, epsilon)}. Below epsilon the derivative by the
     * variance is 0; PyTorch passes that at v through, which is the derivative of no function.
     */
    Node gaussian(Node p, Node y, Node variance) {
        requireSameShape("target", p, y);
        Node v = b.binary(MAXIMUM, alongLastAxis(p, variance), b.constant(loss.number(LossSetting.EPSILON)));
        Node each = b.multiply(b.add(b.unary(LOG, v), b.divide(b.square(b.subtract(p, y)), v)), 0.5);
        return loss.flag(LossSetting.FULL) ? b.add(each, b.constant(0.5 * Math.log(2 * Math.PI))) : each;
    }

    /** The variance of each element, or one for all along the last axis, which it may lack or have with extent 1. */
    private Node alongLastAxis(Node p, Node variance) {
        int[] column = p.shape().extents();
        int last = column.length - 1;
        if (variance.shape().equals(p.shape())) {
            return variance;
        }
        if (last >= 0) {
            int[] shorter = Arrays.copyOf(column, last);
            column[last] = 1;
            if (Arrays.equals(variance.shape().extents(), column)
                    || Arrays.equals(variance.shape().extents(), shorter)) {
                return b.reshape(variance, Shape.of(column));
            }
        }
        throw Problem.invalid(
                "/loss/variance",
                "the variance does not fit the prediction",
                variance.shape(),
                p.shape() + ", or with an extent of 1 or without the last axis");
    }
}
