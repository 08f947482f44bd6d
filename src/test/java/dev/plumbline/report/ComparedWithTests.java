package dev.plumbline.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What has changed since an earlier report of health, over HTTP. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ComparedWithTests {

    private static final String RUN = "\"model\": {\"formula\": \"mean((x * w - y)^2)\"}, \"parameters\": {\"w\": 0.5},"
            + " \"data\": {\"x\": [1, 2], \"y\": [3, 5]}, \"iterations\": 40";

    @LocalServerPort
    private int port;

    private Answer post(String path, String body) throws Exception {
        return new Caller(port).post(path, "{" + body + "}");
    }

    private String page(String path) throws Exception {
        return new String(new Caller(port).get(path).body(), StandardCharsets.UTF_8);
    }

    private static String gradient(String entry) {
        return "\"gradients\": {\"a\": [%s, 1], \"b\": [1, 2]}".formatted(entry);
    }

    @Test
    void aDiagnosisSaysWhatIsNewAndWhatIsGone() throws Exception {
        Answer well = post("/v1/diagnoses", gradient("1"));
        Answer ill =
                post("/v1/diagnoses", gradient("\"NaN\"") + ", \"comparedWith\": \"%s\"".formatted(well.text("/id")));
        Answer again = post("/v1/diagnoses", gradient("1") + ", \"comparedWith\": \"%s\"".formatted(ill.text("/id")));

        assertThat(well.json().has("changes")).isFalse();
        assertThat(ill.json().at("/changes").toString())
                .isEqualTo(
                        "{\"comparedWith\":\"%s\",\"before\":\"HEALTHY\",\"now\":\"UNHEALTHY\",\"added\":[{\"rule\":\"nonFinite\",\"severity\":\"unhealthy\",\"tensors\":[\"a\"]}],\"removed\":[]}"
                                .formatted(well.text("/id")));
        assertThat(again.text("/changes/removed/0/rule")).isEqualTo("nonFinite");
        assertThat(again.json().at("/changes/added").isEmpty()).isTrue();
        for (String ending : new String[] {".html", ".md"}) {
            assertThat(page("/v1/diagnoses/" + ill.text("/id") + ending))
                    .contains("The verdict was HEALTHY and is UNHEALTHY. New: non finite. Gone: nothing.");
        }
    }

    @Test
    void aRunSaysWhereItsLossEndedThenAndNow() throws Exception {
        Answer well = post("/v1/training-runs", RUN + ", \"optimizer\": {\"kind\": \"sgd\", \"learningRate\": 0.05}");
        Answer ill = post(
                "/v1/training-runs",
                RUN
                        + ", \"optimizer\": {\"kind\": \"sgd\", \"learningRate\": 2}, \"comparedWith\": \"%s\""
                                .formatted(well.text("/id")));

        int last = well.json().at("/losses").size() - 1;
        assertThat(ill.number("/changes/lossBefore")).isEqualTo(well.number("/losses/" + last + "/1"));
        assertThat(ill.number("/changes/lossNow")).isGreaterThan(1e9);
        assertThat(ill.text("/changes/now")).isEqualTo("UNHEALTHY");
        assertThat(ill.json().at("/changes/added").findValuesAsString("rule")).contains("loss");
        assertThat(page("/v1/training-runs/" + ill.text("/id") + ".html"))
                .contains("What has changed", ", the loss was ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/diagnoses", "/v1/training-runs"})
    void anEarlierReportThatIsNotThereIsRefused(String path) throws Exception {
        String asked = path.endsWith("runs") ? RUN + ", \"optimizer\": {\"kind\": \"sgd\"}" : gradient("1");
        Answer answer = post(path, asked + ", \"comparedWith\": \"nobody's\"");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text("/pointer")).isEqualTo("/comparedWith");
    }
}
