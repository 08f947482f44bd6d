package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.explanation.Suspect;
import dev.plumbline.compute.judgement.Verdict;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Mistakes that PyTorch code made in one backward rule: fixtures/make_explanations.py planted them. */
class ExplanationsTests {

    private static final String SET = "explanation";

    static Stream<PlantedFault> ofTheCatalogue() {
        return PlantedFault.of(SET)
                .filter(planted -> planted.isNamed() && !planted.expected().has("weights"));
    }

    static Stream<PlantedFault> outsideOfTheCatalogue() {
        return PlantedFault.of(SET).filter(planted -> !planted.isNamed());
    }

    static Stream<PlantedFault> weighed() {
        return PlantedFault.of(SET).filter(planted -> planted.expected().has("weights"));
    }

    @ParameterizedTest
    @MethodSource("ofTheCatalogue")
    void theOperationAndItsFaultyRuleAreNamed(PlantedFault planted) {
        planted.isNamedBy(planted.report());
    }

    /** Clipping in the middle, noise, half a batch: nothing makes such a claim, and the operation is suspected all the same. */
    @ParameterizedTest
    @MethodSource("outsideOfTheCatalogue")
    void aFaultOutsideOfTheCatalogueGetsNoName(PlantedFault planted) {
        GradientCheckReport report = planted.report();
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.explanation()).isNull();
        assertThat(report.suspects()).isNotEmpty();
        if (!planted.operations().isEmpty()) {
            assertThat(report.suspects().stream()
                            .filter(suspect -> Boolean.FALSE.equals(suspect.admits()))
                            .map(Suspect::operation))
                    .doesNotContainAnyElementsOf(planted.operations());
        }
    }

    @ParameterizedTest
    @MethodSource("weighed")
    void theWeightsOfSamplesAreFoundToTwoPercent(PlantedFault planted) {
        planted.isWeighedBy(planted.report());
    }

    @Test
    void theOperationAtFaultIsAmongTheFirstThreeSuspects() {
        List<PlantedFault> planted = PlantedFault.of(SET)
                .filter(each -> !each.operations().isEmpty() && !"cut".equals(each.kind()))
                .toList();
        long among = planted.stream()
                .filter(each -> each.report().suspects().stream()
                        .limit(3)
                        .map(Suspect::operation)
                        .anyMatch(each.operations()::contains))
                .count();
        assertThat((double) among / planted.size()).isGreaterThanOrEqualTo(0.9);
    }
}
