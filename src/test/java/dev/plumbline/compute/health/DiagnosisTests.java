package dev.plumbline.compute.health;

import static dev.plumbline.compute.program.UnaryFunction.RELU;
import static dev.plumbline.compute.program.UnaryFunction.SIGMOID;
import static dev.plumbline.compute.program.UnaryFunction.TANH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.compute.program.Loss.Reduction;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sick networks with known illnesses, their cures, and healthy ones. */
class DiagnosisTests {

    private static final Network SIGMOIDS = Network.of(SIGMOID, 10, 1);
    private static final Network HEALTHY = Network.of(RELU, 10, Math.sqrt(2));
    private static final Network LOUD = Network.of(RELU, 10, 10 * Math.sqrt(2));
    private static final Network DEAD = Network.of(RELU, 4, Math.sqrt(2)).withBias(-10);
    private static final Network SATURATED = Network.of(TANH, 4, 20);
    private static final Network EQUAL =
            Network.of(RELU, 4, Math.sqrt(2)).withFilled(Map.of("fc2.weight", 0.05, "fc3.weight", 0.05));
    private static final Network ARTICLE_3 = Network.articleThree();

    static Stream<Network> networks() {
        return Stream.of(SIGMOIDS, HEALTHY, LOUD, DEAD, SATURATED, EQUAL, ARTICLE_3);
    }

    private static HealthFinding finding(Diagnosis diagnosis, Symptom rule) {
        return diagnosis.findings().stream()
                .filter(finding -> finding.rule() == rule)
                .findFirst()
                .orElseThrow(() -> new AssertionError(rule + " not among " + diagnosis.findings()));
    }

    private static List<Symptom> rules(Diagnosis diagnosis) {
        return diagnosis.findings().stream().map(HealthFinding::rule).distinct().toList();
    }

    @Test
    void seesTenSigmoidLayersVanishAndSaysWhy() {
        Diagnosis diagnosis = SIGMOIDS.diagnosis();

        HealthFinding vanishing = finding(diagnosis, Symptom.VANISHING);
        assertThat(diagnosis.verdict()).isEqualTo(Verdict.UNHEALTHY);
        assertThat(rules(diagnosis)).containsExactly(Symptom.VANISHING);
        assertThat(vanishing.tensors()).contains("fc1", "fc2", "fc3").doesNotContain("fc10", "head");
        assertThat(vanishing.observed()).isLessThan(1e-3);
        assertThat(vanishing.margin()).isGreaterThan(1);
        assertThat(vanishing.cause()).contains("It is the activations");
    }

    /** A sigmoid has a derivative of at most 1/4, and weights of N(0, 1/fanIn) leave norms as they are. */
    @Test
    void theProductOfDerivativesAndGainsIsWhatIsObserved() {
        Condition condition = SIGMOIDS.condition();

        assertThat(condition.passages()).hasSize(10).allSatisfy(passage -> {
            assertThat(passage.derivative()).isBetween(0.15, 0.25);
            assertThat(passage.observed() / passage.predicted()).isBetween(0.5, 2.0);
        });
        assertThat(condition.gradients().factorPerLayer()).isBetween(0.15, 0.35);
    }

    @Test
    void findsNothingInReluLayersDrawnAfterHe() {
        Diagnosis diagnosis = HEALTHY.diagnosis();

        assertThat(diagnosis.findings()).isEmpty();
        assertThat(diagnosis.verdict()).isEqualTo(Verdict.HEALTHY);
        assertThat(diagnosis.notEvaluated())
                .extracting(NotEvaluated::rule)
                .contains(Symptom.LOSS, Symptom.UPDATE_RATIO, Symptom.DATA, Symptom.SATURATION);
    }

    @Test
    void seesReluLayersWithTenTimesTheirWeightsExplode() {
        Diagnosis diagnosis = LOUD.diagnosis();

        HealthFinding exploding = finding(diagnosis, Symptom.EXPLODING);
        assertThat(exploding.observed()).isGreaterThan(1e6);
        assertThat(exploding.cause()).contains("It is the weights");
        assertThat(finding(diagnosis, Symptom.INITIALISATION).cause()).contains("grows");
    }

    @Test
    void seesUnitsThatLargeNegativeBiasesKill() {
        HealthFinding dead = finding(DEAD.diagnosis(), Symptom.DEAD_UNITS);

        assertThat(dead.observed()).isEqualTo(1);
        assertThat(dead.tensors()).containsExactly("fc1");
    }

    @Test
    void seesTanhSaturateUnderTwentyTimesTheWeights() {
        Diagnosis diagnosis = SATURATED.diagnosis();

        HealthFinding saturation = finding(diagnosis, Symptom.SATURATION);
        assertThat(saturation.observed()).isBetween(0.5, 1.0);
        assertThat(saturation.quantity()).contains("tanh is below 0.01");
    }

    @Test
    void seesUnitsThatNoStepCanTellApart() {
        Map<String, Tensor> point = HEALTHY.point();
        point.replaceAll(
                (name, tensor) -> name.matches("fc[23].weight") ? Tensor.filled(tensor.shape(), 0.05) : tensor);

        HealthFinding symmetry = finding(
                Diagnosis.of(Network.condition(HEALTHY.objective(point)), Profile.PLUMBLINE), Symptom.INITIALISATION);

        assertThat(symmetry.observed()).isEqualTo(1);
        assertThat(symmetry.tensors()).containsExactly("fc2");
    }

    @Test
    void theFirstRemedyAgainstSymmetryHelps() {
        Diagnosis sick = EQUAL.diagnosis();
        Remedy remedy = finding(sick, Symptom.INITIALISATION).remedies().get(0);

        assertThat(remedy.action()).isEqualTo(Remedy.Action.INITIALISATION);
        assertThat(remedy.numbers()).containsKeys("fc2", "fc3");
        assertThat(EQUAL.withFilled(Map.of())
                        .withSpread(remedy.numbers())
                        .diagnosis()
                        .findings())
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void judgesTheSameWhateverTheScaleOfTheLoss(Network network) {
        List<Symptom> rules = rules(network.diagnosis());

        for (Network other : List.of(
                network.withLossFactor(1e-6),
                network.withLossFactor(1e6),
                network.withReduction(Reduction.SUM),
                network.withBatch(256))) {
            Diagnosis diagnosis = other.diagnosis();
            assertThat(rules(diagnosis)).as(other.toString()).isEqualTo(rules);
            assertThat(diagnosis.verdict()).isEqualTo(network.diagnosis().verdict());
        }
    }

    @Test
    void sagemakersRuleChangesItsMindWithTheScaleOfTheLoss() {
        Diagnosis as = Diagnosis.of(HEALTHY.condition(), Profile.SAGEMAKER);
        Diagnosis scaled = Diagnosis.of(HEALTHY.withLossFactor(1e-6).condition(), Profile.SAGEMAKER);

        assertThat(rules(as)).doesNotContain(Symptom.VANISHING);
        assertThat(rules(scaled)).contains(Symptom.VANISHING);
    }

    @Test
    void autotrainerSeesTheSigmoidLayersToo() {
        assertThat(rules(Diagnosis.of(SIGMOIDS.condition(), Profile.AUTOTRAINER)))
                .contains(Symptom.VANISHING);
    }

    @Test
    void theFirstRemedyAgainstVanishingHelps() {
        Remedy remedy =
                finding(SIGMOIDS.diagnosis(), Symptom.VANISHING).remedies().get(0);

        assertThat(remedy.action()).isEqualTo(Remedy.Action.ACTIVATION);
        assertThat(remedy.numbers().get("fc1")).isEqualTo(Math.sqrt(2.0 / 32), within(1e-15));
        assertThat(SIGMOIDS.withFunction(RELU)
                        .withSpread(remedy.numbers())
                        .diagnosis()
                        .findings())
                .isEmpty();
    }

    @Test
    void theFirstRemedyAgainstExplodingHelps() {
        Remedy remedy = finding(LOUD.diagnosis(), Symptom.EXPLODING).remedies().get(0);

        assertThat(remedy.action()).isEqualTo(Remedy.Action.INITIALISATION);
        assertThat(LOUD.withSpread(remedy.numbers()).diagnosis().findings()).isEmpty();
    }

    @Test
    void theFirstRemedyAgainstDeadUnitsHelps() {
        Map<String, Tensor> point = DEAD.point();
        Diagnosis diagnosis = DEAD.diagnosis();
        // One layer's death hides the next one's; the cure is taken layer by layer until there is nothing left to cure.
        for (int i = 0; i < 4 && rules(diagnosis).contains(Symptom.DEAD_UNITS); i++) {
            Remedy remedy = finding(diagnosis, Symptom.DEAD_UNITS).remedies().get(0);
            assertThat(remedy.action()).isEqualTo(Remedy.Action.BIAS);
            remedy.numbers()
                    .forEach((name, value) ->
                            point.computeIfPresent(name, (key, tensor) -> Tensor.filled(tensor.shape(), value)));
            diagnosis = Diagnosis.of(Network.condition(DEAD.objective(point)), Profile.PLUMBLINE);
        }

        assertThat(diagnosis.findings()).isEmpty();
    }

    @Test
    void theFirstRemedyAgainstSaturationHelps() {
        Remedy remedy =
                finding(SATURATED.diagnosis(), Symptom.SATURATION).remedies().get(0);

        assertThat(SATURATED.withSpread(remedy.numbers()).diagnosis().findings())
                .isEmpty();
    }

    @Test
    void anUpdateOutOfItsBandSaysByHowMuchTheLearningRateIsOff() {
        ModelReading reading = new ModelReading(HEALTHY.objective());
        Map<String, Double> updates = new HashMap<>();
        HEALTHY.objective().program().parameters().keySet().forEach(name -> updates.put(name, 1.0));
        Condition condition = reading.condition(updates, SampleNorms.none("not asked for"));

        HealthFinding finding = finding(Diagnosis.of(condition, Profile.DL4J), Symptom.UPDATE_RATIO);

        // Weight and bias move by 1 each, and the weights' norm is sqrt(2 / 32) over 32 x 32 of them: about 8.
        assertThat(finding.observed()).isEqualTo(Math.sqrt(2) / 8, within(0.02));
        assertThat(Objects.requireNonNull(finding.remedies().get(0).numbers().get("factor")) * finding.observed())
                .isEqualTo(1e-3, within(1e-12));
        assertThat(rules(Diagnosis.of(condition, Profile.SAGEMAKER))).doesNotContain(Symptom.UPDATE_RATIO);
    }

    @Test
    void nonFiniteGradientsAreFoundBeforeAnythingElseIsSaid() {
        Diagnosis diagnosis = Diagnosis.of(
                new GivenReading(
                                Map.of("fc1.weight", Tensor.vector(1, Double.NaN), "fc2.weight", Tensor.vector(1, 2)),
                                Map.of(),
                                Map.of(),
                                Map.of(),
                                List.of())
                        .condition(Map.of()),
                Profile.MEGATRON);

        assertThat(diagnosis.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.rule()).isEqualTo(Symptom.NON_FINITE);
            assertThat(finding.tensors()).containsExactly("fc1");
        });
    }
}
