package dev.plumbline.compute.health.course;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Courses of runs with known illnesses, and healthy ones. */
class RunDiagnosisTests {

    private static LossCurve losses(int iterations, int batches, IntToDoubleFunction loss) {
        LossCurve curve = new LossCurve(batches);
        for (int t = 1; t <= iterations; t++) {
            curve.add(loss.applyAsDouble(t));
        }
        return curve;
    }

    private static NormCurve norms(int iterations, IntToDoubleFunction norm) {
        NormCurve curve = new NormCurve();
        for (int t = 1; t <= iterations; t++) {
            curve.add(norm.applyAsDouble(t));
        }
        return curve;
    }

    private static final NormCurve CALM = norms(200, t -> 1);

    private static List<HealthFinding> findings(LossCurve losses) {
        return RunDiagnosis.of(new RunCourse(losses, CALM, Map.of()), Profile.PLUMBLINE)
                .findings();
    }

    private static IntToDoubleFunction noisy(IntToDoubleFunction loss, double deviation) {
        Random random = new Random(5);
        return t -> loss.applyAsDouble(t) + deviation * random.nextGaussian();
    }

    static Stream<Arguments> healthy() {
        return Stream.of(
                Arguments.of("falls for ever", (IntToDoubleFunction) t -> 1.0 / t),
                Arguments.of("arrives after a few steps", (IntToDoubleFunction) t -> 0.1 + Math.exp(-t)),
                Arguments.of("falls by a hair a step", (IntToDoubleFunction) t -> 1 - 1e-5 * t),
                Arguments.of("falls under noise", noisy(t -> 1 - 0.001 * t, 0.1)),
                Arguments.of("goes below zero", (IntToDoubleFunction) t -> -0.01 * t),
                Arguments.of("falls most at the very end", (IntToDoubleFunction) t -> t < 185 ? 1.2 - 1e-4 * t : 0.3),
                Arguments.of("has a hump on its way", (IntToDoubleFunction)
                        t -> Math.exp(-t / 50.0) + 0.2 * Math.exp(-(t - 40) * (t - 40) / 50.0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("healthy")
    void findsNothingInALossThat(String name, IntToDoubleFunction loss) {
        for (double scale : new double[] {1e-6, 1, 1e6}) {
            assertThat(findings(losses(200, 1, t -> scale * loss.applyAsDouble(t))))
                    .as(name)
                    .isEmpty();
        }
    }

    static Stream<Arguments> sick() {
        return Stream.of(
                Arguments.of("does not fall", (IntToDoubleFunction) t -> 0.7),
                Arguments.of("does not fall", noisy(t -> 0.7, 0.01)),
                Arguments.of("rises", (IntToDoubleFunction) t -> 0.7 + 0.001 * t),
                Arguments.of("rises", (IntToDoubleFunction) t -> t < 100 ? 1.0 / t : 0.01 * (t - 99)),
                Arguments.of("The loss turns", (IntToDoubleFunction) t -> 1.0 / t + 0.3 + (t % 2) * 0.2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sick")
    void sees(String words, IntToDoubleFunction loss) {
        for (double scale : new double[] {1e-6, 1, 1e6}) {
            assertThat(findings(losses(200, 1, t -> scale * loss.applyAsDouble(t))))
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.rule()).isEqualTo(Symptom.LOSS);
                        assertThat(finding.cause()).contains(words);
                        assertThat(finding.margin()).isGreaterThan(1);
                        assertThat(finding.remedies()).isNotEmpty();
                    });
        }
    }

    @Test
    void saysWhereTheLossWasNotFinite() {
        assertThat(findings(losses(50, 1, t -> t < 37 ? 1.0 / t : Double.NaN)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.observed()).isEqualTo(37);
                    assertThat(finding.severity()).isEqualTo(Severity.UNHEALTHY);
                });
    }

    /** Batches that differ make the loss go up and down by themselves; their epochs' means fall. */
    @Test
    void looksAtEpochsAndNotAtBatches() {
        assertThat(findings(losses(1000, 4, t -> (1 + t % 4) * 200.0 / (200 + t))))
                .isEmpty();
    }

    @Test
    void saysWhatTooShortARunCannotTell() {
        RunDiagnosis short5 = RunDiagnosis.of(
                new RunCourse(losses(5, 1, t -> 1.0 / t), norms(5, t -> 1), Map.of()), Profile.PLUMBLINE);
        assertThat(short5.findings()).isEmpty();
        assertThat(short5.notEvaluated())
                .extracting(NotEvaluated::rule)
                .contains(Symptom.LOSS, Symptom.EXPLODING, Symptom.UPDATE_RATIO, Symptom.DATA);
    }

    /** A million iterations are kept in five hundred blocks, and their means are right. */
    @Test
    void keepsALongCourseInBoundedSpace() {
        double[] course = losses(1_000_000, 1, t -> t).course();
        assertThat(course).hasSizeBetween(256, 512).isSorted();
        double block = course[1] - course[0];
        assertThat(course[0]).isEqualTo((1 + block) / 2);
        assertThat(losses(1000, 1, t -> t).recent()).startsWith(745).endsWith(1000);
    }

    @ParameterizedTest
    @CsvSource({"9.9, false", "10.1, true"})
    void aNormOfTenTimesTheLargestBeforeItIsAJump(double jump, boolean found) {
        NormCurve norms = norms(60, t -> t == 50 ? jump : 1 - 0.01 * t + 0.01);
        List<HealthFinding> findings = RunDiagnosis.of(
                        new RunCourse(losses(60, 1, t -> 1.0 / t), norms, Map.of()), Profile.PLUMBLINE)
                .findings();
        assertThat(!findings.isEmpty()).isEqualTo(found);
        assertThat(findings).allSatisfy(finding -> assertThat(finding.cause()).contains("iteration 50"));
    }

    /** Of a norm that grows slowly each is little above the one before, and far above the first hundred. */
    @ParameterizedTest
    @CsvSource({"9.9, false", "10, true"})
    void megatronsJumpIsTenTimesTheLargestOfTheFirstHundred(double last, boolean found) {
        NormCurve norms = norms(300, t -> t <= 100 ? t / 100.0 : 1 + (last - 1) * (t - 100) / 200.0);
        RunCourse course = new RunCourse(losses(300, 1, t -> 1.0 / t), norms, Map.of());
        assertThat(RunDiagnosis.of(course, Profile.MEGATRON).findings().isEmpty())
                .isEqualTo(!found);
        assertThat(RunDiagnosis.of(course, Profile.PLUMBLINE).findings()).isEmpty();
    }

    @Test
    void megatronSaysNothingBeforeItHasSeenAHundred() {
        RunCourse course = new RunCourse(losses(100, 1, t -> 1.0 / t), norms(100, t -> t == 99 ? 1e6 : 1), Map.of());
        RunDiagnosis diagnosis = RunDiagnosis.of(course, Profile.MEGATRON);
        assertThat(diagnosis.findings()).isEmpty();
        assertThat(diagnosis.notEvaluated()).extracting(NotEvaluated::rule).contains(Symptom.EXPLODING);
    }

    @ParameterizedTest
    @CsvSource({
        "PLUMBLINE, 0.99e-4, true",
        "PLUMBLINE, 1.01e-4, false",
        "DL4J, 0.99e-2, false",
        "DL4J, 1.01e-2, true",
        "SAGEMAKER, 1.01e-2, false",
        "SAGEMAKER, 10.1, true",
        "SAGEMAKER, 0.99e-8, true"
    })
    void theUsualStepHasABand(Profile profile, double ratio, boolean outside) {
        Map<String, List<Double>> ratios = Map.of("fc1", Collections.nCopies(20, ratio));
        List<HealthFinding> findings = RunDiagnosis.of(
                        new RunCourse(losses(200, 1, t -> 1.0 / t), CALM, ratios), profile)
                .findings();
        assertThat(!findings.isEmpty()).isEqualTo(outside);
    }

    /** A run that has arrived takes small steps. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stepsMayShrinkButNotBeginSmall(boolean shrinking) {
        Map<String, List<Double>> ratios = Map.of(
                "fc1",
                Stream.iterate(shrinking ? 1e-2 : 1e-6, ratio -> ratio / 2)
                        .limit(30)
                        .toList());
        assertThat(RunDiagnosis.of(new RunCourse(losses(200, 1, t -> 1.0 / t), CALM, ratios), Profile.PLUMBLINE)
                        .findings()
                        .isEmpty())
                .isEqualTo(shrinking);
    }
}
