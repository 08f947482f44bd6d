package dev.plumbline.compute.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.consistency.Halves.Part;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Least squares with one weight and a bias, on five samples: two in the first half, three in the second. */
class HalvesTests {

    private static final double[] X = {0.3, -1.2, 2.5, 0.7, -0.4};
    private static final double[] Y = {1, 0, 3, 2, -1};
    private static final Map<String, Tensor> ROUNDING = Map.of("w", Tensor.vector(1e-14, 1e-14));

    private static Part part(int from, int to, boolean mean) {
        double loss = 0;
        double[] gradient = new double[2];
        for (int n = from; n < to; n++) {
            double error = 1.5 * X[n] + 0.1 - Y[n];
            loss += error * error;
            gradient[0] += 2 * error * X[n];
            gradient[1] += 2 * error;
        }
        double count = mean ? to - from : 1;
        double[] divided = Arrays.stream(gradient).map(g -> g / count).toArray();
        return new Part(to - from, loss / count, Map.of("w", Tensor.vector(divided)));
    }

    private static Finding finding(boolean mean, UnaryOperator<Part> spoil) {
        return new Halves(spoil.apply(part(0, 5, mean)), part(0, 2, mean), part(2, 5, mean)).finding(ROUNDING);
    }

    private static Part with(Part part, UnaryOperator<Tensor> spoil) {
        return new Part(
                part.samples(),
                part.loss(),
                Map.of("w", spoil.apply(Objects.requireNonNull(part.gradient().get("w")))));
    }

    @Test
    void holdsForAMeanAndForASum() {
        assertThat(finding(true, part -> part).holds()).isTrue();
        assertThat(finding(true, part -> part).detail()).contains("of 5 samples is the mean of those of the first 2");
        assertThat(finding(false, part -> part).holds()).isTrue();
        assertThat(finding(false, part -> part).detail()).contains("the sum");
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
                                        5, part.loss(), part(0, 4, true).gradient()))
                        .holds())
                .isFalse();
    }

    @Test
    void saysWhyNothingFollowsWhereSamplesSeeEachOther() {
        Finding finding = finding(true, part -> new Part(5, part.loss() * 1.001, part.gradient()));

        assertThat(finding.holds()).isNull();
        assertThat(finding.detail())
                .startsWith("Not evaluated: the loss of the batch")
                .contains("neither");
    }
}
