package dev.plumbline.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

/** A run over HTTP: one answer, or events on the way to it. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class TrainingRunControllerTests {

    private static final String RUN = """
            {"model": {"formula": "x^2"}, "parameters": {"x": 1}, "iterations": 1000, "reportEvery": 100,
             "optimizer": {"kind": "sgd", "learningRate": %s}}""";

    @Autowired
    private RestTestClient http;

    @Test
    void answersWithTheReportWhereNoEventsAreWanted() {
        String report = sent(RUN.formatted("0.1"), MediaType.ALL);
        assertThat(report).startsWith("{\"summary\":").contains("\"stopped\":\"iterations\"", "[[1,1.0],[100,");
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
