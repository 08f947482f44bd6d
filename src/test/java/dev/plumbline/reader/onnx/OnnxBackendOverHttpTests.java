package dev.plumbline.reader.onnx;

import static dev.plumbline.reader.onnx.OnnxNetworksTests.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** ONNX's backend tests through the running service, as {@code POST /v1/evaluations}; JSON has no numbers that are none. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
@NullUnmarked
class OnnxBackendOverHttpTests {

    @Autowired
    private RestTestClient http;

    @ParameterizedTest
    @CsvSource({"simple, 17", "pytorch-converted, 82", "pytorch-operator, 32", "node, 735"})
    void theServiceAnswersAsOnnxDoes(String kind, int least) {
        List<BackendCase> all = BackendCase.all(kind);
        assumeTrue(!all.isEmpty(), "not installed: apt-get install libonnx-testdata");
        List<String> wrong = new ArrayList<>();
        int right = 0;
        for (BackendCase each : all) {
            boolean ours = each.otherwise() == null && each.outcome().equals("right");
            if (ours && isFinite(each.data().values()) && isFinite(each.tensors("output"))) {
                String difference = difference(each);
                if (difference == null) {
                    right++;
                } else {
                    wrong.add(each.name() + ": " + difference);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(right).isGreaterThanOrEqualTo(least);
    }

    private static boolean isFinite(Iterable<Tensor> tensors) {
        boolean finite = true;
        for (Tensor tensor : tensors) {
            finite &= tensor.firstNonFinite() < 0;
        }
        return finite;
    }

    private String difference(BackendCase each) {
        Map<String, Object> data = new LinkedHashMap<>();
        each.data()
                .forEach((name, tensor) -> data.put(
                        name,
                        Map.of(
                                "shape", tensor.shape().toList(),
                                "datatype", tensor.datatype().name(),
                                "data", tensor.values())));
        String model = Base64.getEncoder().encodeToString(bytes(each.folder().resolve("model.onnx")));
        byte[] answer = http.post()
                .uri("/v1/evaluations")
                .contentType(MediaType.APPLICATION_JSON)
                .body(JsonMapper.shared().writeValueAsString(Map.of("model", Map.of("onnx", model), "data", data)))
                .exchange()
                .expectBody()
                .returnResult()
                .getResponseBody();
        JsonNode json = JsonMapper.shared().readTree(Objects.requireNonNull(answer));
        if (!json.has("outputs")) {
            return json.toString();
        }
        List<Tensor> expected = each.tensors("output");
        List<JsonNode> found = json.get("outputs").valueStream().toList();
        for (int i = 0; i < expected.size(); i++) {
            String difference =
                    BackendCase.difference(tensor(found.get(i), expected.get(i).shape()), expected.get(i));
            if (difference != null) {
                return "output " + i + " " + difference;
            }
        }
        return null;
    }

    /** A tensor of the answer, nested or flat. */
    private static Tensor tensor(JsonNode json, Shape shape) {
        List<Double> values = new ArrayList<>();
        collect(json.has("data") ? json.get("data") : json, values);
        double[] array = values.stream().mapToDouble(Double::doubleValue).toArray();
        return array.length == shape.size() ? Tensor.of(shape, array) : Tensor.vector(array);
    }

    private static void collect(JsonNode json, List<Double> values) {
        if (json.isArray()) {
            json.valueStream().forEach(each -> collect(each, values));
        } else if (json.isBoolean()) {
            values.add(json.asBoolean() ? 1.0 : 0.0);
        } else {
            values.add(json.asDouble());
        }
    }
}
