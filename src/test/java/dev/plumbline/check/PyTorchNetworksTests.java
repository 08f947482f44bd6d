package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.plumbline.check.Caller.Answer;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorFiles;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * PyTorch's gradients of whole networks under {@code named_parameters()}, whatever its exporter did to their files: {@code
 * fixtures/modules}, where {@code measure.py} does the same with all of them.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PyTorchNetworksTests {

    private static final Path FILES = Path.of("src/test/resources/fixtures/modules");

    /** Of these files a gradient cannot be told, as what they hold was computed from the weights or fits two of them. */
    private static final Set<String> REFUSED = Set.of(
            "weight_normed/opset11-folded-eval",
            "weight_normed/opset17-folded-training-fresh",
            "normalised_rows/opset11-folded-eval",
            "cnn_with_batch_norm/opset11-folded-eval",
            "depthwise_separable/opset11-folded-eval",
            "attention_of_other_widths/opset11-folded-eval",
            "attention_of_other_widths/opset17-folded-training-fresh");

    @LocalServerPort
    private int port;

    static List<String> all() {
        return folders("model.onnx");
    }

    static List<String> judged() {
        return all().stream().filter(folder -> !REFUSED.contains(folder)).toList();
    }

    /** Those that constant folding went over: the others have PyTorch's names throughout. */
    static List<String> folded() {
        return judged().stream().filter(folder -> !folder.contains("unfolded")).toList();
    }

    static List<String> withBatchNormalization() {
        return folders("other-mode.json").stream()
                .filter(folder -> !REFUSED.contains(folder))
                .toList();
    }

    private static List<String> folders(String file) {
        try (Stream<Path> files = Files.walk(FILES)) {
            return files.filter(each -> each.endsWith(file))
                    .map(each -> FILES.relativize(each.getParent()).toString())
                    .sorted()
                    .toList();
        } catch (IOException unread) {
            throw new UncheckedIOException(unread);
        }
    }

    private static byte[] bytes(String folder, String file) {
        try {
            return Files.readAllBytes(FILES.resolve(folder).resolve(file));
        } catch (IOException unread) {
            throw new UncheckedIOException(unread);
        }
    }

    private static Map<String, Tensor> gradients(String folder) {
        return TensorFiles.read(bytes(folder, "gradients.safetensors"), "gradients", TensorLimits.DEFAULT);
    }

    private Answer check(String folder, Map<String, Tensor> gradients) {
        return check(folder, new String(bytes(folder, "request.json"), StandardCharsets.UTF_8), gradients);
    }

    private Answer check(String folder, String request, Map<String, Tensor> gradients) {
        Map<String, byte[]> parts = new LinkedHashMap<>();
        parts.put("request", request.getBytes(StandardCharsets.UTF_8));
        parts.put("model", bytes(folder, "model.onnx"));
        parts.put("data", bytes(folder, "data.safetensors"));
        parts.put("gradients", Safetensors.write(gradients, Map.of()));
        return new Caller(port).upload(Caller.CHECKS, parts);
    }

    private static Tensor changed(Tensor tensor, UnaryOperator<double[]> change) {
        return Tensor.of(tensor.shape(), Datatype.FP32, change.apply(tensor.values()));
    }

    /** The position of the entry that is furthest from zero. */
    private static int largest(Tensor tensor) {
        int largest = 0;
        for (int i = 0; i < tensor.size(); i++) {
            largest = Math.abs(tensor.at(i)) > Math.abs(tensor.at(largest)) ? i : largest;
        }
        return largest;
    }

    @ParameterizedTest
    @MethodSource("judged")
    void passesPyTorchsOwnGradients(String folder) {
        Answer answer = check(folder, gradients(folder));
        assertThat(answer.text("verdict")).as(answer.body().toString()).isEqualTo("PASS");
    }

    @Test
    void refusesWhatCannotBeToldAndSaysHowToExport() {
        for (String folder : REFUSED) {
            Answer answer = check(folder, gradients(folder));
            assertThat(answer.status()).as(folder + answer.body()).isEqualTo(422);
            assertThat(answer.text("expected")).as(folder).contains("training=torch.onnx.TrainingMode.PRESERVE");
        }
    }

    @ParameterizedTest
    @MethodSource("folded")
    void findsOneEntryThatIsOnePercentOff(String folder) {
        Map<String, Tensor> claims = new LinkedHashMap<>(gradients(folder));
        String name = claims.keySet().stream()
                .max((a, b) -> Double.compare(size(claims, a), size(claims, b)))
                .orElseThrow();
        claims.computeIfPresent(
                name,
                (key, right) -> changed(right, values -> {
                    values[largest(right)] *= 1.01;
                    return values;
                }));
        Answer answer = check(folder, claims);
        assertThat(answer.text("verdict")).as(answer.body().toString()).isEqualTo("FAIL");
        assertThat(failing(answer)).containsExactly(name);
    }

    private static double size(Map<String, Tensor> claims, String name) {
        Tensor claim = Objects.requireNonNull(claims.get(name));
        return Math.abs(claim.at(largest(claim)));
    }

    private static List<String> failing(Answer answer) {
        return answer.body()
                .get("tensors")
                .valueStream()
                .filter(tensor -> tensor.get("verdict").asString().equals("FAIL"))
                .map(tensor -> tensor.get("name").asString())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("folded")
    void namesTwiceTheGradient(String folder) {
        Map<String, Tensor> claims = new LinkedHashMap<>();
        gradients(folder)
                .forEach((name, right) -> claims.put(name, changed(right, values -> {
                    for (int i = 0; i < values.length; i++) {
                        values[i] *= 2;
                    }
                    return values;
                })));
        // one number is twice anything: where the rest is zeros no factor shows
        assumeTrue(claims.values().stream().anyMatch(claim -> claim.size() > 1 && claim.norm() > 0));
        Answer answer = check(folder, claims);
        assertThat(answer.text("verdict")).as(answer.body().toString()).isEqualTo("FAIL");
        for (JsonNode tensor : answer.body().get("tensors")) {
            if (tensor.get("verdict").asString().equals("FAIL")) {
                assertThat(tensor.get("mistake").get("kind").asString())
                        .as(tensor.toString())
                        .isEqualTo("scaled");
                assertThat(tensor.get("mistake").get("factor").asDouble()).isBetween(1.99, 2.01);
            }
        }
    }

    /** The loss of the module in its other mode is what the batch normalizations of the file give in theirs. */
    @ParameterizedTest
    @MethodSource("withBatchNormalization")
    void saysThatTheBatchNormalizationsAreInTheOtherMode(String folder) {
        JsonNode request = JsonMapper.shared().readTree(bytes(folder, "request.json"));
        String expected = request.toString()
                .replace(
                        request.get("expected").toString(),
                        new String(bytes(folder, "other-mode.json"), StandardCharsets.UTF_8));
        Answer answer = check(folder, expected, gradients(folder));
        assertThat(answer.text("verdict")).as(answer.body().toString()).isEqualTo("INCONCLUSIVE");
        assertThat(answer.body().get("tensors").size()).isZero();
        assertThat(answer.body().get("warnings").get(0).get("code").asString()).isEqualTo("anotherModel");
        assertThat(answer.text("summary"))
                .contains("This is another model than yours", "With its batch normalizations by the")
                .contains(folder.contains("training") ? "as in model.eval()" : "as in model.train()");
    }
}
