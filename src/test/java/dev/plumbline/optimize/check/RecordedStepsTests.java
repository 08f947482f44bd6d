package dev.plumbline.optimize.check;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * 414 steps of PyTorch's optimizers, and 80 loops with a mistake planted: {@code make_recorded_steps.py}; 66 more by another hand,
 * {@code make_strangers_steps.py}; and schedules that cycle the momentum, {@code make_cycled_steps.py}.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class RecordedStepsTests {

    private static final String PATH = "/v1/optimizer-checks";

    @LocalServerPort
    private int port;

    private Caller caller;

    @BeforeEach
    void connect() {
        caller = new Caller(port);
    }

    private static Stream<Arguments> cases(String file) throws IOException {
        try (InputStream json =
                requireNonNull(RecordedStepsTests.class.getResourceAsStream("/fixtures/optimizer-checks/" + file))) {
            return JsonMapper.shared()
                    .readTree(json)
                    .valueStream()
                    .map(each -> Arguments.of(each.at("/case").asString(), each));
        }
    }

    static Stream<Arguments> recorded() throws IOException {
        return cases("recorded.json");
    }

    static Stream<Arguments> planted() throws IOException {
        return cases("planted.json");
    }

    /** What nothing here names yet: the largest entry, which norms do not tell, and a sign that is Lion's alone. */
    private static final Set<String> NOT_NAMED = Set.of("clipped by largest, claimed norm", "lion without the sign");

    static Stream<Arguments> strangers() throws IOException {
        return cases("strangers.json");
    }

    static Stream<Arguments> cycled() throws IOException {
        return cases("cycled.json");
    }

    /** Those whose momentum a schedule can state. */
    static Stream<Arguments> scheduled() throws IOException {
        return cycled().filter(arguments ->
                requireNonNull((JsonNode) arguments.get()[1]).at("/request").has("schedule"));
    }

    /** PyTorch cycles the momentum unless it is told not to: who states the rate's schedule alone has said neither. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cycled")
    void takesEitherMomentumForRightWhereNothingIsSaidOfIt(String name, JsonNode each) throws Exception {
        Answer answer = caller.post(PATH, each.at("/request").toString());
        String summary = answer.text("/summary");
        assertThat(answer.text("/explanation/fault"))
                .as(summary)
                .isEqualTo(each.at("/fault").asString());
        boolean unsaid = each.at("/cycled").asBoolean() && !each.at("/stated").asBoolean();
        if (each.at("/fault").asString().equals("right")) {
            String words = each.at("/momenta/baseMomentum").asString() + " and "
                    + each.at("/momenta/maxMomentum").asString();
            assertThat(answer.text("/explanation/advice").contains("cycled between " + words + " against the"))
                    .as(summary)
                    .isEqualTo(unsaid);
        }
    }

    /** Where it is stated, it must be so; one that stays is named. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("scheduled")
    void holdsAStatedCycleOfTheMomentum(String name, JsonNode each) throws Exception {
        ObjectNode request = (ObjectNode) each.at("/request");
        ((ObjectNode) request.at("/schedule")).setAll((ObjectNode) each.at("/momenta"));
        Answer answer = caller.post(PATH, request.toString());
        boolean cycled = each.at("/cycled").asBoolean();
        assertThat(answer.text("/explanation/fault"))
                .as(answer.text("/summary"))
                .isEqualTo(cycled ? each.at("/fault").asString() : "momentum");
        assertThat(answer.text("/explanation/advice").contains("it is not cycled, but stays at 0.9"))
                .isNotEqualTo(cycled);
    }

    /** Those that go on from a state, which says that there is a schedule; nobody says a rate. */
    static Stream<Arguments> resumed() throws IOException {
        return scheduled().filter(arguments -> {
            JsonNode request = requireNonNull((JsonNode) arguments.get()[1]).at("/request");
            return request.at("/state").has("param_groups")
                    && !request.at("/optimizer").has("learningRate");
        });
    }

    /** Who names no schedule is asked for it, and accused of nothing. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("resumed")
    void asksForAScheduleThatTheStateTells(String name, JsonNode each) throws Exception {
        ObjectNode request = (ObjectNode) each.at("/request");
        request.remove("schedule");
        Answer answer = caller.post(PATH, request.toString());
        assertThat(answer.text("/verdict")).as(answer.text("/summary")).isNotEqualTo("FAIL");
        if (answer.text("/verdict").equals("INCONCLUSIVE")) {
            assertThat(answer.text("/summary")).contains("say schedule");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recorded")
    void recognisesWhatPyTorchHasStepped(String name, JsonNode each) throws Exception {
        Answer answer = caller.post(PATH, each.at("/request").toString());
        assertThat(answer.text("/verdict")).as(answer.text("/summary")).isEqualTo("PASS");
        assertThat(answer.text("/explanation/optimizer/kind"))
                .isEqualTo(each.at("/kind").asString());
        if (!each.at("/learningRate").isNull()) {
            assertThat(answer.number("/explanation/optimizer/learningRate"))
                    .isEqualTo(each.at("/learningRate").asDouble());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("strangers")
    void namesTheMistakeOfAStranger(String name, JsonNode each) throws Exception {
        Answer answer = caller.post(PATH, each.at("/request").toString());
        List<String> expected =
                each.at("/faults").valueStream().map(JsonNode::asString).toList();
        List<String> named = answer.json()
                .at("/explanation/faults")
                .valueStream()
                .map(JsonNode::asString)
                .toList();
        String fault = expected.isEmpty() ? "right" : NOT_NAMED.contains(name) ? "unexplained" : named.get(0);
        assertThat(answer.text("/verdict")).as(answer.text("/summary")).isEqualTo(expected.isEmpty() ? "PASS" : "FAIL");
        assertThat(named).as(answer.text("/summary")).contains(fault);
        if (!expected.isEmpty() && !NOT_NAMED.contains(name)) {
            assertThat(named).as(answer.text("/summary")).containsAnyElementsOf(expected);
        }
    }

    /** One of the names where the steps cannot tell them apart; all of them where two things are off. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("planted")
    void namesTheMistakeOfALoopByHand(String name, JsonNode each) throws Exception {
        Answer answer = caller.post(PATH, each.at("/request").toString());
        List<String> expected =
                each.at("/faults").valueStream().map(JsonNode::asString).toList();
        assertThat(answer.text("/verdict")).as(answer.text("/summary")).isEqualTo("FAIL");
        String fault = answer.text("/explanation/fault");
        if (!fault.equals("several")) {
            assertThat(expected).as(answer.text("/summary")).contains(fault);
            return;
        }
        Set<String> named =
                new HashSet<>(List.of(answer.text("/explanation/faults/0"), answer.text("/explanation/faults/1")));
        assertThat(named).as(answer.text("/summary")).containsAll(expected);
    }
}
