package dev.plumbline.compute.health;

import static dev.plumbline.compute.health.Ailment.normal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps of gradient descent against curvatures that are known. */
class StepLengthTests {

    /** {@code sum(c w^2) / 2}: curvature c along each axis. */
    private static final Ailment BOWL =
            Ailment.of("sum(c * w^2) / 2", Map.of("w", Tensor.vector(1, -2, 3)), Map.of("c", Tensor.vector(4, 4, 4)));

    private static final Ailment NETWORK = Ailment.of(
            "mean((tanh(x @ w1) @ w2 - y)^2)",
            Map.of("w1", normal(6, 0.5, 6, 5), "w2", normal(7, 0.5, 5, 2)),
            Map.of("x", normal(1, 1, 24, 6), "y", normal(2, 1, 24, 2)));

    private static Condition descending(Ailment ailment, double rate) {
        ModelReading reading = new ModelReading(ailment.objective());
        Map<String, Tensor> updates = new LinkedHashMap<>();
        reading.gradients().forEach((name, gradient) -> updates.put(name, gradient.map(value -> -rate * value)));
        return reading.condition(Map.of(), SampleNorms.none("not asked for"))
                .with(new FirstStep(rate, updates), Map.of());
    }

    private static List<HealthFinding> findings(Ailment ailment, double rate) {
        return Diagnosis.of(descending(ailment, rate), Profile.PLUMBLINE).findings().stream()
                .filter(finding -> finding.rule() == Symptom.LEARNING_RATE)
                .toList();
    }

    private static double number(HealthFinding finding, String name) {
        return finding.remedies().get(0).numbers().getOrDefault(name, Double.NaN);
    }

    @ParameterizedTest
    @CsvSource({"0.499, false", "0.501, true", "0.26e-5, false", "0.24e-5, true"})
    void aRateIsStableBelowTwoOverTheCurvature(double rate, boolean found) {
        assertThat(findings(BOWL, rate).isEmpty()).isNotEqualTo(found);
    }

    @Test
    void saysTheRatesThatTheCurvatureAllows() {
        HealthFinding finding = findings(BOWL, 5).get(0);

        assertThat(finding.severity()).isEqualTo(Severity.UNHEALTHY);
        assertThat(finding.observed()).isCloseTo(20, within(1e-12));
        assertThat(number(finding, "learningRate")).isCloseTo(0.1 / 4.0, within(1e-15));
        assertThat(finding.remedies().get(0).advice()).contains("for this one step", "halve the rate");
        assertThat(number(finding, "largestLearningRate")).isCloseTo(2 / 4.0, within(1e-15));
        // The loss is 28 here, and (1 - 5 * 4)^2 times that behind the step.
        assertThat(finding.cause()).contains("It goes from 28.0 to 1.01e+04");
    }

    /** g'Hg / g'g where the curvature is another along each axis. */
    @Test
    void theCurvatureIsThatAlongTheGradient() {
        Ailment valley = BOWL.withData("c", c -> Tensor.vector(1, 10, 100));

        double lambda = (1 + 4 * 1e3 + 9 * 1e6) / (1 + 4 * 1e2 + 9 * 1e4);
        assertThat(findings(valley, 1).get(0).observed()).isCloseTo(lambda, within(1e-12 * lambda));
    }

    /** Against a difference of gradients along the step. */
    @Test
    void agreesWithADifferenceOfGradientsInANetwork() {
        double rate = 100;
        Map<String, Tensor> here = NETWORK.objective().gradient().byParameter();
        double h = 1e-5;
        Ailment ahead = moved(here, h);
        Ailment behind = moved(here, -h);
        double curvature = (product(ahead.objective().gradient().byParameter(), here)
                        - product(behind.objective().gradient().byParameter(), here))
                / (2 * h);
        double length = rate * curvature / product(here, here);

        assertThat(findings(NETWORK, rate).get(0).observed()).isCloseTo(length, within(1e-6 * length));
    }

    private static Ailment moved(Map<String, Tensor> along, double by) {
        Ailment moved = NETWORK;
        for (Map.Entry<String, Tensor> direction : along.entrySet()) {
            moved = moved.withParameter(direction.getKey(), w -> {
                double[] values = w.values().clone();
                for (int i = 0; i < values.length; i++) {
                    values[i] += by * direction.getValue().at(i);
                }
                return Tensor.of(w.shape(), values);
            });
        }
        return moved;
    }

    private static double product(Map<String, Tensor> a, Map<String, Tensor> b) {
        double sum = 0;
        for (Map.Entry<String, Tensor> one : a.entrySet()) {
            for (int i = 0; i < one.getValue().size(); i++) {
                sum += one.getValue().at(i)
                        * Objects.requireNonNull(b.get(one.getKey())).at(i);
            }
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0x1p-30, 1e-6, 1e6, 0x1p30})
    void aLossTimesAFactorTakesARateDividedByIt(double factor) {
        HealthFinding here = findings(NETWORK, 100).get(0);
        HealthFinding there =
                findings(NETWORK.withLossFactor(factor), 100 / factor).get(0);

        assertThat(there.observed()).isCloseTo(here.observed(), within(1e-9 * here.observed()));
        assertThat(there.severity()).isEqualTo(here.severity());
    }

    @ParameterizedTest
    @ValueSource(doubles = {100, 1e-9})
    void theFirstRemedyCures(double rate) {
        HealthFinding finding = findings(NETWORK, rate).get(0);

        assertThat(findings(NETWORK, rate * number(finding, "factor"))).isEmpty();
        assertThat(number(finding, "learningRate")).isCloseTo(rate * number(finding, "factor"), within(1e-12));
    }

    /** Beyond the bound of its curvature, but the loss flattens out and has fallen all the same. */
    @Test
    void aLongStepThatLowersTheLossIsNoneToBlame() {
        Map<String, Tensor> zero = Map.of("w", Tensor.vector(0));

        // Curvature over descent is 5 for both; exp(-w) falls for ever, and the parabola rises behind its foot.
        assertThat(findings(Ailment.of("sum(exp(-w))", zero, Map.of()), 5)).isEmpty();
        assertThat(findings(Ailment.of("sum(1 - w + w^2 / 2)", zero, Map.of()), 5))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sum(w)", "-sum(w^2)"})
    void whereTheLossDoesNotCurveUpwardsThereIsNoBound(String formula) {
        Ailment ailment = Ailment.of(formula, Map.of("w", Tensor.vector(1, 2)), Map.of());

        assertThat(Diagnosis.of(descending(ailment, 10), Profile.PLUMBLINE).notEvaluated())
                .filteredOn(none -> none.rule() == Symptom.LEARNING_RATE)
                .singleElement()
                .satisfies(none -> assertThat(none.because()).contains("does not curve upwards"));
    }

    @Test
    void aStepUphillIsNotJudged() {
        assertThat(Diagnosis.of(descending(BOWL, -1), Profile.PLUMBLINE).notEvaluated())
                .filteredOn(none -> none.rule() == Symptom.LEARNING_RATE)
                .singleElement()
                .satisfies(none -> assertThat(none.because()).contains("downhill"));
    }
}
