package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.compute.program.Loss.Kind;
import dev.plumbline.compute.program.Loss.Reduction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LossTests {

    private record Result(double value, Tensor gradient) {

        static Result of(Loss loss, Tensor prediction, Tensor target) {
            ProgramBuilder b = new ProgramBuilder();
            Node node = loss.attach(b, b.parameter("p", prediction.shape()), b.data("y", target.shape()));
            Program program = b.output("loss", node).build();
            Evaluation evaluation = program.evaluate(Map.of("p", prediction, "y", target));
            Node output = program.output("loss");
            return new Result(
                    evaluation.value(output).item(),
                    Objects.requireNonNull(
                            evaluation.gradient(output).byParameter().get("p")));
        }
    }

    private record Elementwise(Loss loss, Tensor p, Tensor y, DoubleBinaryOperator value, DoubleBinaryOperator slope) {

        @Override
        public String toString() {
            return loss.toString() + " " + loss.settings();
        }
    }

    static Stream<Elementwise> elementwise() {
        return Stream.of(Reduction.MEAN, Reduction.SUM).flatMap(LossTests::elementwise);
    }

    private static Stream<Elementwise> elementwise(Reduction reduction) {
        Tensor p = Samples.grid(1, 0.1, 0.25, 3, 8);
        Tensor y = Samples.grid(2, 0.1, 0.75, 3, 8);
        Tensor probabilities = p.map(SmoothFunctions::sigmoid);
        Tensor bits = y.map(v -> v > 0 ? 1 : 0);
        Tensor signs = y.map(Math::signum);
        Loss huber = Loss.of(Kind.HUBER, reduction).with(LossSetting.DELTA, 0.7);
        return Stream.of(
                new Elementwise(Loss.of(Kind.MSE, reduction), p, y, (a, t) -> (a - t) * (a - t), (a, t) -> 2 * (a - t)),
                new Elementwise(
                        Loss.of(Kind.MAE, reduction), p, y, (a, t) -> Math.abs(a - t), (a, t) -> a > t ? 1 : -1),
                new Elementwise(
                        huber,
                        p,
                        y,
                        (a, t) -> Math.abs(a - t) <= 0.7 ? (a - t) * (a - t) / 2 : 0.7 * (Math.abs(a - t) - 0.35),
                        (a, t) -> Math.max(-0.7, Math.min(0.7, a - t))),
                new Elementwise(
                        Loss.of(Kind.BINARY_CROSS_ENTROPY, reduction),
                        probabilities,
                        bits,
                        (a, t) -> -Math.log(t == 1 ? a : 1 - a),
                        (a, t) -> t == 1 ? -1 / a : 1 / (1 - a)),
                new Elementwise(
                        Loss.of(Kind.BINARY_CROSS_ENTROPY_WITH_LOGITS, reduction),
                        p,
                        bits,
                        (a, t) -> Math.log1p(Math.exp(t == 1 ? -a : a)),
                        (a, t) -> 1 / (1 + Math.exp(-a)) - t),
                new Elementwise(
                        Loss.of(Kind.KL_DIVERGENCE, reduction),
                        p,
                        probabilities,
                        (a, t) -> t * (Math.log(t) - a),
                        (a, t) -> -t),
                new Elementwise(
                        Loss.of(Kind.HINGE, reduction),
                        p,
                        signs,
                        (a, t) -> Math.max(0, 1 - a * t),
                        (a, t) -> a * t < 1 ? -t : 0));
    }

    @ParameterizedTest
    @MethodSource("elementwise")
    void isItsEquationElementByElement(Elementwise row) {
        double scale = row.loss().reduction() == Reduction.MEAN ? 1.0 / row.p().size() : 1;
        double sum = 0;
        for (int i = 0; i < row.p().size(); i++) {
            sum += row.value().applyAsDouble(row.p().at(i), row.y().at(i)) * scale;
        }
        Result result = Result.of(row.loss(), row.p(), row.y());
        assertThat(Math.abs(result.value() - sum)).isLessThanOrEqualTo(1e-14 * (1 + Math.abs(sum)));
        for (int i = 0; i < row.p().size(); i++) {
            double slope = row.slope().applyAsDouble(row.p().at(i), row.y().at(i)) * scale;
            assertThat(Math.abs(result.gradient().at(i) - slope)).isLessThanOrEqualTo(1e-14 * (1 + Math.abs(slope)));
        }
    }

    // ── classes: logits of shape (2 samples, 3 classes, 4 positions) ──

    private static final Tensor LOGITS = Samples.normal(5, 2, 3, 4);
    private static final Tensor CLASSES = Tensor.of(Shape.of(2, 4), 0, 1, 2, 2, 1, 1, 0, 2);
    private static final Tensor WEIGHTS = Tensor.vector(0.5, 2, 1.25);

    private record Smoothed(
            Reduction reduction,
            double labelSmoothing,
            @Nullable Tensor weight,
            boolean probabilities) {}

    static Stream<Smoothed> smoothed() {
        return Stream.of(Reduction.MEAN, Reduction.SUM)
                .flatMap(reduction -> Stream.of(0.0, 0.1, 1.0).flatMap(smoothing -> Stream.of(false, true)
                        .flatMap(probabilities -> Stream.of(
                                new Smoothed(reduction, smoothing, null, probabilities),
                                new Smoothed(reduction, smoothing, WEIGHTS, probabilities)))));
    }

    /**
     * Per position {@code - sum_c w_c q_c log softmax(p)_c}, q the smoothed target; the mean divides by the weights of
     * the classes, or by the number of positions where the target is probabilities.
     */
    @ParameterizedTest
    @MethodSource("smoothed")
    void crossEntropyIsItsEquation(Smoothed row) {
        double sum = 0;
        double total = 0;
        for (int position = 0; position < 8; position++) {
            int sample = position / 4;
            int place = position % 4;
            double normalizer = 0;
            for (int c = 0; c < 3; c++) {
                normalizer += Math.exp(Samples.at(LOGITS, sample, c, place));
            }
            for (int c = 0; c < 3; c++) {
                boolean right = CLASSES.at(position) == c;
                double weight = row.weight() == null ? 1 : row.weight().at(c);
                double q = (right ? 1 - row.labelSmoothing() : 0) + row.labelSmoothing() / 3;
                sum -= weight * q * (Samples.at(LOGITS, sample, c, place) - Math.log(normalizer));
                total += row.probabilities() ? 1 / 3.0 : right ? weight : 0;
            }
        }
        double expected = row.reduction() == Reduction.MEAN ? sum / total : sum;
        Loss loss = Loss.of(Kind.CROSS_ENTROPY, row.reduction())
                .with(LossSetting.LABEL_SMOOTHING, row.labelSmoothing())
                .weighted(row.weight());
        Tensor oneHot = Tensor.of(
                LOGITS.shape(), Samples.fill(LOGITS.shape(), i -> CLASSES.at(4 * i[0] + i[2]) == i[1] ? 1 : 0));
        Result result = Result.of(loss, LOGITS, row.probabilities() ? oneHot : CLASSES);
        assertThat(Math.abs(result.value() - expected)).isLessThanOrEqualTo(1e-14 * expected);
    }

    @ParameterizedTest
    @EnumSource(
            value = Reduction.class,
            names = {"MEAN", "SUM"})
    void negativeLogLikelihoodOfLogSoftmaxIsCrossEntropy(Reduction reduction) {
        ProgramBuilder b = new ProgramBuilder();
        Node p = b.parameter("p", LOGITS.shape());
        Node y = b.data("y", CLASSES.shape());
        Node log = Compositions.logSoftmax(b, p, 1);
        b.output(
                "nll",
                Loss.of(Kind.NEGATIVE_LOG_LIKELIHOOD, reduction)
                        .weighted(WEIGHTS)
                        .attach(b, log, y));
        b.output("ce", Loss.of(Kind.CROSS_ENTROPY, reduction).weighted(WEIGHTS).attach(b, p, y));
        Program program = b.build();
        Evaluation evaluation = program.evaluate(Map.of("p", LOGITS, "y", CLASSES));
        assertThat(evaluation.value(program.output("nll"))).isEqualTo(evaluation.value(program.output("ce")));
        assertThat(evaluation.gradient(program.output("nll")).byParameter())
                .isEqualTo(evaluation.gradient(program.output("ce")).byParameter());
    }

    @Test
    void aSingleSampleMayHaveNoBatchAxis() {
        Result result =
                Result.of(Loss.of(Kind.CROSS_ENTROPY, Reduction.MEAN), Tensor.vector(0, 0, 0, 0), Tensor.scalar(2));
        assertThat(result.value()).isEqualTo(Math.log(4));
        assertThat(result.gradient().values()).containsExactly(0.25, 0.25, -0.75, 0.25);
    }

    // ── extremes ──

    @Test
    void crossEntropyOfHugeLogitsIsTheirDifference() {
        Result result = Result.of(
                Loss.of(Kind.CROSS_ENTROPY, Reduction.SUM), Tensor.of(Shape.of(1, 3), 1e5, 0, -1e5), Tensor.vector(2));
        assertThat(result.value()).isEqualTo(2e5);
        assertThat(result.gradient().values()).containsExactly(1, 0, -1);
    }

    /** A perfect prediction, and a hopeless one: logarithms stop at -100, and no gradient is NaN. */
    @Test
    void binaryCrossEntropyOfCertaintyIsFinite() {
        Tensor p = Tensor.vector(0, 1, 0, 1, 1e-60);
        Tensor y = Tensor.vector(0, 1, 1, 0, 1);
        Result result = Result.of(Loss.of(Kind.BINARY_CROSS_ENTROPY, Reduction.SUM), p, y);
        assertThat(result.value()).isEqualTo(300);
        assertThat(result.gradient().values()).containsExactly(1, -1, 0, 0, 0);
    }

    @Test
    void binaryCrossEntropyOfNoProbabilityIsNan() {
        Loss loss = Loss.of(Kind.BINARY_CROSS_ENTROPY, Reduction.SUM);
        assertThat(Result.of(loss, Tensor.vector(-0.1), Tensor.vector(1)).value())
                .isNaN();
        assertThat(Result.of(loss, Tensor.vector(1.1), Tensor.vector(1)).value())
                .isNaN();
    }

    @Test
    void klDivergenceOfAnImpossibleOutcomeIsItsLimit() {
        Result result =
                Result.of(Loss.of(Kind.KL_DIVERGENCE, Reduction.SUM), Tensor.vector(-1, -2), Tensor.vector(0, 1));
        assertThat(result.value()).isEqualTo(2);
        assertThat(result.gradient().values()).containsExactly(0, -1);
    }

    @Test
    void aHugeErrorHasAFiniteHuberGradient() {
        Result result =
                Result.of(Loss.of(Kind.HUBER, Reduction.SUM), Tensor.vector(1e200, -1e200), Tensor.vector(0, 0));
        assertThat(result.gradient().values()).containsExactly(1, -1);
    }

    // ── refusals ──

    private record Refusal(Supplier<?> attempt, String pointer, String got, String expected) {

        static Refusal settings(Supplier<?> attempt, String pointer, String got, String expected) {
            return new Refusal(attempt, pointer, got, expected);
        }

        static Refusal shapes(Loss loss, Shape p, Shape y, String pointer, String got, String expected) {
            return new Refusal(
                    () -> {
                        ProgramBuilder b = new ProgramBuilder();
                        return loss.attach(b, b.parameter("p", p), b.data("y", y));
                    },
                    pointer,
                    got,
                    expected);
        }
    }

    private static Loss with(Kind kind, LossSetting setting, double value) {
        return Loss.of(kind, Reduction.MEAN).with(setting, value);
    }

    static Stream<Refusal> refusals() {
        Loss mse = Loss.of(Kind.MSE, Reduction.MEAN);
        Loss crossEntropy = Loss.of(Kind.CROSS_ENTROPY, Reduction.MEAN);
        Loss likelihood = Loss.of(Kind.NEGATIVE_LOG_LIKELIHOOD, Reduction.MEAN);
        Loss weighted = Loss.of(Kind.CROSS_ENTROPY, Reduction.MEAN).weighted(Tensor.vector(1, 2));
        return Stream.of(
                Refusal.settings(() -> with(Kind.HUBER, LossSetting.DELTA, 0), "/delta", "0.0", "above 0"),
                Refusal.settings(() -> with(Kind.HUBER, LossSetting.DELTA, Double.NaN), "/delta", "NaN", "above 0"),
                Refusal.settings(
                        () -> with(Kind.HUBER, LossSetting.DELTA, Double.POSITIVE_INFINITY),
                        "/delta",
                        "Infinity",
                        "above 0"),
                Refusal.settings(
                        () -> with(Kind.CROSS_ENTROPY, LossSetting.LABEL_SMOOTHING, 1.5),
                        "/labelSmoothing",
                        "1.5",
                        "0 to 1"),
                Refusal.settings(
                        () -> with(Kind.CROSS_ENTROPY, LossSetting.LABEL_SMOOTHING, -1),
                        "/labelSmoothing",
                        "-1.0",
                        "0 to 1"),
                Refusal.settings(
                        () -> with(Kind.MSE, LossSetting.LABEL_SMOOTHING, 0.1),
                        "/labelSmoothing",
                        "0.1",
                        "no labelSmoothing"),
                Refusal.settings(
                        () -> Loss.of(Kind.MSE, Reduction.MEAN).weighted(WEIGHTS), "/weight", "[3]", "no weight"),
                Refusal.shapes(mse, Shape.of(4, 1), Shape.of(4), "/loss", "[4]", "[4, 1]"),
                Refusal.shapes(crossEntropy, Shape.of(4, 3), Shape.of(3), "/loss", "[3]", "[4], or probabilities"),
                Refusal.shapes(crossEntropy, Shape.of(2, 3, 4), Shape.of(2, 3), "/loss", "[2, 3]", "[2, 4]"),
                Refusal.shapes(crossEntropy, Shape.of(3), Shape.of(1), "/loss", "[1]", "[]"),
                Refusal.shapes(likelihood, Shape.of(4, 3), Shape.of(4, 3), "/loss", "[4, 3]", "shape [4]"),
                Refusal.shapes(likelihood, Shape.SCALAR, Shape.SCALAR, "/loss", "[]", "[]"),
                Refusal.shapes(crossEntropy, Shape.SCALAR, Shape.SCALAR, "/loss", "rank 0", ""),
                Refusal.shapes(weighted, Shape.of(4, 3), Shape.of(4), "/loss/weight", "[2]", "[3]"),
                Refusal.shapes(weighted, Shape.of(4, 3), Shape.of(4, 3), "/loss/weight", "[2]", "[3]"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesWhatDoesNotFit(Refusal refusal) {
        Problem problem = catchThrowableOfType(Problem.class, refusal.attempt()::get);
        assertThat(problem).isNotNull();
        assertThat(problem.pointer()).isEqualTo(refusal.pointer());
        assertThat(problem.got()).contains(refusal.got());
        assertThat(problem.expected()).contains(refusal.expected());
    }

    /** A negative class, often the mark of an unlabelled sample, is no class. */
    @ParameterizedTest
    @MethodSource("notClasses")
    void refusesWhatIsNoClass(double target) {
        for (Kind kind : new Kind[] {Kind.CROSS_ENTROPY, Kind.NEGATIVE_LOG_LIKELIHOOD}) {
            Problem problem = catchThrowableOfType(
                    Problem.class,
                    () -> Result.of(Loss.of(kind, Reduction.MEAN), Samples.normal(1, 2, 3), Tensor.vector(1, target)));
            assertThat(problem).isNotNull();
            assertThat(problem.pointer()).isEqualTo("/loss");
            assertThat(problem.expected()).isEqualTo("a whole number from 0 to 2");
        }
    }

    static Stream<Double> notClasses() {
        return Stream.of(-1.0, -99.0, 3.0, 0.5, Double.NaN);
    }
}
