package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.limits.Limits;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Claims that count elements which a mask leaves out, whatever shape the mask has beside the losses. */
class CountedElementsTests {

    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());

    private final Random random = new Random(3);

    private Tensor tensor(int... extents) {
        Shape shape = Shape.of(extents);
        return Tensor.of(shape, random.doubles(shape.size(), -1, 1).toArray());
    }

    private static GradientCheckReport report(
            String formula, Tensor w, Map<String, Tensor> data, Map<String, Tensor> claim) {
        return SERVICE.check(new GradientCheckRequest(
                Formulas.source(formula), null, Map.of("w", w), data, claim, null, null, null, null, null, null, null));
    }

    /** {@code d/dw sum_i c_i (x_i w - y_i)^2} for x (rows, features), w (features, columns), y and c (rows, columns). */
    private static Tensor gradient(Tensor x, Tensor w, Tensor y, double[] c) {
        int features = x.shape().extent(1);
        int columns = y.size() / x.shape().extent(0);
        double[] gradient = new double[w.size()];
        for (int i = 0; i < y.size(); i++) {
            int row = i / columns;
            int column = i % columns;
            double off = -y.at(i);
            for (int f = 0; f < features; f++) {
                off += x.at(row * features + f) * w.at(f * columns + column);
            }
            for (int f = 0; f < features; f++) {
                gradient[f * columns + column] += 2 * c[i] * off * x.at(row * features + f);
            }
        }
        return Tensor.of(w.shape(), gradient);
    }

    private static double[] all(int count, double each) {
        double[] all = new double[count];
        Arrays.fill(all, each);
        return all;
    }

    /** A column of marks beside a row of losses makes a square of products. */
    @Test
    void beyondAMaskAcrossTheLossesAWrongClaimGetsNoName() {
        Tensor x = tensor(4, 3);
        GradientCheckReport report = report(
                "mean(((x@w-y)^2)*m)",
                tensor(3),
                Map.of("x", x, "y", tensor(4), "m", Tensor.of(Shape.of(4, 1), 1, 0, 1, 1)),
                Map.of("w", tensor(3)));
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.explanation()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sum(((x@w-y)^2)*m)/9", "sum(m*(x@w-y)^2)/9"})
    void rowsThatTheMaskLeavesOutAreCounted(String formula) {
        Tensor x = tensor(4, 2);
        Tensor w = tensor(2, 3);
        Tensor y = tensor(4, 3);
        GradientCheckReport report = report(
                formula,
                w,
                Map.of("x", x, "y", y, "m", Tensor.of(Shape.of(4, 1), 1, 0, 1, 1)),
                Map.of("w", gradient(x, w, y, all(12, 1.0 / 12))));
        Cause cause = Objects.requireNonNull(report.explanation());
        assertThat(cause.kind()).isEqualTo(Cause.Kind.ELEMENT_WEIGHTS);
        assertThat(cause.means()).isEqualTo("the 3 of 12 that the loss leaves out are counted");
    }

    @Test
    void lossesThatSeveralRowsOfAMaskReadAreCountedInEach() {
        Tensor x = tensor(4, 2);
        Tensor w = tensor(2);
        Tensor y = tensor(4);
        Tensor m = Tensor.of(Shape.of(3, 4), 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1, 1);
        GradientCheckReport report = report(
                "sum(((x@w-y)^2)*m)/9",
                w,
                Map.of("x", x, "y", y, "m", m),
                Map.of("w", gradient(x, w, y, all(4, 0.25))));
        Cause cause = Objects.requireNonNull(report.explanation());
        assertThat(cause.means()).isEqualTo("the 3 of 12 that the loss leaves out are counted");
    }
}
