package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.UnaryFunction.ABS;
import static dev.plumbline.compute.program.UnaryFunction.LOG;
import static dev.plumbline.compute.program.UnaryFunction.SOFTPLUS;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A loss between a prediction and a target, with PyTorch's meaning of their inputs.
 *
 * <table>
 * <caption>Kinds: p is the prediction, y the target</caption>
 * <tr><td>mse</td><td>(p - y)^2</td></tr>
 * <tr><td>mae</td><td>|p - y|</td></tr>
 * <tr><td>huber</td><td>(p - y)^2 / 2 where |p - y| is at most delta, else delta (|p - y| - delta / 2)</td></tr>
 * <tr><td>crossEntropy</td><td>- log softmax(p)[y] along axis 1; y are classes, or probabilities of p's shape</td></tr>
 * <tr><td>binaryCrossEntropy</td><td>- y log p - (1 - y) log(1 - p), logarithms not below -100</td></tr>
 * <tr><td>binaryCrossEntropyWithLogits</td><td>the same with p = sigmoid(logit)</td></tr>
 * <tr><td>negativeLogLikelihood</td><td>- p[y] along axis 1; p are log-probabilities</td></tr>
 * <tr><td>klDivergence</td><td>y (log y - p); p are log-probabilities</td></tr>
 * <tr><td>hinge</td><td>max(0, 1 - y p); y is -1 or 1</td></tr>
 * </table>
 *
 * <p>The reduction {@code mean} is over all elements; with classes over the samples, weighted where there are class
 * weights.
 */
public record Loss(
        Kind kind,
        Reduction reduction,
        double delta,
        double labelSmoothing,
        @Nullable Tensor weight) {

    public enum Kind {
        MSE,
        MAE,
        HUBER,
        CROSS_ENTROPY,
        BINARY_CROSS_ENTROPY,
        BINARY_CROSS_ENTROPY_WITH_LOGITS,
        NEGATIVE_LOG_LIKELIHOOD,
        KL_DIVERGENCE,
        HINGE
    }

    public enum Reduction {
        MEAN,
        SUM
    }

    public Loss {
        if (!(delta > 0 && Double.isFinite(delta))) {
            throw Problem.invalid("/delta", "delta must be positive", delta, "a number above 0");
        }
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw Problem.invalid("/labelSmoothing", "label smoothing is a share", labelSmoothing, "from 0 to 1");
        }
        if (labelSmoothing > 0 && kind != Kind.CROSS_ENTROPY) {
            throw Problem.invalid(
                    "/labelSmoothing", "label smoothing belongs to crossEntropy", labelSmoothing, "0 for this kind");
        }
        if (weight != null && kind != Kind.CROSS_ENTROPY && kind != Kind.NEGATIVE_LOG_LIKELIHOOD) {
            throw Problem.invalid(
                    "/weight",
                    "class weights belong to crossEntropy and negativeLogLikelihood",
                    "weights of shape " + weight.shape(),
                    "no weights for this kind");
        }
    }

    public static Loss of(Kind kind, Reduction reduction) {
        return new Loss(kind, reduction, 1, 0, null);
    }

    /** Whether the target may hold classes, whole numbers, instead of one number for each prediction. */
    public boolean takesClasses() {
        return kind == Kind.CROSS_ENTROPY || kind == Kind.NEGATIVE_LOG_LIKELIHOOD;
    }

    /** The loss as a node: one number. */
    public Node attach(ProgramBuilder b, Node p, Node y) {
        b.at("loss");
        if (takesClasses() && p.rank() >= 1 && !y.shape().equals(p.shape())) {
            Node logProbabilities = kind == Kind.CROSS_ENTROPY ? Compositions.logSoftmax(b, p, classAxis(p)) : p;
            return classLoss(b, logProbabilities, y);
        }
        if (kind == Kind.NEGATIVE_LOG_LIKELIHOOD) {
            throw classesExpected(p, y);
        }
        if (!y.shape().equals(p.shape())) {
            throw Problem.invalid(
                    "/loss",
                    "prediction and target have different shapes",
                    y.shape(),
                    p.shape() + ", the prediction's");
        }
        if (kind == Kind.CROSS_ENTROPY) {
            return probabilityLoss(b, p, y);
        }
        Node each = each(b, p, y);
        return reduction == Reduction.MEAN ? b.mean(each) : b.sum(each);
    }

    private Node each(ProgramBuilder b, Node p, Node y) {
        Node error = b.subtract(p, y);
        return switch (kind) {
            case MSE -> b.square(error);
            case MAE -> b.unary(ABS, error);
            case HUBER -> {
                Node size = b.unary(ABS, error);
                Node inner = b.multiply(b.square(error), 0.5);
                Node outer = b.multiply(b.subtract(size, b.constant(delta / 2)), delta);
                yield b.select(b.binary(BinaryFunction.LESS_OR_EQUAL, size, b.constant(delta)), inner, outer);
            }
            case BINARY_CROSS_ENTROPY -> {
                Node yes = b.multiply(y, safeLog(b, p));
                Node no = b.multiply(b.subtract(b.constant(1), y), safeLog(b, b.subtract(b.constant(1), p)));
                yield b.negate(b.add(yes, no));
            }
            case BINARY_CROSS_ENTROPY_WITH_LOGITS -> b.subtract(b.unary(SOFTPLUS, p), b.multiply(y, p));
            case KL_DIVERGENCE -> {
                // y log y is 0 at y = 0, by its limit.
                Node positive = b.binary(BinaryFunction.LESS, b.constant(0), y);
                Node safe = b.select(positive, y, b.constant(1));
                yield b.subtract(b.multiply(y, b.unary(LOG, safe)), b.multiply(y, p));
            }
            case HINGE -> Compositions.hinge(b, b.multiply(y, p));
            case CROSS_ENTROPY, NEGATIVE_LOG_LIKELIHOOD ->
                throw new IllegalStateException(kind + " is not element-wise");
        };
    }

    private static Node safeLog(ProgramBuilder b, Node p) {
        // PyTorch's floor; below e^-100 it has gradient 0. At 0 itself the slope of log, 1 / 0, would make that NaN.
        Node zero = b.binary(BinaryFunction.EQUAL, p, b.constant(0));
        Node positive = b.select(zero, b.constant(Math.exp(-100)), p);
        return b.binary(BinaryFunction.MAXIMUM, b.unary(LOG, positive), b.constant(-100));
    }

    /** {@code - sum w y log softmax(p)}, over the samples where the mean is asked. */
    private Node probabilityLoss(ProgramBuilder b, Node p, Node y) {
        int axis = classAxis(p);
        Node target = y;
        if (labelSmoothing > 0) {
            int classes = p.shape().extent(axis);
            target = b.add(b.multiply(y, 1 - labelSmoothing), b.constant(labelSmoothing / classes));
        }
        Node terms = b.multiply(target, Compositions.logSoftmax(b, p, axis));
        if (weight != null) {
            terms = b.multiply(terms, alongClasses(b, p));
        }
        double samples = (double) p.shape().size() / Math.max(1, p.shape().extent(axis));
        return b.multiply(b.sum(terms), reduction == Reduction.MEAN ? -1 / samples : -1);
    }

    /** {@code - sum w[y] logp[y]} (over {@code sum w[y]} for the mean), with label smoothing as PyTorch has it. */
    private Node classLoss(ProgramBuilder b, Node logProbabilities, Node y) {
        Shape shape = logProbabilities.shape();
        int axis = classAxis(logProbabilities);
        int[] expected = shape.rank() == 1 ? new int[0] : without(shape.extents(), axis);
        if (!Arrays.equals(y.shape().extents(), expected)) {
            throw classesExpected(logProbabilities, y);
        }
        int[] column = shape.extents();
        column[axis] = 1;
        Node classes = b.reshape(y, Shape.of(column));
        Node chosen = b.pickClasses(logProbabilities, classes, axis);
        Node weights = weight == null
                ? b.constant(Tensor.filled(Shape.of(column), 1))
                : b.pickClasses(b.broadcast(alongClasses(b, logProbabilities), shape), classes, axis);
        Node right = b.sum(b.multiply(weights, chosen));
        Node total = b.sum(weights);
        Node loss = reduction == Reduction.MEAN ? b.divide(right, total) : right;
        if (labelSmoothing > 0 && kind == Kind.CROSS_ENTROPY) {
            Node all =
                    weight == null ? logProbabilities : b.multiply(logProbabilities, alongClasses(b, logProbabilities));
            Node spread = b.sum(all);
            Node smooth = reduction == Reduction.MEAN ? b.divide(spread, total) : spread;
            loss = b.add(b.multiply(loss, 1 - labelSmoothing), b.multiply(smooth, labelSmoothing / shape.extent(axis)));
        }
        return b.negate(loss);
    }

    private Node alongClasses(ProgramBuilder b, Node p) {
        Tensor given = java.util.Objects.requireNonNull(weight);
        int axis = classAxis(p);
        int classes = p.shape().extent(axis);
        if (given.shape().rank() != 1 || given.size() != classes) {
            throw Problem.invalid(
                    "/loss/weight", "there must be one weight a class", given.shape(), "[" + classes + "]");
        }
        int[] extents = new int[p.rank()];
        Arrays.fill(extents, 1);
        extents[axis] = classes;
        return b.constant(given.reshape(Shape.of(extents)));
    }

    private static int classAxis(Node p) {
        return p.rank() == 1 ? 0 : 1;
    }

    private static int[] without(int[] extents, int axis) {
        return java.util.stream.IntStream.range(0, extents.length)
                .filter(k -> k != axis)
                .map(k -> extents[k])
                .toArray();
    }

    private Problem classesExpected(Node p, Node y) {
        String classes = p.rank() < 2 ? "[]" : Arrays.toString(without(p.shape().extents(), 1));
        return Problem.invalid(
                "/loss",
                "the target does not fit the prediction of shape " + p.shape(),
                "a target of shape " + y.shape(),
                "classes of shape " + classes
                        + (kind == Kind.CROSS_ENTROPY ? ", or probabilities of shape " + p.shape() : ""));
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " (" + reduction.name().toLowerCase(Locale.ROOT) + ")";
    }
}
