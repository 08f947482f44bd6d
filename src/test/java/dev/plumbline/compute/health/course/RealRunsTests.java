package dev.plumbline.compute.health.course;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.TensorNorms;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops of 1,000 steps that PyTorch ran ({@code fixtures/runs/make_runs.py}): what was planted is found at its step, and nothing else. */
@SuppressWarnings("NullAway") // what is missing fails the test
class RealRunsTests {

    private static final Path RUNS = Path.of("src/test/resources/fixtures/runs");
    private static final List<String> NAMES = List.of("0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias");

    static Map<String, Tensor> read(String run) throws IOException {
        return Safetensors.read(Files.readAllBytes(RUNS.resolve(run + ".safetensors")), TensorLimits.DEFAULT)
                .tensors();
    }

    static Pipeline watched(String run, int window) throws IOException {
        return watched(run, false, new Pipeline(Profile.PLUMBLINE, window));
    }

    private static Pipeline watched(String run, boolean scaled) throws IOException {
        return watched(run, scaled, Pipeline.ours());
    }

    private static Pipeline watched(String run, boolean scaled, Pipeline pipeline) throws IOException {
        Map<String, Tensor> rows = read(run);
        for (int step = 0; step < rows.get("loss").size(); step++) {
            Map<String, TensorNorms> norms = new LinkedHashMap<>();
            for (int i = 0; i < NAMES.size(); i++) {
                int at = step * NAMES.size() + i;
                norms.put(
                        NAMES.get(i),
                        new TensorNorms(
                                rows.get("gradients").at(at),
                                rows.get("parameters").at(at),
                                rows.get("updates").at(at),
                                null));
            }
            Snapshot snapshot = Snapshot.of(step, rows.get("loss").at(step), norms);
            pipeline.post(
                    scaled
                            ? snapshot.scaled(new Snapshot.Scaling(
                                    rows.get("scale").at(step),
                                    rows.get("skipped").at(step) == 1))
                            : snapshot);
        }
        return pipeline;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void takesSkippedStepsForWhatTheyAre(int seed) throws IOException {
        Pipeline run = watched("amp-" + seed, true);

        assertThat(run.arisen).isEmpty();
        assertThat(run.state.skips().count()).isBetween(5L, 20L);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void callsThemNotFiniteWhereNobodySaysThatTheyWereSkipped(int seed) throws IOException {
        Pipeline run = watched("amp-" + seed, false);

        assertThat(run.arisen).isNotEmpty().allMatch(finding -> finding.symptom() == Pattern.NON_FINITE);
        assertThat(run.open).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void findsMoreSkippedStepsThanAScalerNeeds(int seed) throws IOException {
        Pipeline run = watched("tight-" + seed, true);

        assertThat(run.arisen).extracting(RunFinding::symptom).containsExactly(Pattern.SKIPS);
        RunFinding found = run.arisen.get(0);
        assertThat(found.step()).isBetween(60L, 140L); // the seventeenth skipped step, one in five to six
        assertThat(found.observed()).isBetween(0.1, 0.3);
        assertThat(found.confidence().low()).isGreaterThan(0.05);
        assertThat(found.cause()).contains("The loss scaler left out");
        assertThat(run.open).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void findsALearningRateThatJumpsOnce(int seed) throws IOException {
        Pipeline run = watched("spike-" + seed, true);

        assertThat(run.arisen.get(0))
                .extracting(RunFinding::rule, RunFinding::symptom, RunFinding::step)
                .containsExactly(Symptom.UPDATE_RATIO, Pattern.BAND, 500L);
        assertThat(run.ended.get(0).last()).isEqualTo(500);
        // the step threw the loss back: for a while there is none that is lower than before it
        assertThat(run.arisen.subList(1, run.arisen.size()))
                .allMatch(finding -> finding.symptom() == Pattern.PLATEAU && finding.since() < 500);
        assertThat(run.open).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void findsAPlateau(int seed) throws IOException {
        Pipeline run = watched("plateau-" + seed, true);

        assertThat(run.arisen).extracting(RunFinding::symptom).containsOnly(Pattern.PLATEAU);
        assertThat(run.arisen.get(0).confidence().low()).isNegative(); // level lies in the interval
        assertThat(run.arisen.get(0).confidence().high()).isPositive();
        assertThat(run.open).hasSize(1);
        assertThat(run.arisen.get(0).since()).isBetween(350L, 480L);
        assertThat(run.arisen.get(0).step()).isBetween(550L, 680L);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void saysOfANaNThatItCameAndWent(int seed) throws IOException {
        Pipeline run = watched("nan-" + seed, false);

        assertThat(run.open).isEmpty();
        assertThat(run.ended).hasSize(2).allSatisfy(finding -> {
            assertThat(finding.symptom()).isEqualTo(Pattern.NON_FINITE);
            assertThat(finding.open()).isFalse();
            assertThat(finding.since()).isEqualTo(300);
            assertThat(finding.last()).isEqualTo(302);
            assertThat(finding.cause()).contains("from step 300 to step 302, and not since");
        });
    }
}
