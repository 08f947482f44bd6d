package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
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

/** Reports of every kind, probe sessions and jobs of Ann's: Ben neither sees, answers, cancels nor pushes out any. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "plumbline.api-keys.ann=" + ApiKeyFilterTests.ANN,
            "plumbline.api-keys.ben=" + ApiKeyFilterTests.BEN,
            "plumbline.limits.sessions=3",
            "plumbline.key-limits.reports=6"
        })
class TwoKeysReportsTests {

    private static final String NET = "'model': {'formula': 'mean((x * secret - y)^2)'}, 'parameters': {'secret': 2},"
            + " 'data': {'x': [1, 2], 'y': [3, 5]}";
    private static final String DIAGNOSIS = "{" + NET + "}";
    private static final String RUN =
            "{" + NET + ", 'iterations': 2, 'optimizer': {'kind': 'sgd', 'learningRate': 0.01}}";
    private static final String COMPARISON = "{'a': [{'secret': [1, 2]}], 'b': [{'secret': [1, 3]}]}";
    private static final String PROBE = "{'tensors': [{'name': 'secret', 'shape': [], 'size': 2, 'contribution': 3}]}";
    private static final JsonMapper JSON = new JsonMapper();

    private final Map<String, String> hers = new LinkedHashMap<>();
    private final Map<String, String> picture = new LinkedHashMap<>();

    @LocalServerPort
    private int port;

    @BeforeAll
    void annKeepsOneOfEach() throws Exception {
        hers.put("diagnosis", made("/v1/diagnoses", "", DIAGNOSIS));
        hers.put("run", made("/v1/training-runs", "", RUN));
        hers.put("comparison", made("/v1/comparisons", "", COMPARISON));
        hers.put("evaluation", made("/v1/evaluations", "", DIAGNOSIS));
        hers.put("probe", made("/v1/probe-sessions", "", PROBE));
        hers.put("job", made("/v1/diagnoses", "Prefer: respond-async; Idempotency-Key: hers", DIAGNOSIS));
        assertThat(ann("GET", "/v1/jobs/{job}", "Prefer: wait=60", "").body()).contains("\"done\"");
        picture.putAll(annsThings());
    }

    private HttpResponse<String> ann(String method, String path, String headers, String body) throws Exception {
        return new TwoCallers(port, hers).call(TwoCallers.ANN, method, path, headers, body);
    }

    private HttpResponse<String> ben(String method, String path, String headers, String body) throws Exception {
        return new TwoCallers(port, hers).call(TwoCallers.BEN, method, path, headers, body);
    }

    private String made(String path, String headers, String body) throws Exception {
        HttpResponse<String> made = ann("POST", path, headers, body);
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201, 202);
        JsonNode id = JSON.readTree(made.body()).path("id");
        assertThat(id.isString()).as(made.body()).isTrue();
        return id.asString();
    }

    private Map<String, String> annsThings() throws Exception {
        Map<String, String> things = new LinkedHashMap<>();
        for (String path : List.of(
                "/v1/diagnoses/{diagnosis}",
                "/v1/diagnoses/{diagnosis}/summary",
                "/v1/training-runs/{run}",
                "/v1/training-runs/{run}/summary",
                "/v1/comparisons/{comparison}",
                "/v1/evaluations/{evaluation}",
                "/v1/probe-sessions/{probe}",
                "/v1/jobs/{job}",
                "/v1/diagnoses",
                "/v1/training-runs",
                "/v1/comparisons",
                "/v1/evaluations",
                "/v1/probe-sessions",
                "/v1/jobs")) {
            HttpResponse<String> found = ann("GET", path, "Accept: application/json, text/*;q=0.5", "");
            assertThat(found.statusCode()).as(path + found.body()).isEqualTo(200);
            things.put(path, found.body());
        }
        return things;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "GET    | /v1/diagnoses/{diagnosis} | |",
                "GET    | /v1/diagnoses/{diagnosis} | Accept: text/html |",
                "GET    | /v1/diagnoses/{diagnosis}/summary | |",
                "GET    | /v1/diagnoses/{diagnosis} | If-None-Match: * |",
                "GET    | /v1/diagnoses?after={diagnosis} | |",
                "GET    | /v1/gradient-checks/{diagnosis} | |",
                "GET    | /v1/training-runs/{run} | |",
                "GET    | /v1/training-runs/{run} | Accept: application/xml |",
                "GET    | /v1/training-runs/{run}/summary | |",
                "DELETE | /v1/training-runs/{run} | |",
                "GET    | /v1/training-runs?after={run} | |",
                "GET    | /v1/comparisons/{comparison} | |",
                "GET    | /v1/comparisons/{comparison} | If-None-Match: * |",
                "GET    | /v1/comparisons?after={comparison} | |",
                "GET    | /v1/comparisons/{comparison} | Accept: text/html |",
                "GET    | /v1/comparisons/{comparison}/summary | |",
                "GET    | /v1/probe-sessions/{probe}/summary | |",
                "GET    | /v1/evaluations/{evaluation} | |",
                "GET    | /v1/evaluations?after={evaluation} | |",
                "GET    | /v1/probe-sessions/{probe} | |",
                "HEAD   | /v1/probe-sessions/{probe} | |",
                "DELETE | /v1/probe-sessions/{probe} | |",
                "POST   | /v1/probe-sessions/{probe}/answers | | {'round': 0, 'answers': []}",
                "POST   | /v1/probe-sessions/{probe}/answers | Idempotency-Key: hers | {'round': 1, 'answers': []}",
                "GET    | /v1/probe-sessions?after={probe} | |",
                "GET    | /v1/jobs/{job} | |",
                "GET    | /v1/jobs/{job} | Prefer: wait=1 |",
                "HEAD   | /v1/jobs/{job} | |",
                "GET    | /v1/jobs/{job}/events | Accept: text/event-stream |",
                "GET    | /v1/jobs/{job}/events | Accept: text/event-stream; Last-Event-ID: 0 |",
                "DELETE | /v1/jobs/{job} | |",
                "GET    | /v1/jobs?after={job} | |",
                "GET    | /v1/diagnoses/{job} | |"
            })
    void ofAnothersIdNothingIsThere(String method, String path, String headers, String body) throws Exception {
        HttpResponse<String> answer = ben(method, path, headers == null ? "" : headers, body == null ? "" : body);

        assertThat(answer.statusCode()).as(answer.body()).isIn(404, 405);
        assertThat(answer.body()).doesNotContain("secret");
        assertThat(annsThings()).isEqualTo(picture);
    }

    @ParameterizedTest
    @ValueSource(strings = {"diagnoses", "training-runs", "comparisons", "evaluations", "probe-sessions", "jobs"})
    void aListIsOfOnesOwn(String list) throws Exception {
        HttpResponse<String> answer = ben("GET", "/v1/" + list + "?limit=200", "", "");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(hers.values()).noneMatch(id -> answer.body().contains(id));
    }

    @Test
    void anothersIdempotencyKeyIsNoKeyToHerJob() throws Exception {
        HttpResponse<String> answer =
                ben("POST", "/v1/diagnoses", "Prefer: respond-async; Idempotency-Key: hers", DIAGNOSIS);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(JSON.readTree(answer.body()).path("id").asString()).isNotEqualTo(hers.get("job"));
        assertThat(annsThings()).isEqualTo(picture);
    }

    @ParameterizedTest
    @CsvSource({"/v1/diagnoses", "/v1/training-runs", "/v1/comparisons", "/v1/evaluations", "/v1/probe-sessions"})
    void whoFillsHisRoomPushesOutNothingOfAnothers(String path) throws Exception {
        String body = path.endsWith("sessions")
                ? PROBE
                : path.endsWith("runs") ? RUN : path.endsWith("comparisons") ? COMPARISON : DIAGNOSIS;
        for (int i = 0; i < 10; i++) {
            assertThat(ben("POST", path, "", body).statusCode()).isIn(200, 201, 409, 413, 429);
        }
        assertThat(annsThings()).isEqualTo(picture);
    }
}
