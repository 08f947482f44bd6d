package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two keys and a third that is being replaced: none sees, takes or pushes out what is another's. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "plumbline.api-keys.ann=" + ApiKeyFilterTests.ANN,
            // ben-secret, and ann-secret-2 by printf %s ann-secret-2 | sha256sum
            "plumbline.api-keys.ben=" + ApiKeyFilterTests.BEN + " , " + KeyLimitsHttpTests.NEW,
            "plumbline.key-limits.reports=3",
            "plumbline.key-limits.session-bytes=100",
            "plumbline.key-limits.of.ben.session-bytes=1000000",
            "plumbline.key-limits.of.ben.requests-per-minute=60"
        })
@ExtendWith(OutputCaptureExtension.class)
class KeyLimitsHttpTests {

    static final String NEW = "fe797fc2bfa2a90da91ce285b20742dde19899ce78df3154bf93876108e20567";

    private static final String CHECK =
            "{\"model\":{\"formula\":\"sum(w*w)\"},\"parameters\":{\"w\":[1,2]},\"data\":{},\"gradients\":{\"w\":[2,4]}}";
    private static final String SESSION =
            "{\"optimizer\":{\"kind\":\"sgd\",\"learningRate\":0.1},\"parameters\":{\"w\":[1,2,3,4,5,6,7,8]}}";

    private final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    private HttpResponse<String> call(String key, String method, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) {
        return new JsonMapper().readTree(response.body());
    }

    @Test
    void keepsWhatBelongsToAKeyFromTheOther() throws Exception {
        String report = json(call("ann-secret", "POST", "/v1/gradient-checks", CHECK))
                .path("id")
                .asString();
        String session = json(call("ann-secret", "POST", "/v1/optimizer-sessions", SESSION))
                .path("id")
                .asString();
        String monitor = json(call("ann-secret", "POST", "/v1/monitors", "{}"))
                .path("id")
                .asString();
        for (int i = 0; i < 5; i++) {
            call("ben-secret", "POST", "/v1/gradient-checks", CHECK);
        }
        List<String> places = List.of(
                "/v1/gradient-checks/" + report, "/v1/optimizer-sessions/" + session, "/v1/monitors/" + monitor);
        for (String place : places) {
            String list = place.substring(0, place.lastIndexOf('/'));
            String id = place.substring(place.lastIndexOf('/') + 1);
            assertThat(call("ann-secret", "GET", place, "").statusCode())
                    .as(place)
                    .isEqualTo(200);
            assertThat(json(call("ann-secret", "GET", list, ""))
                            .at("/items/0/id")
                            .asString())
                    .isEqualTo(id);
            assertThat(call("ben-secret", "GET", place, "").statusCode()).isEqualTo(404);
            assertThat(call("ben-secret", "GET", list, "").body()).doesNotContain(id);
            assertThat(call("ben-secret", "GET", list + "?after=" + id, "").statusCode())
                    .isEqualTo(404);
            assertThat(call("ben-secret", "DELETE", place, "").statusCode()).isIn(404, 405);
        }
        assertThat(json(call("ben-secret", "GET", "/v1/gradient-checks", "")).path("items"))
                .hasSize(3);
        assertThat(call("ben-secret", "POST", "/v1/monitors/" + monitor + "/snapshots", "{\"step\":1,\"loss\":1}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void boundsTheBytesOfSessionsByKey() throws Exception {
        call("ann-secret", "POST", "/v1/optimizer-sessions", SESSION);
        HttpResponse<String> second = call("ann-secret", "POST", "/v1/optimizer-sessions", SESSION);
        assertThat(second.statusCode()).isEqualTo(413);
        assertThat(second.body()).contains("plumbline.key-limits.session-bytes");
        assertThat(call("ben-secret", "POST", "/v1/optimizer-sessions", SESSION).statusCode())
                .isEqualTo(201);
    }

    @Test
    void knowsTheOldAndTheNewKeyOfOneName() throws Exception {
        assertThat(call("ann-secret-2", "GET", "/v1/models", "").statusCode()).isEqualTo(200);
        assertThat(call("ben-secret", "GET", "/v1/models", "").statusCode()).isEqualTo(200);
    }

    @Test
    void writesALineForEachCallWithTheNameOfItsKeyAndNothingThatWasSent(CapturedOutput output) throws Exception {
        call("ann-secret", "POST", "/v1/evaluations?secret=1", CHECK.replace(",\"gradients\":{\"w\":[2,4]}", ""));
        call("who", "GET", "/v1/models", "");
        for (int i = 0; i < 100 && !output.getOut().contains("status=401"); i++) {
            Thread.sleep(50);
        }
        assertThat(output.getOut())
                .contains("key=ann method=POST path=/v1/evaluations status=200 ms=")
                .contains("key=- method=GET path=/v1/models status=401 ms=")
                .doesNotContain("secret=1", "ann-secret");
    }
}
