package dev.plumbline.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.plumbline.PlumblineApplication;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Jobs over HTTP, with two keys, and over a restart of the service on the same file. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JobsHttpTests {

    private static final String CHECK = "{'model': {'formula': 'sum(w*w)'}, 'parameters': {'w': [1, 2, 3]},"
            + " 'gradients': {'w': [2, 4, 7]}, 'settings': {'coverage': 'exhaustive'}}";
    private static final String DIAGNOSIS = "{'gradients': {'a.weight': [[1e-12, 1e-12]], 'b.weight': [[1.0, 2.0]]}}";
    private static final String RUN = "{'model': {'formula': 'mean((x * w - y)^2)'}, 'parameters': {'w': 2},"
            + " 'data': {'x': [1, 2], 'y': [3, 5]}, 'iterations': %d, 'reportEvery': 1000,"
            + " 'optimizer': {'kind': 'adam', 'learningRate': 1e-6}}";
    private static final String FOR_EVER = RUN.formatted(10_000_000);
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private static Path data;

    private ConfigurableApplicationContext service;

    /** The spans that have ended, as a collector would get them. */
    @Configuration(proxyBeanMethods = false)
    static class Traces {

        private static final Queue<ReadableSpan> ENDED = new ConcurrentLinkedQueue<>();

        @Bean
        SpanProcessor ended() {
            return new SpanProcessor() {
                @Override
                public void onStart(Context parent, ReadWriteSpan span) {}

                @Override
                public boolean isStartRequired() {
                    return false;
                }

                @Override
                public void onEnd(ReadableSpan span) {
                    ENDED.add(span);
                }

                @Override
                public boolean isEndRequired() {
                    return true;
                }
            };
        }

        private static List<ReadableSpan> of(String trace) {
            return ENDED.stream()
                    .filter(span -> span.getSpanContext().getTraceId().equals(trace))
                    .toList();
        }
    }

    @BeforeAll
    void start() throws Exception {
        service = new SpringApplicationBuilder(PlumblineApplication.class, Traces.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=jdbc:h2:file:" + data
                                + "/plumbline;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE",
                        "--plumbline.api-keys.ann=" + sha256("ann"),
                        "--plumbline.api-keys.ben=" + sha256("ben"),
                        "--plumbline.jobs.queue=6",
                        "--plumbline.webhooks.enabled=true",
                        "--plumbline.webhooks.allow=localhost",
                        "--plumbline.webhooks.pause=50",
                        "--springdoc.pre-loading-enabled=false");
    }

    @AfterAll
    void stop() {
        service.close();
    }

    private static String sha256(String key) throws Exception {
        byte[] digest = java.security.MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest);
    }

    private HttpResponse<String> call(String key, String method, String path, String headers, String body)
            throws Exception {
        return client.send(request(key, method, path, headers, body), BodyHandlers.ofString());
    }

    private HttpRequest request(String key, String method, String path, String headers, String body) {
        int port = Objects.requireNonNull(((ServletWebServerApplicationContext) service).getWebServer())
                .getPort();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body.replace('\'', '"')));
        for (String header : headers.isEmpty() ? new String[0] : headers.split("\\|")) {
            request.setHeader(header.split(": ")[0], header.split(": ")[1]);
        }
        return request.build();
    }

    private HttpResponse<String> submitted(String key, String path, String body) throws Exception {
        HttpResponse<String> answer = call(key, "POST", path, "Prefer: respond-async", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Preference-Applied")).contains("respond-async");
        return answer;
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElseThrow();
    }

    private JsonNode job(String key, String location) throws Exception {
        HttpResponse<String> answer = call(key, "GET", location, "", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private JsonNode ended(String key, String location) throws Exception {
        JsonNode job =
                JSON.readTree(call(key, "GET", location, "Prefer: wait=60", "").body());
        assertThat(job.path("state").asString()).as(job.toString()).isIn("done", "failed", "cancelled");
        return job;
    }

    private void awaitState(String key, String location, String state) throws Exception {
        for (int i = 0; i < 600 && !job(key, location).path("state").asString().equals(state); i++) {
            Thread.sleep(50);
        }
        assertThat(job(key, location).path("state").asString()).isEqualTo(state);
    }

    private void drop(String key, String location) throws Exception {
        assertThat(call(key, "DELETE", location, "", "").statusCode()).isEqualTo(204);
    }

    /** But for its id and its times. */
    private static JsonNode plain(JsonNode report) {
        ObjectNode plain = ((ObjectNode) report.deepCopy()).without(List.of("id", "seconds"));
        if (plain.path("cost").isObject()) {
            ((ObjectNode) plain.path("cost")).remove("milliseconds");
        }
        return plain;
    }

    @Order(1)
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/v1/gradient-checks | " + CHECK,
                "/v1/diagnoses | " + DIAGNOSIS,
                "/v1/training-runs | {'model': {'formula': 'mean((x * w - y)^2)'}, 'parameters': {'w': 2}, 'data': {'x': [1, 2], 'y': [3, 5]}, 'iterations': 50, 'optimizer': {'kind': 'adam', 'learningRate': 0.1}}"
            })
    void aJobsReportIsTheOneThatWouldHaveBeenAnswered(String path, String body) throws Exception {
        JsonNode direct = JSON.readTree(call("ann", "POST", path, "", body).body());
        String location = location(submitted("ann", path, body));
        JsonNode job = ended("ann", location);

        assertThat(job.path("state").asString()).as(job.toString()).isEqualTo("done");
        assertThat(plain(job.path("report"))).isEqualTo(plain(direct));
        assertThat(job.path("attempts").asInt()).isEqualTo(1);
        assertThat(job.path("progress").path("fraction").asDouble()).isEqualTo(1);
        assertThat(job.path("reportHref").asString())
                .isEqualTo(path + "/" + job.path("report").path("id").asString());
        JsonNode kept =
                JSON.readTree(call("ann", "GET", job.path("reportHref").asString(), "Accept: application/json", "")
                        .body());
        assertThat(kept.path("id")).isEqualTo(job.path("report").path("id"));

        HttpResponse<String> waited = call("ann", "POST", path, "Prefer: respond-async, wait=60", body);
        assertThat(waited.statusCode()).isEqualTo(200);
        assertThat(plain(JSON.readTree(waited.body()))).isEqualTo(plain(direct));
    }

    @Order(2)
    @Test
    void theRunOfAJobIsInItsCallersTraceWithItsPhases() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        String traceparent = "|traceparent: 00-" + trace + "-00f067aa0ba902b7-01";
        String id = ended(
                        "ann",
                        location(call(
                                "ann", "POST", "/v1/gradient-checks", "Prefer: respond-async" + traceparent, CHECK)))
                .path("id")
                .asString();
        for (int i = 0; i < 100 && named("job run: gradient-checks", trace).isEmpty(); i++) {
            Thread.sleep(20); // it ends after the job does
        }

        ReadableSpan run = named("job run: gradient-checks", trace).get(0);
        ReadableSpan submit = named("job submitted", trace).get(0);
        assertThat(run.getParentSpanContext().getSpanId())
                .isEqualTo(submit.getSpanContext().getSpanId());
        assertThat(run.getAttribute(AttributeKey.stringKey("job"))).isEqualTo(id);
        assertThat(submit.getAttribute(AttributeKey.stringKey("job"))).isEqualTo(id);
        for (String phase : List.of("check: reference", "check: certificate", "check: exhaustive")) {
            assertThat(named(phase, trace))
                    .as(phase)
                    .isNotEmpty()
                    .extracting(span -> span.getParentSpanContext().getSpanId())
                    .containsOnly(run.getSpanContext().getSpanId());
        }
    }

    private static List<ReadableSpan> named(String name, String trace) {
        return Traces.of(trace).stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    /** What would be refused is, at once, and no job is made. */
    @Order(2)
    @Test
    void aWrongRequestBecomesNoJob() throws Exception {
        for (String wrong : List.of(
                "{'model': {'formula': 'w +'}, 'parameters': {'w': 1}}",
                "{'model': {'formula': 'w*w'}, 'parameters': {'w': 1}, 'gradients': {'v': 2}}",
                "{'model': ",
                "",
                "{'model': {'formula': 'w*w'}, 'unknown': 1}")) {
            HttpResponse<String> direct = call("ann", "POST", "/v1/gradient-checks", "", wrong);
            HttpResponse<String> job = call("ann", "POST", "/v1/gradient-checks", "Prefer: respond-async", wrong);

            assertThat(job.statusCode()).as(job.body()).isEqualTo(direct.statusCode());
            assertThat(JSON.readTree(job.body()).path("pointer"))
                    .isEqualTo(JSON.readTree(direct.body()).path("pointer"));
        }
        assertThat(call("ann", "POST", "/v1/gradient-checks", "Prefer: respond-async, wait=soon", CHECK)
                        .statusCode())
                .isEqualTo(422);
        assertThat(call("ann", "POST", "/v1/gradient-checks", "Prefer: handling=lenient", CHECK)
                        .statusCode())
                .isEqualTo(200);
    }

    /** What every address that may make a job refuses without being asked for one. */
    private static Stream<Arguments> bodiesThatAreNoRequests() {
        List<String> paths = List.of("/v1/gradient-checks", "/v1/diagnoses", "/v1/training-runs");
        List<String> multipart = new ArrayList<>();
        for (String part : List.of("null", "", "[]", "'x'")) {
            multipart.add(
                    "--x\r\nContent-Disposition: form-data; name='request'\r\nContent-Type: application/json\r\n\r\n"
                            + part + "\r\n--x--\r\n");
        }
        multipart.add("--x\r\nContent-Disposition: form-data; name='data'; filename='d'\r\n\r\nd\r\n--x--\r\n");
        return paths.stream()
                .flatMap(path -> Stream.concat(
                        Stream.of("null", " null ", "", "[]", "'x'", "1")
                                .map(body -> Arguments.of(path, "application/json", body)),
                        multipart.stream().map(body -> Arguments.of(path, "multipart/form-data; boundary=x", body))));
    }

    @Order(2)
    @ParameterizedTest
    @MethodSource("bodiesThatAreNoRequests")
    void aBodyThatIsNoRequestIsRefusedAsWithoutAJob(String path, String type, String body) throws Exception {
        HttpResponse<String> direct = call("ann", "POST", path, "Content-Type: " + type, body);
        HttpResponse<String> job = call("ann", "POST", path, "Prefer: respond-async|Content-Type: " + type, body);

        assertThat(direct.statusCode()).as(direct.body()).isIn(400, 422);
        assertThat(job.statusCode()).as(job.body()).isEqualTo(direct.statusCode());
        assertThat(JSON.readTree(job.body())).isEqualTo(JSON.readTree(direct.body()));
    }

    /** The table above has every address that may make a job. */
    @Order(2)
    @Test
    void everyAddressThatMayMakeAJobIsInTheTable() {
        Set<String> addresses = service
                .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .entrySet()
                .stream()
                .filter(entry -> entry.getValue().hasMethodAnnotation(MayBeAJob.class))
                .flatMap(entry -> entry.getKey().getPatternValues().stream())
                .collect(Collectors.toSet());

        assertThat(addresses)
                .isEqualTo(bodiesThatAreNoRequests()
                        .map(arguments -> arguments.get()[0])
                        .collect(Collectors.toSet()));
    }

    /** An address that nobody may be sent to is refused at once, and makes no job. */
    @Order(2)
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Prefer: respond-async|Webhook-URL: https://169.254.169.254/latest|Webhook-Secret: 0123456789abcdef| not public",
                "Prefer: respond-async|Webhook-URL: http://hooks.example/|Webhook-Secret: 0123456789abcdef| http goes",
                "Prefer: respond-async|Webhook-URL: https://hooks.example:99999/|Webhook-Secret: 0123456789abcdef| no such port",
                "Prefer: respond-async|Webhook-URL: https://0x7f000001/|Webhook-Secret: 0123456789abcdef| no host",
                "Prefer: respond-async|Webhook-URL: https://hooks.example/|Webhook-Secret: short| Webhook-Secret: no secret",
                "Prefer: respond-async|Webhook-URL: https://hooks.example/|X-Any: 1| Webhook-Secret: no secret",
                "Prefer: respond-async|X-Any: 1|Webhook-Secret: 0123456789abcdef| Webhook-URL: no address",
                "Prefer: wait=1|Webhook-URL: https://hooks.example/|Webhook-Secret: 0123456789abcdef| jobs alone",
            })
    void aWebhookThatGoesNowhereMakesNoJob(String prefer, String url, String secret, String why) throws Exception {
        String before = call("ann", "GET", "/v1/jobs", "", "").body();

        HttpResponse<String> answer =
                call("ann", "POST", "/v1/gradient-checks", String.join("|", prefer, url, secret), CHECK);

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains(why);
        assertThat(call("ann", "GET", "/v1/jobs", "", "").body()).isEqualTo(before);
    }

    @Order(3)
    @Test
    void filesAreKeptWithTheRequest() throws Exception {
        byte[] model = java.nio.file.Files.readAllBytes(
                Path.of("src/test/resources/fixtures/models/linear/float64/model.onnx"));
        String front = "--x\r\nContent-Disposition: form-data; name=\"model\"; filename=\"m.onnx\"\r\n\r\n";
        java.io.ByteArrayOutputStream body = new java.io.ByteArrayOutputStream();
        body.writeBytes(front.getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(model);
        body.writeBytes("\r\n--x--\r\n".getBytes(StandardCharsets.US_ASCII));
        HttpRequest direct = HttpRequest.newBuilder(
                        request("ann", "GET", "/v1/gradient-checks", "", "").uri())
                .header("X-API-Key", "ann")
                .header("Content-Type", "multipart/form-data; boundary=x")
                .POST(BodyPublishers.ofByteArray(body.toByteArray()))
                .build();
        HttpRequest async = HttpRequest.newBuilder(direct, (name, value) -> true)
                .header("Prefer", "respond-async, wait=60")
                .build();
        HttpResponse<String> expected = client.send(direct, BodyHandlers.ofString());
        HttpResponse<String> got = client.send(async, BodyHandlers.ofString());

        assertThat(got.statusCode()).as(got.body()).isEqualTo(expected.statusCode());
        assertThat(JSON.readTree(got.body()).path("pointer"))
                .isEqualTo(JSON.readTree(expected.body()).path("pointer"));
        assertThat(JSON.readTree(got.body()).path("verdict"))
                .isEqualTo(JSON.readTree(expected.body()).path("verdict"));
    }

    @Order(4)
    @Test
    void aJobIsItsKeysAlone() throws Exception {
        String location = location(submitted("ann", "/v1/gradient-checks", CHECK));

        assertThat(call("ben", "GET", location, "", "").statusCode()).isEqualTo(404);
        assertThat(call("ben", "GET", location + "/events", "", "").statusCode())
                .isEqualTo(404);
        assertThat(call("ben", "DELETE", location, "", "").statusCode()).isEqualTo(404);
        assertThat(call("ben", "GET", "/v1/jobs", "", "").body()).doesNotContain(location);
        JsonNode page =
                JSON.readTree(call("ann", "GET", "/v1/jobs?limit=1", "", "").body());
        assertThat(page.path("items").path(0).path("href").asString()).isEqualTo(location);
        assertThat(page.path("items").path(0).has("report")).isFalse();
        JsonNode second = JSON.readTree(
                call("ann", "GET", "/v1/jobs?limit=1&after=" + page.path("next").asString(), "", "")
                        .body());
        assertThat(second.path("items").path(0).path("href").asString()).isNotEqualTo(location);
        ended("ann", location);
        drop("ann", location);
        assertThat(call("ann", "GET", location, "", "").statusCode()).isEqualTo(404);
    }

    @Order(5)
    @Test
    void aRepeatedRequestIsTheSameJob() throws Exception {
        String headers = "Prefer: respond-async|Idempotency-Key: once";
        String first = location(call("ann", "POST", "/v1/gradient-checks", headers, CHECK));
        ended("ann", first);

        assertThat(location(call("ann", "POST", "/v1/gradient-checks", headers, CHECK)))
                .isEqualTo(first);
        assertThat(call("ann", "POST", "/v1/gradient-checks", headers, CHECK.replace("7", "6"))
                        .statusCode())
                .isEqualTo(409);
        assertThat(call("ann", "POST", "/v1/diagnoses", headers, DIAGNOSIS).statusCode())
                .isEqualTo(409);
        assertThat(location(call("ben", "POST", "/v1/gradient-checks", headers, CHECK)))
                .isNotEqualTo(first);
    }

    @Order(6)
    @Test
    void cancelsARunningJobWithinASecondAndAWaitingOneAtOnce() throws Exception {
        String running = location(submitted("ann", "/v1/training-runs", FOR_EVER));
        String waiting = location(submitted("ann", "/v1/training-runs", FOR_EVER));
        awaitState("ann", running, "running");

        drop("ann", waiting);
        assertThat(job("ann", waiting).path("state").asString()).isEqualTo("cancelled");
        long before = System.nanoTime();
        drop("ann", running);
        assertThat(ended("ann", running).path("state").asString()).isEqualTo("cancelled");
        double seconds = (System.nanoTime() - before) / 1e9;
        System.out.printf("cancelled in %.2f s%n", seconds);
        // A second, and as much again for a machine that is busy.
        assertThat(seconds).isLessThan(2);
    }

    @Order(7)
    @Test
    void theQueueIsBoundedForAllAndForEachKey() throws Exception {
        List<String> hers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            hers.add(location(submitted("ann", "/v1/training-runs", FOR_EVER)));
        }
        HttpResponse<String> fourth = call("ann", "POST", "/v1/training-runs", "Prefer: respond-async", FOR_EVER);
        assertThat(fourth.statusCode()).isEqualTo(503);
        assertThat(Long.parseLong(fourth.headers().firstValue("Retry-After").orElseThrow()))
                .isPositive();
        assertThat(fourth.body()).contains("plumbline.jobs.queue-of-key");
        awaitState("ann", hers.get(0), "running");

        // The other key's small job goes before the large ones that wait; the one that runs is in its way alone.
        String small = location(submitted("ben", "/v1/gradient-checks", CHECK));
        drop("ann", hers.get(0));
        assertThat(ended("ben", small).path("state").asString()).isEqualTo("done");
        drop("ann", hers.get(1));
        drop("ann", hers.get(2));
    }

    /** As containers and test frameworks do it, who stop what they do not need. */
    @Order(7)
    @Test
    void workersCanBeStoppedAndStartedAgain() throws Exception {
        service.stop();
        service.start();

        assertThat(ended("ann", location(submitted("ann", "/v1/gradient-checks", CHECK)))
                        .path("state")
                        .asString())
                .isEqualTo("done");
    }

    private record Event(long id, String name, JsonNode data) {}

    private List<Event> events(String location, String headers, int most) throws Exception {
        List<Event> events = new ArrayList<>();
        HttpResponse<Stream<String>> answer =
                client.send(request("ann", "GET", location + "/events", headers, ""), BodyHandlers.ofLines());
        try (Stream<String> lines = answer.body()) {
            long[] id = {0};
            String[] name = {""};
            for (java.util.Iterator<String> line = lines.iterator(); events.size() < most && line.hasNext(); ) {
                String text = line.next();
                if (text.startsWith("id:")) {
                    id[0] = Long.parseLong(text.substring(3).strip());
                } else if (text.startsWith("event:")) {
                    name[0] = text.substring(6).strip();
                } else if (text.startsWith("data:")) {
                    events.add(new Event(id[0], name[0], JSON.readTree(text.substring(5))));
                }
            }
        }
        return events;
    }

    @Order(8)
    @Test
    void eventsGoOnBehindTheLastOne() throws Exception {
        String location = location(submitted("ann", "/v1/training-runs", RUN.formatted(60_000)));

        List<Event> first = events(location, "", 2);
        long last = first.get(1).id();
        List<Event> rest = events(location, "Last-Event-ID: " + last, Integer.MAX_VALUE);

        assertThat(rest).isNotEmpty();
        List<Event> all = new ArrayList<>(first);
        all.addAll(rest);
        for (int i = 1; i < all.size(); i++) {
            assertThat(all.get(i).id()).isGreaterThan(all.get(i - 1).id());
        }
        List<Double> fractions = all.stream()
                .filter(event -> event.name().equals("progress"))
                .map(event -> event.data().path("progress").path("fraction").asDouble())
                .toList();
        assertThat(fractions).isSorted();
        Event end = all.get(all.size() - 1);
        assertThat(end.name()).isEqualTo("report");
        assertThat(end.data().path("steps").asInt()).isEqualTo(60_000);
        assertThat(call("ann", "GET", location + "/events", "Last-Event-ID: " + end.id(), "")
                        .statusCode())
                .isEqualTo(204);
        assertThat(events(location, "", 9)).hasSize(1);
    }

    /** A fault of the service is told like any problem, and an attempt is one that was begun. */
    @Order(8)
    @Test
    void theProblemOfAFailedJobHasTheMembersOfAnyProblem() throws Exception {
        String first = location(submitted("ann", "/v1/training-runs", FOR_EVER));
        awaitState("ann", first, "running");
        String spent = location(submitted("ann", "/v1/training-runs", FOR_EVER));
        service.getBean(JdbcClient.class)
                .sql("update job set fruitless = 3, attempts = 3 where id = :id")
                .param("id", spent.substring(spent.lastIndexOf('/') + 1))
                .update();
        drop("ann", first);

        JsonNode job = ended("ann", spent);
        List<Event> events = events(spent, "", 9);

        assertThat(job.path("state").asString()).isEqualTo("failed");
        assertThat(job.path("attempts").asInt()).isEqualTo(3);
        assertThat(job.at("/error/type").asString()).isEqualTo("/problems/internal");
        assertThat(events).singleElement().extracting(Event::name).isEqualTo("problem");
        JsonNode problem = events.get(0).data();
        assertThat(problem.path("type").asString()).isEqualTo("/problems/internal");
        assertThat(problem.path("title").asString()).isEqualTo("Plumbline made a mistake");
        assertThat(problem.path("status").asInt()).isEqualTo(500);
        for (String member : List.of("detail", "got", "expected")) {
            assertThat(problem.path(member)).isEqualTo(job.path("error").path(member));
        }
    }

    /** Who asks for events behind one that there never was would wait for nothing, and miss the end. */
    @Order(8)
    @ParameterizedTest
    @ValueSource(strings = {"-1", "abc", "1e3", "999999", "999999999999999999", "99999999999999999999"})
    void anEventThatNeverWasIsRefused(String lastEventId) throws Exception {
        String location = location(submitted("ann", "/v1/gradient-checks", CHECK));
        for (String state : List.of("under way", "over")) {
            HttpResponse<String> answer = call("ann", "GET", location + "/events", "Last-Event-ID: " + lastEventId, "");
            assertThat(answer.statusCode()).as(state + answer.body()).isEqualTo(422);
            assertThat(JSON.readTree(answer.body()).path("got").asString()).isEqualTo(lastEventId);
            ended("ann", location);
        }
    }

    @Order(9)
    @Test
    void goesOnByItselfAfterARestart() throws Exception {
        String body = RUN.formatted(100_000);
        JsonNode direct =
                JSON.readTree(call("ann", "POST", "/v1/training-runs", "", body).body());
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hook", exchange -> {
            heard.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        String running = location(call(
                "ann",
                "POST",
                "/v1/training-runs",
                "Prefer: respond-async|Webhook-Secret: 0123456789abcdef|Webhook-URL: http://localhost:%d/hook"
                        .formatted(server.getAddress().getPort()),
                body));
        String waiting = location(submitted("ann", "/v1/gradient-checks", CHECK));
        awaitState("ann", running, "running");
        assertThat(job("ann", running).at("/webhook/waiting").asInt(-1)).isZero();

        service.close();
        assertThat(heard).isEmpty();
        start();

        JsonNode job = ended("ann", running);
        assertThat(job.path("state").asString()).as(job.toString()).isEqualTo("done");
        assertThat(job.path("attempts").asInt()).isEqualTo(1);
        assertThat(plain(job.path("report"))).isEqualTo(plain(direct));
        assertThat(ended("ann", waiting).path("state").asString()).isEqualTo("done");
        JsonNode kept = JSON.readTree(
                call("ann", "GET", "/v1/training-runs?limit=200", "", "").body());
        String id = job.path("report").path("id").asString();
        assertThat(kept.path("items").findValuesAsString("id")).containsOnlyOnce(id);
        JsonNode news = JSON.readTree(Objects.requireNonNull(heard.poll(20, TimeUnit.SECONDS)));
        server.stop(0);
        assertThat(news.path("kind").asString()).isEqualTo("job.done");
        assertThat(news.path("path").asString()).isEqualTo(running);
        assertThat(heard).isEmpty();
    }
}
