package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.BinaryFunction.EQUAL;
import static dev.plumbline.compute.program.BinaryFunction.LESS;
import static dev.plumbline.compute.program.BinaryFunction.LESS_OR_EQUAL;
import static dev.plumbline.compute.program.BinaryFunction.MAXIMUM;
import static dev.plumbline.compute.program.UnaryFunction.EXP;
import static dev.plumbline.compute.program.UnaryFunction.LOG;
import static dev.plumbline.compute.program.UnaryFunction.STOP_GRADIENT;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Connectionist temporal classification (Graves et al., 2006): minus the logarithm of the probability of all ways in which
 * T steps can spell a target of S labels, with repetitions and blanks. With the states {@code l = (blank, y1, blank, y2, ...,
 * blank)} and log-probabilities p (time, batch, classes)
 *
 * <pre>
 * a[0][s] = p[0][l[s]]                                                              for s = 0 and 1
 * a[t][s] = p[t][l[s]] + log(e^a[t-1][s] + e^a[t-1][s-1] + e^a[t-1][s-2])           the last where l[s] != l[s-2]
 * loss    = - log(e^a[T-1][2S] + e^a[T-1][2S-1]) + sum over t of (sum over c of e^p[t][c] - 1)
 * </pre>
 *
 * <p>The last sum is 0 for log-probabilities. It is there for the derivative: PyTorch's is {@code e^p - posterior}, which
 * presumes that p comes from a log softmax, and with the sum this is the derivative of what is computed, whatever p is.
 * Targets are (batch, S), or one after the other in a single axis; what lies behind their lengths is not read. An impossible
 * target has the loss infinity, or 0 with {@code zeroInfinity}.
 */
final class CtcLoss {

    /** Every step becomes some twenty nodes of the program. */
    private static final int MOST_STEPS = 4096;

    private final ProgramBuilder b;
    private final Loss loss;

    CtcLoss(ProgramBuilder b, Loss loss) {
        this.b = b;
        this.loss = loss;
    }

    Node of(Map<LossOperand, Node> operands) {
        Node given = Loss.of(operands, LossOperand.PREDICTION);
        if (given.rank() != 3 && given.rank() != 2) {
            throw Problem.invalid(
                    "/loss",
                    "ctc reads log-probabilities",
                    given.shape(),
                    "(time, batch, classes), or (time, classes)");
        }
        boolean isBatch = given.rank() == 3;
        Shape shape = given.shape();
        Node p = isBatch ? given : b.reshape(given, Shape.of(shape.extent(0), 1, shape.extent(1)));
        int steps = p.shape().extent(0);
        int classes = p.shape().extent(2);
        if (steps < 1 || steps > MOST_STEPS) {
            throw Problem.limit("/loss", "the sequence has too many or no steps", steps, "from 1 to " + MOST_STEPS);
        }
        if (loss.number(LossSetting.BLANK) >= classes) {
            throw Problem.invalid(
                    "/loss/blank", "blank is no class", loss.number(LossSetting.BLANK), "from 0 to " + (classes - 1));
        }
        Node lengths = lengths(operands.get(LossOperand.TARGET_LENGTHS), p, LossOperand.TARGET_LENGTHS);
        Node used = lengths(operands.get(LossOperand.INPUT_LENGTHS), p, LossOperand.INPUT_LENGTHS);
        Node labels = labels(p, Loss.of(operands, LossOperand.TARGET), isBatch, lengths);
        Node counts = lengths == null
                ? b.constant(Tensor.filled(
                        Shape.of(p.shape().extent(1), 1), labels.shape().extent(1)))
                : lengths;
        Node each = b.add(negativeLogLikelihood(p, states(labels), used, counts), excess(p, used));
        Node possible = possible(labels, counts, used, steps);
        each = loss.flag(LossSetting.ZERO_INFINITY)
                ? b.select(possible, each, b.constant(0))
                : b.subtract(each, b.unary(LOG, possible)); // log 0 where it is not
        return loss.reduction() == Loss.Reduction.MEAN
                ? b.mean(b.divide(each, b.binary(MAXIMUM, counts, b.constant(1))))
                : b.sum(each);
    }

    /** Lengths as a column (batch, 1). */
    private @Nullable Node lengths(@Nullable Node given, Node p, LossOperand operand) {
        int batch = p.shape().extent(1);
        if (given == null) {
            return null;
        }
        if (given.shape().size() != batch || given.rank() > 1) {
            throw Problem.invalid(
                    "/loss/" + operand.wireName(),
                    "there must be one length a sample",
                    given.shape(),
                    "[" + batch + "]");
        }
        return b.reshape(given, Shape.of(batch, 1));
    }

    /** The labels (batch, S), blank behind their lengths. */
    private Node labels(Node p, Node y, boolean isBatch, @Nullable Node lengths) {
        int batch = p.shape().extent(1);
        if (y.rank() == 1 && !isBatch) {
            return masked(b.reshape(y, Shape.of(1, y.shape().size())), lengths);
        }
        if (y.rank() == 1 && isBatch && lengths != null) {
            Node starts = b.subtract(b.cumulativeSum(lengths, 0), lengths);
            Node places = positions(y.shape().size());
            Node counts = b.binary(LESS, places, lengths);
            Node indices = b.select(counts, b.add(starts, places), b.constant(0));
            return masked(b.gather(y, indices, 0), lengths);
        }
        if (y.rank() != 2 || y.shape().extent(0) != batch) {
            throw Problem.invalid(
                    "/loss",
                    "the target does not fit log-probabilities of shape " + p.shape(),
                    y.shape(),
                    "labels (" + batch + ", S), or one after the other with targetLengths");
        }
        return masked(y, lengths);
    }

    private Node masked(Node labels, @Nullable Node lengths) {
        return lengths == null
                ? labels
                : b.select(b.binary(LESS, positions(labels.shape().extent(1)), lengths), labels, blank());
    }

    private Node blank() {
        return b.constant(loss.number(LossSetting.BLANK));
    }

    /** {@code (blank, y1, blank, y2, ..., blank)}: (batch, 2 S + 1). */
    private Node states(Node labels) {
        int batch = labels.shape().extent(0);
        int count = labels.shape().extent(1);
        Node column = b.reshape(labels, Shape.of(batch, count, 1));
        Node pairs = b.concat(2, List.of(b.broadcast(blank(), column.shape()), column));
        Node end = b.broadcast(blank(), Shape.of(batch, 1));
        return b.concat(1, List.of(b.reshape(pairs, Shape.of(batch, Math.multiplyExact(2, count))), end));
    }

    /** Whether every label, and a blank between two equal ones, has a step: (batch, 1), known without the prediction. */
    private Node possible(Node labels, Node counts, @Nullable Node used, int steps) {
        int count = labels.shape().extent(1);
        Node needed = counts;
        if (count > 1) {
            Node next = b.slice(labels, 1, 1, count - 1, 1);
            Node same = b.binary(EQUAL, next, b.slice(labels, 1, 0, count - 1, 1));
            Node both = b.binary(LESS, b.add(positions(count - 1), b.constant(1)), counts);
            needed = b.add(needed, b.restoreAxes(b.sum(b.multiply(same, both), 1), same.shape(), 1));
        }
        return b.binary(LESS_OR_EQUAL, needed, used == null ? b.constant(steps) : used);
    }

    private Node negativeLogLikelihood(Node p, Node states, @Nullable Node used, Node counts) {
        int steps = p.shape().extent(0);
        int width = states.shape().extent(1);
        Node each = b.broadcast(states, Shape.of(steps, states.shape().extent(0), width));
        Node emitted = b.pickClasses(p, each, 2); // (time, batch, states)
        Node skips = skips(states);
        Node reached = b.broadcast(b.binary(LESS, positions(width), b.constant(2)), states.shape());
        Node alpha = at(emitted, 0);
        for (int t = 1; t < steps; t++) {
            List<Node> ways = new ArrayList<>(List.of(row(alpha), row(behind(alpha, 1))));
            List<Node> open = new ArrayList<>(List.of(row(reached), row(behind(reached, 1))));
            if (skips != null) {
                ways.add(row(behind(alpha, 2)));
                open.add(row(b.multiply(skips, behind(reached, 2))));
            }
            Node isOpen = b.concat(1, open);
            Node next = b.add(at(emitted, t), logSumExp(b.concat(1, ways), isOpen));
            Node nextReached = b.max(isOpen, 1);
            Node counted = used == null ? null : b.binary(LESS, b.constant(t), used);
            alpha = counted == null ? next : b.select(counted, next, alpha);
            reached = counted == null ? nextReached : b.select(counted, nextReached, reached);
        }
        Node last = b.multiply(counts, 2);
        Node beforeLast = b.subtract(last, b.constant(1));
        Node ends = b.binary(
                MAXIMUM, b.binary(EQUAL, positions(width), last), b.binary(EQUAL, positions(width), beforeLast));
        return b.negate(b.reshape(logSumExp(alpha, b.multiply(ends, reached)), counts.shape()));
    }

    /**
     * {@code log sum e^x} along axis 1 over those that are open, which data alone decides. In place of the others stands the
     * least number, so that nothing is infinite and no rounding is that of a number larger than any that counts.
     */
    private Node logSumExp(Node x, Node open) {
        Node least = b.unary(STOP_GRADIENT, b.negate(b.max(b.negate(x), 1)));
        Node counted = b.select(open, x, b.restoreAxes(least, x.shape(), 1));
        Node most = b.unary(STOP_GRADIENT, b.max(counted, 1));
        Node terms = b.multiply(b.unary(EXP, b.subtract(counted, b.restoreAxes(most, x.shape(), 1))), open);
        Node none = b.subtract(b.constant(1), b.max(open, 1)); // log 1 where nothing is open
        return b.add(most, b.unary(LOG, b.add(b.sum(terms, 1), none)));
    }

    /** Where a state can be reached from two states before: at a label that differs from the one before. */
    private @Nullable Node skips(Node states) {
        int batch = states.shape().extent(0);
        int width = states.shape().extent(1);
        if (width < 3) {
            return null;
        }
        Node same = b.binary(EQUAL, b.slice(states, 1, 2, width - 2, 1), b.slice(states, 1, 0, width - 2, 1));
        Node differs = b.subtract(b.constant(1), same);
        return b.concat(1, List.of(b.constant(Tensor.zeros(Shape.of(batch, 2))), differs));
    }

    /** The states moved on by some places, zeros in front. */
    private Node behind(Node states, int places) {
        int width = states.shape().extent(1);
        int moved = Math.min(places, width);
        Node front = b.constant(Tensor.zeros(Shape.of(states.shape().extent(0), moved)));
        return moved == width ? front : b.concat(1, List.of(front, b.slice(states, 1, 0, width - moved, 1)));
    }

    /** {@code sum over t of (sum over c of e^p[t][c] - 1)} for each sample: (batch, 1). */
    private Node excess(Node p, @Nullable Node used) {
        Node each = b.subtract(b.sum(b.unary(EXP, p), 2), b.constant(1)); // (time, batch)
        Node byBatch = b.swapAxes(each, 0, 1);
        Node counted = used == null
                ? byBatch
                : b.select(b.binary(LESS, positions(p.shape().extent(0)), used), byBatch, b.constant(0));
        return b.restoreAxes(b.sum(counted, 1), counted.shape(), 1);
    }

    private Node at(Node emitted, int step) {
        int[] extents = emitted.shape().extents();
        return b.reshape(b.slice(emitted, 0, step, 1, 1), Shape.of(Arrays.copyOfRange(extents, 1, extents.length)));
    }

    private Node row(Node alpha) {
        return b.reshape(
                alpha, Shape.of(alpha.shape().extent(0), 1, alpha.shape().extent(1)));
    }

    private Node positions(int count) {
        double[] positions = new double[count];
        Arrays.setAll(positions, i -> i);
        return b.constant(Tensor.vector(positions).reshape(Shape.of(1, count)));
    }
}
