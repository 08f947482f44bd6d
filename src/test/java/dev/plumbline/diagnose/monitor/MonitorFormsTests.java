package dev.plumbline.diagnose.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A monitor as a page, as JUnit's XML, as Markdown and in short. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class MonitorFormsTests {

    @LocalServerPort
    private int port;

    private String monitor(String... norms) throws Exception {
        Caller caller = new Caller(port);
        String path = "/v1/monitors/"
                + caller.post("/v1/monitors", "{\"name\": \"<i>run</i>\"}").text("/id");
        for (int step = 0; step < norms.length; step++) {
            Answer answer = caller.post(
                    path + "/snapshots",
                    "{\"step\": %d, \"norms\": {\"<b>w\": {\"gradientNorm\": %s}}}".formatted(step, norms[step]));
            assertThat(answer.status()).isEqualTo(200);
        }
        return path;
    }

    private String text(String path) throws Exception {
        Answer answer = new Caller(port).get(path);
        assertThat(answer.status()).as(path).isEqualTo(200);
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void saysWhatLastsInEveryForm() throws Exception {
        String path = monitor("1", "2", "\"NaN\"");

        assertThat(text(path + ".html"))
                .contains("UNHEALTHY", "&lt;b&gt;w", "/monitor.html?id=")
                .doesNotContain("<b>w");
        assertThat(text(path + ".xml"))
                .contains("failures=\"1\"", "name=\"monitor &lt;i&gt;run&lt;/i&gt;\"", "non finite");
        assertThat(text(path + ".md")).contains("UNHEALTHY", "at step 2").doesNotContain("<b>w is");
        Answer summary = new Caller(port).get(path + "/summary");
        assertThat(summary.text("/verdict")).isEqualTo("UNHEALTHY");
        assertThat(summary.json().at("/rules").toString()).isEqualTo("[\"nonFinite\"]");
        assertThat(summary.number("/step")).isEqualTo(2);
    }

    /** As long as the operator has not decided otherwise. */
    @Test
    void refusesAWebhookAndSaysHowItIsTurnedOn() throws Exception {
        Answer answer = new Caller(port)
                .post(
                        "/v1/monitors",
                        "{\"webhook\": {\"url\": \"https://hooks.example/\", \"secret\": \"0123456789abcdef\"}}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo("/webhook");
        assertThat(answer.text("/expected")).contains("plumbline.webhooks.enabled=true");
        assertThat(answer.json().toString()).doesNotContain("0123456789abcdef");
    }

    @Test
    void failsNothingWhereNothingIsUnhealthy() throws Exception {
        String path = monitor("1", "2");

        assertThat(text(path + ".xml")).contains("failures=\"0\"");
        assertThat(new Caller(port).get(path + "/summary").json().at("/rules").isEmpty())
                .isTrue();
        Answer unbegun = new Caller(port).get(monitor() + "/summary");
        assertThat(unbegun.text("/summary")).isEqualTo("No snapshot has come yet.");
        assertThat(unbegun.json().has("step")).isFalse();
    }
}
