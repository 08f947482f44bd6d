package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.judgement.Verdict;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** The right gradients of all networks in which faults were planted; by hand with 20 seeds each: {@code -Dplumbline.seeds=20}. */
class RightClaimsTests {

    private static final int SEEDS = Integer.getInteger("plumbline.seeds", 1);

    /** Of the work of a check that is asked for no explanation. */
    private static final double DEARER = 1.05;

    static Stream<Arguments> networks() {
        return Stream.of("explanation", "rules", "more-rules", "further-rules")
                .flatMap(set -> PlantedFault.networks(set).flatMap(network -> PlantedFault.DTYPES.stream()
                        .map(dtype -> Arguments.of(set, network, dtype))));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void areNotExplainedAndCostNoSearch(String set, String network, String dtype) {
        for (int seed = 0; seed < SEEDS; seed++) {
            Set<Progress.Phase> phases = EnumSet.noneOf(Progress.Phase.class);
            GradientCheckReport report = report(set, network, dtype, seed, "2", phases);
            assertThat(report.verdict()).isNotEqualTo(Verdict.FAIL);
            assertThat(report.explanation()).isNull();
            assertThat(report.suspects()).isEmpty();
            assertThat(phases).contains(Progress.Phase.POWER).doesNotContain(Progress.Phase.EXPLANATION);
            GradientCheckReport bare = report(set, network, dtype, seed, "false", phases);
            assertThat(report.cost().forwardPasses())
                    .isLessThanOrEqualTo(DEARER * bare.cost().forwardPasses());
        }
    }

    private static GradientCheckReport report(
            String set, String network, String dtype, int seed, String explain, Set<Progress.Phase> phases) {
        return PlantedFault.report(
                set,
                network,
                dtype,
                PlantedFault.claims(set, network, dtype, "right"),
                new JsonMapper()
                        .readValue(
                                "{\"explain\": %s, \"coverage\": \"CERTIFIED\", \"entries\": 1, \"seed\": %d}"
                                        .formatted(explain, seed),
                                CheckSettings.class),
                progress -> phases.add(progress.phase()));
    }
}
