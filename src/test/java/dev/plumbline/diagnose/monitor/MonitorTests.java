package dev.plumbline.diagnose.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Monitors over HTTP. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "plumbline.limits.monitors=5",
            "plumbline.webhooks.enabled=true",
            "plumbline.webhooks.allow=localhost",
            "plumbline.webhooks.pause=50",
            "plumbline.webhooks.timeout=1000",
            "plumbline.webhooks.attempts=3",
            "plumbline.webhooks.queue=20"
        })
class MonitorTests {

    private static final String PATH = "/v1/monitors";

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    private Caller caller;

    @BeforeEach
    void connect() {
        caller = new Caller(port);
        jdbc.sql("delete from monitor").update();
        jdbc.sql("delete from webhook_delivery").update();
    }

    private String create(String json) throws Exception {
        Answer answer = caller.post(PATH, json);
        assertThat(answer.status()).isEqualTo(201);
        return PATH + "/" + answer.text("/id");
    }

    private Answer post(String monitor, String json) throws Exception {
        return caller.post(monitor + "/snapshots", json);
    }

    private Answer post(String monitor, int step, double norm) throws Exception {
        return post(monitor, "{\"step\": %d, \"norms\": {\"w\": %s}}".formatted(step, norm));
    }

    private long count(String table) {
        return jdbc.sql("select count(*) from " + table).query(Long.class).single();
    }

    @Test
    void findsASpikeAtItsStepAndKeepsIt() throws Exception {
        String monitor = create("{\"name\": \"run 1\", \"window\": 50}");
        for (int step = 1; step <= 60; step++) {
            Answer answer = post(monitor, step, step == 40 ? 25 : 1);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().at("/findings")).hasSize(step == 40 ? 1 : 0);
            assertThat(answer.text("/verdict")).isEqualTo(step == 40 ? "UNHEALTHY" : "HEALTHY");
        }
        JsonNode report = caller.get(monitor).json();
        JsonNode finding = report.at("/findings/0");
        assertThat(finding.at("/rule").asString()).isEqualTo("exploding");
        assertThat(finding.at("/symptom").asString()).isEqualTo("spike");
        assertThat(finding.at("/step").asLong()).isEqualTo(40);
        assertThat(finding.at("/observed").asDouble()).isEqualTo(25);
        assertThat(finding.at("/threshold").asDouble()).isEqualTo(10);
        assertThat(finding.at("/open").asBoolean()).isFalse();
        assertThat(report.at("/tensors/w/gradientNorm/maximumStep").asLong()).isEqualTo(40);
        assertThat(report.at("/notEvaluated").toString()).contains("a plateau needs the loss");
        assertThat(count("monitor_snapshot")).isEqualTo(50);
    }

    @Test
    void countsAStepOnceHoweverOftenItComes() throws Exception {
        String monitor = create("{}");
        for (int step = 1; step <= 20; step++) {
            post(monitor, step, 1);
        }
        Answer first = post(monitor, 21, 30);
        Answer again = post(monitor, 21, 30);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().at("/replayed").asBoolean()).isTrue();
        assertThat(again.json().at("/findings")).isEqualTo(first.json().at("/findings"));
        post(monitor, 22, 1);
        assertThat(post(monitor, 21, 30).json().at("/findings/0/open").asBoolean())
                .isTrue();
        assertThat(caller.get(monitor).number("/snapshots")).isEqualTo(22);
        assertThat(caller.get(monitor).number("/found")).isEqualTo(1);
    }

    @Test
    void countsOneOfManyThatRace() throws Exception {
        String monitor = create("{}");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<Answer> race = () -> post(monitor, 1, 2);
            int counted = 0;
            for (Future<Answer> answer : threads.invokeAll(Collections.nCopies(16, race))) {
                assertThat(answer.get().status()).isEqualTo(200);
                counted += answer.get().json().at("/replayed").asBoolean() ? 0 : 1;
            }
            assertThat(counted).isEqualTo(1);
        } finally {
            threads.shutdown();
        }
        assertThat(caller.get(monitor).number("/snapshots")).isEqualTo(1);
    }

    @Test
    void refusesOtherFiguresAndStepsThatHavePassed() throws Exception {
        String monitor = create("{}");
        post(monitor, 10, 1);
        Answer other = post(monitor, 10, 2);
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.text("/pointer")).isEqualTo("/step");
        Answer passed = post(monitor, 9, 1);
        assertThat(passed.status()).isEqualTo(409);
        assertThat(passed.text("/expected")).contains("a step after 10");
        assertThat(caller.get(monitor).number("/snapshots")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"step": -1, "loss": 1}                                                | /step
                    {"step": 1}                                                            | ''
                    {"step": 1, "norms": {"w": -1}}                                        | /norms/w/gradientNorm
                    {"step": 1, "norms": {"w": "much"}}                                    | /norms/w
                    {"step": 1, "norms": {"w": {"updateNorm": 1}}}                         | /norms/w
                    {"step": 1, "norms": {"w": {"gradientNorm": 1, "zeroShare": 2}}}       | /norms/w/zeroShare
                    {"step": 1, "gradients": {"w": [1]}, "norms": {"w": 1}}                | /norms/w/gradientNorm
                    {"step": 1, "gradients": {"w": [1]}, "parameters": {"v": [1]}}         | /parameters/v
                    {"step": 1, "norms": {"w": {"norm": 1}}}                               | /norms/w/norm
                    """)
    void refusesWhatIsNoSnapshot(String json, String pointer) throws Exception {
        Answer answer = post(create("{}"), json);
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo(pointer);
    }

    @Test
    void refusesANumberThatIsNoDouble() throws Exception {
        assertThat(post(create("{}"), "{\"step\": 1, \"norms\": {\"w\": 1e999}}")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void takesNaNAsAString() throws Exception {
        String monitor = create("{}");
        Answer answer = post(monitor, "{\"step\": 3, \"loss\": \"NaN\", \"norms\": {\"w\": \"Infinity\", \"v\": 1}}");
        assertThat(answer.json().at("/findings")).hasSize(2);
        assertThat(answer.json().at("/findings").toString()).contains("since step 3", "nonFinite");
        assertThat(answer.json().at("/findings/1/tensors/0").asString()).isEqualTo("w");
        assertThat(caller.get(monitor).text("/tensors/w/gradientNorm/last")).isEqualTo("Infinity");
    }

    @Test
    void takesTensorsFromFiles() throws Exception {
        String monitor = create("{}");
        byte[] gradients = Safetensors.write(Map.of("fc1.weight", Tensor.vector(3, 4, 0, 0)), Map.of());
        Answer answer = caller.postFiles(
                monitor + "/snapshots",
                Map.of("request", "{\"step\": 1}".getBytes(StandardCharsets.UTF_8), "gradients", gradients));
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        assertThat(caller.get(monitor).number("/tensors/fc1.weight/gradientNorm/last"))
                .isEqualTo(5);
        JsonNode kept = caller.get(monitor + "/snapshots").json();
        assertThat(kept.at("/0/tensors/fc1.weight/zeroShare").asDouble()).isEqualTo(0.5);
    }

    @Test
    void showsTheSnapshotsAfterAStep() throws Exception {
        String monitor = create("{\"window\": 50}");
        for (int step = 1; step <= 60; step++) {
            post(monitor, step, step);
        }
        JsonNode all = caller.get(monitor + "/snapshots").json();
        assertThat(all).hasSize(50);
        assertThat(all.at("/0/step").asLong()).isEqualTo(11);
        assertThat(caller.get(monitor + "/snapshots?after=58").json()).hasSize(2);
    }

    @Test
    void judgesByTheLayersThatItWasTold() throws Exception {
        String monitor = create("{\"layers\": [\"in\", \"out\"]}");
        Answer answer = post(monitor, "{\"step\": 1, \"norms\": {\"out.weight\": 1, \"in.weight\": 1e-6}}");
        assertThat(answer.text("/findings/0/rule")).isEqualTo("vanishing");
        assertThat(answer.text("/findings/0/symptom")).isEqualTo("depth");
        assertThat(caller.get(monitor).number("/depth/firstToLast")).isEqualTo(1e-6);
    }

    @Test
    void listsFindsAndDeletes() throws Exception {
        String monitor = create("{\"name\": \"a\"}");
        post(monitor, 1, 1);
        Answer found = caller.get(monitor);
        assertThat(found.etag()).isEqualTo("\"1\"");
        assertThat(caller.get(monitor, "If-None-Match", "\"1\"").status()).isEqualTo(304);
        assertThat(caller.get(PATH).text("/items/0/name")).isEqualTo("a");
        assertThat(caller.delete(monitor).status()).isEqualTo(204);
        assertThat(caller.get(monitor).status()).isEqualTo(404);
        assertThat(post(monitor, 2, 1).status()).isEqualTo(404);
        assertThat(count("monitor_snapshot")).isZero();
    }

    @Test
    void findsTheMonitorThatAnEarlierTryHasMade() throws Exception {
        Answer first = caller.post(PATH, "{\"name\": \"a\"}", "Idempotency-Key", "k");
        Answer again = caller.post(PATH, "{\"name\": \"a\"}", "Idempotency-Key", "k");
        assertThat(again.text("/id")).isEqualTo(first.text("/id"));
        assertThat(caller.post(PATH, "{\"name\": \"b\"}", "Idempotency-Key", "k")
                        .status())
                .isEqualTo(409);
    }

    @Test
    void keepsNoMoreMonitorsThanItMayAndDropsTheUnused() throws Exception {
        for (int i = 0; i < 5; i++) {
            create("{}");
        }
        assertThat(caller.post(PATH, "{}").status()).isEqualTo(413);
        jdbc.sql("update monitor set expires_at = 0").update();
        create("{}");
        assertThat(count("monitor")).isEqualTo(1);
    }

    @Test
    void keepsTheLastTwoHundredFindings() throws Exception {
        String monitor = create("{\"window\": 50}");
        for (int step = 1; step <= 500; step++) {
            post(monitor, step, step > 10 && step % 2 == 0 ? 30 : 1);
        }
        assertThat(caller.get(monitor).number("/found")).isEqualTo(245);
        assertThat(count("monitor_finding")).isEqualTo(MonitorStore.FINDINGS);
    }

    @Test
    void refusesAWindowThatIsTooLongAndAStreamOfNothing() throws Exception {
        assertThat(caller.post(PATH, "{\"window\": 100000}").text("/pointer")).isEqualTo("/window");
        assertThat(caller.get(PATH + "/none", "Accept", "text/event-stream").status())
                .isEqualTo(404);
    }

    @Test
    void saysThatANaNCameAndWent() throws Exception {
        String monitor = create("{\"window\": 50}");
        for (int step = 1; step <= 20; step++) {
            post(
                    monitor,
                    "{\"step\": %d, \"loss\": 1, \"norms\": {\"w\": %s}}"
                            .formatted(step, step == 7 || step == 8 ? "\"NaN\"" : "1"));
        }
        JsonNode finding = caller.get(monitor).json().at("/findings/0");
        assertThat(finding.at("/open").asBoolean()).isFalse();
        assertThat(finding.at("/since").asLong()).isEqualTo(7);
        assertThat(finding.at("/last").asLong()).isEqualTo(8);
        assertThat(finding.at("/cause").asString()).contains("from step 7 to step 8, and not since");
    }

    @Test
    void takesAStepThatALossScalerLeftOutForNormal() throws Exception {
        String monitor = create("{}");
        for (int step = 1; step <= 30; step++) {
            boolean overflow = step % 10 == 0;
            Answer answer = post(
                    monitor,
                    "{\"step\": %d, \"loss\": 1, \"lossScale\": 1024, \"norms\": {\"w\": %s}}"
                            .formatted(step, overflow ? "\"Infinity\"" : "1"));
            assertThat(answer.json().at("/findings"))
                    .as(answer.json().toString())
                    .isEmpty();
        }
        JsonNode report = caller.get(monitor).json();
        assertThat(report.at("/skipped/steps").asLong()).isEqualTo(3);
        assertThat(report.at("/skipped/last").asLong()).isEqualTo(30);
        assertThat(report.at("/skipped/share/estimate").asDouble()).isEqualTo(0.1);
        assertThat(report.at("/summary").asString()).contains("The loss scaler left out 3 steps");
        assertThat(caller.get(monitor + "/snapshots")
                        .json()
                        .at("/29/scaling/skipped")
                        .asBoolean())
                .isTrue();
        assertThat(post(monitor, "{\"step\": 31, \"skipped\": true}").status()).isEqualTo(200);
        assertThat(post(monitor, "{\"step\": 32, \"skipped\": false, \"lossScale\": 2, \"norms\": {\"w\": \"NaN\"}}")
                        .json()
                        .at("/findings"))
                .hasSize(1);
        assertThat(post(monitor, "{\"step\": 33, \"lossScale\": 0, \"loss\": 1}")
                        .text("/pointer"))
                .isEqualTo("/lossScale");
    }

    @Test
    void namesTheRankThatHasOtherGradients() throws Exception {
        String monitor = create("{\"ranks\": 3}");
        String snapshot = "{\"step\": %d, \"rank\": %d, \"norms\": {\"w\": %s}}";
        for (int step = 1; step <= 10; step++) {
            for (int rank = 2; rank >= 0; rank--) {
                String norm = rank == 1 && step >= 6 ? "1.5" : "1";
                Answer answer = post(monitor, snapshot.formatted(step, rank, norm));
                assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
                assertThat(answer.json().at("/findings")).hasSize(step == 7 && rank == 0 ? 1 : 0);
            }
        }
        JsonNode finding = caller.get(monitor).json().at("/findings/0");
        assertThat(finding.at("/symptom").asString()).isEqualTo("ranks");
        assertThat(finding.at("/tensors/0").asString()).isEqualTo("rank 1");
        assertThat(finding.at("/since").asLong()).isEqualTo(6);
        assertThat(finding.at("/cause").asString()).contains("The gradients of w on rank 1");

        assertThat(post(monitor, snapshot.formatted(10, 2, "1"))
                        .json()
                        .at("/replayed")
                        .asBoolean())
                .isTrue();
        assertThat(post(monitor, snapshot.formatted(10, 2, "2")).status()).isEqualTo(409);
        assertThat(post(monitor, snapshot.formatted(0, 2, "2")).status()).isEqualTo(409);
        assertThat(post(monitor, snapshot.formatted(11, 3, "2")).text("/pointer"))
                .isEqualTo("/rank");
        assertThat(post(monitor, 11, 1).text("/pointer")).isEqualTo("/rank");
    }

    @Test
    void keepsTheLastFiftySnapshotsOfARankThatIsAhead() throws Exception {
        String monitor = create("{\"ranks\": 2}");
        for (int step = 1; step <= 60; step++) {
            post(monitor, "{\"step\": %d, \"rank\": 1, \"loss\": 1}".formatted(step));
        }
        assertThat(count("monitor_rank")).isEqualTo(RankStore.KEPT);
    }

    @Test
    void saysWhereTwoRunsPart() throws Exception {
        String first = create("{}");
        String id = first.substring(first.lastIndexOf('/') + 1);
        String second = create("{\"comparedWith\": \"%s\"}".formatted(id));
        for (int step = 0; step < 64; step++) {
            String snapshot = "{\"step\": %d, \"loss\": %s}";
            post(first, snapshot.formatted(step, 1 + 0.01 * (step % 3)));
            post(second, snapshot.formatted(step, (step < 32 ? 1 : 2) + 0.01 * (step % 3)));
        }
        JsonNode comparison = caller.get(second).json().at("/comparison");
        assertThat(comparison.at("/until").asLong()).isEqualTo(31);
        assertThat(comparison.at("/from").asLong()).isEqualTo(32);
        assertThat(comparison.at("/in").asString()).isEqualTo("loss");
        assertThat(comparison.at("/difference/low").asDouble()).isBetween(0.98, 1.0);
        assertThat(caller.get(second).text("/summary")).contains("The runs part in the loss");
        assertThat(caller.post(PATH, "{\"comparedWith\": \"none\"}").text("/pointer"))
                .isEqualTo("/comparedWith");
    }

    /** The first answer is 500: the same delivery comes again. */
    @Test
    void tellsAWebhookOfWhatOpensAndCloses() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hook", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String signature = exchange.getRequestHeaders().getFirst("X-Plumbline-Signature");
            boolean first = heard.isEmpty();
            heard.add(signature + " " + body);
            exchange.sendResponseHeaders(first ? 500 : 204, -1);
            exchange.close();
        });
        server.start();
        try {
            String secret = "a secret of ours";
            String monitor =
                    create("{\"window\": 50, \"webhook\": {\"url\": \"http://localhost:%d/hook\", \"secret\": \"%s\"}}"
                            .formatted(server.getAddress().getPort(), secret));
            for (int step = 1; step <= 16; step++) {
                post(monitor, step, step == 13 ? 25 : 1);
            }
            Map<String, JsonNode> deliveries = new LinkedHashMap<>();
            for (int i = 0; i < 3; i++) {
                String next = heard.poll(20, TimeUnit.SECONDS);
                assertThat(next).as("delivery %d", i).isNotNull();
                String body = next.substring(next.indexOf(' ') + 1);
                String seconds = next.substring(2, next.indexOf(','));
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
                String code =
                        HexFormat.of().formatHex(mac.doFinal((seconds + "." + body).getBytes(StandardCharsets.UTF_8)));
                assertThat(next).startsWith("t=" + seconds + ",v1=" + code + " ");
                JsonNode json = new JsonMapper().readTree(body);
                deliveries.put(json.at("/delivery").asString(), json);
            }
            assertThat(deliveries).hasSize(2); // one of three came twice
            assertThat(deliveries.values())
                    .extracting(json ->
                            json.at("/kind").asString() + " " + json.at("/step").asLong() + " "
                                    + json.at("/finding/symptom").asString())
                    .containsExactlyInAnyOrder("finding.opened 13 spike", "finding.closed 14 spike");
            JsonNode report = caller.get(monitor).json();
            assertThat(report.at("/webhook/url").asString()).contains("/hook");
            assertThat(report.toString()).doesNotContain(secret);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void givesUpAfterSomeAttemptsAndKeepsNoMoreThanItMay() throws Exception {
        String monitor = create(
                "{\"window\": 50, \"webhook\": {\"url\": \"http://localhost:9/\", \"secret\": \"0123456789abcdef\"}}");
        for (int step = 1; step <= 60; step++) {
            post(monitor, step, step > 10 && step % 2 == 0 ? 30 : 1);
            assertThat(count("webhook_delivery")).isLessThanOrEqualTo(20);
        }
        assertThat(caller.get(monitor).number("/webhook/waiting")).isBetween(1.0, 20.0);
        jdbc.sql("update webhook_delivery set attempts = 3, due_at = 0").update();
        for (int i = 0; i < 100 && count("webhook_delivery") > 0; i++) {
            Thread.sleep(100);
        }
        assertThat(count("webhook_delivery")).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    https://169.254.169.254/latest  | 0123456789abcdef | /webhook/url
                    https://127.0.0.1/              | 0123456789abcdef | /webhook/url
                    http://hooks.example/           | 0123456789abcdef | /webhook/url
                    ftp://hooks.example/            | 0123456789abcdef | /webhook/url
                    https://hooks.example/          | short            | /webhook/secret
                    """)
    void refusesAWebhookThatGoesNowhere(String url, String secret, String pointer) throws Exception {
        Answer answer =
                caller.post(PATH, "{\"webhook\": {\"url\": \"%s\", \"secret\": \"%s\"}}".formatted(url, secret));
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo(pointer);
        assertThat(answer.json().toString()).doesNotContain(secret);
    }

    private Iterator<String> follow(String monitor, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + monitor))
                .header("Accept", "text/event-stream");
        HttpResponse<Stream<String>> response = HttpClient.newHttpClient()
                .send(
                        (headers.length == 0 ? request : request.headers(headers)).build(),
                        HttpResponse.BodyHandlers.ofLines());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body().iterator();
    }

    /** The names of events with their ids, up to the one that is wanted. */
    private static List<String> until(String last, Iterator<String> lines) {
        List<String> events = new ArrayList<>();
        String name = "";
        String id = "";
        while (lines.hasNext()) {
            String line = lines.next();
            name = line.startsWith("event:") ? line.substring(6) : name;
            id = line.startsWith("id:") ? line.substring(3) : id;
            if (line.isEmpty() && !name.isEmpty()) {
                events.add(name + id);
                if (events.get(events.size() - 1).equals(last)) {
                    return events;
                }
                name = "";
                id = "";
            }
        }
        return events;
    }

    @Test
    void tellsWhatItLearnsAsItLearnsIt() throws Exception {
        String monitor = create("{}");
        for (int step = 1; step <= 12; step++) {
            post(monitor, step, 1);
        }
        Iterator<String> lines = follow(monitor);
        assertThat(until("monitor", lines)).containsExactly("monitor");
        post(monitor, 13, 50);
        post(monitor, 14, 1);
        assertThat(until("snapshot14", lines)).containsExactly("finding", "snapshot13", "over", "snapshot14");
        assertThat(caller.delete(monitor).status()).isEqualTo(204);
        assertThat(until("end", lines)).containsExactly("end");
        assertThat(lines.hasNext()).isFalse();
    }

    @Test
    void goesOnBehindTheLastEvent() throws Exception {
        String monitor = create("{}");
        for (int step = 1; step <= 5; step++) {
            post(monitor, step, 1);
        }
        Iterator<String> lines = follow(monitor, "Last-Event-ID", "3");
        assertThat(until("snapshot5", lines)).containsExactly("snapshot4", "snapshot5");
        caller.delete(monitor);
        assertThat(until("end", lines)).containsExactly("end");
    }
}
