package dev.plumbline.optimize.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.limits.Limits;
import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import dev.plumbline.optimize.TensorPart;
import dev.plumbline.optimize.TensorParts;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.StoredTensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorFiles;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Checks of steps in files: what a training loop of PyTorch saves (fixtures/make_optimizer_states.py), and large ones. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class CheckFilesTests {

    private static final String PATH = "/v1/optimizer-checks";
    private static final Path FILES = Path.of("src/test/resources/fixtures/optimizer-states");

    @LocalServerPort
    private int port;

    private Caller caller;

    @BeforeEach
    void connect() {
        caller = new Caller(port);
    }

    private static byte[] file(String name) throws IOException {
        return Files.readAllBytes(FILES.resolve(name + ".pt"));
    }

    private static Map.Entry<String, byte[]> request(String json) {
        return Map.entry("request", json.getBytes(UTF_8));
    }

    private static List<Map.Entry<String, byte[]>> step(String name, String request) throws IOException {
        List<Map.Entry<String, byte[]>> parts = new ArrayList<>(List.of(request(request)));
        for (String part : List.of("before", "gradients", "after", "state")) {
            parts.add(Map.entry(part, file(name + "-" + part)));
        }
        return parts;
    }

    private Answer check(List<Map.Entry<String, byte[]>> parts) throws Exception {
        return caller.postParts(PATH, parts);
    }

    /** Hyper-parameters are in PyTorch's groups; names that have no gradient take no part. */
    @ParameterizedTest
    @CsvSource({
        "adam, adam, 0.003",
        "adamw, adamw, 0.003",
        "sgd, sgd, 0.05",
        "rmsprop, rmsprop, 0.001",
        "amsgrad, amsgrad, 0.001",
        "adagrad, adagrad, 0.01",
        "fresh, adam, 0.001",
        "buffers, adam, 0.001",
        "frozen, adam, 0.001",
        "checkpoint, adam, 0.001",
        "ema, adam, 0.001"
    })
    void takesWhatPyTorchSaves(String name, String kind, double rate) throws Exception {
        Answer answer = check(step(name, "{\"optimizer\": {\"kind\": \"%s\"}}".formatted(kind)));
        assertThat(answer.text("/verdict")).as(new String(answer.body(), UTF_8)).isEqualTo("PASS");
        assertThat(answer.number("/explanation/optimizer/learningRate")).isEqualTo(rate);
        assertThat(answer.text("/summary")).contains("without a gradient, such as");
    }

    @Test
    void saysWhatIsOffWithTheStateOfAFile() throws Exception {
        Answer answer = check(step("adam", "{\"optimizer\": {\"kind\": \"adam\", \"beta2\": 0.999}}"));
        assertThat(answer.text("/explanation/fault")).isEqualTo("decayRate");
    }

    /** PyTorch's SGD keeps no count, and the rate of step 8 is a tenth of the base: what is not said is no fault. */
    @ParameterizedTest
    @CsvSource({"7, PASS, right", "6, FAIL, schedule", ", INCONCLUSIVE, stepUnknown"})
    void takesTheStepBesideAStateThatKeepsNone(String step, String verdict, String fault) throws Exception {
        String said = step == null ? "" : ", \"state\": {\"step\": %s}".formatted(step);
        Answer answer = check(step("sgd", """
                {"optimizer": {"kind": "sgd", "learningRate": 0.5},
                "schedule": {"kind": "step", "every": 7, "factor": 0.1} %s}""".formatted(said)));
        assertThat(answer.text("/verdict")).as(answer.text("/summary")).isEqualTo(verdict);
        assertThat(answer.text("/explanation/fault")).isEqualTo(fault);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"step": 99}                          | request/state/step
            {"step": -1}                          | request/state/step
            {"step": 3, "slots": {"m": {"w": 1}}} | request/state
            {"slots": {}}                         | request/state
            """)
    void refusesAStepBesideAStateThatCountsOtherwise(String state, String pointer) throws Exception {
        Answer answer = check(step("adam", "{\"optimizer\": {\"kind\": \"adam\"}, \"state\": %s}".formatted(state)));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo(pointer);
    }

    @Test
    void takesOneFileForEachStep() throws Exception {
        List<Map.Entry<String, byte[]>> parts =
                new ArrayList<>(step("adamw", "{\"optimizer\": {\"kind\": \"adamw\"}}"));
        parts.add(Map.entry("gradients", file("adamw-gradients1")));
        parts.add(Map.entry("after", file("adamw-after1")));
        assertThat(check(parts).text("/verdict")).isEqualTo("PASS");
        parts.add(Map.entry("after", file("adamw-after1")));
        Answer odd = check(parts);
        assertThat(odd.text("/pointer")).isEqualTo("gradients");
        assertThat(odd.text("/expected")).startsWith("3, one a step");
    }

    /** The biases come in an order of their own, by the groups; the files' order is the model's. */
    @Test
    void takesAStateOfGroupsByTheOrderThatIsSaid() throws Exception {
        String order =
                "\"parameterNames\": [\"0.weight\", \"3.weight\", \"0.bias\", \"1.weight\", \"1.bias\", \"3.bias\"]";
        Answer answer = check(step("groups", "{\"optimizer\": {\"kind\": \"adamw\"}, %s}".formatted(order)));
        assertThat(answer.text("/verdict")).as(answer.text("/summary")).isEqualTo("PASS");
        Answer unsaid = check(step("groups", "{\"optimizer\": {\"kind\": \"adamw\"}}"));
        assertThat(unsaid.text("/pointer")).startsWith("state/");
        assertThat(unsaid.text("/expected")).contains("parameterNames");
    }

    @Test
    void asksForTheOrderWhereAFileSortsItsTensors() throws Exception {
        List<Map.Entry<String, byte[]>> parts = new ArrayList<>(step("adam", "{\"optimizer\": {\"kind\": \"adam\"}}"));
        Map<String, Tensor> before = TensorFiles.read(file("adam-before"), "w", TensorLimits.DEFAULT);
        parts.set(1, Map.entry("before", Safetensors.write(before, Map.of())));
        Answer answer = check(parts);
        assertThat(answer.text("/pointer")).isEqualTo("request/parameterNames");
        String order = "[\"0.weight\", \"0.bias\", \"1.weight\", \"1.bias\", \"3.weight\", \"3.bias\"]";
        parts.set(0, request("{\"optimizer\": {\"kind\": \"adam\"}, \"parameterNames\": %s}".formatted(order)));
        assertThat(check(parts).text("/verdict")).isEqualTo("PASS");
    }

    @ParameterizedTest
    @CsvSource({
        "lbfgs-state, state/state/0/al, L-BFGS",
        "adam-before, state/0.weight, s/<slot>/<name>",
        "groups-state, state/m/0.bias, [2]"
    })
    void refusesAFileThatIsNoState(String name, String pointer, String expected) throws Exception {
        List<Map.Entry<String, byte[]>> parts = new ArrayList<>(step("fresh", "{\"optimizer\": {\"kind\": \"adam\"}}"));
        parts.set(4, Map.entry("state", file(name)));
        Answer answer = check(parts);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).as(new String(answer.body(), UTF_8)).isEqualTo(pointer);
        assertThat(answer.text("/expected")).contains(expected);
    }

    /** Steps and sessions go on from PyTorch's state too: positions are those of the parameters. */
    @ParameterizedTest
    @ValueSource(strings = {"/v1/optimizer-steps", "/v1/optimizer-sessions"})
    void goesOnFromPyTorchsState(String path) throws Exception {
        String adam = "{\"kind\": \"adam\", \"learningRate\": 0.003, \"beta2\": 0.95}";
        Map<String, Tensor> gradients = TensorFiles.read(file("adam-gradients"), "w", TensorLimits.DEFAULT);
        Map<String, Tensor> before =
                new LinkedHashMap<>(TensorFiles.read(file("adam-before"), "w", TensorLimits.DEFAULT));
        before.keySet().retainAll(gradients.keySet());
        List<Map.Entry<String, byte[]>> parts = new ArrayList<>(List.of(
                request("{\"optimizer\": %s, \"parameters\": %s}"
                        .formatted(adam, Caller.JSON.writeValueAsString(before))),
                Map.entry("state", file("adam-state"))));
        boolean atOnce = path.endsWith("steps");
        if (atOnce) {
            parts.add(Map.entry("gradients", file("adam-gradients")));
        }
        Answer answer = caller.postParts(path, parts);
        if (!atOnce) {
            String session = path + "/" + answer.text("/id");
            Answer step = caller.post(
                    session + "/steps",
                    "{\"gradients\": %s}".formatted(Caller.JSON.writeValueAsString(gradients)),
                    "If-Match",
                    "\"3\"");
            assertThat(step.number("/step")).as(new String(step.body(), UTF_8)).isEqualTo(4);
            answer = caller.get(session + "/parameters");
        }
        assertThat(answer.status()).as(new String(answer.body(), UTF_8)).isEqualTo(200);
        Map<String, Tensor> after = TensorFiles.read(file("adam-after"), "w", TensorLimits.DEFAULT);
        for (String name : before.keySet()) {
            Tensor stepped = answer.tensor((atOnce ? "/parameters/" : "/") + name);
            Tensor expected = Objects.requireNonNull(after.get(name));
            for (int i = 0; i < stepped.size(); i++) {
                assertThat(stepped.at(i)).isCloseTo(expected.at(i), within(1e-7));
            }
        }
    }

    /** The same state beside parameters that a file has sorted would go to others. */
    @ParameterizedTest
    @ValueSource(strings = {"/v1/optimizer-steps", "/v1/optimizer-sessions"})
    void refusesPyTorchsStateBesideSortedParameters(String path) throws Exception {
        Map<String, Tensor> gradients = TensorFiles.read(file("adam-gradients"), "w", TensorLimits.DEFAULT);
        Answer answer = caller.postParts(
                path,
                List.of(
                        request("{\"optimizer\": {\"kind\": \"adam\"}%s}"
                                .formatted(
                                        path.endsWith("sessions")
                                                ? ""
                                                : ", \"gradients\": " + Caller.JSON.writeValueAsString(gradients))),
                        Map.entry("parameters", Safetensors.write(gradients, Map.of())),
                        Map.entry("state", file("adam-state"))));
        assertThat(answer.text("/detail")).as(new String(answer.body(), UTF_8)).contains("sorts them by name");
    }

    /** Structure is at both ends of the archive; what survives is a state like another, and may be a wrong one. */
    @Test
    void damagedStatesAreRefusedOrJudged() throws Exception {
        List<Map.Entry<String, byte[]>> parts = new ArrayList<>(step("adam", "{\"optimizer\": {\"kind\": \"adam\"}}"));
        byte[] right = file("adam-state");
        SplittableRandom random = new SplittableRandom(3);
        int refused = 0;
        for (int i = 0; i < 40; i++) {
            byte[] mutant = right.clone();
            for (int k = 0; k < 3; k++) {
                int at = random.nextInt(2000);
                mutant[random.nextBoolean() ? at : right.length - 1 - at] ^= (byte) (1 << random.nextInt(8));
            }
            parts.set(4, Map.entry("state", mutant));
            int status = check(parts).status();
            assertThat(status).as("mutant %d", i).isIn(200, 400, 413, 422);
            refused += status == 200 ? 0 : 1;
        }
        assertThat(refused).isBetween(10, 39);
    }

    /** A checkpoint of two models has one optimizer, and no one dictionary of parameters. */
    @Test
    void asksWhichOfSeveralModelsWhereParametersAreWanted() throws Exception {
        List<Map.Entry<String, byte[]>> parts = new ArrayList<>(step("ema", "{\"optimizer\": {\"kind\": \"adam\"}}"));
        parts.set(1, Map.entry("before", file("ema-state")));
        Answer answer = check(parts);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo("before");
        assertThat(answer.text("/got")).isEqualTo("ema, model");
    }

    /** Two moments and a count of each parameter, all in PyTorch's dictionary. */
    @Test
    void countsTheTensorsOfAnOptimizersState(@TempDir Path directory) throws IOException {
        Path copy = Files.write(directory.resolve("copy.pt"), file("adam-state"));
        try (TensorPart part = new TensorPart("state", StoredTensors.takeOver(copy, "w", TensorLimits.DEFAULT))) {
            CheckFiles files = new CheckFiles(List.of(), List.of(), List.of(), part);
            assertThat(files.tensors()).isEqualTo(6 * 3);
            TensorParts parts = new TensorParts(new Limits(
                    1024, 1024, 1, 1, 1, 1, 10, 100, 8, 1L << 20, 10, 1, 1, 1, 1)); // 1024 bytes of all files
            assertThatCode(() -> parts.requireTogether(part, part)).doesNotThrowAnyException(); // 432 each
            assertThatThrownBy(() -> parts.requireTogether(part, part, part)).hasMessageContaining("1296 bytes");
        }
    }

    private static Tensor floats(int size, double scale) {
        SplittableRandom random = new SplittableRandom(size);
        double[] values = random.doubles(size, -scale, scale).toArray();
        return Tensor.of(Shape.of(size), values).as(Datatype.FP32);
    }

    /** More than is loaded: a sample, and every number. */
    @Test
    void checksALargeStepInItsFiles() throws Exception {
        Map<String, Tensor> before = Map.of("w", floats(300_000, 1));
        Map<String, Tensor> gradients = Map.of("w", floats(300_000, 0.1));
        Optimizer adam = Kind.ADAM.preset(Preset.PYTORCH);
        Tensor after = Objects.requireNonNull(new TensorStep(adam)
                .take(OptimizerState.initial(adam, before), before, gradients)
                .parameters()
                .get("w"));
        assertThat(large(before, gradients, after).text("/verdict")).isEqualTo("PASS");
        double[] other = Arrays.copyOf(after.values(), after.size());
        other[123_457] += 1e-4;
        Answer answer = large(before, gradients, Tensor.of(after.shape(), Datatype.FP32, other));
        assertThat(answer.text("/verdict")).isEqualTo("FAIL");
    }

    /** A state in the request, of a step whose tensors lie in files. */
    @Test
    void refusesAStateThatIsShorterThanItsParameters() throws Exception {
        byte[] w = Safetensors.write(Map.of("w", floats(70_000, 1)), Map.of());
        Answer answer = check(List.of(
                request(
                        "{\"steps\": [{}, {\"state\": {\"step\": 1, \"slots\": {\"m\": {\"w\": [0]}, \"v\": {\"w\": [0]}}}}]}"),
                Map.entry("before", w),
                Map.entry("gradients", w),
                Map.entry("gradients", w),
                Map.entry("after", w),
                Map.entry("after", w)));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo("request/steps/1/state/slots/m/w");
        assertThat(answer.text("/expected")).isEqualTo("[70000]");
    }

    private Answer large(Map<String, Tensor> before, Map<String, Tensor> gradients, Tensor after) throws Exception {
        return check(List.of(
                request("{\"optimizer\": {\"kind\": \"adam\", \"learningRate\": 0.001}}"),
                Map.entry("before", Safetensors.write(before, Map.of())),
                Map.entry("gradients", Safetensors.write(gradients, Map.of())),
                Map.entry("after", Safetensors.write(Map.of("w", after), Map.of()))));
    }
}
