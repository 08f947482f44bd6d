package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever Ben tries with his key and all of Ann's ids, he neither sees, changes, drops nor pushes out what is hers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "plumbline.api-keys.ann=" + ApiKeyFilterTests.ANN,
            "plumbline.api-keys.ben=" + ApiKeyFilterTests.BEN,
            "plumbline.limits.sessions=3",
            "plumbline.limits.monitors=3",
            "plumbline.limits.model-bytes=20000",
            "plumbline.key-limits.reports=3",
            "plumbline.key-limits.streams=2"
        })
class TwoKeysTests {

    private static final String CHECK =
            "{'model': {'formula': 'sum(w*w)'}, 'parameters': {'w': [1, 2]}, 'gradients': {'w': [2, 4]}}";
    private static final String SESSION =
            "{'optimizer': {'kind': 'adam', 'learningRate': 0.1}, 'parameters': {'secret': [1, 2]}}";
    private static final String STEP = "{'gradients': {'secret': [3, 4]}}";
    private static final String SNAPSHOT = "{'step': 1, 'loss': 1.5}";
    private static final String RUN = "{'model': {'formula': 'mean((x * w - y)^2)'}, 'parameters': {'w': 2},"
            + " 'data': {'x': [1, 2], 'y': [3, 5]}, 'iterations': 1000000, 'optimizer': {'kind': 'sgd', 'learningRate': 1e-9}}";
    private static final String KEY = "Idempotency-Key: hers";
    private static final JsonMapper JSON = new JsonMapper();

    private final Map<String, String> hers = new LinkedHashMap<>();
    private final Map<String, String> picture = new LinkedHashMap<>();

    @LocalServerPort
    private int port;

    @BeforeAll
    void annKeepsOneOfEach() throws Exception {
        byte[] model = Files.readAllBytes(Path.of("src/test/resources/fixtures/models/linear/float64/model.onnx"));
        hers.put("onnx", "{'model': {'onnx': '" + Base64.getEncoder().encodeToString(model) + "'}}");
        hers.put("report", made("/v1/gradient-checks", CHECK).path("id").asString());
        hers.put("session", made("/v1/optimizer-sessions", SESSION).path("id").asString());
        hers.put(
                "monitor", made("/v1/monitors", "{'name': 'secret'}").path("id").asString());
        hers.put("model", made("/v1/models", hers.get("onnx")).path("digest").asString());
        assertThat(ann("POST", "/v1/optimizer-sessions/{session}/steps", "If-Match: \"0\"; " + KEY, STEP)
                        .statusCode())
                .isEqualTo(200);
        assertThat(ann("POST", "/v1/monitors/{monitor}/snapshots", "", SNAPSHOT).statusCode())
                .isEqualTo(200);
        picture.putAll(annsThings());
    }

    private JsonNode made(String path, String body) throws Exception {
        HttpResponse<String> made = ann("POST", path, KEY, body);
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
        return JSON.readTree(made.body());
    }

    private Map<String, String> annsThings() throws Exception {
        Map<String, String> things = new LinkedHashMap<>();
        for (String path : List.of(
                "/v1/gradient-checks/{report}",
                "/v1/optimizer-sessions/{session}",
                "/v1/optimizer-sessions/{session}/parameters",
                "/v1/optimizer-sessions/{session}/state",
                "/v1/monitors/{monitor}",
                "/v1/monitors/{monitor}/snapshots",
                "/v1/models/{model}",
                "/v1/gradient-checks",
                "/v1/optimizer-sessions",
                "/v1/monitors",
                "/v1/models")) {
            HttpResponse<String> found = ann("GET", path, "Accept: application/json", "");
            assertThat(found.statusCode()).as(path).isEqualTo(200);
            things.put(path, found.body());
        }
        return things;
    }

    private TwoCallers callers() {
        return new TwoCallers(port, hers);
    }

    private HttpResponse<String> ann(String method, String path, String headers, String body) throws Exception {
        return callers().call(TwoCallers.ANN, method, path, headers, body);
    }

    private HttpResponse<String> ben(String method, String path, String headers, String body) throws Exception {
        return callers().call(TwoCallers.BEN, method, path, headers, body);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "GET    | /v1/gradient-checks/{report} | |",
                "HEAD   | /v1/gradient-checks/{report} | |",
                "DELETE | /v1/gradient-checks/{report} | |",
                "GET    | /v1/gradient-checks/{report}?owner=ann | |",
                "GET    | /v1/gradient-checks/{report} | owner: ann |",
                "GET    | /v1/gradient-checks?after={report} | |",
                "GET    | /v1/optimizer-sessions/{session} | |",
                "GET    | /v1/optimizer-sessions/{session}/parameters | |",
                "GET    | /v1/optimizer-sessions/{session}/parameters | Accept: application/vnd.safetensors |",
                "GET    | /v1/optimizer-sessions/{session}/state | |",
                "GET    | /v1/optimizer-sessions/{session}/state | Accept: application/x-npz |",
                "POST   | /v1/optimizer-sessions/{session}/steps | If-Match: * | {'gradients': {'secret': [3, 4]}}",
                "POST   | /v1/optimizer-sessions/{session}/steps | If-Match: \"0\"; Idempotency-Key: hers | {'gradients': {'secret': [3, 4]}}",
                "POST   | /v1/optimizer-sessions/{session}/steps | If-Match: \"1\" | {'gradients': {'secret': [3, 4]}}",
                "POST   | /v1/optimizer-sessions/{session}/resets | If-Match: * | {}",
                "DELETE | /v1/optimizer-sessions/{session} | |",
                "DELETE | /v1/optimizer-sessions/{session} | If-Match: \"1\" |",
                "GET    | /v1/optimizer-sessions?after={session} | |",
                "GET    | /v1/monitors/{monitor} | Accept: application/json |",
                "GET    | /v1/monitors/{monitor}/summary | |",
                "GET    | /v1/monitors/{monitor} | If-None-Match: \"1\" |",
                "GET    | /v1/monitors/{monitor} | Accept: text/event-stream |",
                "GET    | /v1/monitors/{monitor} | Accept: text/event-stream; Last-Event-ID: 0 |",
                "GET    | /v1/monitors/{monitor}/snapshots | |",
                "GET    | /v1/monitors/{monitor}/snapshots?after=-1 | |",
                "POST   | /v1/monitors/{monitor}/snapshots | | {'step': 1, 'loss': 1.5}",
                "POST   | /v1/monitors/{monitor}/snapshots | | {'step': 2, 'loss': 7}",
                "DELETE | /v1/monitors/{monitor} | |",
                "GET    | /v1/monitors?after={monitor} | |",
                "GET    | /v1/models/{model} | |",
                "DELETE | /v1/models/{model} | |",
                "GET    | /v1/models?after={model} | |",
                "POST   | /v1/evaluations | | {'model': {'digest': '{model}'}}",
                "POST   | /v1/gradient-checks | | {'model': {'digest': '{model}'}}",
                "POST   | /v1/diagnoses | | {'model': {'digest': '{model}'}}",
                "POST   | /v1/training-runs | | {'model': {'digest': '{model}'}, 'iterations': 1, 'optimizer': {'kind': 'sgd', 'learningRate': 1}}",
                "POST   | /v1/training-runs | Accept: text/event-stream | {'model': {'digest': '{model}'}, 'iterations': 1, 'optimizer': {'kind': 'sgd', 'learningRate': 1}}"
            })
    void ofAnothersIdNothingIsThere(String method, String path, String headers, String body) throws Exception {
        HttpResponse<String> answer = ben(method, path, headers == null ? "" : headers, body == null ? "" : body);

        assertThat(answer.statusCode()).as(answer.body()).isIn(404, 405);
        assertThat(answer.body()).doesNotContain("secret", "\"snapshots\"");
        assertThat(annsThings()).isEqualTo(picture);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gradient-checks", "optimizer-sessions", "monitors", "models"})
    void aListIsOfOnesOwn(String list) throws Exception {
        HttpResponse<String> answer = ben("GET", "/v1/" + list + "?limit=200", "", "");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(hers.values()).noneMatch(id -> answer.body().contains(id));
    }

    /** Answering with hers would show it, and a refusal would show that there is one. */
    @ParameterizedTest
    @CsvSource({"/v1/optimizer-sessions, session", "/v1/monitors, monitor"})
    void anothersIdempotencyKeyIsNoKeyToHerThings(String path, String what) throws Exception {
        String body = what.equals("session") ? SESSION : "{'name': 'secret'}";
        HttpResponse<String> answer = ben("POST", path, KEY, body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        String id = JSON.readTree(answer.body()).path("id").asString();
        assertThat(id).isNotEqualTo(hers.get(what));
        assertThat(ben("DELETE", path + "/" + id, "", "").statusCode()).isEqualTo(204);
        assertThat(annsThings()).isEqualTo(picture);
    }

    /** The same file has the same digest, and two keepers. */
    @Test
    void whoDropsAModelDropsHisOwn() throws Exception {
        assertThat(ben("POST", "/v1/models", "", "{onnx}").statusCode()).isEqualTo(201);
        assertThat(ben("GET", "/v1/models/{model}", "", "").statusCode()).isEqualTo(200);
        assertThat(ben("DELETE", "/v1/models/{model}", "", "").statusCode()).isEqualTo(204);
        assertThat(ben("GET", "/v1/models/{model}", "", "").statusCode()).isEqualTo(404);
        assertThat(annsThings()).isEqualTo(picture);
    }

    @ParameterizedTest
    @CsvSource({"/v1/gradient-checks", "/v1/optimizer-sessions", "/v1/monitors"})
    void whoFillsHisRoomPushesOutNothingOfAnothers(String path) throws Exception {
        String body = path.endsWith("checks") ? CHECK : path.endsWith("monitors") ? "{}" : SESSION;
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            HttpResponse<String> answer = ben("POST", path, "", body);
            assertThat(answer.statusCode()).isIn(200, 201, 413, 409, 429);
            made.add(JSON.readTree(answer.body()).path("id").asString(""));
        }
        assertThat(annsThings()).isEqualTo(picture);
        if (!path.endsWith("checks")) {
            for (String id : made) {
                ben("DELETE", path + "/" + (id.isEmpty() ? "none" : id), "", "");
            }
        }
    }

    @Test
    void whoHasAllHisStreamsOpenLeavesAnotherHers() throws Exception {
        String own = JSON.readTree(ben("POST", "/v1/monitors", "", "{}").body())
                .path("id")
                .asString();
        List<InputStream> open = new ArrayList<>();
        int[] statuses = new int[3];
        for (int i = 0; i < 3; i++) {
            HttpResponse<InputStream> stream = stream(TwoCallers.BEN, "/v1/monitors/" + own);
            statuses[i] = stream.statusCode();
            open.add(stream.body());
        }
        assertThat(statuses).containsExactly(200, 200, 413);
        HttpResponse<InputStream> annsStream = stream(TwoCallers.ANN, "/v1/monitors/{monitor}");
        assertThat(annsStream.statusCode()).isEqualTo(200);
        open.add(annsStream.body());
        for (InputStream stream : open) {
            stream.close();
        }
        ben("DELETE", "/v1/monitors/" + own, "", "");
    }

    private HttpResponse<InputStream> stream(String key, String path) throws Exception {
        return callers().stream(key, "GET", path, "");
    }

    @Test
    void aRunIsCancelledByWhoeverStartedIt() throws Exception {
        HttpResponse<InputStream> run = callers().stream(TwoCallers.ANN, "POST", "/v1/training-runs", RUN);
        assertThat(run.statusCode()).isEqualTo(200);
        try (InputStream events = run.body()) {
            String id = id(events);
            assertThat(ben("DELETE", "/v1/training-runs/" + id, "", "").statusCode())
                    .isEqualTo(404);
            assertThat(ann("DELETE", "/v1/training-runs/" + id, "", "").statusCode())
                    .isEqualTo(204);
            assertThat(new String(events.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("event: report");
        }
    }

    /** Of the first event. */
    private static String id(InputStream events) throws IOException {
        StringBuilder text = new StringBuilder();
        while (!text.toString().matches("(?s).*\"id\":\"[^\"]+\".*")) {
            text.append((char) events.read());
        }
        return text.toString().replaceFirst("(?s).*\"id\":\"([^\"]+)\".*", "$1");
    }
}
