package dev.plumbline.compute.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.consistency.Halves.Part;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Least squares with one weight and a bias, on five samples: two in the first half, three in the second. */
class HalvesTests {

    private static final double[] X = {0.3, -1.2, 2.5, 0.7, -0.4};
    private static final double[] Y = {1, 0, 3, 2, -1};
    private static final Map<String, Tensor> ROUNDING = Map.of("w", Tensor.vector(1e-14, 1e-14));

    private static final double[] EVEN = {1, 1, 1, 1, 1};
    private static final double[] CLASSES = {0.5, 2, 2, 0.5, 1};
    private static final double[][] ELSEWHERE = {{1.2, -0.3}, {-0.7, 0.4}, {2.2, 1.1}};

    /** How a loss puts its samples together. */
    private enum Reduction {
        MEAN,
        SUM,
        WEIGHTED_MEAN,
        RIDGE_MEAN,
        RIDGE_SUM,
        /** The square of the mean error: the samples see each other. */
        COUPLED
    }

    private static Part part(int from, int to, Reduction reduction, double... w) {
        double[] point = w.length == 0 ? new double[] {1.5, 0.1} : w;
        double[] elsewhere = Arrays.stream(ELSEWHERE)
                .mapToDouble(other -> lossAndGradient(from, to, reduction, other)[0])
                .toArray();
        double[] here = lossAndGradient(from, to, reduction, point);
        return new Part(to - from, here[0], elsewhere, Map.of("w", Tensor.vector(here[1], here[2])));
    }

    private static double[] lossAndGradient(int from, int to, Reduction reduction, double[] w) {
        double[] weights = reduction == Reduction.WEIGHTED_MEAN ? CLASSES : EVEN;
        boolean sums = reduction == Reduction.SUM || reduction == Reduction.RIDGE_SUM;
        double count = sums ? 1 : Arrays.stream(weights, from, to).sum();
        double[] totals = new double[3];
        double errors = 0;
        for (int n = from; n < to; n++) {
            double error = w[0] * X[n] + w[1] - Y[n];
            errors += error / count;
            totals[0] += weights[n] * error * error / count;
            totals[1] += weights[n] * 2 * error * X[n] / count;
            totals[2] += weights[n] * 2 * error / count;
        }
        if (reduction == Reduction.COUPLED) {
            double xs = Arrays.stream(X, from, to).sum() / count;
            return new double[] {errors * errors, 2 * errors * xs, 2 * errors};
        }
        if (reduction == Reduction.RIDGE_MEAN || reduction == Reduction.RIDGE_SUM) {
            totals[0] += 0.3 * (w[0] * w[0] + w[1] * w[1]);
            totals[1] += 0.6 * w[0];
            totals[2] += 0.6 * w[1];
        }
        return totals;
    }

    private static Finding finding(Reduction reduction, UnaryOperator<Part> spoil) {
        return new Halves(spoil.apply(part(0, 5, reduction)), part(0, 2, reduction), part(2, 5, reduction))
                .finding(ROUNDING);
    }

    private static Finding finding(boolean mean, UnaryOperator<Part> spoil) {
        return finding(mean ? Reduction.MEAN : Reduction.SUM, spoil);
    }

    private static Part part(int from, int to, boolean mean) {
        return part(from, to, mean ? Reduction.MEAN : Reduction.SUM);
    }

    private static Part with(Part part, UnaryOperator<Tensor> spoil) {
        return new Part(
                part.samples(),
                part.loss(),
                part.elsewhere(),
                Map.of("w", spoil.apply(Objects.requireNonNull(part.gradient().get("w")))));
    }

    private static Part losing(Part part, double loss, double... elsewhere) {
        return new Part(part.samples(), loss, elsewhere, part.gradient());
    }

    @ParameterizedTest
    @CsvSource({"MEAN, mean", "SUM, sum", "WEIGHTED_MEAN, weighted mean", "RIDGE_MEAN, mean"})
    void theGradientIsPutTogetherAsTheLossIs(Reduction reduction, String words) {
        assertThat(finding(reduction, part -> part).holds()).isTrue();
        assertThat(finding(reduction, part -> part).detail())
                .contains("of 5 samples is the " + words + " of those of the first 2");
        assertThat(finding(reduction, part -> with(part, g -> g.map(value -> value * (1 + 1e-9))))
                        .holds())
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"RIDGE_SUM", "COUPLED"})
    void nothingFollowsOfALossThatIsNeither(Reduction reduction) {
        Finding finding = finding(reduction, part -> with(part, g -> g.map(value -> 2 * value)));

        assertThat(finding.holds()).isNull();
        assertThat(finding.detail()).contains("neither the mean nor the sum");
    }

    /** Losses of 0 are sums and means alike: the gradients tell, the losses elsewhere if there are any, or nothing. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLossOfZeroIsNoSumAndNoMean(boolean mean) {
        Part whole = part(0, 5, mean);
        Part first = part(0, 2, mean);
        Part second = part(2, 5, mean);
        Halves dark = new Halves(losing(whole, 0, 0, 0), losing(first, 0, 0, 0), losing(second, 0, 0, 0));
        assertThat(dark.finding(ROUNDING).holds()).isTrue();

        Part spoilt = with(dark.whole(), g -> g.map(value -> 1.7 * value));
        Finding undecided = new Halves(spoilt, dark.first(), dark.second()).finding(ROUNDING);
        assertThat(undecided.holds()).isNull();
        assertThat(undecided.detail()).contains("do not say whether they are averaged or summed");

        Halves told = new Halves(
                losing(spoilt, 0, whole.elsewhere()),
                losing(first, 0, first.elsewhere()),
                losing(second, 0, second.elsewhere()));
        assertThat(told.finding(ROUNDING).holds()).isFalse();
    }

    /** One loss can be the sum of two by chance; at other parameters it is not. */
    @Test
    void onePointProvesNothing() {
        Part first = part(0, 2, Reduction.COUPLED);
        Part second = part(2, 5, Reduction.COUPLED);
        Part whole = losing(
                part(0, 5, Reduction.COUPLED),
                first.loss() + second.loss(),
                part(0, 5, Reduction.COUPLED).elsewhere());
        assertThat(new Halves(whole, first, second).finding(ROUNDING).holds()).isNull();
        Halves alone =
                new Halves(losing(whole, whole.loss()), losing(first, first.loss()), losing(second, second.loss()));
        assertThat(alone.finding(ROUNDING).detail()).startsWith("Not evaluated");
    }

    @Test
    void halvesThatAreAllEqualAreAMeanOnly() {
        Part half = part(0, 2, Reduction.MEAN);
        Part whole = new Part(4, half.loss(), half.elsewhere(), half.gradient());
        assertThat(new Halves(whole, half, half).finding(ROUNDING).detail()).contains("is the mean of those");
        Part summed = with(whole, g -> g.map(value -> 2 * value));
        assertThat(new Halves(summed, half, half).finding(ROUNDING).holds()).isFalse();
    }

    @Test
    void findsAPassThatSumsWhereTheLossTakesTheMean() {
        assertThat(finding(true, part -> with(part, g -> g.map(value -> 5 * value)))
                        .holds())
                .isFalse();
    }

    @Test
    void findsOneEntryThatIsWrongByOnePartInABillion() {
        Finding finding = finding(false, part -> with(part, g -> Tensor.vector(g.at(0), g.at(1) * (1 + 1e-9))));

        assertThat(finding.holds()).isFalse();
        assertThat(finding.detail()).contains("w has", "in position 1");
    }

    @Test
    void findsASampleThatWasLeftOut() {
        assertThat(finding(true, part -> with(part(0, 4, true), g -> g.map(value -> value * 4 / 5)))
                        .holds())
                .isNull(); // the loss is wrong as well, so nothing follows
        assertThat(finding(
                                true,
                                part -> new Part(
                                        5,
                                        part.loss(),
                                        part.elsewhere(),
                                        part(0, 4, true).gradient()))
                        .holds())
                .isFalse();
    }

    @Test
    void saysWhyNothingFollowsWhereSamplesSeeEachOther() {
        Finding finding = finding(true, part -> losing(part, part.loss() * 1.001, part.elsewhere()));

        assertThat(finding.holds()).isNull();
        assertThat(finding.detail())
                .startsWith("Not evaluated: the loss of the batch")
                .contains("neither");
    }
}
