package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.Caller.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Files that were answered wrongly once: {@code fixtures/cases/files}, mostly PyTorch's exports with its own gradients. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class CaseFilesTests {

    private static final Path FILES = Path.of("src/test/resources/fixtures/cases/files");

    @LocalServerPort
    private int port;

    private Answer check(String folder) {
        return check(folder, "{}");
    }

    private Answer check(String folder, String request) {
        Map<String, byte[]> parts = new LinkedHashMap<>();
        parts.put("request", request.getBytes(StandardCharsets.UTF_8));
        try (Stream<Path> files = Files.list(FILES.resolve(folder))) {
            for (Path file : files.sorted().toList()) {
                parts.put(file.getFileName().toString().split("\\.")[0], Files.readAllBytes(file));
            }
        } catch (IOException unread) {
            throw new UncheckedIOException(unread);
        }
        return new Caller(port).upload(Caller.CHECKS, parts);
    }

    private static void assertVerdict(Answer answer, String... verdicts) {
        assertThat(answer.text("verdict")).as(answer.body().toString()).isIn((Object[]) verdicts);
    }

    private static double certified(Answer answer) {
        return answer.body().path("reference").path("certifiedTo").asDouble(Double.NaN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bn_bias_f32", "bn_offset_10"})
    void doesNotAccusePyTorchOfItsOwnRounding(String folder) {
        Answer answer = check(folder);
        assertVerdict(answer, "PASS", "INCONCLUSIVE");
        if (answer.text("verdict").equals("INCONCLUSIVE")) {
            assertThat(answer.body().toString()).contains("roundingDrowns");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"f64_attr_hardsigmoid", "f64_attr_leaky_third"})
    void namesTheConstantThatTheFileHoldsInFloat32(String folder) {
        Answer answer = check(folder);
        assertVerdict(answer, "PASS");
        assertThat(answer.body().get("warnings").toString())
                .contains("constantsRounded", folder.contains("third") ? "0.3333" : "0.1666");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pow_exponent", "huge_mask_initializer", "ninf_initializer"})
    void certifiesTheWeightsBesideExponentsAndMasks(String folder) {
        Answer answer = check(folder, "{\"settings\": {\"coverage\": \"certified\"}}");
        assertVerdict(answer, "PASS");
        assertThat(certified(answer)).isBetween(0.0, 1e-3);
        assertThat(answer.body().get("warnings").toString()).doesNotContain("notClaimed");
        assertVerdict(check(folder), "PASS");
    }

    @Test
    void failsTwiceTheGradientAlongDirectionsToo() {
        assertVerdict(check("pow_exponent_directional", "{\"settings\": {\"coverage\": \"directional\"}}"), "FAIL");
    }

    @Test
    void splitsWeightsThatTheFileHoldsOnce() {
        Answer answer = check("merged_equal_layernorms_state_dict");
        assertVerdict(answer, "PASS");
        assertThat(answer.body().get("tensors").size()).isEqualTo(4);
        assertThat(answer.body().get("names").toString())
                .contains("{\"given\":\"n2.weight\",\"file\":\"n2.weight\",\"how\":\"split\"}");
    }

    @Test
    void saysWhichReadingOfTheFilesNameAgrees() {
        Answer answer = check("merged_equal_layernorms_file_names");
        assertVerdict(answer, "PASS");
        assertThat(answer.body().get("warnings").toString())
                .contains("n1.weight is held against the gradient of this one weight", "n2.weight");
    }

    @Test
    void recognisesTheTransposedCopyOfATiedWeight() {
        Answer answer = check("untied_by_folding_True");
        assertVerdict(answer, "PASS");
        assertThat(answer.body().get("names").toString())
                .contains("{\"given\":\"w\",\"file\":\"onnx::MatMul_9\",\"how\":\"copy\"}");
    }

    @Test
    void suspectsPaddingWhereARowIsZeroThoughRead() {
        Answer answer = check("padding_idx");
        assertVerdict(answer, "FAIL");
        JsonNode mistake = answer.body().get("tensors").get(0).get("mistake");
        assertThat(mistake.get("advice").asString())
                .isEqualTo("Row 2 is zero although it is read; an embedding with padding_idx does that. frozenRows"
                        + " {\"m.weight\": [2]} leaves it out.");
        assertThat(answer.body().get("summary").asString()).endsWith("frozenRows {\"m.weight\": [2]} leaves it out.");
    }

    @Test
    void leavesFrozenRowsOut() {
        Answer answer = check("padding_idx", "{\"frozenRows\": {\"m.weight\": [2]}}");
        assertVerdict(answer, "PASS");
        assertThat(answer.body().get("warnings").toString()).contains("3 of 21 entries of m.weight");
        assertVerdict(check("padding_idx", "{\"frozenRows\": {\"m.weight\": [-5]}}"), "PASS");
        assertVerdict(check("padding_idx", "{\"frozenRows\": {\"m.weight\": [1]}}"), "FAIL");

        Answer refused = check("padding_idx", "{\"frozenRows\": {\"m.weight\": [7]}}");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("pointer")).isEqualTo("request/frozenRows/m.weight/0");
    }

    @Test
    void doesNotFailAJumpWithoutAFailingEntry() {
        assertVerdict(check("jump_Sign"), "PASS", "INCONCLUSIVE");
    }

    @Test
    void refusesWeightsThatTheExportMultipliedTogetherAndSaysHowToExport() {
        Answer answer = check("conv_bn_folded");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.body().toString())
                .contains("onnx::Conv_15", "batch normalization", "TrainingMode.PRESERVE", "m.0.weight");
    }
}
