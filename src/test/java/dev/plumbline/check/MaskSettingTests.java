package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Only what the mask lets through is judged; w's true gradient is [[0.2], [-0.4]], b's is [-0.6]. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class MaskSettingTests {

    /** The first entry of w is wrong. */
    private static final String REQUEST = """
            {"model": {"formula": "mean((x @ w + b - y)^2)"}, "parameters": {"w": [[1], [0]], "b": [0.2]},
             "data": {"x": [[1, 2], [0, 1]], "y": [[1], [1]]},
             "gradients": {"w": [[%s], [-0.4]], "b": [-0.6]}, "settings": {"coverage": "%s", "mask": {%s}}}""";

    @LocalServerPort
    private int port;

    private Caller.Answer answer(String first, String coverage, String mask) {
        return new Caller(port).post(Caller.CHECKS, REQUEST.formatted(first, coverage, mask));
    }

    @ParameterizedTest
    @ValueSource(strings = {"certified", "exhaustive", "sampled", "directional"})
    void leavesOutWhatTheMaskDoes(String coverage) {
        for (String garbage : new String[] {"0", "7", "\"NaN\""}) {
            Caller.Answer answer = answer(garbage, coverage, "\"w\": [[false], [true]]");

            assertThat(answer.text("verdict")).as(answer.body().toString()).isEqualTo("PASS");
            assertThat(answer.body().get("taylor").get("agrees").asBoolean()).isTrue();
            assertThat(answer.body().get("warnings").toString())
                    .contains("masked", "The mask leaves out 1 of 2 entries of w: nothing is said about them.");
        }
        assertThat(answer("7", coverage, "").text("verdict")).isEqualTo("FAIL");
        assertThat(answer("7", coverage, "\"w\": [[1], [0]]").text("verdict")).isEqualTo("FAIL");
    }

    @Test
    void countsAndReportsWhatIsJudged() {
        JsonNode report = answer("7", "exhaustive", "\"w\": [[0], [1]]").body();
        JsonNode w = report.get("tensors").get(0);

        assertThat(report.get("summary").asString()).contains("all 2 entries of 2 tensors");
        assertThat(w.get("entryVerdicts").get("PASS").asInt()).isEqualTo(1);
        assertThat(w.get("entries").get(0).get("index").toString()).isEqualTo("[1,0]");
        assertThat(w.get("claimedNorm").asDouble()).isEqualTo(0.4);
        assertThat(report.get("settings").get("mask").toString()).isEqualTo("{\"w\":[[false],[true]]}");
    }

    @Test
    void aTensorOfWhichNothingIsLeftIsNotJudgedAtAll() {
        JsonNode report = answer("7", "auto", "\"w\": [[false], [false]]").body();

        assertThat(report.get("verdict").asString()).isEqualTo("PASS");
        assertThat(report.get("tensors")).hasSize(1);
        assertThat(report.get("warnings").toString()).contains("all of w").doesNotContain("notClaimed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"w\": [true, false]' | /settings/mask/w | [2] | [2, 1]",
                "'\"w\": [[true], []]' | /settings/mask/w/1 | 0 elements | 1 elements",
                "'\"w\": [[true], [2]]' | /settings/mask/w/1/0 | 2 | true or false, or 1 or 0",
                "'\"v\": [true]' | /settings/mask/v | v | one of w, b",
                "'\"w\": [[0], [0]], \"b\": [0]' | /settings | [ | its mask has an entry to judge"
            })
    void refusesAMaskThatDoesNotFit(String mask, String pointer, String got, String expected) {
        Caller.Answer answer = answer("7", "auto", mask);

        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(422);
        assertThat(answer.text("pointer")).isEqualTo(pointer);
        assertThat(answer.text("got")).startsWith(got);
        assertThat(answer.text("expected")).contains(expected);
    }
}
