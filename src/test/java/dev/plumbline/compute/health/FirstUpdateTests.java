package dev.plumbline.compute.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A first step against the weights that it changes, with a loss behind it and without. */
class FirstUpdateTests {

    /** One weight of 1 whose loss is {@code (c w - y)^2}: its gradient is {@code 2 c (c - y)}, its curvature {@code 2 c^2}. */
    private static Ailment parabola(double y) {
        return Ailment.of(
                "mean((x @ w - y)^2)",
                Map.of("w", Tensor.of(Shape.of(1, 1), 1)),
                Map.of("x", Tensor.of(Shape.of(1, 1), 1), "y", Tensor.of(Shape.of(1, 1), y)));
    }

    private static Diagnosis descending(Ailment ailment, double rate) {
        ModelReading reading = new ModelReading(ailment.objective());
        Map<String, Tensor> updates = new LinkedHashMap<>();
        reading.gradients().forEach((name, gradient) -> updates.put(name, gradient.map(value -> -rate * value)));
        FirstStep step = new FirstStep(rate, updates);
        return Diagnosis.of(
                reading.condition(step.norms(), SampleNorms.none("not asked for"))
                        .with(step, Map.of()),
                Profile.PLUMBLINE);
    }

    private static List<HealthFinding> of(Symptom symptom, Diagnosis diagnosis) {
        return diagnosis.findings().stream()
                .filter(finding -> finding.rule() == symptom)
                .toList();
    }

    private static List<HealthFinding> findings(Ailment ailment, double rate) {
        return of(Symptom.UPDATE_RATIO, descending(ailment, rate));
    }

    private static List<HealthFinding> given(double first, double second) {
        Map<String, Tensor> ones = new LinkedHashMap<>();
        ones.put("fc1.weight", Tensor.of(Shape.of(1, 1), 1));
        ones.put("fc2.weight", Tensor.of(Shape.of(1, 1), 1));
        Condition condition = new GivenReading(ones, ones, Map.of(), Map.of(), List.of())
                .condition(Map.of("fc1.weight", first, "fc2.weight", second));
        return of(Symptom.UPDATE_RATIO, Diagnosis.of(condition, Profile.PLUMBLINE));
    }

    @ParameterizedTest
    @CsvSource({"0.99, false", "1.01, true", "0.99e-5, true", "1.01e-5, false"})
    void withoutALossAStepMayBeAsLongAsTheWeights(double ratio, boolean found) {
        assertThat(given(ratio, ratio).isEmpty()).isNotEqualTo(found);
    }

    /** A layer behind a gain of 0 stands still, and no rate moves what has no gradient. */
    @ParameterizedTest
    @CsvSource({"0, 1e-3", "1e-7, 1e-3", "0, 0"})
    void oneLayerMayStandStill(double first, double second) {
        assertThat(given(first, second)).isEmpty();
    }

    @Test
    void namesOneRateForAllLayers() {
        assertThat(given(4, 2)).singleElement().satisfies(finding -> {
            assertThat(finding.tensors()).containsExactly("fc1", "fc2");
            assertThat(finding.remedies().get(0).numbers()).containsOnlyKeys("factor");
            assertThat(finding.remedies().get(0).numbers().get("factor")).isCloseTo(1e-3 / 4, within(1e-15));
        });
    }

    /** Rate 1 leads across the foot of the parabola to the same height, and beyond it the loss rises; see the ratios. */
    @ParameterizedTest
    @CsvSource({
        "0.9949, 1.01, true", // 0.0103
        "0.9951, 1.01, false", // 0.0099
        "0.9949, 0.99, false", // 0.0101
        "0.55, 0.99, false", // 0.89
        "0.45, 0.99, true", // 1.09
    })
    void whereTheLossRisesAHundredthIsTooLong(double y, double rate, boolean found) {
        assertThat(findings(parabola(y), rate).isEmpty()).isNotEqualTo(found);
    }

    /** Both losses rise; the one curves upwards within its bound still, and the other has none. */
    @Test
    void aRiseWithinTheBoundOfTheCurvatureIsNotHeldAgainstTheStep() {
        Map<String, Tensor> one = Map.of("w", Tensor.of(Shape.of(1, 1), 1));
        Map<String, Tensor> x = Map.of("x", Tensor.of(Shape.of(1, 1), 1));
        // Slope 0.1; curvature 0.1 or -0.1; the fourth power takes over behind the step of -0.1 times the rate.
        String loss = "sum(0.1 * (x @ w - 1) %s 0.05 * (x @ w - 1)^2 + 1000 * (x @ w - 1)^4)";

        assertThat(findings(Ailment.of(loss.formatted("+"), one, x), 1)).isEmpty();
        assertThat(findings(Ailment.of(loss.formatted("-"), one, x), 1)).hasSize(1);
    }

    @Test
    void namesTheRateOfTheCurvature() {
        Diagnosis diagnosis = descending(parabola(-4), 50);

        assertThat(of(Symptom.UPDATE_RATIO, diagnosis).get(0).remedies())
                .isEqualTo(of(Symptom.LEARNING_RATE, diagnosis).get(0).remedies());
    }

    /** Near its minimum a model takes short steps at the best of rates. */
    @Test
    void aShortStepNearTheMinimumIsNoneToBlame() {
        assertThat(findings(parabola(1 + 1e-6), 0.5)).isEmpty();
        assertThat(findings(parabola(2), 1e-9)).hasSize(1);
    }

    /** Adam moves every weight by the rate, also those of a last layer that begins at 0 with some bias. */
    @Test
    void weightsOfZeroAreNotCompared() {
        Ailment head = Ailment.of(
                "mean((x @ w + b - y)^2)",
                Map.of("w", Tensor.zeros(Shape.of(1, 1)), "b", Tensor.vector(1e-3)),
                Map.of("x", Tensor.of(Shape.of(1, 1), 1), "y", Tensor.of(Shape.of(1, 1), 1)));

        assertThat(findings(head, 0.1)).isEmpty();
    }
}
