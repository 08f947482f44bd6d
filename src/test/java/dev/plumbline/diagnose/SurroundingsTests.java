package dev.plumbline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.health.Diagnosis;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.NoiseScale;
import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.program.Loss;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.report.DatatypeSetting;
import dev.plumbline.report.PrecisionSetting;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What only the service brings together: samples and their noise, the optimizer and its step, float16 and its scale. */
class SurroundingsTests {

    private static final int SAMPLES = 32;

    private final DiagnosisService service = new DiagnosisService(Limits.defaults());

    private record Asked(
            String formula,
            LossSource loss,
            double factor,
            @Nullable OptimizerSource optimizer,
            DiagnosisRequest.@Nullable Arithmetic settings,
            @Nullable Map<String, Tensor> gradients) {

        static Asked of(String formula) {
            return new Asked(formula, LossSource.NONE, 1, null, null, null);
        }

        Asked times(double other) {
            return new Asked(formula, loss, other, optimizer, settings, gradients);
        }

        Asked with(DiagnosisRequest.Arithmetic other) {
            return new Asked(formula, loss, factor, optimizer, other, gradients);
        }

        Asked with(OptimizerSource other) {
            return new Asked(formula, loss, factor, other, settings, gradients);
        }
    }

    private static Tensor normal(long seed, int... extents) {
        Random random = new Random(seed);
        double[] values = new double[Shape.of(extents).size()];
        Arrays.setAll(values, i -> random.nextGaussian());
        return Tensor.of(Shape.of(extents), values);
    }

    private static final Tensor W = normal(1, 3);
    private static final Tensor X = normal(2, SAMPLES, 3);
    private static final Tensor Y = normal(3, SAMPLES);

    private DiagnosisReport diagnosis(Asked asked) {
        return service.diagnose(new DiagnosisRequest(
                new ModelSource(asked.factor() + " * (" + asked.formula() + ")", null),
                asked.loss(),
                Map.of("w", W),
                Map.of("x", X, "y", Y),
                asked.gradients(),
                null,
                null,
                null,
                asked.optimizer(),
                null,
                null,
                null,
                asked.settings(),
                null));
    }

    private static List<HealthFinding> found(DiagnosisReport report, Symptom symptom) {
        return report.findings().stream()
                .filter(finding -> finding.rule() == symptom)
                .toList();
    }

    /** Of a linear regression sample n's gradient is 2 (x.w - y) x; the moments are taken here, sample by sample. */
    @ParameterizedTest
    @ValueSource(strings = {"mean((x @ w - y)^2)", "sum((x @ w - y)^2)"})
    void theNoiseScaleIsThatOfTheSamplesGradients(String formula) {
        double[][] gradients = new double[SAMPLES][3];
        double[] mean = new double[3];
        double squares = 0;
        double[] w = W.values();
        for (int n = 0; n < SAMPLES; n++) {
            double residual = -Y.at(n);
            for (int i = 0; i < 3; i++) {
                residual += X.at(3 * n + i) * w[i];
            }
            for (int i = 0; i < 3; i++) {
                gradients[n][i] = 2 * residual * X.at(3 * n + i);
                mean[i] += gradients[n][i] / SAMPLES;
                squares += gradients[n][i] * gradients[n][i];
            }
        }
        double ofMean = Arrays.stream(mean).map(value -> value * value).sum();
        double trace = (squares - SAMPLES * ofMean) / (SAMPLES - 1);
        double scale = trace / (ofMean - trace / SAMPLES);

        NoiseScale noise =
                Objects.requireNonNull(diagnosis(Asked.of(formula)).samples().noise());
        assertThat(noise.samples()).isEqualTo(SAMPLES);
        assertThat(noise.scale()).isCloseTo(scale, within(1e-9 * scale));
        assertThat(noise.least()).isLessThan(scale);
    }

    @Test
    void oneLongStepIsFoundAndASteadyOneIsNot() {
        Asked line = Asked.of("mean((x @ w - y)^2)");
        HealthFinding finding = found(diagnosis(line.with(OptimizerSource.of(Kind.SGD, 3))), Symptom.LEARNING_RATE)
                .get(0);
        double rate = Objects.requireNonNull(finding.remedies().get(0).numbers().get("learningRate"));

        assertThat(finding.observed()).isGreaterThan(2);
        assertThat(found(diagnosis(line.with(OptimizerSource.of(Kind.SGD, rate))), Symptom.LEARNING_RATE))
                .isEmpty();
        assertThat(found(diagnosis(line.with(OptimizerSource.of(Kind.ADAM, 1e-3))), Symptom.LEARNING_RATE))
                .isEmpty();
        assertThat(found(diagnosis(line.with(OptimizerSource.of(Kind.ADAM, 100))), Symptom.LEARNING_RATE))
                .hasSize(1);
        assertThat(diagnosis(line).notEvaluated())
                .extracting(NotEvaluated::rule)
                .contains(Symptom.LEARNING_RATE);
    }

    @Test
    void float16IsJudgedWhereItIsStated() {
        Asked small = Asked.of("mean((x @ w - y)^2)").times(1e-9);
        DiagnosisRequest.Arithmetic half =
                new DiagnosisRequest.Arithmetic(new DatatypeSetting(Datatype.FP16, Map.of()), null);
        DiagnosisRequest.Arithmetic mixed = new DiagnosisRequest.Arithmetic(null, PrecisionSetting.of("autocastFP16"));

        assertThat(diagnosis(small).notEvaluated())
                .extracting(NotEvaluated::rule)
                .contains(Symptom.UNDERFLOW);
        for (DiagnosisRequest.Arithmetic settings : List.of(half, mixed)) {
            HealthFinding finding =
                    found(diagnosis(small.with(settings)), Symptom.UNDERFLOW).get(0);
            double scale =
                    Objects.requireNonNull(finding.remedies().get(0).numbers().get("lossScale"));

            assertThat(finding.observed()).isEqualTo(1);
            assertThat(finding.tensors()).containsExactly("w");
            assertThat(found(diagnosis(small.times(1e-9 * scale).with(settings)), Symptom.UNDERFLOW))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Loss.Kind.class,
            names = {"CROSS_ENTROPY", "NEGATIVE_LOG_LIKELIHOOD"})
    void aSoftmaxBeforeTheLossIsFoundInAWholeDiagnosis(Loss.Kind loss) {
        DiagnosisReport report = service.diagnose(new DiagnosisRequest(
                new ModelSource("softmax(x @ w)", null),
                LossSource.of(loss),
                Map.of("w", normal(1, 3, 4)),
                Map.of("x", X, "y", Y.map(value -> Math.abs(Math.round(value)) % 4)),
                null,
                null,
                null,
                null,
                null,
                null,
                null));

        assertThat(report.verdict()).isEqualTo(Diagnosis.Verdict.UNHEALTHY);
        assertThat(report.summary()).startsWith("Logits: The ");
        assertThat(found(report, Symptom.LOGITS)).hasSize(1);
    }
}
