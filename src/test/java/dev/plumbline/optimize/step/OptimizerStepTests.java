package dev.plumbline.optimize.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import dev.plumbline.optimize.StateSource;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.SafetensorsFile;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"plumbline.limits.body-bytes=100000", "plumbline.limits.bulk-bytes=2000000"})
class OptimizerStepTests {

    private static final String PATH = "/v1/optimizer-steps";
    private static final String[] AS_FILE = {"Accept", "application/vnd.safetensors"};

    @LocalServerPort
    private int port;

    private Caller caller;

    @BeforeEach
    void connect() {
        caller = new Caller(port);
    }

    /** At t = 1, Adam's step is learningRate g / (|g| + epsilon), whatever g is. */
    @Test
    void takesAdamsFirstStep() throws Exception {
        Answer answer = caller.post(PATH, """
                {"optimizer": {"kind": "adam", "learningRate": 0.1}, "parameters": {"w": [1, 2]}, "gradients": {"w": [3, -4]}}
                """);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.tensor("/parameters/w").values()).containsExactly(new double[] {0.9, 2.1}, within(1e-9));
        assertThat(answer.number("/state/step")).isEqualTo(1);
        assertThat(answer.number("/optimizer/beta2")).isEqualTo(0.999);
        assertThat(answer.number("/gradientNorm")).isEqualTo(5);
        assertThat(answer.number("/update/w/norm")).isCloseTo(0.1 * Math.sqrt(2), within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"adam", "adamw", "amsgrad", "nadam", "radam", "adamax", "sgd", "rmsprop", "adagrad", "adadelta"})
    void takesTheStateBackAsItAnsweredIt(String kind) throws Exception {
        String request = """
                {"optimizer": {"kind": "%s", "learningRate": 0.1}, "parameters": {"a/b": %s}, "gradients": {"a/b": [3, -4]},
                "state": %s}""";
        Answer first = caller.post(PATH, request.formatted(kind, "[1, 2]", "null"));
        Answer second = caller.post(
                PATH,
                request.formatted(
                        kind, first.json().at("/parameters/a~1b"), first.json().at("/state")));
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.number("/state/step")).isEqualTo(2);
        assertThat(second.tensor("/parameters/a~1b")).isNotEqualTo(first.tensor("/parameters/a~1b"));
    }

    @Test
    void leavesEverythingAsItWasWhereAGradientIsNaN() throws Exception {
        Answer answer = caller.post(PATH, """
                {"optimizer": {"kind": "sgd", "learningRate": 0.1}, "parameters": {"w": [1, 2]}, "gradients": {"w": [3, "NaN"]}}
                """);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/taken").asBoolean()).isFalse();
        assertThat(answer.tensor("/parameters/w")).isEqualTo(Tensor.vector(1, 2));
        assertThat(answer.text("/nonFinites/0/array")).isEqualTo("gradient");
        assertThat(answer.number("/nonFinites/0/position")).isEqualTo(1);
    }

    /** Clipped to norm 1, [3, -4] is [0.6, -0.8]. */
    @Test
    void clipsByTheGlobalNorm() throws Exception {
        Answer answer = caller.post(PATH, """
                {"optimizer": {"kind": "sgd", "learningRate": 1}, "parameters": {"w": [0, 0]}, "gradients": {"w": [3, -4]},
                "clipping": {"norm": 1}}""");
        assertThat(answer.tensor("/parameters/w").values()).containsExactly(new double[] {-0.6, 0.8}, within(1e-15));
        assertThat(answer.number("/clippedTo")).isEqualTo(0.2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'kind': 'adam', 'beta1': 1}                         | /optimizer/beta1",
                "{'kind': 'adam', 'momentum': 0.9}                    | /optimizer/momentum",
                "{'kind': 'adamw', 'preset': 'nd4j'}                  | /optimizer/preset",
                "{'kind': 'adam', 'weightDecay': {'kind': 'l3', 'rate': 1}} | /optimizer/weightDecay/kind",
                "{'kind': 'adm'}                                      | /optimizer/kind"
            },
            quoteCharacter = '`')
    void pointsAtWhatIsWrongWithTheOptimizer(String optimizer, String pointer) throws Exception {
        Answer answer = caller.post(
                PATH,
                "{\"optimizer\": %s, \"parameters\": {\"w\": 1}, \"gradients\": {\"w\": 1}}"
                        .formatted(optimizer.replace('\'', '"')));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo(pointer);
    }

    @Test
    void answersAFileThatComesBackAsParametersAndState() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        Tensor parameters = random(random, 50_000);
        Tensor gradients = random(random, 50_000);
        byte[] request = "{\"optimizer\": {\"kind\": \"adam\", \"learningRate\": 0.01}}".getBytes(UTF_8);
        byte[] gradientFile = Safetensors.write(Map.of("layer/w", gradients), Map.of());
        Answer first = caller.postFiles(
                PATH,
                Map.of(
                        "request", request,
                        "parameters", Safetensors.write(Map.of("layer/w", parameters), Map.of()),
                        "gradients", gradientFile),
                AS_FILE);
        assertThat(first.status()).isEqualTo(200);
        Answer second = caller.postFiles(
                PATH,
                Map.of(
                        "request",
                        request,
                        "parameters",
                        first.body(),
                        "gradients",
                        gradientFile,
                        "state",
                        first.body()),
                AS_FILE);
        SafetensorsFile file = Safetensors.read(second.body(), TensorLimits.DEFAULT);
        assertThat(file.tensors()).containsOnlyKeys("p/layer/w", "s/m/layer/w", "s/v/layer/w");
        assertThat(file.metadata()).containsEntry("step", "2").containsKey("plumbline");
        assertThat(file.tensors()).containsEntry("p/layer/w", twoStepsInMemory(parameters, gradients));
    }

    private static Tensor twoStepsInMemory(Tensor parameters, Tensor gradients) {
        Optimizer optimizer = OptimizerSource.of(Kind.ADAM, 0.01).optimizer();
        OptimizerStep first = new TensorStep(optimizer)
                .take(StateSource.state(null), Map.of("layer/w", parameters), Map.of("layer/w", gradients));
        OptimizerStep second =
                new TensorStep(optimizer).take(first.state(), first.parameters(), Map.of("layer/w", gradients));
        return Objects.requireNonNull(second.parameters().get("layer/w"));
    }

    private static Tensor random(SplittableRandom random, int size) {
        return Tensor.of(Shape.of(size), random.doubles(size, -1, 1).toArray()).as(Datatype.FP32);
    }

    @Test
    void refusesABulkBodyBeyondItsOwnLimitByName() throws Exception {
        Answer answer = caller.postFiles(PATH, Map.of("parameters", new byte[2_000_000]));
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.text("/expected")).isEqualTo("at most 2000000 bytes (plumbline.limits.bulk-bytes)");
    }

    @Test
    void refusesABodyOfJsonBeyondTheLimitOfAllBodies() throws Exception {
        Answer answer = caller.post(PATH, " ".repeat(100_001));
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.text("/expected")).contains("plumbline.limits.body-bytes");
    }

    @Test
    void refusesAStateThatDoesNotSayItsStep() throws Exception {
        Answer answer = caller.postFiles(
                PATH,
                Map.of(
                        "request", "{\"optimizer\": {\"kind\": \"adam\"}}".getBytes(UTF_8),
                        "state", Safetensors.write(Map.of("s/m/w", Tensor.vector(1)), Map.of())));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo("state/__metadata__/step");
    }
}
