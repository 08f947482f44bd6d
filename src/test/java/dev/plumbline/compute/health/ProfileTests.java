package dev.plumbline.compute.health;

import static dev.plumbline.compute.program.UnaryFunction.RELU;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The thresholds of the tools that profiles reproduce, from both sides. */
class ProfileTests {

    private static List<Symptom> found(Profile profile, Condition condition) {
        return Diagnosis.of(condition, profile).findings().stream()
                .map(HealthFinding::rule)
                .distinct()
                .toList();
    }

    private static Condition given(Map<String, Tensor> gradients) {
        return new GivenReading(gradients, Map.of(), Map.of(), Map.of(), List.of()).condition(Map.of());
    }

    /** Two layers of one weight matrix, whose norms these are. */
    private static Condition norms(double first, double last) {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        gradients.put("fc1.weight", Tensor.of(Shape.of(1, 1), first));
        gradients.put("fc2.weight", Tensor.of(Shape.of(1, 1), last));
        return given(gradients);
    }

    private static Condition updateRatio(double ratio) {
        Map<String, Tensor> one = Map.of("fc1.weight", Tensor.of(Shape.of(1, 1), 1));
        return new GivenReading(one, one, Map.of(), Map.of(), List.of()).condition(Map.of("fc1.weight", ratio));
    }

    private static Condition activation(String function, double... values) {
        return new GivenReading(
                        Map.of("fc1.weight", Tensor.of(Shape.of(1, 1), 1)),
                        Map.of(),
                        Map.of("fc1", Tensor.of(Shape.of(values.length, 1), values)),
                        Map.of("fc1", function),
                        List.of())
                .condition(Map.of());
    }

    @ParameterizedTest
    @CsvSource({"0.99e-7, true", "1.01e-7, false"})
    void sagemakerCallsAMeanBelowOneInTenMillionVanishing(double mean, boolean vanishes) {
        Condition condition = given(Map.of("fc1.weight", Tensor.of(Shape.of(2, 1), mean / 2, -1.5 * mean)));
        assertThat(found(Profile.SAGEMAKER, condition).contains(Symptom.VANISHING))
                .isEqualTo(vanishes);
    }

    /** The limits lie on the activation's input: tanh -9.4999 and 9.4999, sigmoid -23 and 16.99999. */
    @ParameterizedTest
    @CsvSource({
        "tanh, 9.51, true",
        "tanh, 9.49, false",
        "tanh, -9.51, true",
        "tanh, -9.49, false",
        "sigmoid, 17.01, true",
        "sigmoid, 16.98, false",
        "sigmoid, -23.01, true",
        "sigmoid, -22.99, false"
    })
    void sagemakersSaturationBeginsAtItsFixedInputs(String function, double input, boolean saturated) {
        double value = function.equals("tanh") ? Math.tanh(input) : 1 / (1 + Math.exp(-input));
        assertThat(found(Profile.SAGEMAKER, activation(function, value, value)).contains(Symptom.SATURATION))
                .isEqualTo(saturated);
    }

    @ParameterizedTest
    @CsvSource({"51, true", "50, false"})
    void sagemakersLayerIsSaturatedAboveHalfOfItsValues(int of100, boolean saturated) {
        double[] values = new double[100];
        Arrays.fill(values, 0, of100, 1);
        assertThat(found(Profile.SAGEMAKER, activation("tanh", values)).contains(Symptom.SATURATION))
                .isEqualTo(saturated);
    }

    @ParameterizedTest
    @CsvSource({"2, true", "1, false"})
    void sagemakersLayerIsDeadFromHalfOfItsUnits(int deadOfFour, boolean dead) {
        double[] values = new double[40];
        Arrays.setAll(values, i -> i % 4 < deadOfFour ? 0 : 1 + i);
        Condition condition = new GivenReading(
                        Map.of("fc1.weight", Tensor.of(Shape.of(1, 1), 1)),
                        Map.of(),
                        Map.of("fc1", Tensor.of(Shape.of(10, 4), values)),
                        Map.of("fc1", "relu"),
                        List.of())
                .condition(Map.of());
        assertThat(found(Profile.SAGEMAKER, condition).contains(Symptom.DEAD_UNITS))
                .isEqualTo(dead);
    }

    @ParameterizedTest
    @CsvSource({
        "SAGEMAKER, 0.99e-8, true",
        "SAGEMAKER, 1.01e-8, false",
        "SAGEMAKER, 9.9, false",
        "SAGEMAKER, 10.1, true",
        "DL4J, 0.99e-4, true",
        "DL4J, 1.01e-4, false",
        "DL4J, 0.99e-2, false",
        "DL4J, 1.01e-2, true"
    })
    void updateRatiosHaveABand(Profile profile, double ratio, boolean outside) {
        assertThat(found(profile, updateRatio(ratio)).contains(Symptom.UPDATE_RATIO))
                .isEqualTo(outside);
    }

    @ParameterizedTest
    @CsvSource({"10.1, true", "9.9, false"})
    void sagemakersWeightsHaveVariancesWithinAFactorOfTen(double ratio, boolean poor) {
        Network network = Network.of(RELU, 3, 1);
        Map<String, Double> spread = new LinkedHashMap<>();
        for (LayerHealth layer : network.condition().layers()) {
            double drawn = Objects.requireNonNull(layer.weights()).spread();
            double asked = Objects.requireNonNull(network.spread().get(layer.name()));
            spread.put(layer.name(), (layer.name().equals("fc2") ? Math.sqrt(ratio) : 1) * asked / drawn);
        }
        assertThat(found(Profile.SAGEMAKER, network.withSpread(spread).condition())
                        .contains(Symptom.INITIALISATION))
                .isEqualTo(poor);
    }

    @ParameterizedTest
    @CsvSource({"0.99e-4, 0.1, true", "0.99e-4, 0.098, false", "1.01e-4, 1, false", "0.99e-4, 1, true"})
    void autotrainerCallsASmallRatioOfASmallNormVanishing(double first, double last, boolean vanishes) {
        assertThat(found(Profile.AUTOTRAINER, norms(first, last)).contains(Symptom.VANISHING))
                .isEqualTo(vanishes);
    }

    @ParameterizedTest
    @CsvSource({"69.9, false", "70.1, true"})
    void autotrainerCallsARatioAboveSeventyExploding(double ratio, boolean explodes) {
        assertThat(found(Profile.AUTOTRAINER, norms(ratio, 1)).contains(Symptom.EXPLODING))
                .isEqualTo(explodes);
    }

    @ParameterizedTest
    @CsvSource({"69, false", "70, true"})
    void autotrainerCallsSeventyPerCentOfZerosDying(int zeros, boolean dying) {
        double[] values = new double[100];
        Arrays.fill(values, zeros, 100, 1);
        Condition condition = given(Map.of("fc1.weight", Tensor.of(Shape.of(10, 10), values)));
        assertThat(found(Profile.AUTOTRAINER, condition).contains(Symptom.DEAD_UNITS))
                .isEqualTo(dying);
    }

    @ParameterizedTest
    @CsvSource({"0.49, true", "0.51, false", "1.99, false", "2.01, true"})
    void dl4jsActivationsSpreadByOneHalfToTwo(double spread, boolean outside) {
        assertThat(found(Profile.DL4J, activation("tanh", spread, -spread)).contains(Symptom.INITIALISATION))
                .isEqualTo(outside);
    }

    /** Whatever a profile is asked, each of the contract's rules is judged, or it is said why not. */
    @ParameterizedTest
    @EnumSource(Profile.class)
    void neverPassesOverARuleInSilence(Profile profile) {
        Diagnosis nothingKnown = Diagnosis.of(given(Map.of("w", Tensor.vector(1, 2))), profile);
        Set<Symptom> said = EnumSet.noneOf(Symptom.class);
        nothingKnown.notEvaluated().forEach(none -> said.add(none.rule()));
        nothingKnown.findings().forEach(finding -> said.add(finding.rule()));
        // What gradients alone can answer, and is answered by silence: it was judged, and all was well.
        Set<Symptom> judged =
                switch (profile) {
                    case PLUMBLINE, DL4J, MEGATRON -> EnumSet.of(Symptom.NON_FINITE);
                    case SAGEMAKER -> EnumSet.of(Symptom.NON_FINITE, Symptom.VANISHING, Symptom.EXPLODING);
                    case AUTOTRAINER -> EnumSet.of(Symptom.NON_FINITE, Symptom.DEAD_UNITS);
                };
        assertThat(Stream.concat(said.stream(), judged.stream()).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(Symptom.values());
    }

    /** Weights that are all alike, or units that are dead, make a gradient vanish: the first sentence is to say so. */
    @Test
    void causesComeBeforeWhatTheyCause() {
        assertThat(Profile.PLUMBLINE.rules().stream().map(Object::getClass))
                .containsSubsequence(
                        ZeroWeights.class,
                        Symmetry.class,
                        DeadUnits.class,
                        Saturation.class,
                        Vanishing.class,
                        Exploding.class,
                        FirstStepSize.class);
    }

    @Test
    void onlyPlumblineLooksAtSamples() {
        Condition condition = given(Map.of("w", Tensor.vector(1, 2)));
        for (Profile profile : Profile.values()) {
            assertThat(Diagnosis.of(condition, profile).notEvaluated())
                    .filteredOn(none -> none.rule() == Symptom.DATA)
                    .singleElement()
                    .satisfies(none -> assertThat(none.because().contains("no such rule"))
                            .isEqualTo(profile != Profile.PLUMBLINE));
        }
    }
}
