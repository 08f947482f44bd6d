package dev.plumbline.compute.health.course;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.TensorNorms;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a run that overflows had diverged before: loops of {@code fixtures/runs/make_large_steps.py}, and curves. */
class DivergenceTests {

    private static List<RunFinding> overflows(List<RunFinding> findings) {
        return findings.stream()
                .filter(finding -> finding.symptom() == Pattern.NON_FINITE)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"diverges-1", "diverges-2"})
    void theCauseOfAnOverflowIsTheLearningRate(String name) throws IOException {
        Pipeline run = RealRunsTests.watched(name, 50);

        assertThat(overflows(run.open)).isNotEmpty().allSatisfy(finding -> {
            assertThat(finding.cause()).startsWith("The learning rate is too large");
            assertThat(finding.remedies().get(0).action()).isEqualTo(Remedy.Action.LEARNING_RATE);
            // 2.2 to 2.4 of the last layer's weights at the first step
            assertThat(finding.remedies().get(0).numbers().get("factor")).isBetween(1e-4, 1e-3);
        });
        assertThat(overflows(run.arisen).get(0).cause()).contains("loss grew from 0.", " at step 0 to ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"broken-1", "broken-2"})
    void anOperationIsWhereNothingGrewBefore(String name) throws IOException {
        assertThat(overflows(RealRunsTests.watched(name, 50).open)).isNotEmpty().allSatisfy(finding -> {
            assertThat(finding.cause()).startsWith("The ");
            assertThat(finding.cause()).doesNotContain("learning rate");
            assertThat(finding.remedies().get(0).action()).isEqualTo(Remedy.Action.INVESTIGATION);
        });
    }

    /** A growth of a thousand, by steps above a hundredth of the weights; the factor takes the first of them to a thousandth. */
    @ParameterizedTest
    @CsvSource({"1100, 0.011, true", "900, 0.011, false", "1100, 0.009, false"})
    void takesBothGrowthAndLargeSteps(double growth, double ratio, boolean isDivergence) {
        for (String what : List.of("loss", "gradient", "weights")) {
            Pipeline run = Pipeline.ours();
            for (int step = 0; step < 30; step++) {
                double grown = step < 25 ? Math.pow(growth, step / 24.0) : Double.NaN;
                double weights = what.equals("weights") ? grown : 1;
                run.post(
                        step,
                        what.equals("loss") ? grown : 1.0,
                        Map.of(
                                "fc1.weight",
                                new TensorNorms(
                                        what.equals("loss") ? 1 : what.equals("gradient") || step >= 25 ? grown : 1,
                                        weights,
                                        ratio * weights,
                                        null)));
            }
            RunFinding found = overflows(run.arisen).get(0);
            assertThat(found.cause().contains(what + " grew from 1.00 at step 0"))
                    .isEqualTo(isDivergence);
            if (isDivergence) {
                assertThat(found.remedies().get(0).numbers().get("factor")).isCloseTo(1e-3 / ratio, within(1e-9));
            }
        }
    }
}
