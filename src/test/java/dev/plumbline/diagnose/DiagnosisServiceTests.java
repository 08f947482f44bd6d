package dev.plumbline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.TensorStatistics;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.program.Loss;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whole diagnoses: of formulas, of networks that PyTorch exported, and of gradients alone. */
class DiagnosisServiceTests {

    private static final Path MODELS = Path.of("src/test/resources/fixtures/models");

    private final DiagnosisService service = new DiagnosisService(Limits.defaults());

    private static DiagnosisRequest formula(String text, Map<String, Tensor> parameters, Map<String, Tensor> data) {
        return new DiagnosisRequest(
                new ModelSource(text, null), null, parameters, data, null, null, null, null, null, null, null);
    }

    private static DiagnosisRequest given(
            Map<String, Tensor> gradients, Map<String, Tensor> activations, Map<String, String> functions) {
        return new DiagnosisRequest(null, null, null, null, gradients, activations, functions, null, null, null, null);
    }

    private static Map<String, Tensor> tensors(Path file) throws IOException {
        return Safetensors.read(Files.readAllBytes(file), TensorLimits.DEFAULT).tensors();
    }

    /** Article 3's network, with its data: two layers of sigmoid are no vanishing gradient yet. */
    @Test
    void findsNothingInTheNetworkOfArticleThree() {
        Random random = new Random(3);
        Tensor first = Tensor.of(Shape.of(2, 4), random.doubles(8, -1.5, 1.5).toArray());
        Tensor second = Tensor.of(Shape.of(4, 1), random.doubles(4, -1.5, 1.5).toArray());
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("w1", first);
        parameters.put("b1", Tensor.vector(0, 0, 0, 0));
        parameters.put("w2", second);
        parameters.put("b2", Tensor.vector(0));
        DiagnosisReport report = service.diagnose(formula(
                "mean((sigmoid(sigmoid(x @ w1 + b1) @ w2 + b2) - y)^2)",
                parameters,
                Map.of(
                        "x", Tensor.of(Shape.of(2, 2), 0.5, 0.5, -0.5, -0.5),
                        "y", Tensor.of(Shape.of(2, 1), 0.5, 0.5))));

        assertThat(report.findings()).isEmpty();
        assertThat(report.verdict()).isEqualTo(Verdict.HEALTHY);
        assertThat(report.layers()).hasSize(2).allSatisfy(layer -> assertThat(
                        Objects.requireNonNull(layer.activation()).function())
                .isEqualTo("sigmoid"));
        assertThat(report.samples().norms()).hasSize(2);
        assertThat(report.notEvaluated()).extracting(NotEvaluated::rule).contains(Symptom.DATA, Symptom.LOSS);
    }

    /** PyTorch's own gradients, norm by norm: the two sum in different orders, so not to the last digit. */
    @ParameterizedTest
    @ValueSource(strings = {"cnn", "tanh-mlp", "sigmoid-mlp", "relu-mlp"})
    void findsNothingInHealthyNetworksFromPyTorchAndAgreesWithItsNorms(String name) throws IOException {
        Path folder = MODELS.resolve(name).resolve("float64");
        Loss.Kind loss = lossOf(folder);
        DiagnosisReport report = service.diagnose(new DiagnosisRequest(
                new ModelSource(null, Files.readAllBytes(folder.resolve("model.onnx"))),
                LossSource.of(loss),
                null,
                tensors(folder.resolve("data.safetensors")),
                null,
                null,
                null,
                null,
                null,
                null,
                null));

        assertThat(report.findings()).isEmpty();
        Map<String, TensorStatistics> statistics = new LinkedHashMap<>();
        report.layers().forEach(layer -> statistics.putAll(layer.tensors()));
        Map<String, Tensor> expected = tensors(folder.resolve("gradients.safetensors"));
        assertThat(statistics.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        expected.forEach((parameter, gradient) -> assertThat(
                        Objects.requireNonNull(statistics.get(parameter)).norm())
                .isCloseTo(gradient.norm(), within(1e-6 * gradient.norm())));
    }

    /** Against PyTorch's backward passes on one sample at a time; all but relu-mlp are files with a fixed batch size. */
    @ParameterizedTest
    @ValueSource(strings = {"cnn", "tanh-mlp", "sigmoid-mlp", "sigmoid-mlp-wide", "relu-mlp", "linear"})
    void samplesHaveTheNormsOfTheirOwnBackwardPasses(String name) throws IOException {
        Path folder = MODELS.resolve(name).resolve("float64");
        DiagnosisReport report = service.diagnose(new DiagnosisRequest(
                new ModelSource(null, Files.readAllBytes(folder.resolve("model.onnx"))),
                LossSource.of(lossOf(folder)),
                null,
                tensors(folder.resolve("data.safetensors")),
                null,
                null,
                null,
                null,
                null,
                null,
                null));

        JsonNode expected = JsonMapper.shared().readTree(Files.readString(folder.resolve("samples.json")));
        List<Double> norms = Objects.requireNonNull(report.samples().norms(), report.samples()::because);
        assertThat(norms).hasSize(expected.size());
        for (int n = 0; n < norms.size(); n++) {
            double norm = expected.get(n).asDouble();
            assertThat(norms.get(n)).isCloseTo(norm, within(1e-10 * norm));
        }
    }

    private static Loss.Kind lossOf(Path folder) throws IOException {
        return Files.readString(folder.resolve("fixture.json")).contains("\"mse\"")
                ? Loss.Kind.MSE
                : Loss.Kind.CROSS_ENTROPY;
    }

    /** For one sample of a linear regression the gradient is {@code 2 (x.w - y) x}. */
    @Test
    void aSamplesNormIsThatOfItsOwnGradient() {
        Random random = new Random(5);
        double[] x = random.doubles(24, -1, 1).toArray();
        double[] y = random.doubles(8, -1, 1).toArray();
        double[] w = {0.5, -1, 2};
        DiagnosisReport report = service.diagnose(formula(
                "mean((x @ w - y)^2)",
                Map.of("w", Tensor.vector(w)),
                Map.of("x", Tensor.of(Shape.of(8, 3), x), "y", Tensor.vector(y))));

        List<Double> norms = Objects.requireNonNull(report.samples().norms());
        for (int n = 0; n < 8; n++) {
            double[] row = {x[3 * n], x[3 * n + 1], x[3 * n + 2]};
            double residual = row[0] * w[0] + row[1] * w[1] + row[2] * w[2] - y[n];
            double expected = Math.abs(2 * residual) * Tensor.vector(row).norm();
            assertThat(norms.get(n)).isCloseTo(expected, within(1e-13));
        }
    }

    @Test
    void samplesThatSeeEachOtherHaveNoGradientsOfTheirOwn() {
        DiagnosisReport report = service.diagnose(formula(
                "mean(((x - mean(x)) @ w - y)^2)",
                Map.of("w", Tensor.vector(0.5, -1)),
                Map.of("x", Tensor.of(Shape.of(3, 2), 1, 2, 3, 5, 8, 13), "y", Tensor.vector(1, 0, 1))));

        assertThat(report.samples().norms()).isNull();
        assertThat(report.samples().because()).contains("neither add up");
    }

    /** The objective is then a Jacobian, with a row for each sample: of one sample it has another shape. */
    @Test
    void aJacobianHasNoGradientsBySample() {
        DiagnosisReport report = service.diagnose(formula(
                "x @ w",
                Map.of("w", Tensor.vector(0.5, -1)),
                Map.of("x", Tensor.of(Shape.of(3, 2), 1, 2, 3, 5, 8, 13))));

        assertThat(report.samples().norms()).isNull();
        assertThat(report.samples().noise()).isNull();
    }

    private static DiagnosisRequest classifier(int mislabelled) {
        Random random = new Random(11);
        double[] x = new double[128];
        double[] y = new double[64];
        for (int n = 0; n < 64; n++) {
            boolean positive = n % 2 == 0;
            x[2 * n] = (positive ? 1 : -1) + 0.2 * random.nextGaussian();
            x[2 * n + 1] = (positive ? 1 : -1) + 0.2 * random.nextGaussian();
            y[n] = positive == (n != mislabelled) ? 1 : 0;
        }
        DiagnosisRequest request = formula(
                "x @ w",
                Map.of("w", Tensor.of(Shape.of(2, 1), 2, 2)),
                Map.of("x", Tensor.of(Shape.of(64, 2), x), "y", Tensor.of(Shape.of(64, 1), y)));
        LossSource loss = LossSource.of(Loss.Kind.BINARY_CROSS_ENTROPY_WITH_LOGITS);
        return new DiagnosisRequest(
                request.model(), loss, request.parameters(), request.data(), null, null, null, null, null, null, null);
    }

    @Test
    void aMislabelledSampleAmongSixtyFourStandsOut() {
        DiagnosisReport right = service.diagnose(classifier(-1));
        DiagnosisReport wrong = service.diagnose(classifier(37));

        assertThat(right.findings()).isEmpty();
        assertThat(wrong.samples().strongest()).first().isEqualTo(37);
        assertThat(wrong.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.rule()).isEqualTo(Symptom.DATA);
            assertThat(finding.tensors()).containsExactly("sample 37");
        });
    }

    private static Map<String, Tensor> fading(String... names) {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
            gradients.put(names[i] + ".weight", Tensor.filled(Shape.of(4, 4), Math.pow(0.1, names.length - i)));
            gradients.put(names[i] + ".bias", Tensor.filled(Shape.of(4), Math.pow(0.1, names.length - i)));
        }
        return gradients;
    }

    @Test
    void ordersGivenLayersByTheNumbersInTheirNames() {
        Map<String, Tensor> gradients = fading("fc1", "fc2", "fc9", "fc10", "fc11");
        Map<String, Tensor> shuffled = new LinkedHashMap<>();
        List.of("fc10", "fc2", "fc11", "fc1", "fc9").forEach(layer -> {
            shuffled.put(layer + ".weight", Objects.requireNonNull(gradients.get(layer + ".weight")));
            shuffled.put(layer + ".bias", Objects.requireNonNull(gradients.get(layer + ".bias")));
        });

        DiagnosisReport report = service.diagnose(given(shuffled, Map.of(), Map.of()));

        assertThat(report.depth().gradients().layers()).containsExactly("fc1", "fc2", "fc9", "fc10", "fc11");
        assertThat(report.depth().gradients().factorPerLayer()).isCloseTo(0.1, within(1e-12));
        assertThat(report.findings()).extracting(HealthFinding::rule).containsExactly(Symptom.VANISHING);
    }

    @Test
    void saysThatDepthIsUnknownWhereNamesDoNotTell() {
        DiagnosisReport report = service.diagnose(given(fading("encoder", "body", "head"), Map.of(), Map.of()));
        DiagnosisRequest ordered = new DiagnosisRequest(
                null,
                null,
                null,
                null,
                fading("encoder", "bulk", "body", "tail", "head"),
                null,
                null,
                List.of("encoder", "bulk", "body", "tail", "head"),
                null,
                null,
                null);

        assertThat(report.findings()).isEmpty();
        assertThat(report.notEvaluated()).extracting(NotEvaluated::rule).contains(Symptom.VANISHING, Symptom.EXPLODING);
        assertThat(service.diagnose(ordered).findings())
                .extracting(HealthFinding::rule)
                .containsExactly(Symptom.VANISHING);
    }

    @Test
    void judgesGivenActivationsByWhatTheyAreSaidToBe() {
        Map<String, Tensor> activations =
                Map.of("fc1", Tensor.filled(Shape.of(16, 4), 0), "fc2", Tensor.filled(Shape.of(16, 4), 0.9999));
        DiagnosisReport report =
                service.diagnose(given(fading("fc1", "fc2"), activations, Map.of("fc1", "relu", "fc2", "tanh")));

        assertThat(report.findings())
                .extracting(HealthFinding::rule)
                .containsExactly(Symptom.DEAD_UNITS, Symptom.SATURATION);
    }

    @Test
    void anOptimizerAtHandGivesItsUpdateRatio() {
        Map<String, Tensor> gradients = Map.of("w", Tensor.filled(Shape.of(2, 2), 1));
        Map<String, Tensor> parameters = Map.of("w", Tensor.filled(Shape.of(2, 2), 4));
        DiagnosisReport report = service.diagnose(new DiagnosisRequest(
                null,
                null,
                parameters,
                null,
                gradients,
                null,
                null,
                null,
                OptimizerSource.of(Kind.SGD, 4.4),
                null,
                null));

        assertThat(report.layers().get(0).updateRatio()).isCloseTo(1.1, within(1e-12));
        assertThat(report.findings()).extracting(HealthFinding::rule).containsExactly(Symptom.UPDATE_RATIO);
    }

    @Test
    void refusesWhatContradictsItself() {
        assertThatThrownBy(() -> service.diagnose(DiagnosisRequest.EMPTY))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("nothing to diagnose");
        assertThatThrownBy(() -> service.diagnose(given(fading("fc1"), Map.of(), Map.of("fc1", "swish"))))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.pointer()).isEqualTo("/functions/fc1"));
        assertThatThrownBy(() -> service.diagnose(given(fading("fc1"), Map.of("fc7", Tensor.vector(1)), Map.of())))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.pointer()).isEqualTo("/activations/fc7"));
    }
}
