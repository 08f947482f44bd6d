package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.tensor.Npz;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Models and tensors as files, whole and damaged. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class UploadTests {

    private static final Fixture CNN = new Fixture("cnn", "float32");
    private static final Fixture SMALL = new Fixture("sigmoid-mlp", "float64");

    @LocalServerPort
    private int port;

    private Caller caller() {
        return new Caller(port);
    }

    private static Map<String, byte[]> parts(Fixture fixture, String kind, byte[] gradients) {
        Map<String, byte[]> parts = new LinkedHashMap<>();
        parts.put("request", "{\"loss\":{\"kind\":\"%s\"}}".formatted(kind).getBytes(StandardCharsets.UTF_8));
        parts.put("model", fixture.bytes("model.onnx"));
        parts.put("data", fixture.bytes("data.safetensors"));
        parts.put("gradients", gradients);
        return parts;
    }

    @Test
    void passesTheGradientsThatPyTorchComputedForTheCnn() {
        Caller.Answer answer =
                caller().upload(Caller.CHECKS, parts(CNN, "crossEntropy", CNN.bytes("gradients.safetensors")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("verdict")).isEqualTo("PASS");
        assertThat(answer.text("summary")).contains("225,034 entries of 8 tensors");
    }

    @Test
    void findsTheOneEntryThatIsOnePercentOff() throws IOException {
        byte[] wrong = Files.readAllBytes(Path.of("src/test/resources/fixtures/readme/cnn-one-entry-off.safetensors"));
        Caller.Answer answer = caller().upload(Caller.CHECKS, parts(CNN, "crossEntropy", wrong));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("verdict")).isEqualTo("FAIL");
        assertThat(answer.text("summary")).contains("3.weight", "only entry [26, 26, 0, 1] differs");
        List<String> failed = new ArrayList<>();
        for (JsonNode tensor : answer.body().get("tensors")) {
            if (tensor.get("verdict").asString().equals("FAIL")) {
                failed.add(tensor.get("name").asString());
                JsonNode worst = tensor.get("entries").get(0);
                double numeric = worst.get("numeric").asDouble();
                assertThat(worst.get("index").toString()).isEqualTo("[26,26,0,1]");
                // Half a float32 rounding of the entry itself and the error of its float32 gradient: 1e-4 of it.
                assertThat(worst.get("claimed").asDouble() / numeric).isEqualTo(1.01, within(1e-4));
                assertThat(worst.get("errorBound").asDouble()).isLessThan(1e-6 * Math.abs(numeric));
            }
        }
        assertThat(failed).containsExactly("3.weight");
    }

    @Test
    void takesEarlierGradientsAsAFileAndPointsIntoIt() {
        Map<String, byte[]> parts = parts(SMALL, "mse", SMALL.bytes("gradients.safetensors"));
        parts.put("previousGradients", Npz.write(Map.of("nobody", Tensor.scalar(1))));
        Caller.Answer refused = caller().upload(Caller.CHECKS, parts);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("pointer")).isEqualTo("previousGradients/nobody");

        Map<String, Tensor> earlier = new LinkedHashMap<>(SMALL.tensors("gradients.safetensors"));
        earlier.replaceAll((name, gradient) -> gradient.map(g -> Math.cos(1e3 * g)));
        parts.put("previousGradients", Npz.write(earlier));
        parts.put("gradients", Npz.write(earlier));
        Caller.Answer stale = caller().upload(Caller.CHECKS, parts);
        assertThat(stale.text("verdict")).isEqualTo("FAIL");
        assertThat(stale.text("summary")).endsWith("it is that of the earlier step.");
    }

    @Test
    void answersAThousandDamagedUploadsAndGoesOn() {
        Map<String, byte[]> whole = parts(SMALL, "mse", SMALL.bytes("gradients.safetensors"));
        Map<String, byte[]> files = new LinkedHashMap<>(whole);
        files.remove("request");
        files.put("gradients as npz", Npz.write(SMALL.tensors("gradients.safetensors")));
        List<String> names = new ArrayList<>(files.keySet());
        Random random = new Random(20);
        for (int i = 0; i < 1_000; i++) {
            String name = names.get(i % names.size());
            byte[] damaged = damaged(Objects.requireNonNull(files.get(name)), random);
            Map<String, byte[]> parts = new LinkedHashMap<>(whole);
            parts.put(name.split(" ", 2)[0], damaged);
            Caller.Answer answer = caller().upload(Caller.CHECKS, parts);

            assertThat(answer.status())
                    .as(i + ": " + name + " " + answer.body())
                    .isIn(200, 400, 413, 422);
            if (answer.status() != 200) {
                assertThat(answer.body().has("pointer"))
                        .as(answer.body().toString())
                        .isTrue();
                assertThat(answer.text("detail")).isNotEmpty();
            }
        }
        assertThat(caller().upload(Caller.CHECKS, whole).text("verdict")).isEqualTo("PASS");
    }

    /** Cut off somewhere, or up to eight bits flipped. */
    private static byte[] damaged(byte[] file, Random random) {
        if (random.nextInt(3) == 0) {
            return Arrays.copyOf(file, random.nextInt(file.length));
        }
        byte[] damaged = file.clone();
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
            // The first half holds the header in every format, where damage is worth most.
            int at = random.nextInt(random.nextBoolean() ? file.length / 2 : file.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
        }
        return damaged;
    }
}
