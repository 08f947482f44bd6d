package dev.plumbline.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.fuzz.ValidRequests.Address;
import dev.plumbline.fuzz.ValidRequests.Valid;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import onnx.Onnx.ModelProto;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Hostile requests: valid ones of every endpoint, changed in structure and in bytes, and ONNX graphs changed as graphs. No
 * answer is a 5xx or a reset, every refusal is a problem with its cause, every answer comes within its limit, and afterwards
 * the numbers are still right.
 *
 * <p>Some hundred in every build; more by hand, with {@code -Dplumbline.fuzz=200000 -Dplumbline.fuzz.seed=7}. What fails is
 * told with its seed and kept as a file in {@code target/fuzz}.
 */
@NullUnmarked
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "plumbline.limits.request-seconds=10",
            "plumbline.limits.bytes=100000000",
            "plumbline.data=target/fuzz/data"
        })
class FuzzTests {

    private static final int REQUESTS = Integer.getInteger("plumbline.fuzz", 300);
    private static final long SEED = Long.getLong("plumbline.fuzz.seed", 1);

    /** The time limit, and what reading, waiting and writing may take besides; more on a machine that is shared. */
    private static final Duration LIMIT = Duration.ofSeconds(Long.getLong("plumbline.fuzz.limit", 30));

    private static final Path GRAPHS = Path.of("src/test/resources/fixtures/onnx-ops");
    private static final JsonMapper JSON = new JsonMapper();

    @LocalServerPort
    private int port;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> faults = new ArrayList<>();
    private final Map<Integer, Integer> statuses = new TreeMap<>();
    private final AnswerTimes times = new AnswerTimes();
    private final List<Path> graphs = new ArrayList<>();
    private final Map<String, String> kept = new HashMap<>(); // (address of many): the id of one

    @Test
    void hostileRequestsAreAnsweredOrRefusedWithTheirCause() throws Exception {
        ValidRequests valid = ValidRequests.ofTheDescription();
        try (var files = Files.walk(GRAPHS)) {
            files.filter(file -> file.endsWith("model.onnx")).sorted().forEach(graphs::add);
        }
        for (int i = 0; i < REQUESTS && faults.size() < 40; i++) {
            SplittableRandom random = new SplittableRandom(SEED * 1_000_003 + i);
            if (i % 100 == 0) {
                keepSomething(valid);
            }
            HttpRequest request =
                    switch (i % 4) {
                        case 0, 1 -> json(random, new JsonMutation(random, valid), i % 4 == 1);
                        case 2 -> graph(random);
                        default ->
                            address(
                                    random,
                                    valid.addresses()
                                            .get(random.nextInt(
                                                    valid.addresses().size())));
                    };
            ask(request, "request " + i + " of seed " + SEED);
            if (i % 100 == 99) {
                requireRightNumbers();
            }
            if (i % 10_000 == 9_999) {
                System.out.println("fuzz: " + (i + 1) + " requests, " + statuses + "; " + times);
            }
        }
        System.out.println("fuzz: " + REQUESTS + " requests, " + statuses + "; " + times);
        requireRightNumbers();
        assertThat(faults).isEmpty();
        assertThat(kept).as("addresses that lead somewhere").isNotEmpty();
        assertThat(statuses.keySet())
                .as("some are answered, some refused")
                .contains(200)
                .hasSizeGreaterThan(2);
    }

    private HttpRequest json(SplittableRandom random, JsonMutation mutation, boolean inBytes) {
        Valid valid = mutation.any();
        byte[] body =
                (inBytes ? valid.body() : mutation.of(valid.body())).toString().getBytes(StandardCharsets.UTF_8);
        return request(valid.path().replace("{id}", id(random, valid.path())))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(inBytes ? mutation.of(body) : body))
                .build();
    }

    private HttpRequest graph(SplittableRandom random) throws IOException {
        Path file = graphs.get(random.nextInt(graphs.size()));
        byte[] model = new OnnxMutation(random).of(ModelProto.parseFrom(Files.readAllBytes(file)));
        if (random.nextInt(4) == 0) {
            return models(file, model, random.nextBoolean());
        }
        boolean check = random.nextBoolean();
        String settings = check ? "{\"settings\": {\"coverage\": \"certified\"}}" : "{}";
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        part(body, "request", "application/json", settings.getBytes(StandardCharsets.UTF_8));
        part(body, "model", "application/octet-stream", model);
        part(body, "data", "application/octet-stream", Files.readAllBytes(file.resolveSibling("data.safetensors")));
        body.writeBytes("--edge--\r\n".getBytes(StandardCharsets.UTF_8));
        return request(check ? "/v1/gradient-checks" : "/v1/evaluations")
                .header("Content-Type", "multipart/form-data; boundary=edge")
                .POST(BodyPublishers.ofByteArray(body.toByteArray()))
                .build();
    }

    private HttpRequest models(Path file, byte[] model, boolean inJson) throws IOException {
        if (inJson) {
            String json = "{\"model\": {\"onnx\": \"" + Base64.getEncoder().encodeToString(model) + "\"}}";
            return request("/v1/models")
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(json))
                    .build();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        part(body, "model", "application/octet-stream", model);
        part(body, file.getFileName().toString(), "application/octet-stream", model);
        body.writeBytes("--edge--\r\n".getBytes(StandardCharsets.UTF_8));
        return request("/v1/models")
                .header("Content-Type", "multipart/form-data; boundary=edge")
                .POST(BodyPublishers.ofByteArray(body.toByteArray()))
                .build();
    }

    private HttpRequest address(SplittableRandom random, Address address) {
        String path = address.path()
                .replace("{id}", id(random, address.path()))
                .replace("{digest}", random.nextBoolean() ? "sha256:" + "0".repeat(64) : strange(random));
        for (String query : address.queries()) {
            path += (path.contains("?") ? "&" : "?") + query + "=" + strange(random);
        }
        String[] accepts = {"application/json", "text/html", "*/*", "application/vnd.safetensors", "a/b", "", "x;q=2"};
        return request(path)
                .header("Accept", accepts[random.nextInt(accepts.length)])
                .method(address.method(), BodyPublishers.noBody())
                .build();
    }

    private static String strange(SplittableRandom random) {
        String[] values = {"", "0", "-1", "1", "10", "1e9", "99999999999999999999", "NaN", "null", "%00", "%F0%9F%98%80"
        };
        String[] more = {"a%2Fb", "..%2F..", "%25", "true", "%E2%80%AE", "sha256:", "x".repeat(500), "{}", "1,2"};
        return URLEncoder.encode(
                        URLDecoder.decode(
                                random.nextBoolean()
                                        ? values[random.nextInt(values.length)]
                                        : more[random.nextInt(more.length)],
                                StandardCharsets.UTF_8),
                        StandardCharsets.UTF_8)
                .replace("+", "%20");
    }

    /** Of something that is kept there, mostly. */
    private String id(SplittableRandom random, String path) {
        String kept = this.kept.get(path.replaceFirst("/\\{id}.*", ""));
        int which = random.nextInt(8);
        return kept != null && which > 1 ? kept : which == 0 ? strange(random) + "x" : "nobody";
    }

    /** A session, a monitor, a probe session and a report, so that addresses with an id lead somewhere. */
    private void keepSomething(ValidRequests valid) throws Exception {
        for (String path : List.of(
                "/v1/optimizer-sessions",
                "/v1/monitors",
                "/v1/probe-sessions",
                "/v1/gradient-checks",
                "/v1/training-runs")) {
            HttpResponse<String> made = client.send(
                    request(path)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(valid.first(path).toString()))
                            .build(),
                    BodyHandlers.ofString());
            if (made.statusCode() <= 201) { // else it took too long, on a crowded machine
                kept.put(path, JSON.readTree(made.body()).path("id").asString("nobody"));
            }
        }
    }

    private static void part(ByteArrayOutputStream body, String name, String type, byte[] content) {
        String head = "--edge\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + name
                + "\"\r\nContent-Type: " + type + "\r\n\r\n";
        body.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        body.writeBytes(content);
        body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(LIMIT);
    }

    private void ask(HttpRequest request, String name) throws Exception {
        long began = System.nanoTime();
        try {
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            statuses.merge(answer.statusCode(), 1, Integer::sum);
            times.add(Duration.ofNanos(System.nanoTime() - began), request.uri().getPath() + " " + name);
            String cause = fault(answer);
            if (cause != null) {
                keep(request, name + ": " + cause + ": " + shortened(answer.body()));
            }
        } catch (IOException reset) {
            keep(request, name + ": " + reset);
        }
    }

    private static String fault(HttpResponse<String> answer) {
        if (answer.statusCode() >= 500) {
            return "status " + answer.statusCode();
        }
        if (answer.statusCode() < 400) {
            return null;
        }
        try {
            JsonNode problem = JSON.readTree(answer.body());
            boolean whole = problem.path("type").asString("").startsWith("/problems/")
                    && problem.path("status").asInt() == answer.statusCode()
                    && !problem.path("detail").asString("").isEmpty()
                    && (problem.has("got") || problem.has("expected"));
            return whole ? null : "a refusal without its cause, " + answer.statusCode();
        } catch (RuntimeException notJson) {
            return "a refusal that is no problem, " + answer.statusCode();
        }
    }

    private static String shortened(String text) {
        return text.substring(0, Math.min(300, text.length()));
    }

    private void keep(HttpRequest request, String fault) throws IOException {
        System.out.println("fuzz: " + request.uri().getPath() + " " + fault);
        faults.add(request.uri().getPath() + " " + fault);
        Path folder = Files.createDirectories(Path.of("target/fuzz"));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        request.bodyPublisher().orElse(BodyPublishers.noBody()).subscribe(new Collector(body));
        Files.write(folder.resolve("fault-" + SEED + "-" + faults.size()), body.toByteArray());
    }

    /** The mean of (1 w - 3)^2 and (2 w - 5)^2 at w = 2 is 1, its derivative -3. */
    private void requireRightNumbers() throws Exception {
        String question = """
                {"model": {"formula": "mean((x * w - y)^2)"}, "parameters": {"w": 2}, "gradients": {"w": -3},
                 "data": {"x": [1, 2], "y": [3, 5]}}
                """;
        for (String claim : List.of("-3", "-3.1")) {
            HttpResponse<String> answer = client.send(
                    request("/v1/gradient-checks")
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(question.replace(
                                    "\"gradients\": {\"w\": -3}", "\"gradients\": {\"w\": " + claim + "}")))
                            .build(),
                    BodyHandlers.ofString());
            JsonNode report = JSON.readTree(answer.body());
            assertThat(report.path("objective").path("value").asDouble()).isEqualTo(1);
            assertThat(report.path("verdict").asString()).isEqualTo(claim.equals("-3") ? "PASS" : "FAIL");
        }
    }
}
