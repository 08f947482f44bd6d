package dev.plumbline.optimize.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.FileSystemResource;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/** A run over HTTP: one answer, or events on the way to it. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class TrainingRunControllerTests {

    private static final String RUN = """
            {"model": {"formula": "x^2"}, "parameters": {"x": 1}, "iterations": 1000, "reportEvery": 100,
             "optimizer": {"kind": "sgd", "learningRate": %s}}""";

    @Autowired
    private RestTestClient http;

    @LocalServerPort
    private int port;

    @Test
    void answersWithTheReportWhereNoEventsAreWanted() {
        String report = sent(RUN.formatted("0.1"), MediaType.ALL);
        assertThat(report).startsWith("{\"id\":").contains("\"stopped\":\"iterations\"", "[[1,1.0],[100,");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/event-stream | event: started",
                "text/* | event: started",
                "text/event-stream, */* | event: started",
                "text/event-stream, application/json | event: started",
                "text/event-stream;q=0.9, application/json;q=0.8 | event: started",
                "application/json, text/event-stream | {\"id\":",
                "text/event-stream;q=0.1, application/json | {\"id\":",
                "text/event-stream;q=0, */* | {\"id\":",
                "text/*;q=0.5, application/*;q=0.6 | {\"id\":",
                "*/* | {\"id\":"
            })
    void answersInTheFormatThatTheCallerLikesBetter(String accept, String start) throws Exception {
        HttpResponse<String> answer = accepting(accept);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith(start);
        String type = start.startsWith("{") ? "application/json" : "text/event-stream";
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith(type);
    }

    @Test
    void refusesWhoAcceptsNeitherEventsNorJson() throws Exception {
        HttpResponse<String> answer = accepting("text/event-stream;q=0");
        assertThat(answer.statusCode()).isEqualTo(406);
        assertThat(answer.body()).contains("/problems/not-acceptable");
    }

    private HttpResponse<String> accepting(String accept) throws IOException, InterruptedException {
        HttpRequest post = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/training-runs"))
                .header("Content-Type", "application/json")
                .header("Accept", accept)
                .POST(HttpRequest.BodyPublishers.ofString(RUN.formatted("0.1")))
                .build();
        return HttpClient.newHttpClient().send(post, HttpResponse.BodyHandlers.ofString());
    }

    /** Iterations enough for an hour. */
    @Test
    void answersWhatItHasReachedWhenTheCallersTimeIsOver() {
        String run =
                "{\"model\": {\"formula\": \"x^2\"}, \"parameters\": {\"x\": 1}, \"iterations\": 10000000, \"wait\": 0.2,"
                        + " \"reportEvery\": 200, \"optimizer\": {\"kind\": \"sgd\", \"learningRate\": 0}}";
        assertThat(sent(run, MediaType.ALL)).contains("\"stopped\":\"time\"", "\"parameters\":{\"x\":");
    }

    @Test
    void tellsItsProgressAsEventsAndTheReportLast() {
        String[] events = sent(RUN.formatted("2"), MediaType.TEXT_EVENT_STREAM).split("\n\n");
        // The start, iterations 1, 100, 200, 300 and 325, where x^2 overflows, and the report.
        assertThat(events).hasSize(7);
        assertThat(events[0]).matches("event: started\ndata: \\{\"id\":\"[0-9a-f-]{36}\"}");
        assertThat(events[1])
                .startsWith("event: progress\ndata: {\"iteration\":1,")
                .contains("\"loss\":1.0", "\"gradientNorm\":2.0", "\"iterationsPerSecond\":", "\"secondsLeft\":");
        assertThat(events[5]).contains("\"iteration\":325", "\"loss\":\"Infinity\"");
        assertThat(events[6]).startsWith("event: report\ndata: {").contains("\"stopped\":\"nonFinite\"");
    }

    /** Iterations enough for an hour; the run ends when it is cancelled. */
    @Test
    void endsWhenItIsCancelledAndSaysSo() throws IOException, InterruptedException {
        String run = "{\"model\": {\"formula\": \"x^2\"}, \"parameters\": {\"x\": 1}, \"iterations\": 10000000,"
                + " \"reportEvery\": 200, \"optimizer\": {\"kind\": \"sgd\", \"learningRate\": 0}}";
        HttpRequest post = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/training-runs"))
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(run))
                .build();
        HttpResponse<Stream<String>> events =
                HttpClient.newHttpClient().send(post, HttpResponse.BodyHandlers.ofLines());
        Iterator<String> lines = events.body().iterator();
        assertThat(lines.next()).isEqualTo("event: started");
        String id = lines.next().replaceAll(".*\"id\":\"([^\"]+)\".*", "$1");
        http.delete().uri("/v1/training-runs/" + id).exchange().expectStatus().isNoContent();
        String last = "";
        while (lines.hasNext()) {
            String line = lines.next();
            last = line.isEmpty() ? last : line;
        }
        assertThat(last).contains("\"stopped\":\"cancelled\"");
        http.delete().uri("/v1/training-runs/" + id).exchange().expectStatus().isNotFound();
    }

    /** The index of the second batch is computed, so only its value shows that it is wrong. */
    @Test
    void endsWithTheProblemAsItWouldHaveBeenRefused() {
        String run = "{\"model\": {\"formula\": \"sum(gather(w, x + 1))\"}, \"parameters\": {\"w\": [1, 2]}, \"data\":"
                + " {\"x\": [0, 0, 0, 8]}, \"batchSize\": 2, \"iterations\": 4, \"optimizer\": {\"kind\": \"sgd\"}}";
        String[] events = sent(run, MediaType.TEXT_EVENT_STREAM).split("\n\n");
        assertThat(events[0]).startsWith("event: started");
        assertThat(events[events.length - 1])
                .startsWith("event: problem\ndata: {\"type\":\"/problems/invalid\",\"title\":")
                .contains("\"status\":422", "\"pointer\":\"/model/formula", "\"got\":\"9\"", "from -2 to 1\"");
    }

    @Test
    void takesModelAndDataAsFiles() {
        Path folder = Path.of("src/test/resources/fixtures/models/tanh-mlp/float64");
        MultiValueMap<String, Object> parts = new LinkedMultiValueMap<>();
        HttpHeaders json = new HttpHeaders();
        json.setContentType(MediaType.APPLICATION_JSON);
        String request = "{\"loss\": {\"kind\": \"%s\"}, \"optimizer\": {\"kind\": \"adam\"}, \"iterations\": 3%s}";
        parts.add("request", new HttpEntity<>(request.formatted("crossEntropy", ""), json));
        parts.add("model", new FileSystemResource(folder.resolve("model.onnx")));
        parts.add("data", new FileSystemResource(folder.resolve("data.safetensors")));
        assertThat(posted(parts, 200)).contains("\"stopped\":\"iterations\"", "\"steps\":3", "\"updateRatios\":[");

        parts.set("request", new HttpEntity<>(request.formatted("crossEntropy", ", \"batchSize\": 9999"), json));
        assertThat(posted(parts, 422)).contains("\"pointer\":\"request/batchSize\"");
    }

    private String posted(MultiValueMap<String, Object> parts, int status) {
        byte[] answer = http.post()
                .uri("/v1/training-runs")
                .contentType(MediaType.MULTIPART_FORM_DATA)
                .body(parts)
                .exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectBody()
                .returnResult()
                .getResponseBody();
        return new String(Objects.requireNonNull(answer), StandardCharsets.UTF_8);
    }

    private String sent(String body, MediaType accept) {
        byte[] answer = http.post()
                .uri("/v1/training-runs")
                .contentType(MediaType.APPLICATION_JSON)
                .accept(accept)
                .body(body)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .returnResult()
                .getResponseBody();
        return new String(Objects.requireNonNull(answer), StandardCharsets.UTF_8);
    }
}
