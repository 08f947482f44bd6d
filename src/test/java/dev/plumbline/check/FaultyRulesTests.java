package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.explanation.Suspect;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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
        return report(
                network, dtype, tensors(FOLDER.resolve(network).resolve(dtype).resolve(claim + ".safetensors")));
    }

    private static GradientCheckReport report(String network, String dtype, Map<String, Tensor> claims) {
        Path folder = FOLDER.resolve(network).resolve(dtype);
        return SERVICE.check(new GradientCheckRequest(
                new ModelSource(null, bytes(folder.resolve("model.onnx"))),
                LossSource.ofOutput("loss"),
                null,
                tensors(folder.resolve("data.safetensors")),
                claims,
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

    static Stream<Planted> everyThird() {
        List<Planted> float32 =
                planted().filter(planted -> planted.dtype().equals("float32")).toList();
        return float32.stream().filter(planted -> float32.indexOf(planted) % 3 == 0);
    }

    /** Eight bits of a claim may hide a rule; they never make another of it. */
    @ParameterizedTest
    @MethodSource("everyThird")
    void aClaimThatWasCastToSixteenBitsGetsNoWrongName(Planted planted) {
        Map<String, Tensor> claims = new LinkedHashMap<>();
        tensors(FOLDER.resolve(planted.network()).resolve("float32").resolve(planted.fault() + ".safetensors"))
                .forEach((name, claim) -> claims.put(
                        name,
                        Tensor.of(
                                claim.shape(),
                                Datatype.BF16,
                                claim.map(FaultyRulesTests::cast).values())));
        Cause cause = report(planted.network(), "float32", claims).explanation();
        if (cause != null) {
            assertThat(planted.isNamed()).isTrue();
            assertThat(cause.kind().name().replace("_", ""))
                    .isEqualTo(planted.expected().get("kind").asString().toUpperCase(Locale.ROOT));
            if (!planted.expected().get("rules").isNull()) {
                List<String> named = new ArrayList<>(List.of(String.valueOf(cause.rule())));
                cause.alternatives().forEach(other -> named.add(String.valueOf(other.rule())));
                assertThat(named)
                        .containsAnyElementsOf(strings(planted.expected().get("rules")));
            }
        }
    }

    /** To the nearest number of eight digits. */
    private static double cast(double value) {
        int bits = Float.floatToIntBits((float) value);
        return Float.intBitsToFloat((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000);
    }

    @Test
    void aGradientThatIsNotANumberIsBracketed() {
        Map<String, Tensor> claims = new LinkedHashMap<>(
                tensors(FOLDER.resolve("dense").resolve("float64").resolve("right.safetensors")));
        for (String name : List.of("a.weight", "a.bias")) {
            claims.computeIfPresent(name, (key, claim) -> claim.map(value -> Double.NaN));
        }
        GradientCheckReport report = report("dense", "float64", claims);
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.explanation()).isNull();
        assertThat(report.suspects()).isNotEmpty().allSatisfy(suspect -> {
            assertThat(suspect.wrongBefore()).isEqualTo(2);
            assertThat(suspect.rightBefore()).isZero();
            assertThat(suspect.rightAfter()).isPositive();
        });
    }

    private static List<String> strings(JsonNode list) {
        List<String> strings = new ArrayList<>();
        list.forEach(each -> strings.add(each.asString()));
        return strings;
    }
}
