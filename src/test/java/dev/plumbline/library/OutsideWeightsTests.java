package dev.plumbline.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Weights in files beside a model: uploaded, and in the directory that the operator allows. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class OutsideWeightsTests {

    private static final String REQUEST = "{\"loss\": {\"kind\": \"mse\"}}";
    private static final SplitModel SPLIT = SplitModel.of(SplitModel.MLP.resolve("model.onnx"), "mlp.data", 0);

    /** Beyond what an {@code int} counts; the file has a hole there, so it takes no room. */
    private static final long FAR = 5L << 30;

    @TempDir
    private static Path home;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void directory(DynamicPropertyRegistry properties) throws IOException {
        Path run = Files.createDirectories(home.resolve("models/run7"));
        Files.write(run.resolve("model.onnx"), SPLIT.graph());
        Files.write(run.resolve("mlp.data"), SPLIT.weights());
        Files.write(run.resolve("whole.onnx"), Files.readAllBytes(SplitModel.MLP.resolve("model.onnx")));
        SplitModel far = SplitModel.of(SplitModel.MLP.resolve("model.onnx"), "far.data", FAR);
        Files.write(run.resolve("far.onnx"), far.graph());
        try (FileChannel channel = FileChannel.open(
                run.resolve("far.data"),
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(far.weights()), FAR);
        }
        SplitModel outside = SplitModel.of(SplitModel.MLP.resolve("model.onnx"), "../../secret.data", 0);
        Files.write(run.resolve("outside.onnx"), outside.graph());
        Files.write(home.resolve("secret.data"), outside.weights());
        Files.write(home.resolve("secret.onnx"), SPLIT.graph());
        SplitModel linked = SplitModel.of(SplitModel.MLP.resolve("model.onnx"), "linked.data", 0);
        Files.write(run.resolve("linked-weights.onnx"), linked.graph());
        Files.createSymbolicLink(run.resolve("linked.data"), home.resolve("secret.data"));
        Files.createSymbolicLink(run.resolve("linked.onnx"), home.resolve("secret.onnx"));
        Files.createSymbolicLink(home.resolve("models/linked"), run);
        properties.add("plumbline.models", () -> home.resolve("models").toString());
    }

    private record Part(String name, String file, byte[] content) {}

    private static List<Part> parts(Part... more) throws IOException {
        return Stream.concat(
                        Stream.of(
                                new Part("data", "d", Files.readAllBytes(SplitModel.MLP.resolve("data.safetensors"))),
                                new Part(
                                        "gradients",
                                        "g",
                                        Files.readAllBytes(SplitModel.MLP.resolve("gradients.safetensors")))),
                        Arrays.stream(more))
                .toList();
    }

    private JsonNode post(String request, List<Part> parts) throws IOException, InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(("--b\r\nContent-Disposition: form-data; name=\"request\"\r\nContent-Type: application/json"
                        + "\r\n\r\n" + request + "\r\n")
                .getBytes(StandardCharsets.UTF_8));
        for (Part part : parts) {
            body.writeBytes(("--b\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n\r\n")
                    .formatted(part.name(), part.file())
                    .getBytes(StandardCharsets.UTF_8));
            body.writeBytes(part.content());
            body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes("--b--\r\n".getBytes(StandardCharsets.UTF_8));
        HttpRequest http = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/gradient-checks"))
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(BodyPublishers.ofByteArray(body.toByteArray()))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(http, HttpResponse.BodyHandlers.ofString());
        return JsonMapper.shared().readTree(answer.body());
    }

    private JsonNode ofFile(String file) throws IOException, InterruptedException {
        return post("{\"loss\": {\"kind\": \"mse\"}, \"model\": {\"file\": \"" + file + "\"}}", parts());
    }

    @Test
    void passesAModelWhoseWeightsComeAsAPartOfTheirName() throws Exception {
        JsonNode answer = post(
                REQUEST,
                parts(
                        new Part("model", "model.onnx", SPLIT.graph()),
                        new Part("weights", "mlp.data", SPLIT.weights())));
        assertThat(answer.path("verdict").asString("")).as("%s", answer).isEqualTo("PASS");
    }

    @Test
    void saysWhichFileDidNotCome() throws Exception {
        JsonNode answer = post(
                REQUEST,
                parts(new Part("model", "model.onnx", SPLIT.graph()), new Part("weights", "other.data", new byte[8])));
        assertThat(answer.path("pointer").asString("")).startsWith("model/initializer/");
        assertThat(answer.path("got").asString("")).contains("mlp.data", "other.data");
        assertThat(answer.path("expected").asString("")).contains("a part named weights", "mlp.data");
    }

    @Test
    void refusesWeightsThatNothingReads() throws Exception {
        JsonNode answer = post(
                REQUEST,
                parts(
                        new Part("model", "model.onnx", SPLIT.graph()),
                        new Part("weights", "mlp.data", SPLIT.weights()),
                        new Part("weights", "other.data", new byte[8])));
        assertThat(answer.path("got").asString("")).isEqualTo("other.data");
        assertThat(answer.path("status").asInt()).isEqualTo(422);
    }

    @Test
    void refusesWeightsThatEndTooEarly() throws Exception {
        JsonNode answer = post(
                REQUEST,
                parts(new Part("model", "model.onnx", SPLIT.graph()), new Part("weights", "mlp.data", new byte[9])));
        assertThat(answer.path("detail").asString("")).contains("ends too early");
        assertThat(answer.path("status").asInt()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"run7/model.onnx", "run7/whole.onnx", "run7/far.onnx"})
    void passesAModelInTheDirectory(String file) throws Exception {
        JsonNode answer = ofFile(file);
        assertThat(answer.path("verdict").asString("")).as("%s", answer).isEqualTo("PASS");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret.onnx",
                "run7/../../secret.onnx",
                "/etc/passwd",
                "run7//model.onnx",
                "./run7/model.onnx",
                "run7\\\\model.onnx",
                "run7/model.onnx\\u0000",
                "",
                "run7/linked.onnx",
                "linked/model.onnx",
                "run7/outside.onnx",
                "run7/linked-weights.onnx"
            })
    void readsNothingOutsideOfTheDirectory(String file) throws Exception {
        JsonNode answer = ofFile(file);
        assertThat(answer.path("status").asInt()).as("%s", answer).isEqualTo(422);
        assertThat(answer.path("pointer").asString("")).startsWith("request/model");
        assertThat(answer.path("detail").asString(""))
                .containsAnyOf("lead out of the directory", "links are not followed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run7/none.onnx", "run7", "run7/model.onnx/x"})
    void saysWhereThereIsNoModel(String file) throws Exception {
        JsonNode answer = ofFile(file);
        assertThat(answer.path("status").asInt()).as("%s", answer).isEqualTo(404);
    }

    @Test
    void doesNotTakeFilesFromJson() throws Exception {
        JsonNode answer = post("{\"model\": {\"formula\": \"x\", \"external\": {}}}", List.of());
        assertThat(answer.path("status").asInt()).as("%s", answer).isBetween(400, 422);
        assertThat(answer.path("pointer").asString("")).contains("external");
    }
}
