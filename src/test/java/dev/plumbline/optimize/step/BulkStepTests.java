package dev.plumbline.optimize.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Npy;
import dev.plumbline.tensor.Npz;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.SafetensorsFile;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Steps of files for files: what they answer is, bit by bit, what JSON answers. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BulkStepTests {

    private static final String PATH = "/v1/optimizer-steps";
    private static final String[] FOR_A_FILE = {"Accept", "application/vnd.safetensors"};

    @LocalServerPort
    private int port;

    private Caller caller;

    @BeforeEach
    void connect() {
        caller = new Caller(port);
    }

    static Stream<String> optimizers() {
        return Stream.concat(
                Stream.of(Kind.values()).filter(Kind::stepsTensors).map(kind -> "{\"kind\": \"%s\"}".formatted(kind)),
                Stream.of(
                        "{\"kind\": \"sgd\", \"momentum\": 0.9, \"nesterov\": true}",
                        "{\"kind\": \"rmsprop\", \"momentum\": 0.9, \"centered\": true}",
                        "{\"kind\": \"adam\", \"weightDecay\": 0.01}",
                        "{\"kind\": \"amsgrad\", \"preset\": \"optax\"}",
                        "{\"kind\": \"adam\", \"preset\": \"keras\"}"));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void answersTheBitsThatJsonAnswers(String optimizer) throws Exception {
        for (Datatype datatype : new Datatype[] {Datatype.FP32, Datatype.FP64}) {
            Map<String, Tensor> parameters = tensors(1, datatype);
            Map<String, Tensor> first = tensors(2, Datatype.BF16);
            Map<String, Tensor> second = tensors(3, datatype);
            JsonNode told = json(optimizer, parameters, first, "null");
            JsonNode after = json(
                    optimizer,
                    read(told.at("/parameters")),
                    second,
                    told.at("/state").toString());
            byte[] file = files(optimizer, Safetensors.write(parameters, Map.of()), first, null);
            SafetensorsFile bulk = read(files(optimizer, file, second, file));
            assertThat(bulk.tensors()).isEqualTo(flat(after));
            assertThat(bulk.metadata()).containsEntry("step", "2");
            JsonNode figures = figures(bulk);
            for (String figure : new String[] {"taken", "optimizer", "update", "gradientNorm", "clippedTo"}) {
                assertThat(figures.get(figure)).isEqualTo(after.get(figure));
            }
        }
    }

    private JsonNode json(String optimizer, Map<String, Tensor> parameters, Map<String, Tensor> gradients, String state)
            throws Exception {
        Answer answer = caller.post(PATH, """
                {"optimizer": %s, "clipping": {"norm": 3}, "parameters": %s, "gradients": %s, "state": %s}""".formatted(
                        optimizer,
                        Caller.JSON.writeValueAsString(parameters),
                        Caller.JSON.writeValueAsString(gradients),
                        state));
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }

    private byte[] files(String optimizer, byte[] parameters, Map<String, Tensor> gradients, byte @Nullable [] state)
            throws Exception {
        Map<String, byte[]> parts = new LinkedHashMap<>();
        parts.put(
                "request",
                "{\"optimizer\": %s, \"clipping\": {\"norm\": 3}}"
                        .formatted(optimizer)
                        .getBytes(UTF_8));
        parts.put("parameters", parameters);
        parts.put("gradients", Safetensors.write(gradients, Map.of()));
        if (state != null) {
            parts.put("state", state);
        }
        Answer answer = caller.postFiles(PATH, parts, FOR_A_FILE);
        assertThat(answer.status()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void readsArchivesStoredAndDeflated() throws Exception {
        Map<String, Tensor> parameters = tensors(1, Datatype.FP32);
        Map<String, Tensor> gradients = tensors(2, Datatype.FP16);
        byte[] request = "{\"optimizer\": {\"kind\": \"adam\"}}".getBytes(UTF_8);
        byte[] expected = caller.postFiles(
                        PATH,
                        Map.of(
                                "request", request,
                                "parameters", Safetensors.write(parameters, Map.of()),
                                "gradients", Safetensors.write(gradients, Map.of())),
                        FOR_A_FILE)
                .body();
        byte[] got = caller.postFiles(
                        PATH,
                        Map.of(
                                "request", request,
                                "parameters", Npz.write(parameters),
                                "gradients", deflated(gradients)),
                        FOR_A_FILE)
                .body();
        assertThat(got).isEqualTo(expected);
    }

    /** The same tensors as safetensors holds, two steps long, and a step count that finds its way back. */
    @Test
    void answersAsNpz() throws Exception {
        Map<String, Tensor> gradients = tensors(2, Datatype.FP32);
        byte[] first = Safetensors.write(tensors(1, Datatype.FP32), Map.of());
        byte[] second = files("{\"kind\": \"adam\"}", first, gradients, null);
        SafetensorsFile expected = read(files("{\"kind\": \"adam\"}", second, gradients, second));
        byte[] archive = first;
        byte[] state = null;
        for (int step = 0; step < 2; step++) {
            Map<String, byte[]> parts = new LinkedHashMap<>();
            parts.put("request", "{\"optimizer\": {\"kind\": \"adam\"}, \"clipping\": {\"norm\": 3}}".getBytes(UTF_8));
            parts.put("parameters", archive);
            parts.put("gradients", Npz.write(gradients));
            if (state != null) {
                parts.put("state", state);
            }
            archive =
                    caller.postFiles(PATH, parts, "Accept", "application/x-npz").body();
            state = archive;
        }
        Map<String, Tensor> got = new LinkedHashMap<>(Npz.read(archive, TensorLimits.DEFAULT));
        assertThat(got.remove("m/step")).isEqualTo(Tensor.scalar(2).as(Datatype.INT64));
        Tensor answer = Objects.requireNonNull(got.remove("m/plumbline"));
        byte[] text = new byte[answer.shape().size()];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) answer.at(i);
        }
        assertThat(Caller.JSON.readTree(text).at("/step").asInt()).isEqualTo(2);
        assertThat(got).isEqualTo(expected.tensors());
    }

    @ParameterizedTest
    @CsvSource({
        "application/x-npz, PK",
        "'application/vnd.safetensors;q=0.5, application/x-npz', PK",
        "'application/x-npz;q=0.5, application/vnd.safetensors', ''",
        "'application/x-npz, application/json;q=0.1', PK",
        "application/json, '{'"
    })
    void answersInTheFormatThatIsLikedBest(String accept, String start) throws Exception {
        byte[] body = caller.post(
                        PATH,
                        "{\"optimizer\": {\"kind\": \"adam\"}, \"parameters\": {\"x\": [1]}, \"gradients\": {\"x\": [1]}}",
                        "Accept",
                        accept)
                .body();
        if (start.isEmpty()) {
            assertThat(read(body).tensors()).containsKeys("p/x", "s/m/x", "s/v/x");
        } else {
            assertThat(new String(body, UTF_8)).startsWith(start);
        }
    }

    @Test
    void givesBackWhatCameInWhereAGradientIsNaN() throws Exception {
        Map<String, Tensor> parameters = tensors(1, Datatype.FP32);
        Map<String, Tensor> gradients = tensors(2, Datatype.FP32);
        byte[] first = files("{\"kind\": \"adam\"}", Safetensors.write(parameters, Map.of()), gradients, null);
        Tensor broken = Objects.requireNonNull(gradients.get("b")).map(value -> Double.NaN);
        gradients.put("b", broken.as(Datatype.FP32));
        SafetensorsFile after = read(files("{\"kind\": \"adam\"}", first, gradients, first));
        assertThat(after.tensors()).isEqualTo(read(first).tensors());
        assertThat(after.metadata()).containsEntry("step", "1");
        JsonNode figures = figures(after);
        assertThat(figures.at("/taken").asBoolean()).isFalse();
        assertThat(figures.at("/nonFinites/0/tensor").asString()).isEqualTo("b");
    }

    static Stream<Arguments> damages() {
        Map<String, Tensor> right = tensors(2, Datatype.FP32);
        Map<String, Tensor> integers = new TreeMap<>(right);
        integers.put("b", Tensor.zeros(Shape.of(3)).as(Datatype.INT8));
        Map<String, Tensor> shorter = new TreeMap<>(right);
        shorter.put("layer/w", Tensor.zeros(Shape.of(7)));
        Map<String, Tensor> fewer = new TreeMap<>(Map.of("b", Tensor.zeros(Shape.of(3))));
        Map<String, Tensor> more = new TreeMap<>(right);
        more.put("c", Tensor.scalar(1));
        byte[] file = Safetensors.write(right, Map.of());
        return Stream.of(
                Arguments.of("gradients", Safetensors.write(integers, Map.of()), 422, "gradients/b"),
                Arguments.of("gradients", Safetensors.write(shorter, Map.of()), 422, "gradients/layer~1w"),
                Arguments.of("gradients", Safetensors.write(fewer, Map.of()), 422, "gradients/layer~1w"),
                Arguments.of("gradients", Safetensors.write(more, Map.of()), 422, "gradients/c"),
                Arguments.of("gradients", Arrays.copyOf(file, file.length - 1), 400, "gradients"),
                Arguments.of("gradients", new byte[0], 422, "gradients"),
                Arguments.of("parameters", Safetensors.write(integers, Map.of()), 422, "parameters/b"),
                Arguments.of("state", Safetensors.write(right, Map.of("step", "1")), 422, "state/b"),
                Arguments.of("state", moments(right, "m"), 422, "state/v/b"),
                Arguments.of("state", moments(right, "sum"), 422, "state/sum"),
                Arguments.of(
                        "request",
                        "{\"optimizer\": {\"kind\": \"adam\", \"beta1\": 1}}".getBytes(UTF_8),
                        422,
                        "request/optimizer/beta1"));
    }

    private static byte[] moments(Map<String, Tensor> tensors, String slot) {
        Map<String, Tensor> moments = new TreeMap<>();
        tensors.forEach((name, tensor) -> moments.put("s/" + slot + "/" + name, tensor));
        return Safetensors.write(moments, Map.of("step", "1"));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void refusesBeforeAnythingIsWritten(String part, byte[] content, int status, String pointer) throws Exception {
        Map<String, byte[]> parts = new TreeMap<>(Map.of(
                "request", "{\"optimizer\": {\"kind\": \"adam\"}}".getBytes(UTF_8),
                "parameters", Safetensors.write(tensors(1, Datatype.FP32), Map.of()),
                "gradients", Safetensors.write(tensors(2, Datatype.FP32), Map.of())));
        parts.put(part, content);
        Answer answer = caller.postFiles(PATH, parts, FOR_A_FILE);
        assertThat(answer.text("/pointer")).isEqualTo(pointer);
        assertThat(answer.status()).isEqualTo(status);
    }

    private static JsonNode figures(SafetensorsFile answer) {
        return Caller.JSON.readTree(Objects.requireNonNull(answer.metadata().get("plumbline")));
    }

    private static SafetensorsFile read(byte[] file) {
        return Safetensors.read(file, TensorLimits.DEFAULT);
    }

    private static Map<String, Tensor> read(JsonNode tensors) {
        Map<String, Tensor> read = new TreeMap<>();
        tensors.properties()
                .forEach(entry -> read.put(entry.getKey(), Caller.JSON.treeToValue(entry.getValue(), Tensor.class)));
        return read;
    }

    private static Map<String, Tensor> flat(JsonNode answer) {
        Map<String, Tensor> flat = new TreeMap<>();
        read(answer.at("/parameters")).forEach((name, tensor) -> flat.put("p/" + name, tensor));
        answer.at("/state/slots").properties().forEach(slot -> read(slot.getValue())
                .forEach((name, tensor) -> flat.put("s/" + slot.getKey() + "/" + name, tensor)));
        return flat;
    }

    /** One tensor of more than one chunk, one of a few entries. */
    private static Map<String, Tensor> tensors(long seed, Datatype datatype) {
        SplittableRandom random = new SplittableRandom(seed);
        return new TreeMap<>(Map.of(
                "layer/w", random(random, Shape.of(3, 1111), datatype), "b", random(random, Shape.of(3), datatype)));
    }

    private static Tensor random(SplittableRandom random, Shape shape, Datatype datatype) {
        return Tensor.of(shape, random.doubles(shape.size(), -1, 1).toArray()).as(datatype);
    }

    static byte[] deflated(Map<String, Tensor> tensors) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
                zip.putNextEntry(new ZipEntry(tensor.getKey() + ".npy"));
                zip.write(Npy.write(tensor.getValue()));
            }
        }
        return bytes.toByteArray();
    }
}
