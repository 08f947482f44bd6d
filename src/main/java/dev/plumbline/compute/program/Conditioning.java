package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.UnaryFunction.ATAN;
import static dev.plumbline.compute.program.UnaryFunction.ERF;
import static dev.plumbline.compute.program.UnaryFunction.EXP;
import static dev.plumbline.compute.program.UnaryFunction.LOG;
import static dev.plumbline.compute.program.UnaryFunction.LOG1P;
import static dev.plumbline.compute.program.UnaryFunction.NEGATE;
import static dev.plumbline.compute.program.UnaryFunction.SOFTPLUS;
import static dev.plumbline.compute.program.UnaryFunction.SQRT;

import dev.plumbline.compute.program.Reduce.Kind;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The derivatives that frameworks compute by formulas of their own from a value that was rounded, and which are off by more
 * than a few roundings for that: by {@code c u} of themselves, c the condition of the formula at its point.
 *
 * <pre>
 *   log sum exp     R           exp(x - R)                c = |R| for a whole row, and |x - R|
 *   log softmax     y           g - exp(y) sum(g)         c = |y|
 *   erf (gelu)                  2/sqrt(pi) exp(-x^2)      c = x^2
 *   a^b                         b a^(b - 1)               c = |(b - 1) ln a|
 *   asin, acos                  1 / sqrt(1 - x^2)         c = x^2 / (1 - x^2), tan^2 and cot^2 of the result
 *   acosh                       1 / sqrt(x^2 - 1)         c = x^2 / (x^2 - 1), coth^2 of the result
 *   atanh                       1 / (1 - x^2)             c = x^2 / (1 - x^2), sinh^2 of the result
 *   e^x - 1         y           y + 1                     c = e^-x
 * </pre>
 *
 * <p>A factor of the derivative that is subnormal is off by a share of its own, {@code c = m / |p|}, m the smallest normal number, or
 * flushed to 0: erf's exponential, the sigmoid in softplus ({@code 1 / (1 + exp(-x))} overflows inside), atan's
 * {@code 1 / (1 + x^2)}, a power's {@code a^(b - 1)}.
 *
 * <p>The program's own compositions avoid these roundings, so it is found where they stand, and a rounding run lets what
 * arrives there stray. The formulas are PyTorch's ({@code derivatives.yaml}, 1.13) and most others' too.
 */
final class Conditioning {

    /** The condition at each element of a node's value, and whose rounding all elements of a row share. */
    private interface Condition {
        /** @return by element the condition of its own rounding, or null */
        double @Nullable [] own(Evaluation base, Node node);

        /** @return by element the rounded value that others of its row share, or null */
        default double @Nullable [] shared(Evaluation base, Node node) {
            return null;
        }

        /** @return by element the factor of the derivative that may underflow, or null */
        default double @Nullable [] factor(Evaluation base, Node node) {
            return null;
        }
    }

    /** A function of what one number of a node is: its condition, and a factor of its derivative. */
    private record OfNumber(
            Node of,
            @Nullable DoubleUnaryOperator condition,
            @Nullable DoubleUnaryOperator factor) implements Condition {

        @Override
        public double @Nullable [] own(Evaluation base, Node node) {
            return condition == null ? null : each(base.value(of), condition);
        }

        @Override
        public double @Nullable [] factor(Evaluation base, Node node) {
            return factor == null ? null : each(base.value(of), factor);
        }
    }

    private static final Condition OF_POWER = new Condition() {

        @Override
        public double[] own(Evaluation base, Node node) { // whole exponents are exact, less 1 too
            return each(base, node, (a, b) -> b == Math.rint(b) ? 0 : Math.abs((b - 1) * Math.log(Math.abs(a))));
        }

        @Override
        public double[] factor(Evaluation base, Node node) {
            return each(base, node, (a, b) -> Math.pow(a, b - 1));
        }

        private static double[] each(Evaluation base, Node node, DoubleBinaryOperator of) {
            double[] a = Branches.spread(base.value(node.inputs().get(0)), node.shape());
            double[] b = Branches.spread(base.value(node.inputs().get(1)), node.shape());
            double[] result = new double[node.shape().size()];
            Arrays.setAll(result, i -> of.applyAsDouble(a[i], b[i]));
            return result;
        }
    };

    private static final double FAR = -60; // e^-60 is 2^-87

    private final Map<Node, Condition> conditions = new IdentityHashMap<>();

    private Conditioning() {}

    static Conditioning of(Program program) {
        Conditioning found = new Conditioning();
        for (Node node : program.nodes()) {
            found.add(node);
        }
        return found;
    }

    private void add(Node node) {
        Node x = node.inputs().isEmpty() ? null : node.inputs().get(0);
        if (x == null) {
            return;
        }
        if (is(node, ERF)) {
            conditions.put(node, new OfNumber(x, Conditioning::square, value -> exp(-value * value)));
        } else if (is(node, SOFTPLUS)) {
            conditions.put(node, new OfNumber(x, null, Conditioning::exp));
        } else if (is(node, ATAN)) {
            conditions.put(node, ofAngle(node, x));
        } else if (is(node, LOG1P) && isHyperbolicCosine(x)) {
            conditions.put(node, new OfNumber(node, y -> 1 / square(Math.tanh(y)), null));
        } else if (is(node, BinaryFunction.SUBTRACT)
                && isHyperbolicTangent(x, node.inputs().get(1))) {
            conditions.put(node, new OfNumber(node, y -> square(Math.sinh(y / 2)), null));
        } else if (is(node, BinaryFunction.SUBTRACT)
                && is(x, EXP)
                && isOne(node.inputs().get(1))) {
            conditions.put(node, new OfNumber(x, y -> 1 / Math.max(y, 0x1p-1000), null));
        } else if (is(node, BinaryFunction.POWER) && !isSquare(node)) {
            conditions.put(node, OF_POWER);
        } else if (is(node, BinaryFunction.ADD) || is(node, BinaryFunction.SUBTRACT)) {
            addLogSum(node);
        }
    }

    private static Condition ofAngle(Node angle, Node x) {
        if (isSine(x)) {
            return new OfNumber(angle, y -> square(Math.tan(y)), null);
        }
        return isHalfCosine(x)
                ? new OfNumber(angle, y -> 1 / square(Math.tan(2 * y)), null)
                : new OfNumber(x, null, value -> 1 / (1 + value * value));
    }

    private static boolean isOne(Node node) {
        return isNumber(node, 1);
    }

    /** Whose derivative is exact, and which stands in every normalisation. */
    private static boolean isSquare(Node power) {
        return isNumber(power.inputs().get(1), 2);
    }

    private static boolean isNumber(Node node, double number) {
        return node.op() instanceof Constant constant
                && constant.tensor().size() == 1
                && constant.tensor().at(0) == number;
    }

    /** A result {@code R = log(sum(exp(t))) + m} or {@code t - log(sum(exp(t)))}: the condition is that of the exponentials. */
    private void addLogSum(Node result) {
        boolean isSoftmax = is(result, BinaryFunction.SUBTRACT);
        for (int k = isSoftmax ? 1 : 0; k < 2; k++) {
            Node log = moved(result.inputs().get(k));
            Node sum = is(log, LOG) ? moved(log.inputs().get(0)) : log;
            Node exponentials = sum.op() instanceof Reduce reduce && reduce.kind() == Kind.SUM
                    ? sum.inputs().get(0)
                    : sum;
            if (log != sum && exponentials != sum && is(exponentials, EXP)) {
                Node exponent = exponentials.inputs().get(0);
                boolean isOwn = !isSoftmax || result.inputs().get(0) == exponent;
                if (isOwn) {
                    conditions.put(exponentials, new OfLogSum(exponent, sum, log, isSoftmax ? null : result));
                }
            }
        }
    }

    /** @param result the sum's, where a whole row shares its rounding; null where each element has a result */
    private record OfLogSum(
            Node exponent, Node sum, Node log, @Nullable Node result) implements Condition {

        @Override
        public double[] own(Evaluation base, Node node) {
            double[] t = base.value(exponent).values();
            double[] own = inRows(base, log);
            Arrays.setAll(own, i -> Math.abs(t[i] - own[i]));
            return own;
        }

        @Override
        public double @Nullable [] shared(Evaluation base, Node node) {
            return result == null ? null : inRows(base, result);
        }

        /** A value of each row, at all its elements. */
        private double[] inRows(Evaluation base, Node value) {
            double[] spread = new double[exponent.shape().size()];
            Tensor sums = base.value(sum);
            double[] ofRows = base.value(value).values();
            if (ofRows.length == sums.size()) {
                sum.op().pullBack(List.of(Tensor.zeros(exponent.shape())), sums, ofRows, new double[][] {spread});
            }
            return spread;
        }
    }

    /**
     * What arrives at a node, strayed: by up to {@code 2 c u} of itself.
     *
     * @param grid of the arithmetic
     */
    double[] strayed(Node node, double[] arriving, Evaluation base, Grid grid, SplittableRandom random) {
        Condition condition = conditions.get(node);
        if (condition == null) {
            return arriving;
        }
        Draws draws = Draws.from(random);
        double smallest = Math.scalb(1.0, grid.leastExponent());
        double[] own = condition.own(base, node);
        double[] shared = condition.shared(base, node);
        double[] factor = condition.factor(base, node);
        for (int i = 0; i < arriving.length; i++) {
            double c = (own == null ? 0 : own[i])
                    + (factor == null || factor[i] == 0 ? 0 : smallest / Math.abs(factor[i]));
            long bits = draws.bits(arriving[i], c);
            double off = c * (Draws.high(bits) - 0.5);
            off += shared == null ? 0 : Math.abs(shared[i]) * (Draws.high(draws.bits(shared[i])) - 0.5);
            boolean isFlushed = factor != null && Math.abs(factor[i]) < smallest && Draws.low(bits) < 0.5;
            double times = Double.isFinite(off) ? 1 + 4 * grid.unitRoundoff() * off : 1;
            arriving[i] *= isFlushed ? 0 : times;
        }
        return arriving;
    }

    private static double[] each(Tensor values, DoubleUnaryOperator condition) {
        return Arrays.stream(values.values()).map(condition).toArray();
    }

    /** The exponential where it may be near any datatype's smallest number, else 1: it costs more than all the rest here. */
    private static double exp(double x) {
        return x > FAR ? 1 : Math.exp(x);
    }

    private static double square(double x) {
        return x * x;
    }

    // ── the compositions of InverseFunctions ──

    /** {@code x / sqrt((1 - x) (1 + x))}. */
    private static boolean isSine(Node node) {
        return is(node, BinaryFunction.DIVIDE) && isRootOfSquares(node.inputs().get(1));
    }

    /** {@code sqrt((1 - x) / (1 + x))}. */
    private static boolean isHalfCosine(Node node) {
        return is(node, SQRT) && areBesideOne(node.inputs().get(0), BinaryFunction.DIVIDE);
    }

    /** {@code u + sqrt(u (x + 1))}, u = x - 1. */
    private static boolean isHyperbolicCosine(Node node) {
        return is(node, BinaryFunction.ADD) && isRootOfSquares(node.inputs().get(1));
    }

    /** {@code log1p(x) - log1p(-x)}. */
    private static boolean isHyperbolicTangent(Node a, Node b) {
        return is(a, LOG1P)
                && is(b, LOG1P)
                && is(b.inputs().get(0), NEGATE)
                && b.inputs().get(0).inputs().get(0) == a.inputs().get(0);
    }

    private static boolean isRootOfSquares(Node node) {
        return is(node, SQRT) && areBesideOne(node.inputs().get(0), BinaryFunction.MULTIPLY);
    }

    private static boolean areBesideOne(Node node, BinaryFunction function) {
        return is(node, function)
                && is(node.inputs().get(0), BinaryFunction.SUBTRACT)
                && is(node.inputs().get(1), BinaryFunction.ADD)
                && node.inputs().get(0).inputs().stream().anyMatch(Node::isConstant)
                && node.inputs().get(1).inputs().stream().anyMatch(Node::isConstant);
    }

    private static boolean is(Node node, UnaryFunction function) {
        return node.op() instanceof Unary unary && unary.function() == function;
    }

    private static boolean is(Node node, BinaryFunction function) {
        return node.op() instanceof Binary binary && binary.function() == function;
    }

    /** What was moved to make a value. */
    private static Node moved(Node value) {
        Node node = value;
        while (node.op().isMove() && node.inputs().size() == 1) {
            node = node.inputs().get(0);
        }
        return node;
    }
}
