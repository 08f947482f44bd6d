package dev.plumbline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Diagnoses over HTTP, by the names of the contract. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class DiagnosisHttpTests {

    @Autowired
    private RestTestClient http;

    private JsonNode answer(RestTestClient.RequestHeadersSpec<?> request, int status) {
        byte[] body = request.exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectBody()
                .returnResult()
                .getResponseBody();
        return JsonMapper.shared().readTree(Objects.requireNonNull(body));
    }

    private JsonNode diagnose(String json, int status) {
        return answer(
                http.post()
                        .uri("/v1/diagnoses")
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(json),
                status);
    }

    @Test
    void reportsByTheNamesOfTheContract() throws IOException {
        JsonNode report = diagnose(
                Files.readString(Path.of("src/main/resources/examples/diagnoses/ten-sigmoid-layers.json")), 200);

        assertThat(report.get("verdict").asString()).isEqualTo("UNHEALTHY");
        JsonNode finding = report.get("findings").get(0);
        assertThat(finding.propertyNames())
                .contains("rule", "severity", "tensors", "observed", "threshold", "margin", "cause", "remedies");
        assertThat(finding.get("rule").asString()).isEqualTo("vanishing");
        assertThat(report.get("layers").get(0).propertyNames())
                .contains("name", "gradientNorm", "zeroShare", "saturatedShare", "deadShare")
                .doesNotContain("updateRatio"); // of no optimizer
        assertThat(report.get("notEvaluated").get(0).propertyNames()).contains("rule", "because");
    }

    @Test
    void findsASoftmaxTooManyAndHasItOnItsPages() throws IOException {
        JsonNode report = diagnose(
                Files.readString(Path.of("src/main/resources/examples/diagnoses/softmax-before-cross-entropy.json")),
                200);

        JsonNode finding = report.get("findings").get(0);
        assertThat(finding.get("rule").asString()).isEqualTo("logits");
        assertThat(finding.at("/remedies/0/action").asString()).isEqualTo("loss");
        assertThat(report.at("/samples/noise").propertyNames()).contains("samples", "scale", "least");
        String place = "/v1/diagnoses/" + report.get("id").asString();
        assertThat(text(place + ".html")).contains("reads the output of a softmax", "Noise and signal of the gradient");
        assertThat(text(place + ".xml")).contains("\"logits\"", "reads the output of a softmax");
    }

    @Test
    void findsPixelsAndALongStep() throws IOException {
        JsonNode report = diagnose(
                Files.readString(Path.of("src/main/resources/examples/diagnoses/pixels-and-a-long-step.json")), 200);

        assertThat(report.get("findings"))
                .extracting(finding -> finding.get("rule").asString())
                .startsWith("inputs")
                .contains("learningRate");
        // The data x are named first, and are no layer.
        JsonNode summary =
                answer(http.get().uri("/v1/diagnoses/" + report.get("id").asString() + "/summary"), 200);
        assertThat(summary.get("worstLayer").asString()).isEqualTo("0");
    }

    private String text(String uri) {
        byte[] body = http.get()
                .uri(uri)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .returnResult()
                .getResponseBody();
        return new String(Objects.requireNonNull(body), StandardCharsets.UTF_8);
    }

    @Test
    void takesGradientsAsAFile() {
        byte[] file = Safetensors.write(
                Map.of(
                        "fc1.weight",
                        Tensor.filled(Shape.of(2, 2), 1e-9),
                        "fc2.weight",
                        Tensor.filled(Shape.of(2, 2), 1)),
                Map.of());
        MultiValueMap<String, Object> parts = new LinkedMultiValueMap<>();
        parts.add("gradients", new ByteArrayResource(file) {
            @Override
            public String getFilename() {
                return "gradients.safetensors";
            }
        });
        JsonNode report = answer(
                http.post()
                        .uri("/v1/diagnoses")
                        .contentType(MediaType.MULTIPART_FORM_DATA)
                        .body(parts),
                200);

        assertThat(report.get("findings").get(0).get("rule").asString()).isEqualTo("vanishing");
    }

    private static ByteArrayResource file(Path path) throws IOException {
        return new ByteArrayResource(Files.readAllBytes(path)) {
            @Override
            public String getFilename() {
                return path.getFileName().toString();
            }
        };
    }

    @Test
    void judgesAClaimThatComesWithItsModelAsFiles() throws IOException {
        Path folder = Path.of("src/test/resources/fixtures/models/cnn/float32");
        MultiValueMap<String, Object> parts = new LinkedMultiValueMap<>();
        HttpHeaders json = new HttpHeaders();
        json.setContentType(MediaType.APPLICATION_JSON);
        parts.add("request", new HttpEntity<>("{\"loss\": {\"kind\": \"crossEntropy\"}}", json));
        parts.add("model", file(folder.resolve("model.onnx")));
        parts.add("data", file(folder.resolve("data.safetensors")));
        parts.add("gradients", file(Path.of("src/test/resources/fixtures/readme/cnn-one-entry-off.safetensors")));
        JsonNode report = answer(
                http.post()
                        .uri("/v1/diagnoses")
                        .contentType(MediaType.MULTIPART_FORM_DATA)
                        .body(parts),
                200);

        assertThat(report.get("gradient").asString()).isEqualTo("claimed");
        assertThat(report.at("/correctness/verdict").asString()).isEqualTo("FAIL");
        assertThat(report.get("summary").asString()).contains("3.weight: only entry [26, 26, 0, 1] differs");
        assertThat(report.at("/correctGradient/verdict").asString()).isEqualTo("HEALTHY");
    }

    @Test
    void refusesWithAPointer() {
        JsonNode problem = diagnose("{\"gradients\": {\"w\": [[1, 2]]}, \"layers\": [\"v\"]}", 422);

        assertThat(problem.get("pointer").asString()).isEqualTo("/layers");
    }
}
