package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.explanation.Suspect;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Mistakes that PyTorch code made in one backward rule: fixtures/make_explanations.py planted them. */
class ExplanationsTests {

    private static final Path FOLDER = Path.of("src/test/resources/fixtures/explanation");
    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());

    record Planted(String network, String dtype, String fault, JsonNode expected) {

        GradientCheckReport report() {
            return ExplanationsTests.report(network, dtype, fault);
        }

        @Nullable
        String kind() {
            return expected.get("kind").isNull() ? null : expected.get("kind").asString();
        }

        @Override
        public String toString() {
            return network + " " + dtype + " " + fault;
        }
    }

    static Stream<Planted> planted() {
        JsonNode index = JsonMapper.shared().readTree(bytes(FOLDER.resolve("index.json")));
        List<Planted> planted = new ArrayList<>();
        for (JsonNode each : index) {
            for (String dtype : List.of("float64", "float32")) {
                planted.add(new Planted(
                        each.get("network").asString(), dtype, each.get("fault").asString(), each));
            }
        }
        return planted.stream();
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Map<String, Tensor> tensors(Path file) {
        return Safetensors.read(bytes(file), TensorLimits.DEFAULT).tensors();
    }

    /** Time enough on any machine. */
    private static final CheckSettings PATIENT = new JsonMapper().readValue("{\"explain\": 60}", CheckSettings.class);

    static GradientCheckReport report(String network, String dtype, String claim) {
        Path folder = FOLDER.resolve(network).resolve(dtype);
        return SERVICE.check(new GradientCheckRequest(
                new ModelSource(null, bytes(folder.resolve("model.onnx"))),
                LossSource.ofOutput("loss"),
                null,
                tensors(folder.resolve("data.safetensors")),
                tensors(folder.resolve(claim + ".safetensors")),
                PATIENT,
                null,
                null,
                null,
                null,
                null,
                null));
    }

    static Stream<Planted> ofTheCatalogue() {
        return planted()
                .filter(planted -> planted.kind() != null && !planted.expected().has("weights"));
    }

    static Stream<Planted> outsideOfTheCatalogue() {
        return planted().filter(planted -> planted.kind() == null);
    }

    static Stream<Planted> weighed() {
        return planted().filter(planted -> planted.expected().has("weights"));
    }

    @ParameterizedTest
    @MethodSource("ofTheCatalogue")
    void theOperationAndItsFaultyRuleAreNamed(Planted planted) {
        GradientCheckReport report = planted.report();
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        Cause cause = Objects.requireNonNull(report.explanation());
        assertThat(camelCase(cause.kind())).isEqualTo(planted.kind());
        if (!planted.expected().get("rules").isNull()) {
            assertThat(strings(planted.expected().get("rules"))).contains(cause.rule());
        }
        if (!planted.expected().get("operations").isNull()) {
            assertThat(strings(planted.expected().get("operations"))).contains(cause.operation());
        }
        if (planted.expected().has("factor")) {
            double factor = planted.expected().get("factor").asDouble();
            assertThat(Math.abs(Objects.requireNonNull(cause.factor()) / factor - 1))
                    .isLessThanOrEqualTo(1e-6);
        }
        assertThat(report.summary()).contains(cause.words());
        assertThat(cause.explains()).isNotEmpty();
    }

    /** Clipping in the middle, noise, half a batch: nothing makes such a claim, and the operation is suspected all the same. */
    @ParameterizedTest
    @MethodSource("outsideOfTheCatalogue")
    void aFaultOutsideOfTheCatalogueGetsNoName(Planted planted) {
        GradientCheckReport report = planted.report();
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.explanation()).isNull();
        assertThat(report.suspects()).isNotEmpty();
        if (!planted.expected().get("operations").isNull()) {
            List<String> guilty = strings(planted.expected().get("operations"));
            assertThat(report.suspects().stream()
                            .filter(suspect -> Boolean.FALSE.equals(suspect.admits()))
                            .map(Suspect::operation))
                    .doesNotContainAnyElementsOf(guilty);
        }
    }

    @ParameterizedTest
    @MethodSource("weighed")
    void theWeightsOfSamplesAreFoundToTwoPercent(Planted planted) {
        Cause cause = Objects.requireNonNull(planted.report().explanation());
        assertThat(camelCase(cause.kind())).isEqualTo(planted.kind());
        List<Double> weights = Objects.requireNonNull(cause.weights());
        JsonNode expected = planted.expected().get("weights");
        assertThat(weights).hasSize(expected.size());
        for (int k = 0; k < weights.size(); k++) {
            assertThat(Math.abs(weights.get(k) - expected.get(k).asDouble())).isLessThanOrEqualTo(0.02);
        }
        assertThat("unknown".equals(cause.means())).isEqualTo(planted.fault().startsWith("outside"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dense",
                "conv",
                "attention",
                "recurrent",
                "lstm",
                "batch8",
                "batch16",
                "batch32",
                "batch64",
                "batch128",
                "batch256",
                "padded"
            })
    void aRightClaimIsNotExplained(String network) {
        for (String dtype : List.of("float64", "float32")) {
            GradientCheckReport report = report(network, dtype, "right");
            assertThat(report.verdict()).isNotEqualTo(Verdict.FAIL);
            assertThat(report.explanation()).isNull();
            assertThat(report.suspects()).isEmpty();
        }
    }

    @Test
    void theOperationAtFaultIsAmongTheFirstThreeSuspects() {
        int among = 0;
        int count = 0;
        for (Planted planted :
                planted().filter(ExplanationsTests::hasOneOperation).toList()) {
            List<String> suspects = planted.report().suspects().stream()
                    .limit(3)
                    .map(Suspect::operation)
                    .toList();
            count++;
            among += suspects.stream().anyMatch(strings(planted.expected().get("operations"))::contains) ? 1 : 0;
        }
        assertThat((double) among / count).isGreaterThanOrEqualTo(0.9);
    }

    private static boolean hasOneOperation(Planted planted) {
        return !planted.expected().get("operations").isNull() && !"cut".equals(planted.kind());
    }

    private static List<String> strings(JsonNode list) {
        List<String> strings = new ArrayList<>();
        list.forEach(each -> strings.add(each.asString()));
        return strings;
    }

    private static String camelCase(Enum<?> constant) {
        String[] words = constant.name().toLowerCase(Locale.ROOT).split("_");
        StringBuilder name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            name.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
        }
        return name.toString();
    }
}
