package dev.plumbline.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import onnx.Onnx.ModelProto;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Models that are kept and named by their digests, over HTTP, with two keys. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "plumbline.limits.model-bytes=1500000",
            // SHA-256 of "one" and "two"
            "plumbline.api-keys.first=7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
            "plumbline.api-keys.second=3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
        })
class KeptModelsTests {

    private static final Path MLP = SplitModel.MLP;
    private static final Path CNN = Path.of("src/test/resources/fixtures/models/cnn/float32");

    @LocalServerPort
    private int port;

    private record Answer(int status, JsonNode body) {}

    private Answer send(String key, String method, String path, byte[] body, String type) throws Exception {
        HttpRequest http = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("X-API-Key", key)
                .header("Content-Type", type)
                .method(method, BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(http, HttpResponse.BodyHandlers.ofString());
        String text = answer.body().isEmpty() ? "{}" : answer.body();
        return new Answer(answer.statusCode(), JsonMapper.shared().readTree(text));
    }

    private Answer get(String key, String path) throws Exception {
        return send(key, "GET", path, new byte[0], "application/json");
    }

    private Answer upload(String key, String path, Object... parts) throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int i = 0; i < parts.length; i += 3) {
            String type = parts[i].equals("request") ? "\r\nContent-Type: application/json" : "";
            body.writeBytes("--b\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"%s\r\n\r\n"
                    .formatted(parts[i], parts[i + 1], type)
                    .getBytes(StandardCharsets.UTF_8));
            body.writeBytes((byte[]) parts[i + 2]);
            body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes("--b--\r\n".getBytes(StandardCharsets.UTF_8));
        return send(key, "POST", path, body.toByteArray(), "multipart/form-data; boundary=b");
    }

    private static byte[] file(Path path) throws IOException {
        return Files.readAllBytes(path);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private void clear(String key) throws Exception {
        for (JsonNode item : get(key, "/v1/models?limit=200").body().path("items")) {
            send(key, "DELETE", "/v1/models/" + item.path("digest").asString(), new byte[0], "application/json");
        }
    }

    @BeforeEach
    void nothingIsKept() throws Exception {
        clear("one");
        clear("two");
    }

    @Test
    void describesAModelAndChecksItByItsDigest() throws Exception {
        byte[] model = file(MLP.resolve("model.onnx"));
        Answer kept = upload("one", "/v1/models", "model", "model.onnx", model);
        assertThat(kept.status()).as("%s", kept).isEqualTo(201);
        String digest = kept.body().path("digest").asString();
        assertThat(digest).isEqualTo("sha256:" + sha256(model));
        assertThat(kept.body().at("/description/opset").asInt()).isGreaterThan(6);
        assertThat(kept.body().at("/description/operators").propertyNames()).contains("Sigmoid");
        assertThat(kept.body().at("/description/parameters").size()).isPositive();
        assertThat(kept.body().path("parameterCount").asLong()).isPositive();
        assertThat(kept.body().at("/cost/floatingPointOperations").asDouble())
                .as("%s", kept)
                .isPositive();
        assertThat(get("one", "/v1/models/" + digest).body()).isEqualTo(kept.body());
        assertThat(upload("one", "/v1/models", "model", "model.onnx", model).status())
                .isEqualTo(200);

        String request = "{\"model\": {\"digest\": \"%s\"}, \"loss\": {\"kind\": \"mse\"}}".formatted(digest);
        Object[] parts = {
            "request", "r", request.getBytes(StandardCharsets.UTF_8),
            "data", "d", file(MLP.resolve("data.safetensors")),
            "gradients", "g", file(MLP.resolve("gradients.safetensors"))
        };
        assertThat(upload("one", "/v1/gradient-checks", parts)
                        .body()
                        .path("verdict")
                        .asString(""))
                .isEqualTo("PASS");
        assertThat(upload("one", "/v1/diagnoses", parts).status()).isEqualTo(200);
        Answer others = upload("two", "/v1/gradient-checks", parts);
        assertThat(others.status()).isEqualTo(404);
        assertThat(others.body().path("pointer").asString("")).isEqualTo("request/model/digest");
    }

    @Test
    void keepsWeightsBesideTheModel() throws Exception {
        SplitModel split = SplitModel.of(CNN.resolve("model.onnx"), "cnn.data", 0); // 900 kB and more: several pieces
        byte[] weights = Arrays.copyOf(split.weights(), 1_200_000);
        Answer kept = upload("two", "/v1/models", "model", "m", split.graph(), "weights", "cnn.data", weights);
        assertThat(kept.status()).as("%s", kept).isEqualTo(201);
        String lines = sha256(split.graph()) + "  .\n" + sha256(weights) + "  cnn.data\n";
        String digest = "sha256:" + sha256(lines.getBytes(StandardCharsets.UTF_8));
        assertThat(kept.body().path("digest").asString("")).isEqualTo(digest);
        String request = "{\"model\": {\"digest\": \"%s\"}, \"loss\": {\"kind\": \"crossEntropy\"}}".formatted(digest);
        Answer outputs = upload(
                "two",
                "/v1/evaluations",
                "request",
                "r",
                request.getBytes(StandardCharsets.UTF_8),
                "data",
                "d",
                file(CNN.resolve("data.safetensors")));
        Answer whole = upload(
                "two",
                "/v1/evaluations",
                "request",
                "r",
                "{\"loss\": {\"kind\": \"crossEntropy\"}}".getBytes(StandardCharsets.UTF_8),
                "model",
                "m",
                file(CNN.resolve("model.onnx")),
                "data",
                "d",
                file(CNN.resolve("data.safetensors")));
        assertThat(outputs.body().path("outputs"))
                .isEqualTo(whole.body().path("outputs"))
                .isNotEmpty();
        Answer full = upload("two", "/v1/models", "model", "m", file(CNN.resolve("model.onnx")));
        assertThat(full.status()).as("%s", full).isEqualTo(413);
        assertThat(full.body().path("expected").asString("")).contains("model-bytes");
    }

    @Test
    void listsPagesNewestFirst() throws Exception {
        List<String> digests = new ArrayList<>();
        for (String name : List.of("abs", "lenet", "max-pool-ceil")) {
            byte[] model = file(Path.of("src/test/resources/fixtures/onnx-ops", name, "model.onnx"));
            digests.add(
                    0,
                    upload("one", "/v1/models", "model", "m", model)
                            .body()
                            .path("digest")
                            .asString(""));
            Thread.sleep(2); // milliseconds are what the order goes by
        }
        Answer first = get("one", "/v1/models?limit=2");
        assertThat(first.body().path("items").size()).isEqualTo(2);
        Answer second = get(
                "one", "/v1/models?limit=2&after=" + first.body().path("next").asString(""));
        List<String> listed = new ArrayList<>();
        first.body()
                .path("items")
                .forEach(item -> listed.add(item.path("digest").asString("")));
        second.body()
                .path("items")
                .forEach(item -> listed.add(item.path("digest").asString("")));
        assertThat(listed).isEqualTo(digests);
        assertThat(second.body().has("next")).isFalse();
        assertThat(get("two", "/v1/models").body().path("items").size()).isZero();
        clear("one");
        assertThat(get("one", "/v1/models/" + digests.get(0)).status()).isEqualTo(404);
    }

    @Test
    void listsTheOperatorsThatItReads() throws Exception {
        List<String> operators = new ArrayList<>();
        get("one", "/v1/models/operators").body().at("/formats/onnx").forEach(name -> operators.add(name.asString()));
        assertThat(operators).contains("Conv", "Gemm", "If").hasSizeGreaterThan(100);
    }

    @Test
    void saysWhereAModelBendsAndJumps() throws Exception {
        Answer cnn = upload("one", "/v1/models", "model", "m", file(CNN.resolve("model.onnx")));
        List<String> bends = new ArrayList<>();
        cnn.body()
                .at("/cost/bends")
                .forEach(place -> bends.add(place.path("operation").asString("")));
        assertThat(bends).as("%s", cnn).containsExactly("relu", "maxpool", "relu", "maxpool", "relu");

        Path jump = Path.of("src/test/resources/fixtures/cases/files/jump_Sign/model.onnx"); // of x; here of w
        ModelProto.Builder model = ModelProto.parseFrom(file(jump)).toBuilder();
        model.getGraphBuilder().getNodeBuilder(0).setInput(0, "w");
        Answer sign = upload("one", "/v1/models", "model", "m", model.build().toByteArray());
        assertThat(sign.body().at("/cost/jumps/0/operation").asString(""))
                .as("%s", sign)
                .isEqualTo("sign");
    }
}
