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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Faulty rules of gains, statistics, products, convolutions, heads and gates: fixtures/make_rules.py planted them. */
class FaultyRulesTests {

    private static final Path FOLDER = Path.of("src/test/resources/fixtures/rules");
    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());
    private static final CheckSettings PATIENT = new JsonMapper().readValue("{\"explain\": 60}", CheckSettings.class);

    record Planted(String network, String dtype, String fault, JsonNode expected) {

        boolean isNamed() {
            return !expected.get("kind").isNull();
        }

        @Override
        public String toString() {
            return network + " " + dtype + " " + fault;
        }
    }

    static Stream<Planted> planted() {
        List<Planted> planted = new ArrayList<>();
        for (JsonNode each : JsonMapper.shared().readTree(bytes(FOLDER.resolve("index.json")))) {
            for (String dtype : List.of("float64", "float32")) {
                planted.add(new Planted(
                        each.get("network").asString(), dtype, each.get("fault").asString(), each));
            }
        }
        return planted.stream();
    }

    static Stream<Planted> named() {
        return planted().filter(Planted::isNamed);
    }

    static Stream<Planted> outside() {
        return planted().filter(planted -> !planted.isNamed());
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

    private static GradientCheckReport report(String network, String dtype, String claim) {
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

    @ParameterizedTest
    @MethodSource("named")
    void theOperationAndItsFaultyRuleAreNamed(Planted planted) {
        GradientCheckReport report = report(planted.network(), planted.dtype(), planted.fault());
        boolean drowns = planted.dtype().equals("float32")
                && planted.expected().path("tooSmallForFloat32").asBoolean(false);
        if (drowns && report.explanation() == null) {
            return; // an epsilon of 1e-5 changes a gradient by a few allowances
        }
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        Cause cause = Objects.requireNonNull(report.explanation());
        assertThat(cause.kind().name().replace("_", ""))
                .isEqualTo(planted.expected().get("kind").asString().toUpperCase(Locale.ROOT));
        assertThat(strings(planted.expected().get("operations"))).contains(cause.operation());
        if (!planted.expected().get("rules").isNull()) {
            assertThat(strings(planted.expected().get("rules"))).contains(cause.rule());
        }
    }

    @ParameterizedTest
    @MethodSource("outside")
    void aFaultOutsideOfTheCatalogueGetsNoName(Planted planted) {
        GradientCheckReport report = report(planted.network(), planted.dtype(), planted.fault());
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.explanation()).isNull();
        if (!planted.expected().get("operations").isNull()) {
            List<String> guilty = strings(planted.expected().get("operations"));
            assertThat(report.suspects().stream().limit(3).map(Suspect::operation))
                    .containsAnyElementsOf(guilty);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dense", "conv", "attention", "rnn", "gru", "lstm"})
    void aRightClaimIsNotExplained(String network) {
        for (String dtype : List.of("float64", "float32")) {
            GradientCheckReport report = report(network, dtype, "right");
            assertThat(report.verdict()).isNotEqualTo(Verdict.FAIL);
            assertThat(report.explanation()).isNull();
        }
    }

    private static List<String> strings(JsonNode list) {
        List<String> strings = new ArrayList<>();
        list.forEach(each -> strings.add(each.asString()));
        return strings;
    }
}
