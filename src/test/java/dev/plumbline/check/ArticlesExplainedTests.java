package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The mistakes in the articles' own code, computed here as that code does (design/articles.md). */
class ArticlesExplainedTests {

    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());

    private static Cause cause(
            String formula, Map<String, Tensor> parameters, Map<String, Tensor> data, Map<String, Tensor> claim) {
        GradientCheckReport report = SERVICE.check(new GradientCheckRequest(
                new ModelSource(formula, null),
                null,
                parameters,
                data,
                claim,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        return Objects.requireNonNull(report.explanation(), report.summary());
    }

    private static Tensor column(double... values) {
        return Tensor.of(Shape.of(values.length, 1), values);
    }

    /** {@code x' (x w) / 100}, where {@code x' (x w - y) / 100} belongs. */
    @Test
    void theFirstArticlesGradientLeavesTheTargetOut() {
        SplittableRandom random = new SplittableRandom(1);
        double[] x = new double[100];
        double[] y = new double[100];
        double w = 0.3;
        double claim = 0;
        for (int i = 0; i < 100; i++) {
            x[i] = random.nextDouble();
            y[i] = 2 * x[i] + 1 + 0.1 * random.nextGaussian();
            claim += x[i] * (x[i] * w) / 100;
        }
        Cause cause = cause(
                "mean((x @ w - y)^2) / 2",
                Map.of("w", column(w)),
                Map.of("x", column(x), "y", column(y)),
                Map.of("w", column(claim)));
        assertThat(cause.kind()).isEqualTo(Cause.Kind.RULE);
        assertThat(cause.rule()).isEqualTo("lossDerivative");
        assertThat(cause.advice()).contains("the target y is missing");
    }

    /** {@code 2 (X' (X theta - y))[0]} for every entry: no 1/3, and the first row for all. */
    @Test
    void theSecondArticlesGradientHasTheFirstRowForAll() {
        Tensor samples = Tensor.of(Shape.of(3, 2), new double[] {1, 2, 2, 3, 3, 4});
        double first = 2 * (1 * (0.3 - 1.6 - 2) + 2 * (0.6 - 2.4 - 3) + 3 * (0.9 - 3.2 - 4));
        Cause cause = cause(
                "mean((X @ theta - y)^2)",
                Map.of("theta", column(0.3, -0.8)),
                Map.of("X", samples, "y", column(2, 3, 4)),
                Map.of("theta", column(first, first)));
        assertThat(cause.rule()).isEqualTo("firstOnly");
        assertThat(Math.abs(Objects.requireNonNull(cause.factor()) - 3)).isLessThanOrEqualTo(1e-9);
        assertThat(cause.means()).contains("3");
    }

    /** {@code (p - y) p (1 - p)} and so on, added to the weights: the sign, and no 2/N, which shows where N is not 2. */
    @Test
    void theThirdArticlesGradientHasTheSignAndNoMean() {
        double[] x = {0.5, -0.5, 0.2, 0.7, -0.3, 0.9, 0.1, -0.8};
        double[] y = {0.5, 0.5, 0.1, 0.9, 0.3, 0.7, 0.2, 0.4};
        double w = 0.8;
        double b = -0.1;
        double ofW = 0;
        double ofB = 0;
        for (int i = 0; i < x.length; i++) {
            double p = 1 / (1 + Math.exp(-(x[i] * w + b)));
            double delta = (p - y[i]) * p * (1 - p);
            ofW -= x[i] * delta;
            ofB -= delta;
        }
        Cause cause = cause(
                "mean((y - sigmoid(x @ w + b))^2)",
                Map.of("w", column(w), "b", Tensor.of(Shape.of(1), new double[] {b})),
                Map.of("x", column(x), "y", column(y)),
                Map.of("w", column(ofW), "b", Tensor.of(Shape.of(1), new double[] {ofB})));
        assertThat(cause.kind()).isEqualTo(Cause.Kind.SCALED_PATH);
        assertThat(Math.abs(Objects.requireNonNull(cause.factor()) + 4)).isLessThanOrEqualTo(1e-9);
        assertThat(cause.means()).contains("sign");
    }
}
