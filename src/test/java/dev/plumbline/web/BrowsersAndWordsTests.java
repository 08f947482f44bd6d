package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What browsers send where nothing was filled in or chosen, and numbers that JSON has no word for. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BrowsersAndWordsTests {

    private static final HttpClient CLIENT = HttpClient.newHttpClient(); // follows no redirection

    @LocalServerPort
    private int port;

    @ParameterizedTest
    @ValueSource(
            strings = {"gradient-checks", "models", "monitors", "optimizer-sessions", "probe-sessions", "training-runs"
            })
    void anEmptyNameToGoOnFromIsNone(String list) throws Exception {
        HttpResponse<String> first = asked(request("/v1/" + list + "?after=").build());
        HttpResponse<String> other =
                asked(request("/v1/" + list + "?after=nobody").build());

        assertThat(first.statusCode()).as(first.body()).isNotIn(404, 500).isLessThan(500);
        assertThat(first.statusCode()).isEqualTo(other.statusCode() == 404 ? 200 : other.statusCode());
    }

    @Test
    void thePageIsFoundWithASlashToo() throws Exception {
        HttpResponse<String> moved = asked(request("/exporting/").build());

        assertThat(moved.statusCode()).isEqualTo(302);
        assertThat(moved.headers().firstValue("Location").orElse("")).endsWith("/exporting");
    }

    @Test
    void aFileThatWasNotChosenIsNoPart() throws Exception {
        String form = """
                --edge\r
                Content-Disposition: form-data; name="request"\r
                Content-Type: application/json\r
                \r
                {"model": {"formula": "w * w"}, "parameters": {"w": 3}}\r
                --edge\r
                Content-Disposition: form-data; name="model"; filename=""\r
                Content-Type: application/octet-stream\r
                \r
                %s\r
                --edge--\r
                """;

        HttpResponse<String> none = asked(multipart(form.formatted("")));
        assertThat(none.statusCode()).as(none.body()).isEqualTo(200);
        assertThat(json(none).path("outputs").toString()).contains("9");
        assertThat(asked(multipart(form.formatted("something"))).statusCode()).isEqualTo(422);
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity", "-Infinity"})
    void aNumberThatJsonDoesNotHaveIsToldHowToBeWritten(String word) throws Exception {
        HttpResponse<String> bare = evaluated("w", word);
        assertThat(bare.statusCode()).isEqualTo(400);
        assertThat(json(bare).path("expected").asString())
                .startsWith("\"NaN\", \"Infinity\" or \"-Infinity\", in quotes");

        HttpResponse<String> quoted = evaluated("w", '"' + word + '"');
        assertThat(quoted.statusCode()).isEqualTo(422); // it is read, and no value of a parameter
        assertThat(json(quoted).path("got").asString()).contains(word);
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity"})
    void whatWasGotIsSaidInWords(String word) throws Exception {
        HttpResponse<String> refused = asked(request("/v1/gradient-checks")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("""
                        {"model": {"formula": "w * w"}, "parameters": {"w": 3},
                         "settings": {"scheme": "central", "step": "%s"}}
                        """.formatted(word)))
                .build());

        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(json(refused).path("pointer").asString()).isEqualTo("/settings/step");
        assertThat(json(refused).path("got").asString()).isEqualTo(word);
    }

    private HttpResponse<String> evaluated(String formula, String w) throws IOException, InterruptedException {
        return asked(request("/v1/evaluations")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"model\": {\"formula\": \"" + formula + "\"}, \"parameters\": {\"w\": " + w + "}}"))
                .build());
    }

    private HttpRequest multipart(String form) {
        return request("/v1/evaluations")
                .header("Content-Type", "multipart/form-data; boundary=edge")
                .POST(BodyPublishers.ofString(form))
                .build();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    private static HttpResponse<String> asked(HttpRequest request) throws IOException, InterruptedException {
        return CLIENT.send(request, BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return new JsonMapper().readTree(answer.body());
    }
}
