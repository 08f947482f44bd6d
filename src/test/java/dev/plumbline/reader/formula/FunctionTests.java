package dev.plumbline.reader.formula;

import static java.lang.Math.exp;
import static java.lang.Math.log;
import static java.lang.Math.sqrt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every function of the language against plain Java. */
class FunctionTests {

    /** A few roundings of numbers of size 10. */
    private static final double TOLERANCE = 1e-13;

    private static final double[] X = {-1.5, 0.25, 2, 0.5, -0.75, 1};
    private static final double[] LOGITS = {0.5, -1, 2, 1.5, 0, -0.5};
    private static final double[] PROBABILITIES = {0.2, 0.7, 0.1, 0.6, 0.3, 0.1};

    private static final Map<String, Tensor> DATA = Map.of(
            "x", Tensor.of(Shape.of(2, 3), X),
            "v", Tensor.vector(1, 2, 3),
            "u", Tensor.vector(2, -1, 0.5),
            "z", Tensor.of(Shape.of(2, 3), LOGITS),
            "q", Tensor.of(Shape.of(2, 3), PROBABILITIES),
            "y", Tensor.of(Shape.of(2, 3), 0, 1, 0, 1, 0, 0),
            "s", Tensor.of(Shape.of(2, 3), -1, 1, -1, 1, -1, -1),
            "classes", Tensor.vector(2, 0),
            "image", Tensor.of(Shape.of(1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9),
            "w", Tensor.of(Shape.of(1, 1, 2, 2), 1, -1, 2, 0.5));

    record Row(String formula, Shape shape, double... expected) {
        @Override
        public String toString() {
            return formula;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(elementRows(), axisRows(), shapeRows(), layerRows(), lossRows())
                .flatMap(List::stream);
    }

    private static List<Row> elementRows() {
        return List.of(
                each("exp(x)", Math::exp),
                row("log(v)", vector(0, log(2), log(3))),
                row("sqrt(v)", vector(1, sqrt(2), sqrt(3))),
                each("sin(x)", Math::sin),
                each("tan(x)", Math::tan),
                each("atan(x)", Math::atan),
                each("asin(x / 10)", t -> Math.asin(t / 10)),
                each("acos(x / 10)", t -> Math.acos(t / 10)),
                each("sinh(x)", Math::sinh),
                each("cosh(x)", Math::cosh),
                each("asinh(x)", t -> Math.signum(t) * log(Math.abs(t) + sqrt(t * t + 1))),
                each("acosh(1 + x^2)", t -> log(1 + t * t + sqrt((1 + t * t) * (1 + t * t) - 1))),
                each("atanh(x / 10)", t -> 0.5 * log((1 + t / 10) / (1 - t / 10))),
                each("log1p(x^2)", t -> Math.log1p(t * t)),
                each("round(x)", Math::rint),
                each("atan2(x, 2)", t -> Math.atan2(t, 2)),
                each("atan2(x, -2)", t -> Math.atan2(t, -2)),
                row("pow(v, 1.5)", vector(1, Math.pow(2, 1.5), Math.pow(3, 1.5))),
                each("cos(x)", Math::cos),
                each("tanh(x)", Math::tanh),
                each("sigmoid(x)", FunctionTests::sigmoid),
                each("erf(x)", FunctionTests::erf),
                each("relu(x)", t -> t > 0 ? t : 0),
                each("abs(x)", t -> t < 0 ? -t : t),
                each("sign(x)", Math::signum),
                each("floor(x)", Math::floor),
                each("softplus(x)", t -> log(1 + exp(t))),
                each("stopGradient(x)", t -> t),
                each("leakyRelu(x)", t -> t > 0 ? t : 0.01 * t),
                each("leakyRelu(x, 0.2)", t -> t > 0 ? t : 0.2 * t),
                each("gelu(x)", t -> t * 0.5 * (1 + erf(t / sqrt(2)))),
                each(
                        "gelu(x, approximate='tanh')",
                        t -> 0.5 * t * (1 + Math.tanh(sqrt(2 / Math.PI) * (t + 0.044715 * t * t * t)))),
                each("elu(x)", t -> t > 0 ? t : exp(t) - 1),
                each("elu(x, alpha=2)", t -> t > 0 ? t : 2 * (exp(t) - 1)),
                each("selu(x)", t -> 1.0507009873554804934 * (t > 0 ? t : 1.6732632423543772848 * (exp(t) - 1))),
                each("silu(x)", t -> t * sigmoid(t)),
                each("mish(x)", t -> t * Math.tanh(log(1 + exp(t)))),
                each("logSigmoid(x)", t -> log(sigmoid(t))),
                each("softsign(x)", t -> t / (1 + Math.abs(t))),
                each("hardSigmoid(4 * x)", t -> Math.max(0, Math.min(6, 4 * t + 3)) / 6),
                each("hardSwish(4 * x)", t -> 4 * t * Math.max(0, Math.min(6, 4 * t + 3)) / 6),
                each("maximum(x, 0.3)", t -> Math.max(t, 0.3)),
                each("minimum(0.3, x)", t -> Math.min(t, 0.3)),
                each("clip(x, -1, 0.5)", t -> Math.max(-1, Math.min(0.5, t))),
                each("clip(x, 2, 1)", t -> 1), // NumPy, PyTorch and ONNX: the upper bound wins
                each("where(x > 0, x, -2)", t -> t > 0 ? t : -2),
                each("x <= 0.25", t -> t <= 0.25 ? 1 : 0));
    }

    private static List<Row> axisRows() {
        double[] rowSums = {sumOf(LOGITS, 0, Math::exp), sumOf(LOGITS, 3, Math::exp)};
        return List.of(
                row("sum(x)", 1.5),
                row("sum(x, 0)", vector(-1, -0.5, 3)),
                row("sum(x, axis=-1)", vector(0.75, 0.75)),
                row("sum(x, [0, 1])", 1.5),
                new Row("sum(x, 1, keepdims=true)", Shape.of(2, 1), 0.75, 0.75),
                row("mean(x)", 0.25),
                row("mean(x, 1)", vector(0.25, 0.25)),
                row("norm(u)", sqrt(5.25)),
                row("norm(x, axis=1)", vector(sqrt(2.25 + 0.0625 + 4), sqrt(0.25 + 0.5625 + 1))),
                row("norm(v - v)", 0),
                row("max(x)", 2),
                row("max(x, axis=0)", vector(0.5, 0.25, 2)),
                new Row("max(x, axis=1, keepdims=1)", Shape.of(2, 1), 2, 1),
                each("max(x, 0)", t -> Math.max(t, 0)),
                row("min(x)", -1.5),
                row("min(x, axis=1)", vector(-1.5, -0.75)),
                row("min(v, u)", vector(1, -1, 0.5)),
                row("logSumExp(z)", log(rowSums[0] + rowSums[1])),
                row("logSumExp(z, 1)", vector(log(rowSums[0]), log(rowSums[1]))),
                new Row("softmax(z)", Shape.of(2, 3), eachOf(LOGITS, i -> exp(LOGITS[i]) / rowSums[i / 3])),
                new Row(
                        "softmax(z, axis=0)",
                        Shape.of(2, 3),
                        eachOf(LOGITS, i -> exp(LOGITS[i]) / (exp(LOGITS[i]) + exp(LOGITS[(i + 3) % 6])))),
                new Row("logSoftmax(z)", Shape.of(2, 3), eachOf(LOGITS, i -> LOGITS[i] - log(rowSums[i / 3]))),
                row("cumsum(v, 0)", vector(1, 3, 6)),
                new Row("cumsum(x, 1)", Shape.of(2, 3), -1.5, -1.25, 0.75, 0.5, -0.25, 0.75),
                row("dot(v, u)", 1.5),
                row("v @ u", 1.5),
                row("x @ v", vector(5, 2)));
    }

    private static List<Row> shapeRows() {
        return List.of(
                new Row("reshape(v, [3, 1])", Shape.of(3, 1), 1, 2, 3),
                new Row("reshape(x, [-1, 2])", Shape.of(3, 2), X),
                new Row("reshape(x, 6)", Shape.of(6), X),
                new Row("transpose(x)", Shape.of(3, 2), -1.5, 0.5, 0.25, -0.75, 2, 1),
                new Row("x.T", Shape.of(3, 2), -1.5, 0.5, 0.25, -0.75, 2, 1),
                new Row("transpose(image, [2, 3, 0, -3])", Shape.of(3, 3, 1, 1), 1, 2, 3, 4, 5, 6, 7, 8, 9),
                row("concat([v, [4], u], 0)", vector(1, 2, 3, 4, 2, -1, 0.5)),
                new Row("concat([x, [[7], [8]]], axis=1)", Shape.of(2, 4), -1.5, 0.25, 2, 7, 0.5, -0.75, 1, 8),
                row("gather(v, [2, 0, -1], 0)", vector(3, 1, 3)),
                new Row("gather(x, [1, 1], axis=1)", Shape.of(2, 2), 0.25, 0.25, -0.75, -0.75),
                new Row("oneHot(classes, 3)", Shape.of(2, 3), 0, 0, 1, 1, 0, 0),
                row("len(x)", 2),
                row("size(x)", 6),
                row("size(x, -1)", 3),
                row("x.shape", vector(2, 3)),
                row("x.shape[1]", 3),
                row("v[0]", 1),
                row("v[-1]", 3),
                row("v[1:3]", vector(2, 3)),
                row("v[::-1]", vector(3, 2, 1)),
                row("v[2:0:-1]", vector(3, 2)),
                row("v[-2:]", vector(2, 3)),
                row("v[:100]", vector(1, 2, 3)),
                row("v[::2]", vector(1, 3)),
                row("v[2:1]", vector()),
                row("x[:, 1]", vector(0.25, -0.75)),
                row("x[1]", vector(0.5, -0.75, 1)),
                row("x[..., 0]", vector(-1.5, 0.5)),
                row("x[0, ...]", vector(-1.5, 0.25, 2)),
                row("x[1, 2]", 1),
                new Row("x[:, ::-2]", Shape.of(2, 2), 2, -1.5, 1, 0.5),
                new Row("image[0, ..., 1]", Shape.of(1, 3), 2, 5, 8),
                new Row("[[1, 2], u[:2]]", Shape.of(2, 2), 1, 2, 2, -1));
    }

    private static List<Row> layerRows() {
        double deviation = sqrt(2 * 1.75 * 1.75 / 3 + 1e-5);
        return List.of(
                new Row("conv2d(image, w)", Shape.of(1, 1, 2, 2), 9.5, 12, 17, 19.5),
                new Row("conv2d(image, w, stride=2, padding=1)", Shape.of(1, 1, 2, 2), 0.5, 5.5, -0.5, 19.5),
                new Row("conv2d(image, w, dilation=2)", Shape.of(1, 1, 1, 1), 1 - 3 + 14 + 4.5),
                new Row(
                        "conv2d(concat([image, image], 1), concat([w, -w], 0), groups=2)[0, :, 0, 0]",
                        Shape.of(2),
                        9.5,
                        -9.5),
                new Row("maxPool2d(image, 2)", Shape.of(1, 1, 1, 1), 5),
                new Row("maxPool2d(image, [1, 2], stride=1)", Shape.of(1, 1, 3, 2), 2, 3, 5, 6, 8, 9),
                new Row("maxPool2d(image, 2, padding=1)", Shape.of(1, 1, 2, 2), 1, 3, 7, 9),
                new Row("avgPool2d(image, 2, stride=1)", Shape.of(1, 1, 2, 2), 3, 4, 6, 7),
                new Row("avgPool2d(image, 2, padding=1)", Shape.of(1, 1, 2, 2), 0.25, 1.25, 2.75, 7),
                row("layerNorm(x)[0]", vector(-1.75 / deviation, 0, 1.75 / deviation)));
    }

    private static List<Row> lossRows() {
        double[] y = {0, 1, 0, 1, 0, 0};
        double[] logs = eachOf(PROBABILITIES, i -> y[i] == 1 ? -log(PROBABILITIES[i]) : -log(1 - PROBABILITIES[i]));
        double[] sums = {sumOf(LOGITS, 0, Math::exp), sumOf(LOGITS, 3, Math::exp)};
        double right = log(sums[0]) - LOGITS[2];
        double left = log(sums[1]) - LOGITS[3];
        return List.of(
                row("mse(x, y)", mean(eachOf(X, i -> (X[i] - y[i]) * (X[i] - y[i])))),
                row("mse(x, y, 'sum')", 6 * mean(eachOf(X, i -> (X[i] - y[i]) * (X[i] - y[i])))),
                row("mae(x, y)", mean(eachOf(X, i -> Math.abs(X[i] - y[i])))),
                row("huber(x, y)", mean(eachOf(X, i -> huber(X[i] - y[i], 1)))),
                row("huber(x, y, delta=0.5, reduction=\"sum\")", 6 * mean(eachOf(X, i -> huber(X[i] - y[i], 0.5)))),
                row("smoothL1(x, y)", mean(eachOf(X, i -> huber(X[i] - y[i], 1)))),
                row("hingeEmbedding(x, s)", mean(eachOf(X, i -> y[i] == 1 ? X[i] : Math.max(0, 1 - X[i])))),
                row("softMargin(z, s)", mean(eachOf(LOGITS, i -> log(1 + exp((1 - 2 * y[i]) * LOGITS[i]))))),
                row("poissonNLL(x, y)", mean(eachOf(X, i -> exp(X[i]) - y[i] * X[i]))),
                row("poissonNLL(v, [0, 1, 2], 'sum', logInput=0)", 6 - log(2 + 1e-8) - 2 * log(3 + 1e-8)),
                row("gaussianNLL(u, v, [1, 4, 2], 'sum')", (log(8) + 1 + 9.0 / 4 + 6.25 / 2) / 2),
                row("tripletMargin(v, u, [1, 2, 5], margin=0, p=1, epsilon=1e-300)", 6.5 - 2),
                row("cosineEmbedding(v, u, 1)", 1 - 1.5 / sqrt(14 * 5.25)),
                row("marginRanking(v, u, [1, 1, -1], 'sum', margin=0.5)", 1.5 + 3),
                row("multiMargin(v, 2)", (0 + 0) / 3.0),
                row("multiMargin(u, 1, margin=0.5)", (3.5 + 2) / 3),
                row("multiLabelMargin(u, [1, -1, 0])", (4 + 2.5) / 3),
                row(
                        "multiLabelSoftMargin(z, y)",
                        mean(eachOf(LOGITS, i -> -log(sigmoid(y[i] == 1 ? LOGITS[i] : -LOGITS[i]))))),
                // Two steps spell (1) as 1 1, 1 blank and blank 1: 0.3 0.6 + 0.3 0.4 + 0.7 0.6.
                row("ctc(log([[0.7, 0.3], [0.4, 0.6]]), [1])", -log(0.72)),
                row("crossEntropy(z, [2, -100])", right),
                row("crossEntropy(z, [2, 0], ignoreIndex=0)", right),
                row("binaryCrossEntropy(q, y)", mean(logs)),
                row(
                        "binaryCrossEntropyWithLogits(z, y)",
                        mean(eachOf(LOGITS, i -> -log(sigmoid(y[i] == 1 ? LOGITS[i] : -LOGITS[i]))))),
                row("klDivergence(log(q), y, 'sum')", -log(0.7) - log(0.6)),
                row("hinge(z, s)", mean(eachOf(LOGITS, i -> Math.max(0, 1 - (2 * y[i] - 1) * LOGITS[i])))),
                row("crossEntropy(z, classes)", (right + left) / 2),
                row("crossEntropy(z, classes, weight=[3, 1, 2])", (2 * right + 3 * left) / 5),
                row("crossEntropy(z, oneHot(classes, 3), 'sum')", right + left),
                row(
                        "crossEntropy(z, classes, labelSmoothing=0.3)",
                        0.7 * (right + left) / 2 + 0.1 * (3 * log(sums[0]) - 1.5 + 3 * log(sums[1]) - 1) / 2),
                row("negativeLogLikelihood(logSoftmax(z), classes, 'sum')", right + left));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void givesTheValueOfPlainJava(Row row) {
        Tensor value = Points.value(row.formula, DATA);
        assertThat(value.shape()).isEqualTo(row.shape);
        assertThat(value.values()).hasSameSizeAs(row.expected);
        for (int i = 0; i < row.expected.length; i++) {
            assertThat(value.at(i)).as("element %d", i).isCloseTo(row.expected[i], within(TOLERANCE));
        }
    }

    @Test
    void hasARowForEveryFunction() {
        TreeSet<String> untested = new TreeSet<>(Functions.names());
        rows().forEach(row -> untested.removeIf(name -> row.formula.matches("(?s).*\\b" + name + "\\(.*")));
        assertThat(untested).isEmpty();
    }

    private static Row row(String formula, double expected) {
        return new Row(formula, Shape.SCALAR, expected);
    }

    private static Row row(String formula, double[] expected) {
        return new Row(formula, Shape.of(expected.length), expected);
    }

    private static Row each(String formula, DoubleUnaryOperator function) {
        return new Row(formula, Shape.of(2, 3), Arrays.stream(X).map(function).toArray());
    }

    private static double[] vector(double... values) {
        return values;
    }

    private interface ByIndex {
        double at(int i);
    }

    private static double[] eachOf(double[] like, ByIndex function) {
        double[] values = new double[like.length];
        Arrays.setAll(values, function::at);
        return values;
    }

    private static double sumOf(double[] values, int from, DoubleUnaryOperator function) {
        return Arrays.stream(values, from, from + 3).map(function).sum();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }

    private static double sigmoid(double t) {
        return 1 / (1 + exp(-t));
    }

    private static double huber(double error, double delta) {
        double size = Math.abs(error);
        return size <= delta ? error * error / 2 : delta * (size - delta / 2);
    }

    /** The Maclaurin series of erf, which converges quickly for |t| of at most 2. */
    private static double erf(double t) {
        double term = t;
        double sum = t;
        for (int n = 1; n < 100; n++) {
            term *= -t * t / n;
            sum += term / (2 * n + 1);
        }
        return sum * 2 / sqrt(Math.PI);
    }
}
