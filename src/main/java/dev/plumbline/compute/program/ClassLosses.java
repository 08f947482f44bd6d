package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.BinaryFunction.EQUAL;
import static dev.plumbline.compute.program.BinaryFunction.LESS;
import static dev.plumbline.compute.program.UnaryFunction.RELU;
import static dev.plumbline.compute.program.UnaryFunction.SOFTPLUS;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/** Losses of scores of classes, along axis 1 (0 without a batch), with the classes that are right. */
final class ClassLosses {

    private final ProgramBuilder b;
    private final Loss loss;

    ClassLosses(ProgramBuilder b, Loss loss) {
        this.b = b;
        this.loss = loss;
    }

    Node of(Node p, Node y) {
        return switch (loss.kind()) {
            case CROSS_ENTROPY -> crossEntropy(p, y);
            case NEGATIVE_LOG_LIKELIHOOD -> likelihood(p, y);
            case MULTI_MARGIN -> loss.reduced(b, margin(p, y));
            case MULTI_LABEL_MARGIN -> loss.reduced(b, labelMargin(p, y));
            case MULTI_LABEL_SOFT_MARGIN -> loss.reduced(b, labelSoftMargin(p, y));
            default -> throw new IllegalStateException(loss + " has no classes");
        };
    }

    private Node crossEntropy(Node p, Node y) {
        int axis = classAxis(p);
        if (y.shape().equals(p.shape())) {
            return probabilityLoss(p, y);
        }
        return classLoss(p.rank() == 0 ? p : Compositions.logSoftmax(b, p, axis), y);
    }

    private Node likelihood(Node p, Node y) {
        if (p.rank() == 0 || y.shape().equals(p.shape())) {
            throw classesExpected(p, y);
        }
        return classLoss(p, y);
    }

    /** {@code - sum w y log softmax(p)}, over the samples where the mean is asked. */
    private Node probabilityLoss(Node p, Node y) {
        int axis = classAxis(p);
        double smoothing = loss.number(LossSetting.LABEL_SMOOTHING);
        Node target = y;
        if (smoothing > 0) {
            int classes = p.shape().extent(axis);
            target = b.add(b.multiply(y, 1 - smoothing), b.constant(smoothing / classes));
        }
        Node terms = b.multiply(target, Compositions.logSoftmax(b, p, axis));
        if (loss.weight() != null) {
            terms = b.multiply(terms, alongClasses(loss.weight(), p));
        }
        double samples = (double) p.shape().size() / Math.max(1, p.shape().extent(axis));
        return b.multiply(b.sum(terms), loss.reduction() == Loss.Reduction.MEAN ? -1 / samples : -1);
    }

    /** {@code - sum w[y] logp[y]} (over {@code sum w[y]} for the mean), with label smoothing as PyTorch has it. */
    private Node classLoss(Node logProbabilities, Node y) {
        Shape shape = logProbabilities.shape();
        int axis = classAxis(logProbabilities);
        Node classes = classes(logProbabilities, y);
        int ignored = Objects.requireNonNull(loss.ignoreIndex());
        Node chosen = b.pickClasses(logProbabilities, classes, axis, ignored);
        Tensor given = loss.weight();
        Node all = given == null ? b.constant(1) : alongClasses(given, logProbabilities);
        Node weights = b.pickClasses(b.broadcast(all, shape), classes, axis, ignored);
        Node right = b.sum(given == null ? chosen : b.multiply(weights, chosen));
        Node total = b.sum(weights);
        Node result = mean(right, total);
        double smoothing = loss.kind() == Loss.Kind.CROSS_ENTROPY ? loss.number(LossSetting.LABEL_SMOOTHING) : 0;
        if (smoothing > 0) {
            Node spread = b.sum(b.multiply(logProbabilities, all), axis);
            Node counted = b.binary(EQUAL, b.reshape(y, spread.shape()), b.constant(ignored));
            Node smooth = mean(b.sum(b.select(counted, b.constant(0), spread)), total);
            result = b.add(b.multiply(result, 1 - smoothing), b.multiply(smooth, smoothing / shape.extent(axis)));
        }
        return b.negate(result);
    }

    private Node mean(Node sum, Node total) {
        return loss.reduction() == Loss.Reduction.MEAN ? b.divide(sum, total) : sum;
    }

    /** The target with an axis of extent 1 where the prediction has its classes. */
    private Node classes(Node p, Node y) {
        int[] extents = p.shape().extents();
        int axis = classAxis(p);
        if (p.rank() == 0 || !Arrays.equals(y.shape().extents(), without(extents, axis))) {
            throw classesExpected(p, y);
        }
        extents[axis] = 1;
        return b.reshape(y, Shape.of(extents));
    }

    /** {@code sum over c other than y of w[y] max(0, margin - p[y] + p[c])^power / classes}. */
    private Node margin(Node p, Node y) {
        Node scores = matrix(p);
        int count = scores.shape().extent(1);
        Node classes = b.reshape(classes(p, y), Shape.of(scores.shape().extent(0), 1));
        Node right = b.pickClasses(scores, classes, 1);
        Node gap = b.add(b.subtract(scores, right), b.constant(loss.number(LossSetting.MARGIN)));
        Node own = b.reshape(Compositions.oneHot(b, classes, count), scores.shape());
        Node hinge = b.select(own, b.constant(0), b.unary(RELU, gap));
        Node term = loss.number(LossSetting.P) == 2 ? b.square(hinge) : hinge;
        if (loss.weight() != null) {
            Node weights = b.broadcast(alongClasses(loss.weight(), scores), scores.shape());
            term = b.multiply(term, b.pickClasses(weights, classes, 1));
        }
        return b.mean(term, 1);
    }

    /** Labels are the classes in front of the first -1: {@code sum over labels j, others c of max(0, 1 - p[j] + p[c])}. */
    private Node labelMargin(Node p, Node y) {
        if (p.rank() == 0 || p.rank() > 2 || !p.shape().equals(y.shape())) {
            throw Problem.invalid(
                    "/loss",
                    "the target does not fit the prediction of shape " + p.shape(),
                    y.shape(),
                    "classes of the shape (batch, classes) of the prediction, those behind the labels -1");
        }
        Node scores = matrix(p);
        Node labels = b.reshape(y, scores.shape());
        int samples = scores.shape().extent(0);
        int count = scores.shape().extent(1);
        Node ended = b.cumulativeSum(b.binary(LESS, labels, b.constant(0)), 1);
        Node counts = b.binary(EQUAL, ended, b.constant(0));
        Node safe = b.select(counts, labels, b.constant(0));
        Node right = b.pickClasses(scores, safe, 1);
        Node each = b.reshape(counts, Shape.of(samples, count, 1));
        Node isLabel = b.max(b.multiply(Compositions.oneHot(b, safe, count), each), 1);
        Node others = b.subtract(b.constant(1), b.reshape(isLabel, Shape.of(samples, 1, count)));
        Node gap = b.subtract(
                b.reshape(scores, Shape.of(samples, 1, count)), b.reshape(right, Shape.of(samples, count, 1)));
        Node hinge = b.unary(RELU, b.add(gap, b.constant(1)));
        return b.multiply(b.sum(b.multiply(b.multiply(hinge, each), others), 1, 2), 1.0 / count);
    }

    private Node labelSoftMargin(Node p, Node y) {
        if (p.rank() == 0 || !p.shape().equals(y.shape())) {
            throw Problem.invalid(
                    "/loss",
                    "prediction and target have different shapes",
                    y.shape(),
                    p.shape() + ", the prediction's");
        }
        Node each = b.subtract(b.unary(SOFTPLUS, p), b.multiply(y, p));
        if (loss.weight() != null) {
            int classes = p.shape().extent(-1);
            requireOneAClass(loss.weight(), classes);
            each = b.multiply(each, b.constant(loss.weight()));
        }
        return b.mean(each, -1);
    }

    private Node matrix(Node p) {
        if (p.rank() == 0 || p.rank() > 2) {
            throw Problem.invalid(
                    "/loss", "the prediction has the wrong number of axes", p.shape(), "(batch, classes)");
        }
        return p.rank() == 2 ? p : b.reshape(p, p.shape().prepend(1));
    }

    private Node alongClasses(Tensor weight, Node p) {
        int axis = classAxis(p);
        int classes = p.shape().extent(axis);
        requireOneAClass(weight, classes);
        int[] extents = new int[p.rank()];
        Arrays.fill(extents, 1);
        extents[axis] = classes;
        return b.constant(weight.reshape(Shape.of(extents)));
    }

    private static void requireOneAClass(Tensor weight, int classes) {
        if (weight.shape().rank() != 1 || weight.size() != classes) {
            throw Problem.invalid(
                    "/loss/weight", "there must be one weight a class", weight.shape(), "[" + classes + "]");
        }
    }

    private static int classAxis(Node p) {
        return p.rank() <= 1 ? 0 : 1;
    }

    private static int[] without(int[] extents, int axis) {
        return IntStream.range(0, extents.length)
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
                        + (loss.kind() == Loss.Kind.CROSS_ENTROPY ? ", or probabilities of shape " + p.shape() : ""));
    }
}
