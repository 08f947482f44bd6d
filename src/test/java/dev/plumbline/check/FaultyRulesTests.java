package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.explanation.Suspect;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Faulty rules of gains, statistics, products, convolutions, heads and gates, of activations, broadcasts, sums and softmaxes:
 * fixtures/make_rules.py, make_more_rules.py and make_further_rules.py planted them.
 */
class FaultyRulesTests {

    static Stream<PlantedFault> planted() {
        return Stream.of("further-rules", "rules", "more-rules").flatMap(PlantedFault::of);
    }

    static Stream<PlantedFault> named() {
        return planted()
                .filter(planted -> planted.isNamed() && !planted.expected().has("weights"));
    }

    static Stream<PlantedFault> outside() {
        return planted().filter(planted -> !planted.isNamed());
    }

    static Stream<PlantedFault> weighed() {
        return planted().filter(planted -> planted.expected().has("weights"));
    }

    @ParameterizedTest
    @MethodSource("named")
    void theOperationAndItsFaultyRuleAreNamed(PlantedFault planted) {
        GradientCheckReport report = planted.report();
        boolean drowns = planted.dtype().equals("float32")
                && planted.expected().path("tooSmallForFloat32").asBoolean(false);
        if (drowns && report.explanation() == null) {
            return; // an epsilon of 1e-5 changes a gradient by a few allowances
        }
        planted.isNamedBy(report);
    }

    @ParameterizedTest
    @MethodSource("outside")
    void aFaultOutsideOfTheCatalogueGetsNoName(PlantedFault planted) {
        GradientCheckReport report = planted.report();
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.explanation()).isNull();
        if (!planted.operations().isEmpty()) {
            assertThat(report.suspects().stream().limit(3).map(Suspect::operation))
                    .containsAnyElementsOf(planted.operations());
        }
    }

    @ParameterizedTest
    @MethodSource("weighed")
    void theWeightsOfElementsAreFoundToTwoPercent(PlantedFault planted) {
        planted.isWeighedBy(planted.report());
    }

    static Stream<PlantedFault> everyThird() {
        List<PlantedFault> float32 =
                planted().filter(planted -> planted.dtype().equals("float32")).toList();
        return float32.stream().filter(planted -> float32.indexOf(planted) % 3 == 0);
    }

    /** Eight bits of a claim may hide a rule; they never make another of it. */
    @ParameterizedTest
    @MethodSource("everyThird")
    void aClaimThatWasCastToSixteenBitsGetsNoWrongName(PlantedFault planted) {
        Map<String, Tensor> claims = new LinkedHashMap<>();
        planted.claims()
                .forEach((name, claim) -> claims.put(
                        name,
                        Tensor.of(
                                claim.shape(),
                                Datatype.BF16,
                                claim.map(FaultyRulesTests::cast).values())));
        Cause cause = planted.report(claims).explanation();
        if (cause != null) {
            assertThat(PlantedFault.camelCase(cause.kind())).isEqualTo(planted.kind());
            if (!planted.rules().isEmpty()) {
                List<String> named = new ArrayList<>(List.of(String.valueOf(cause.rule())));
                cause.alternatives().forEach(other -> named.add(String.valueOf(other.rule())));
                assertThat(named).containsAnyElementsOf(planted.rules());
            }
        }
    }

    /** To the nearest number of eight digits. */
    private static double cast(double value) {
        int bits = Float.floatToIntBits((float) value);
        return Float.intBitsToFloat((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000);
    }

    @Test
    void aGradientThatIsNotANumberIsBracketed() {
        Map<String, Tensor> claims = new LinkedHashMap<>(PlantedFault.claims("rules", "dense", "float64", "right"));
        for (String name : List.of("a.weight", "a.bias")) {
            claims.computeIfPresent(name, (key, claim) -> claim.map(value -> Double.NaN));
        }
        GradientCheckReport report = PlantedFault.report("rules", "dense", "float64", claims);
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.explanation()).isNull();
        assertThat(report.suspects()).isNotEmpty().allSatisfy(suspect -> {
            assertThat(suspect.wrongBefore()).isEqualTo(2);
            assertThat(suspect.rightBefore()).isZero();
            assertThat(suspect.rightAfter()).isPositive();
        });
    }
}
