package dev.plumbline.compute.health.course;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.TensorNorms;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules on runs in which something is planted, and on runs in which nothing is. */
class WatchTests {

    private final Random random = new Random(7);

    private double noise(double size) {
        return Math.exp(size * random.nextGaussian());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void findsNothingInAHealthyRun(int seed) {
        Random own = new Random(seed);
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 600; step++) {
            run.post(Pipeline.healthy(step, own));
        }
        assertThat(run.arisen).isEmpty();
    }

    @Test
    void findsASpikeAtItsStepOnly() {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 300; step++) {
            double jump = step == 137 ? 40 : 1;
            List<RunFinding> arisen = run.post(step, null, Pipeline.norms(jump * noise(0.2), noise(0.2)));
            assertThat(arisen).hasSize(step == 137 ? 1 : 0);
        }
        RunFinding spike = run.ended.get(0);
        assertThat(spike.rule()).isEqualTo(Symptom.EXPLODING);
        assertThat(spike.symptom()).isEqualTo(Pattern.SPIKE);
        assertThat(spike.tensors()).containsExactly("fc1.weight");
        assertThat(spike.step()).isEqualTo(137);
        assertThat(spike.last()).isEqualTo(137);
        assertThat(spike.margin()).isGreaterThan(1);
        assertThat(spike.observed()).isEqualTo(10 * spike.margin());
        assertThat(spike.remedies().get(1).numbers()).containsKey("fc1.weight");
    }

    @Test
    void findsTheSecondSpikeOfASeriesToo() {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 100; step++) {
            run.post(step, null, Pipeline.norms(step == 50 || step == 60 ? 30 : 1));
        }
        assertThat(run.arisen).extracting(RunFinding::step).containsExactly(50L, 60L);
    }

    @Test
    void takesThreeSpikesInARowForTheNewLevel() {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 100; step++) {
            run.post(step, null, Pipeline.norms(step < 50 ? 1 : 30));
        }
        RunFinding jump = run.ended.stream()
                .filter(finding -> finding.symptom() == Pattern.SPIKE)
                .findFirst()
                .orElseThrow();
        assertThat(jump.step()).isEqualTo(50);
        assertThat(jump.last()).isEqualTo(52);
        assertThat(jump.snapshots()).isEqualTo(3);
    }

    @Test
    void looksForNoSpikeAmongTheFirstFew() {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 9; step++) {
            run.post(step, null, Pipeline.norms(1));
        }
        assertThat(run.post(9, null, Pipeline.norms(1000))).isEmpty();
    }

    @Test
    void namesTwelveTensorsThatJumpTogetherOnce() {
        Pipeline run = Pipeline.ours();
        double[] norms = new double[12];
        for (int step = 0; step < 60; step++) {
            for (int i = 0; i < norms.length; i++) {
                norms[i] = (step == 40 ? 20 + i : 1) * noise(0.01);
            }
            run.post(step, null, Pipeline.norms(norms));
        }
        assertThat(run.arisen).hasSize(1);
        assertThat(run.arisen.get(0).tensors()).hasSize(12).startsWith("fc12.weight");
    }

    @Test
    void findsALossThatJumps() {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 60; step++) {
            run.post(step, step == 40 ? 40.0 : 2 * noise(0.1), Map.of());
        }
        assertThat(run.arisen)
                .extracting(RunFinding::rule, RunFinding::symptom, RunFinding::step)
                .containsExactly(Tuple.tuple(Symptom.LOSS, Pattern.SPIKE, 40L));
    }

    @ParameterizedTest
    @CsvSource({"0.94, VANISHING", "1.06, EXPLODING"})
    void findsATrendThatTheLossDoesNotExplain(double factor, Symptom rule) {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 200; step++) {
            run.post(10 * step, noise(0.1), Pipeline.norms(Math.pow(factor, step) * noise(0.3), noise(0.3)));
        }
        RunFinding trend = run.arisen.stream()
                .filter(finding -> finding.symptom() == Pattern.TREND)
                .findFirst()
                .orElseThrow();
        assertThat(trend.rule()).isEqualTo(rule);
        assertThat(trend.tensors()).containsExactly("fc1.weight");
        assertThat(trend.since()).isZero();
        assertThat(trend.step()).isBetween(200L, 1500L);
        assertThat(run.open).anyMatch(finding -> finding.number() == trend.number());
    }

    @Test
    void callsAGradientThatShrinksWithItsLossLearning() {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 150; step++) {
            run.post(step, Math.pow(0.92, step), Pipeline.norms(Math.pow(0.96, step), Math.pow(0.96, step)));
        }
        assertThat(run.arisen).isEmpty();
    }

    /** A line through twenty of these values falls or grows a hundredfold now and then; its slope means nothing. */
    @Test
    void takesNoWildNoiseForATrend() {
        boolean fell = false;
        for (int seed = 1; seed <= 20; seed++) {
            Random own = new Random(seed);
            Pipeline run = Pipeline.ours();
            for (int step = 0; step < 60; step++) {
                run.post(step, null, Pipeline.norms(Math.exp(2 * own.nextGaussian())));
                Series logs = Series.ofNorms(run.window, "fc1.weight").logarithms();
                fell |= logs.size() >= NormTrend.LEAST
                        && Math.abs(Line.through(logs).change()) > Math.log(100);
            }
            assertThat(run.arisen).as("seed %d", seed).noneMatch(finding -> finding.symptom() == Pattern.TREND);
        }
        assertThat(fell).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 6, 8})
    void findsALossThatOscillates(int period) {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 200; step++) {
            run.post(step, 1 + 0.4 * Math.cos(2 * Math.PI * step / period) + 0.02 * random.nextGaussian(), Map.of());
        }
        assertThat(run.arisen).extracting(RunFinding::symptom).contains(Pattern.OSCILLATION);
        RunFinding found = run.arisen.get(0);
        assertThat(found.rule()).isEqualTo(Symptom.LOSS);
        assertThat(found.cause()).contains("a period of about " + period);
        assertThat(found.observed()).isGreaterThan(0.1);
    }

    @Test
    void findsAPlateauOnceAWindowHasPassed() {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 800; step++) {
            run.post(step, (0.5 + 2 * Math.exp(-step / 30.0)) * noise(0.02), Map.of());
        }
        assertThat(run.arisen).hasSize(1);
        RunFinding plateau = run.arisen.get(0);
        assertThat(plateau.symptom()).isEqualTo(Pattern.PLATEAU);
        assertThat(plateau.severity()).isEqualTo(Severity.WARNING);
        assertThat(plateau.step() - plateau.since()).isEqualTo(Pipeline.WINDOW + 1);
        assertThat(plateau.since()).isBetween(80L, 500L);
        assertThat(run.open).hasSize(1);
    }

    private static Snapshot scaled(int step, boolean skipped) {
        return Snapshot.of(step, null, Pipeline.norms(skipped ? Double.POSITIVE_INFINITY : 1))
                .scaled(new Snapshot.Scaling(1024.0, skipped));
    }

    @ParameterizedTest
    @CsvSource({"16, 0", "17, 1"})
    void letsAScalerHalveSixteenTimes(int row, int found) {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 100; step++) {
            run.post(scaled(step, step < row));
        }
        assertThat(run.arisen).hasSize(found).allMatch(finding -> finding.symptom() == Pattern.SKIPS);
        assertThat(run.state.skips().count()).isEqualTo(row);
    }

    @ParameterizedTest
    @CsvSource({"40, 0", "7, 1"})
    void letsAScalerLeaveOutAShareOfTheSteps(int every, int found) {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 1000; step++) {
            run.post(scaled(step, step % every == 1));
        }
        assertThat(run.state.skips().count()).isGreaterThan(SkippedSteps.HALVINGS);
        assertThat(run.arisen).hasSize(found).allMatch(finding -> finding.symptom() == Pattern.SKIPS);
    }

    @Test
    void takesALevelThatJumpsOnceForNoTrend() {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 400; step++) {
            run.post(step, null, Pipeline.norms((step < 200 ? 1 : 30) * noise(0.2), noise(0.2)));
        }
        assertThat(run.arisen).isNotEmpty().allMatch(finding -> finding.symptom() == Pattern.SPIKE);
    }

    @Test
    @SuppressWarnings("NullAway") // what is missing fails the test
    void saysHowSureATrendIs() {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 200; step++) {
            run.post(step, null, Pipeline.norms(Math.exp(step / 50.0) * noise(0.1)));
        }
        Trend trend = Trend.of(run.course(), "fc1.weight");
        assertThat(trend.low()).isLessThan(Math.exp(0.02)).isGreaterThan(Math.exp(0.019));
        assertThat(trend.high()).isGreaterThan(Math.exp(0.02)).isLessThan(Math.exp(0.021));
        assertThat(trend.pValue()).isLessThan(1e-50);
        RunFinding found = run.arisen.get(0);
        assertThat(found.symptom()).isEqualTo(Pattern.TREND);
        assertThat(found.confidence().low()).isBetween(1.0, found.observed());
        assertThat(found.confidence().estimate()).isEqualTo(found.observed());
    }

    @Test
    void findsALossThatRises() {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 100; step++) {
            run.post(step, (1 + step / 100.0) * noise(0.05), Map.of());
        }
        assertThat(run.arisen).extracting(RunFinding::symptom).contains(Pattern.TREND);
    }

    @Test
    void saysSinceWhenAGradientIsNotFinite() {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 100; step++) {
            double bad = step >= 30 && step < 50 ? Double.NaN : 1;
            run.post(step, step == 31 ? Double.POSITIVE_INFINITY : 1.0, Pipeline.norms(bad, 1));
        }
        assertThat(run.arisen).extracting(RunFinding::symptom).containsOnly(Pattern.NON_FINITE);
        RunFinding gradient = run.ended.stream()
                .filter(finding -> !finding.tensors().isEmpty())
                .findFirst()
                .orElseThrow();
        assertThat(gradient.since()).isEqualTo(30);
        assertThat(gradient.last()).isEqualTo(49);
        assertThat(gradient.snapshots()).isEqualTo(20);
        assertThat(run.open).isEmpty();
    }

    @Test
    void judgesTheProfileByDepthAtEachSnapshot() {
        Pipeline run = Pipeline.ours();
        run.post(0, null, Pipeline.norms(1, 1, 1));
        assertThat(run.arisen).isEmpty();
        List<RunFinding> arisen = run.post(1, null, Pipeline.norms(1e-5, 1e-2, 1));
        assertThat(arisen).extracting(RunFinding::rule).containsExactly(Symptom.VANISHING);
        assertThat(arisen.get(0).symptom()).isEqualTo(Pattern.DEPTH);
        assertThat(run.post(2, null, Pipeline.norms(1e-5, 1, 1))).isEmpty();
        assertThat(run.open.get(0).snapshots()).isEqualTo(2);
    }

    @Test
    void judgesTheUpdateRatioWhereItsNormsCome() {
        Pipeline run = Pipeline.ours();
        Map<String, TensorNorms> tensors = Map.of("fc1.weight", new TensorNorms(1, 10.0, 1.0, null));
        assertThat(run.post(0, null, tensors)).extracting(RunFinding::rule).containsExactly(Symptom.UPDATE_RATIO);
        assertThat(run.arisen.get(0).observed()).isEqualTo(0.1);
    }

    @Test
    void saysOfEveryRuleWhatItLacks() {
        Pipeline run = Pipeline.ours();
        run.post(0, null, Pipeline.norms(1));
        assertThat(Watch.notEvaluated(run.course()))
                .extracting(NotEvaluated::rule)
                .contains(Symptom.VANISHING, Symptom.EXPLODING, Symptom.LOSS, Symptom.UPDATE_RATIO);
        Pipeline sagemaker = new Pipeline(Profile.SAGEMAKER);
        sagemaker.post(0, null, Pipeline.norms(1));
        assertThat(Watch.notEvaluated(sagemaker.course()))
                .anyMatch(none ->
                        none.rule() == Symptom.VANISHING && none.because().contains("mean of |g|"));
    }

    @Test
    void keepsTheSameAmountOfARunOfAnyLength() {
        Pipeline run = Pipeline.ours();
        for (int step = 0; step < 3000; step++) {
            run.post(Pipeline.healthy(step, random));
            assertThat(run.window.size()).isLessThanOrEqualTo(Pipeline.WINDOW);
            assertThat(run.state.tensors()).hasSize(12);
        }
        assertThat(run.state.snapshots()).isEqualTo(3000);
    }
}
