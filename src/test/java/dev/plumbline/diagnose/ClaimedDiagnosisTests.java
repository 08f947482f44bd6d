package dev.plumbline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.health.Diagnosis;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.LayerHealth;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Loss;
import dev.plumbline.diagnose.DiagnosisReport.GradientSource;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Expected;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** A model with the gradients that PyTorch computed for it, and with planted mistakes in them. */
class ClaimedDiagnosisTests {

    private static final Path MODELS = Path.of("src/test/resources/fixtures/models");

    private final DiagnosisService service = new DiagnosisService(Limits.defaults());

    private static Map<String, Tensor> tensors(Path file) throws IOException {
        return Safetensors.read(Files.readAllBytes(file), TensorLimits.DEFAULT).tensors();
    }

    private static Map<String, Tensor> claim(String model) throws IOException {
        return new LinkedHashMap<>(tensors(MODELS.resolve(model).resolve("gradients.safetensors")));
    }

    private static DiagnosisRequest request(String model, @Nullable Map<String, Tensor> claim) throws IOException {
        Path folder = MODELS.resolve(model);
        Loss.Kind loss = Files.readString(folder.resolve("fixture.json")).contains("\"mse\"")
                ? Loss.Kind.MSE
                : Loss.Kind.CROSS_ENTROPY;
        return new DiagnosisRequest(
                new ModelSource(null, Files.readAllBytes(folder.resolve("model.onnx"))),
                LossSource.of(loss),
                null,
                tensors(folder.resolve("data.safetensors")),
                claim,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static void change(Map<String, Tensor> claim, String name, DoubleUnaryOperator change) {
        Tensor tensor = Objects.requireNonNull(claim.get(name));
        claim.put(
                name,
                Tensor.of(tensor.shape(), tensor.datatype(), tensor.map(change).values()));
    }

    /** PyTorch sums in another order and, in float32, rounds: neither is a mistake. */
    @ParameterizedTest
    @CsvSource({"tanh-mlp/float64, FP64", "relu-mlp/float32, FP32", "cnn/float32, FP32"})
    void confirmsTheGradientsOfPyTorchAndJudgesTheirHealth(String model, String datatype) throws IOException {
        Map<String, Tensor> claim = claim(model);
        DiagnosisReport report = service.diagnose(request(model, claim));
        Correctness correctness = Objects.requireNonNull(report.correctness());

        assertThat(correctness.verdict()).isEqualTo(Verdict.PASS);
        assertThat(correctness.claimDatatype()).hasToString(datatype);
        assertThat(correctness.tensors())
                .hasSameSizeAs(claim.keySet())
                .allSatisfy(tensor -> assertThat(tensor.entries()).isEmpty());
        assertThat(report.verdict()).isEqualTo(Diagnosis.Verdict.HEALTHY);
        assertThat(report.gradient()).isEqualTo(GradientSource.CLAIMED);
        assertThat(report.correctGradient()).isNull();
        assertThat(report.depth().cotangents()).isNotNull();
        assertThat(report.summary()).startsWith("The claimed gradient is right in all its entries");
        for (LayerHealth layer : report.layers()) {
            layer.tensors().forEach((name, statistics) -> assertThat(statistics.norm())
                    .isCloseTo(Objects.requireNonNull(claim.get(name)).norm(), within(1e-12 * statistics.norm())));
        }
    }

    @Test
    void namesTheMistakeAndShowsTheWorstEntriesOfTheTensorThatIsWrong() throws IOException {
        Map<String, Tensor> claim = claim("tanh-mlp/float64");
        String wrong = claim.keySet().iterator().next();
        change(claim, wrong, value -> -value);
        DiagnosisReport report = service.diagnose(request("tanh-mlp/float64", claim));
        Correctness correctness = Objects.requireNonNull(report.correctness());

        assertThat(correctness.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.verdict()).isEqualTo(Diagnosis.Verdict.UNHEALTHY);
        assertThat(report.summary()).startsWith("The claimed gradient is wrong in " + wrong + ": the sign is wrong.");
        assertThat(correctness.tensors())
                .filteredOn(tensor -> tensor.verdict() == Verdict.FAIL)
                .singleElement()
                .satisfies(tensor -> {
                    assertThat(Objects.requireNonNull(tensor.mistake()).kind()).isEqualTo(Mistake.Kind.SIGN);
                    assertThat(tensor.entries()).hasSize(3).allSatisfy(entry -> assertThat(
                                    Math.abs(Objects.requireNonNull(entry.numeric()) - entry.reference()))
                            .isLessThanOrEqualTo(Objects.requireNonNull(entry.errorBound())));
                });
    }

    /** The claim vanishes and the right gradient does not: the report has the health of both. */
    @Test
    void reportsTheHealthOfBothGradientsWhereTheyDiffer() throws IOException {
        Map<String, Tensor> claim = claim("relu-mlp/float64");
        String first = claim.keySet().iterator().next();
        String layer = first.substring(0, first.indexOf('.'));
        claim.keySet().stream()
                .filter(name -> name.startsWith(layer + "."))
                .toList()
                .forEach(name -> change(claim, name, value -> 1e-6 * value));
        DiagnosisReport report = service.diagnose(request("relu-mlp/float64", claim));

        assertThat(report.findings()).extracting(HealthFinding::rule).containsExactly(Symptom.VANISHING);
        assertThat(report.findings().get(0).cause()).contains("not this model's (see correctness)");
        assertThat(report.depth().passages()).isEmpty();
        DiagnosisReport.CorrectGradient correct = Objects.requireNonNull(report.correctGradient());
        assertThat(correct.verdict()).isEqualTo(Diagnosis.Verdict.HEALTHY);
        assertThat(correct.findings()).isEmpty();
        assertThat(report.layers().get(0).gradientNorm())
                .isCloseTo(
                        1e-6 * correct.layers().get(0).gradientNorm(),
                        within(1e-12 * correct.layers().get(0).gradientNorm()));
    }

    @Test
    void takesTheModelsOwnGradientWhereThereIsNoClaim() throws IOException {
        Map<String, Tensor> claim = claim("tanh-mlp/float64");
        String left = claim.keySet().iterator().next();
        claim.remove(left);
        DiagnosisReport part = service.diagnose(request("tanh-mlp/float64", claim));
        DiagnosisReport whole = service.diagnose(request("tanh-mlp/float64", null));

        assertThat(Objects.requireNonNull(part.correctness()).notClaimed()).containsExactly(left);
        assertThat(whole.correctness()).isNull();
        assertThat(whole.gradient()).isEqualTo(GradientSource.MODEL);
        assertThat(part.layers()).hasSameSizeAs(whole.layers());
        assertThat(part.layers().get(0).tensors().get(left))
                .isEqualTo(whole.layers().get(0).tensors().get(left));
    }

    @Test
    void refusesClaimsOfAnotherModel() throws IOException {
        DiagnosisRequest unknown = request("tanh-mlp/float64", Map.of("nobody", Tensor.vector(1)));
        assertThatThrownBy(() -> service.diagnose(unknown))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.pointer()).isEqualTo("/gradients/nobody"));
        DiagnosisRequest right = request("tanh-mlp/float64", claim("tanh-mlp/float64"));
        DiagnosisRequest both = new DiagnosisRequest(
                right.model(),
                right.loss(),
                null,
                right.data(),
                right.gradients(),
                Map.of("fc1", Tensor.vector(1)),
                null,
                null,
                null,
                Profile.PLUMBLINE,
                null);
        assertThatThrownBy(() -> service.diagnose(both))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.pointer()).isEqualTo("/activations"));
    }

    @Test
    void judgesNoClaimOfAnotherModel() throws IOException {
        String model = "tanh-mlp/float64";
        DiagnosisRequest request = request(model, claim(model));
        double loss = Objects.requireNonNull(service.diagnose(request).loss());
        DiagnosisReport same = service.diagnose(expecting(request, loss));
        assertThat(same.anotherModel()).isNull();
        assertThat(same.correctness()).isNotNull();
        DiagnosisReport other = service.diagnose(expecting(request, loss + 0.1));
        assertThat(other.correctness()).isNull();
        assertThat(other.summary())
                .startsWith("This is another model than yours")
                .isNotEqualTo(other.anotherModel());
        assertThat(other.verdict()).isNotEqualTo(Diagnosis.Verdict.HEALTHY);
    }

    /** As a check takes them: a pipeline that computes in float32 and keeps its results in float64 says so. */
    @Test
    void takesWhatTheClaimsWereComputedIn() throws IOException {
        Map<String, Tensor> claim = claim("tanh-mlp/float64");
        String name = claim.keySet().iterator().next();
        claim.keySet().forEach(each -> change(claim, each, value -> value * (1 + 3e-8)));
        DiagnosisRequest request = request("tanh-mlp/float64", claim);

        assertThat(verdict(request)).isEqualTo(Verdict.FAIL);
        for (String settings : List.of(
                "{\"claimDatatype\": \"FP32\"}", "{\"precision\": \"autocastBF16\", \"claimDatatype\": \"FP32\"}")) {
            assertThat(verdict(stating(request, settings))).as(settings).isEqualTo(Verdict.PASS);
        }
        String one = "{\"claimDatatype\": {\"%s\": \"FP32\"}}".formatted(name);
        assertThat(verdict(stating(request, one))).isEqualTo(Verdict.FAIL);
        DiagnosisRequest misspelt = stating(request, "{\"claimDatatype\": {\"nobody\": \"FP32\"}}");
        assertThatThrownBy(() -> service.diagnose(misspelt))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.pointer())
                        .isEqualTo("/settings/claimDatatype/nobody"));
    }

    private Verdict verdict(DiagnosisRequest request) {
        return Objects.requireNonNull(service.diagnose(request).correctness()).verdict();
    }

    private static DiagnosisRequest stating(DiagnosisRequest request, String settings) {
        return new DiagnosisRequest(
                request.model(),
                request.loss(),
                null,
                request.data(),
                request.gradients(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                JsonMapper.shared().readValue(settings, DiagnosisRequest.Arithmetic.class),
                null);
    }

    private static DiagnosisRequest expecting(DiagnosisRequest request, double loss) {
        return new DiagnosisRequest(
                request.model(),
                request.loss(),
                null,
                request.data(),
                request.gradients(),
                null,
                null,
                null,
                null,
                null,
                new Expected(loss, null));
    }
}
