package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What Prometheus reads: by the grammar of its text format, for those with a key, with labels of few values. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "plumbline.api-keys.ann=" + ApiKeyFilterTests.ANN)
class PrometheusTests {

    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\"";
    private static final String NUMBER = "[+-]?(?:Inf|NaN|\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?)";
    private static final Pattern SAMPLE =
            Pattern.compile("(" + NAME + ")(\\{(?:" + LABEL + ",?)*\\})? (" + NUMBER + ")( \\d+)?");
    private static final Pattern COMMENT =
            Pattern.compile("# (?:HELP " + NAME + " .*|TYPE " + NAME + " (?:counter|gauge|histogram|summary|untyped))");

    private static final String CHECK =
            "{\"model\": {\"formula\": \"sum(w*w)\"}, \"parameters\": {\"w\": [1, 2]}, \"gradients\": {\"w\": [2, 5]}}";

    private final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private String scraped() throws Exception {
        HttpResponse<String> answer =
                send(request("/actuator/prometheus").header("Authorization", "Bearer ann-secret"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        return answer.body();
    }

    private void post(String path) throws Exception {
        send(request(path)
                .header("X-API-Key", "ann-secret")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(CHECK)));
    }

    @Test
    void countsChecksByVerdictAndCoverageInAFormThatPrometheusReads() throws Exception {
        post("/v1/gradient-checks");
        List<String> lines = scraped().lines().toList();

        Set<String> seen = new HashSet<>();
        for (String line : lines) {
            assertThat(COMMENT.matcher(line).matches() || SAMPLE.matcher(line).matches())
                    .as(line)
                    .isTrue();
            assertThat(line.startsWith("#") || seen.add(line.substring(0, line.lastIndexOf(' '))))
                    .as("one sample of each series: %s", line)
                    .isTrue();
        }
        assertThat(lines)
                .anyMatch(line ->
                        line.matches("plumbline_checks_total\\{coverage=\"EXHAUSTIVE\",verdict=\"FAIL\"} [1-9].*"))
                .anyMatch(line ->
                        line.matches("plumbline_reports_total\\{kind=\"gradient-checks\",verdict=\"FAIL\"} [1-9].*"))
                .contains("plumbline_gate_computing 0.0")
                .contains("plumbline_gate_waiting 0.0")
                .anyMatch(line -> line.matches("plumbline_check_evaluations_total [1-9].*"))
                .anyMatch(line -> line.matches("plumbline_reports_kept_bytes [1-9].*"))
                .anyMatch(line -> line.startsWith("http_server_requests_seconds_count"));
    }

    /** A panel of a figure that nobody counts any more would stay empty without a word. */
    @Test
    void theDashboardShowsFiguresThatThereAre() throws Exception {
        send(request("/v1/gradient-checks")
                .header("X-API-Key", "ann-secret")
                .header("Content-Type", "application/json")
                .header("Prefer", "respond-async, wait=60")
                .POST(BodyPublishers.ofString(CHECK)));
        Matcher figures = Pattern.compile("(?:plumbline|http_server)_[a-z_]+")
                .matcher(Files.readString(Path.of("examples", "grafana-dashboard.json")));
        Set<String> named = new HashSet<>();
        while (figures.find()) {
            named.add(figures.group());
        }
        assertThat(named).hasSizeGreaterThan(12);
        // A job is counted after its answer is given.
        await().untilAsserted(() -> {
            String scraped = scraped();
            assertThat(named).allMatch(figure -> Pattern.compile("(?m)^" + figure + "[ {]")
                    .matcher(scraped)
                    .find());
        });
    }

    /** Whoever calls can name neither a label nor a value of one. */
    @Test
    void addressesAndIdsAreNoLabels() throws Exception {
        for (int i = 0; i < 5; i++) {
            post("/v1/strange-" + i);
            send(request("/v1/gradient-checks/strange-" + i).header("X-API-Key", "ann-secret"));
            send(request("/v1/models").method("STRANGE" + i, BodyPublishers.noBody()));
        }
        assertThat(scraped()).doesNotContain("strange", "STRANGE", "ann");
    }

    @Test
    void isForThoseWithAKey() throws Exception {
        for (String path : List.of(
                "/actuator/prometheus", "/actuator/prometheus/", "/actuator/prometheus;a=b", "//actuator/prometheus")) {
            HttpResponse<String> answer = send(request(path));
            assertThat(answer.statusCode()).as(path).isIn(400, 401, 404);
            assertThat(answer.body()).as(path).doesNotContain("jvm_");
        }
        assertThat(send(request("/actuator/prometheus")).statusCode()).isEqualTo(401);
        assertThat(send(request("/actuator/health")).statusCode()).isEqualTo(200);
    }
}
