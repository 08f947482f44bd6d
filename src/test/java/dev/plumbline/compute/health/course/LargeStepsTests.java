package dev.plumbline.compute.health.course;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.TensorNorms;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Large steps are too large where the loss does not follow them: loops of {@code fixtures/runs/make_large_steps.py}, and curves. */
class LargeStepsTests {

    private static final int WINDOW = 50;

    private static Pipeline run(IntToDoubleFunction loss, IntToDoubleFunction ratio, int steps) {
        Pipeline run = new Pipeline(Profile.PLUMBLINE, WINDOW);
        for (int step = 0; step < steps; step++) {
            run.post(
                    step,
                    loss.applyAsDouble(step),
                    Map.of("fc1.weight", new TensorNorms(1, 1.0, ratio.applyAsDouble(step), null)));
        }
        return run;
    }

    private static List<RunFinding> bands(Pipeline run) {
        return run.arisen.stream()
                .filter(finding -> finding.symptom() == Pattern.BAND)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"momentum-1", "momentum-2", "adam-1", "adam-2"})
    void findsNoneWhereTheLossFalls(String run) throws IOException {
        assertThat(RealRunsTests.watched(run, WINDOW).arisen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void findsThemWhereTheLossGetsNowhere(int seed) throws IOException {
        assertThat(bands(RealRunsTests.watched("bounces-" + seed, WINDOW))).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void findsThemWhereTheLossDiverges(int seed) throws IOException {
        assertThat(bands(RealRunsTests.watched("diverges-" + seed, WINDOW))
                        .get(0)
                        .step())
                .isLessThan(6);
    }

    /** At a ratio of 0.02, in the band's reach of a whole window, and of 0.3, beyond it at each step. */
    @ParameterizedTest
    @CsvSource({"0.02", "0.3"})
    void takesASteadyFallForAnExcuse(double ratio) {
        Random random = new Random(1);
        assertThat(run(t -> 0.6 * Math.exp(-t / 20.0), t -> ratio, 200).arisen).isEmpty();
        assertThat(bands(run(t -> 1 - t / 2000.0 + 0.003 * random.nextGaussian(), t -> ratio, 200)))
                .isEmpty();
        assertThat(bands(run(t -> 1 + 0.01 * random.nextGaussian(), t -> ratio, 200)))
                .isNotEmpty();
        assertThat(bands(run(t -> 1 + t / 200.0, t -> ratio, 200))).isNotEmpty();
    }

    @Test
    void findsThemWhereTheLossRisesAgainAfterItHadFallen() {
        Pipeline run = run(t -> t < 100 ? Math.exp(-t / 20.0) : 0.01 * (t - 99), t -> 0.02, 160);

        assertThat(bands(run)).isNotEmpty().allMatch(finding -> finding.step() >= 100);
    }

    /** Ten times the upper bound of 0.01 and ten times the usual 0.005: the loss of that step cannot speak of it yet. */
    @ParameterizedTest
    @CsvSource({"0.09, 0", "0.11, 1"})
    void findsASuddenStepAtOnce(double sudden, int found) {
        Pipeline run = run(t -> Math.exp(-t / 20.0), t -> t == 70 ? sudden : 0.005, 120);

        assertThat(run.arisen).hasSize(found).allMatch(finding -> finding.step() == 70);
    }

    /** A head drawn as 0 is as long as its first step, and the second step is then as long as the head. */
    @Test
    void takesTheSecondStepOfWhatBeganAtZeroForNone() {
        assertThat(run(t -> Math.exp(-t / 20.0), t -> t == 0 ? 0 : 1.0 / t, 120).arisen)
                .isEmpty();
    }

    /** Behind the first loss alone nothing is known; half as much again above the largest one is a rise. */
    @ParameterizedTest
    @CsvSource({"1.4, 0", "1.6, 1"})
    void waitsForTheLossBehindTheFirstStep(double second, int found) {
        assertThat(bands(run(t -> t == 0 ? 1 : second, t -> 0.3, 2))).hasSize(found);
    }

    @ParameterizedTest
    @CsvSource({"PLUMBLINE, false, false", "PLUMBLINE, true, true", "DL4J, false, true"})
    void ofAWholeRunTheLossDecidesInOurProfile(Profile profile, boolean level, boolean found) {
        LossCurve losses = new LossCurve(1);
        NormCurve norms = new NormCurve();
        for (int t = 0; t < 100; t++) {
            losses.add(level ? 1 + t % 2 : Math.exp(-t / 30.0));
            norms.add(1);
        }
        RunCourse course = new RunCourse(losses, norms, Map.of("fc1", Collections.nCopies(20, 0.02)));

        assertThat(RunDiagnosis.of(course, profile).findings().stream()
                        .anyMatch(finding -> finding.rule() == Symptom.UPDATE_RATIO))
                .isEqualTo(found);
    }
}
