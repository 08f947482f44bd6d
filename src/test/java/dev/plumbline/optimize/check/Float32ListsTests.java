package dev.plumbline.optimize.check;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Float32 steps of real PyTorch whose numbers come as plain JSON, which has no datatypes. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class Float32ListsTests {

    private static final String PATH = "/v1/optimizer-checks";
    private static final JsonMapper JSON = JsonMapper.shared();

    @LocalServerPort
    private int port;

    private Caller caller;

    @BeforeEach
    void connect() {
        caller = new Caller(port);
    }

    private static Stream<JsonNode> cases(String file) {
        try (InputStream json =
                requireNonNull(Float32ListsTests.class.getResourceAsStream("/fixtures/optimizer-checks/" + file))) {
            return JSON.readTree(json).valueStream();
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    /** {@code make_float32_lists.py}: moments are lists too. */
    static Stream<Arguments> continued() {
        return cases("float32-lists.json")
                .map(each -> Arguments.of(each.at("/case").asString(), each));
    }

    /** {@code make_optimizer_checks.py}: the cases in float32, without a claim as well. */
    static Stream<Arguments> steps() {
        return cases("steps.json")
                .filter(each -> each.at("/case").asString().endsWith("float32"))
                .map(each -> Arguments.of(each.at("/case").asString(), each));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("continued")
    void passesFloat32StepsThatGoOnFromAState(String name, JsonNode each) throws Exception {
        Answer answer = caller.post(PATH, each.at("/request").toString());
        assertThat(answer.text("/verdict")).as(answer.text("/summary")).isEqualTo("PASS");
        assertThat(answer.text("/summary")).endsWith("float32 numbers, and are judged as such.");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("continued")
    void failsThemAtALearningRateWrongByOnePartInAThousand(String name, JsonNode each) throws Exception {
        ObjectNode request = (ObjectNode) each.at("/request").deepCopy();
        ((ObjectNode) request.at("/optimizer"))
                .put("learningRate", each.at("/wrong").asDouble());
        Answer answer = caller.post(PATH, request.toString());
        assertThat(answer.text("/verdict")).isEqualTo("FAIL");
        assertThat(answer.text("/explanation/fault")).isEqualTo("learningRate");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("steps")
    void knowsTorchsStepsInListsAsWell(String name, JsonNode each) throws Exception {
        requireExpected(each, step -> {});
    }

    /** As orjson prints a float32: in the fewest digits that tell it from its neighbours. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("steps")
    void knowsThemPrintedInTheShortestWay(String name, JsonNode each) throws Exception {
        requireExpected(each, step -> {
            step.properties().forEach(tensors -> ((ObjectNode) tensors.getValue())
                    .properties()
                    .forEach(tensor -> tensor.setValue(shortest(tensor.getValue()))));
        });
    }

    private void requireExpected(JsonNode each, Consumer<ObjectNode> rewritten) throws Exception {
        ObjectNode request = (ObjectNode) each.at("/request").deepCopy();
        request.at("/steps").forEach(step -> {
            step.properties().forEach(tensors -> ((ObjectNode) tensors.getValue())
                    .properties()
                    .forEach(tensor -> tensor.setValue(list(tensor.getValue()))));
            rewritten.accept((ObjectNode) step);
        });
        Answer answer = caller.post(PATH, request.toString());
        assertThat(answer.text("/verdict"))
                .as(answer.text("/summary"))
                .isEqualTo(each.at("/verdict").asString());
        assertThat(answer.text("/explanation/fault"))
                .as(answer.text("/summary"))
                .isEqualTo(each.at("/fault").asString());
        assertThat(answer.number("/explanation/optimizer/learningRate"))
                .isEqualTo(each.at("/learningRate").asDouble());
    }

    /** Where one tensor of a parameter says FP32, the others of it are float32 as well. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("steps")
    void takesAParametersDatatypeFromWhereverItIsSaid(String name, JsonNode each) throws Exception {
        ObjectNode request = (ObjectNode) each.at("/request").deepCopy();
        request.at("/steps").forEach(step -> {
            ObjectNode after = (ObjectNode) step.at("/after");
            after.set("w", list(after.get("w")));
        });
        Answer answer = caller.post(PATH, request.toString());
        assertThat(answer.text("/explanation/fault"))
                .as(answer.text("/summary"))
                .isEqualTo(each.at("/fault").asString());
    }

    /** Float64 beside float32: each parameter in its own arithmetic, none loosened by the other. */
    @Test
    void holdsAFloat64ParameterToFloat64() throws Exception {
        String request = """
                {"optimizer": {"kind": "sgd", "learningRate": 0.1}, "steps": [{
                "before": {"w": [0.10000000149011612, -0.699999988079071], "v": [0.12345678901234567]},
                "gradients": {"w": [0.30000001192092896, 0.20000000298023224], "v": [1.0]},
                "after": {"w": [0.07000000029802322, -0.7199999690055847], "v": [%s]}}]}""";
        Answer right = caller.post(PATH, request.formatted("0.02345678901234567"));
        assertThat(right.text("/verdict")).as(right.text("/summary")).isEqualTo("PASS");
        assertThat(caller.post(PATH, request.formatted("0.02345678901334567")).text("/verdict"))
                .isEqualTo("FAIL");
    }

    /** Short decimals may be either; what float64 explains to its last places is float64. */
    @Test
    void believesAFloat64StepInShortDecimals() throws Exception {
        Answer answer = caller.post(PATH, """
                {"optimizer": {"kind": "sgd", "learningRate": 0.01}, "steps": [{
                "before": {"w": [1, 2]}, "gradients": {"w": [0.1, -2]}, "after": {"w": [0.999, 2.02]}}]}""");
        assertThat(answer.text("/verdict")).isEqualTo("PASS");
        assertThat(answer.text("/summary")).doesNotContain("float32");
    }

    private static JsonNode list(JsonNode tensor) {
        ArrayNode flat = (ArrayNode) tensor.at("/data");
        if (tensor.at("/shape").size() == 1) {
            return flat;
        }
        ArrayNode rows = JSON.createArrayNode();
        int columns = tensor.at("/shape/1").asInt();
        for (int i = 0; i < flat.size(); i++) {
            if (i % columns == 0) {
                rows.add(JSON.createArrayNode());
            }
            ((ArrayNode) rows.get(i / columns)).add(flat.get(i));
        }
        return rows;
    }

    private static JsonNode shortest(JsonNode numbers) {
        ArrayNode printed = JSON.createArrayNode();
        numbers.forEach(number -> printed.add(
                number.isArray()
                        ? shortest(number)
                        : JSON.getNodeFactory()
                                .numberNode(Double.parseDouble(Float.toString((float) number.asDouble())))));
        return printed;
    }
}
