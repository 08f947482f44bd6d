package dev.plumbline.optimize.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class OptimizerCheckHttpTests {

    private static final String PATH = "/v1/optimizer-checks";
    private static final double[] GRADIENTS = {0.5, -2, 0.003};

    @LocalServerPort
    private int port;

    private Caller caller;

    @BeforeEach
    void connect() {
        caller = new Caller(port);
    }

    private Answer checkFirstStep(String optimizer, double meanFactor, double rate) throws Exception {
        StringBuilder after = new StringBuilder();
        for (int i = 0; i < GRADIENTS.length; i++) {
            double g = GRADIENTS[i];
            double step = rate * meanFactor * g / (Math.abs(g) + 1e-8);
            after.append(i == 0 ? "" : ", ").append(1 - step);
        }
        return caller.post(PATH, String.format(Locale.ROOT, """
                {"optimizer": %s, "steps": [{"before": {"w": [1, 1, 1]}, "gradients": {"w": [0.5, -2, 0.003]},
                "after": {"w": [%s]}}]}""", optimizer, after));
    }

    @Test
    void passesAStepThatIsWhatItClaimsToBe() throws Exception {
        Answer answer = checkFirstStep("{\"kind\": \"adam\", \"learningRate\": 0.01}", 1, 0.01);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("/verdict")).isEqualTo("PASS");
        assertThat(answer.text("/explanation/fault")).isEqualTo("right");
        assertThat(answer.text("/explanation/optimizer/kind")).isEqualTo("adam");
    }

    @ParameterizedTest
    @CsvSource({"-1, 0.01, sign", "1, 0.02, learningRate"})
    void namesWhatIsOff(double factor, double rate, String fault) throws Exception {
        Answer answer = checkFirstStep("{\"kind\": \"adam\", \"learningRate\": 0.01}", factor, rate);
        assertThat(answer.text("/verdict")).isEqualTo("FAIL");
        assertThat(answer.text("/explanation/fault")).isEqualTo(fault);
    }

    /** The second article's Adam: t is the number of tensors. */
    @Test
    void namesTheSecondArticlesMistake() throws Exception {
        String example = "/examples/optimizer-checks/bias-correction-by-the-number-of-tensors.json";
        try (InputStream json = requireNonNull(getClass().getResourceAsStream(example))) {
            Answer answer = caller.post(PATH, new String(json.readAllBytes(), UTF_8));
            assertThat(answer.text("/verdict")).isEqualTo("FAIL");
            assertThat(answer.text("/explanation/fault")).isEqualTo("biasCorrectionStep");
            assertThat(answer.text("/explanation/advice")).contains("number of parameter tensors, 2");
        }
    }

    @ParameterizedTest
    @EnumSource(TextbookAdam.Mistake.class)
    void namesAMistakeInATextbooksAdam(TextbookAdam.Mistake mistake) throws Exception {
        Answer answer = caller.post(PATH, TextbookAdam.check(mistake));
        assertThat(answer.text("/explanation/fault")).isEqualTo(mistake.fault());
        assertThat(answer.text("/verdict")).isEqualTo(mistake == TextbookAdam.Mistake.NONE ? "PASS" : "FAIL");
        assertThat(answer.text("/explanation/advice")).contains(mistake.advice());
    }

    @Test
    void fitsALearningRateThatIsNotGiven() throws Exception {
        Answer answer = checkFirstStep("{\"kind\": \"adam\"}", 1, 0.02);
        assertThat(answer.text("/verdict")).isEqualTo("PASS");
        assertThat(answer.number("/explanation/optimizer/learningRate")).isCloseTo(0.02, within(1e-9));
    }

    @Test
    void findsWhatMadeAStepWithoutAClaim() throws Exception {
        Answer answer = caller.post(PATH, """
                {"steps": [{"before": {"w": [1, 1]}, "gradients": {"w": [2, -4]}, "after": {"w": [0.5, 2]}},
                {"before": {"w": [0.5, 2]}, "gradients": {"w": [1, 8]}, "after": {"w": [0.25, 0]}}]}""");
        assertThat(answer.text("/verdict")).isEqualTo("PASS");
        assertThat(answer.text("/explanation/optimizer/kind")).isEqualTo("sgd");
    }

    /** Steps of real PyTorch: {@code make_optimizer_checks.py}. */
    static Stream<Arguments> torchSteps() throws IOException {
        try (InputStream json = requireNonNull(
                OptimizerCheckHttpTests.class.getResourceAsStream("/fixtures/optimizer-checks/steps.json"))) {
            return JsonMapper.shared()
                    .readTree(json)
                    .valueStream()
                    .map(each -> Arguments.of(each.at("/case").asString(), each));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("torchSteps")
    void knowsTorchsSteps(String name, JsonNode each) throws Exception {
        Answer answer = caller.post(PATH, each.at("/request").toString());
        String summary = name + ": " + answer.text("/summary");
        assertThat(answer.text("/verdict"))
                .as(summary)
                .isEqualTo(each.at("/verdict").asString());
        assertThat(answer.text("/explanation/fault"))
                .as(summary)
                .isEqualTo(each.at("/fault").asString());
        if (!each.at("/kind").isNull()) {
            assertThat(answer.text("/explanation/optimizer/kind"))
                    .as(summary)
                    .isEqualTo(each.at("/kind").asString());
        }
        assertThat(answer.number("/explanation/optimizer/learningRate"))
                .as(summary)
                .isEqualTo(each.at("/learningRate").asDouble());
    }

    @Test
    void refusesAStepCountThatCouldNotBeCounted() throws Exception {
        Answer answer = caller.post(PATH, """
                {"optimizer": {"kind": "adam"}, "state": {"step": 9223372036854775807},
                "steps": [{"before": {"w": 1}, "gradients": {"w": 2}, "after": {"w": 0.5}}]}""");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo("/state/step");
    }

    /** Positions may be those of frozen parameters, which are in no step; of a million each would be looked up. */
    @Test
    void refusesMorePositionsThanThereMayBeTensors() throws Exception {
        String groups = "\"param_groups\": [{\"params\": [%s0]}],";
        String rest = "\"optimizer\": {\"kind\": \"sgd\"}, \"state\": {\"state\": {}, %s \"step\": 0},";
        Answer answer = checkOneStep("1", "2", "0.5", rest.formatted(groups.formatted("0,".repeat(100_000))));
        assertThat(answer.text("/type")).as(answer.text("/detail")).endsWith("limit");
        Answer unknown = checkOneStep("1", "2", "0.5", rest.formatted(groups.formatted("null,")));
        assertThat(unknown.text("/pointer")).isEqualTo("/state/param_groups");
    }

    @Test
    void saysWhereAShapeIsWrong() throws Exception {
        Answer answer = caller.post(PATH, """
                {"steps": [{"before": {"w": [1, 1]}, "gradients": {"w": [2]}, "after": {"w": [0.5, 2]}}]}""");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo("/steps/0/gradients");
    }

    private Answer checkOneStep(String before, String gradients, String after, String rest) throws Exception {
        return caller.post(PATH, """
                {%s "steps": [{"before": {"w": %s}, "gradients": {"w": %s}, "after": {"w": %s}}]}""".formatted(rest, before, gradients, after));
    }

    @Test
    void namesTheRateItFoundAndSaysThatAnotherStepWouldTellMore() throws Exception {
        Answer answer = checkOneStep("[1, 1]", "[2, -4]", "[0.98, 1.04]", "");
        assertThat(answer.text("/summary"))
                .startsWith("sgd with learning rate 0.01 explains it")
                .contains("a second step would tell them apart.");
    }

    /** Slots as an optimizer of this kind does not keep them, and where the answer points. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"m": {"w": [0, 0]}}                            | /state/slots
            {}                                              | /state/slots
            {"mean_of_it": {"w": [0, 0]}, "v": {"w": [0, 0]}} | /state/slots/mean_of_it
            {"m": {"w": [0, 0]}, "v": {"w": [0, 0, 0]}}     | /state/slots/v/w
            {"m": {"w": [0, 0]}, "v": {"x": [0, 0]}}        | /state/slots/v/x
            """)
    void refusesAStateThatIsNotOfTheClaimedOptimizer(String slots, String pointer) throws Exception {
        String rest = "\"optimizer\": {\"kind\": \"adam\"}, \"state\": {\"step\": 3, \"slots\": %s},".formatted(slots);
        Answer answer = checkOneStep("[1, 1]", "[2, -4]", "[0.98, 1.04]", rest);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo(pointer);
        assertThat(answer.text("/expected")).isNotEmpty();
    }

    @Test
    void takesAStateUnderTorchsNames() throws Exception {
        // sgd: b = 0.9 * 1 + 2, x = 1 - 0.1 b
        Answer answer = checkOneStep("[1]", "[2]", "[0.71]", """
                "optimizer": {"kind": "sgd", "learningRate": 0.1, "momentum": 0.9},
                "state": {"step": 1, "slots": {"momentum_buffer": {"w": [1]}}},""");
        assertThat(answer.text("/verdict")).isEqualTo("PASS");
    }

    /** A warm-up of 5 steps from 0.2 on has 0.068 in step 4; b = 0.9 + 1, x = 1 - 0.068 b. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "state": {"0": {"momentum_buffer": [1]}}, "step": 3 | PASS         | right
            "state": {"0": {"momentum_buffer": [1]}}            | INCONCLUSIVE | stepUnknown
            "slots": {"momentum": {"w": [1]}}, "step": 3        | PASS         | right
            "slots": {"momentum": {"w": [1]}}                   | INCONCLUSIVE | stepUnknown
            "slots": {"momentum": {"w": [1]}}, "step": 2        | FAIL         | schedule
            """)
    void takesTheStepThatPyTorchsStateDoesNotKeep(String state, String verdict, String fault) throws Exception {
        Answer answer = checkOneStep("[1]", "[1]", "[0.8708]", """
                "optimizer": {"kind": "sgd", "learningRate": 0.1, "momentum": 0.9, "preset": "pytorch"}, "state": {%s},
                "schedule": {"kind": "linearWarmup", "steps": 5, "startFactor": 0.2},""".formatted(state));
        assertThat(answer.text("/verdict")).as(answer.text("/summary")).isEqualTo(verdict);
        assertThat(answer.text("/explanation/fault")).isEqualTo(fault);
    }

    /** The group has the rate of now, 0.068, which the schedule has made of 0.1. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "initial_lr": 0.1, "lr": 0.068 | linearWarmup | PASS
            "lr": 0.1                      | linearWarmup | PASS
            "lr": 0.068                    | linearWarmup | FAIL
            "initial_lr": 0.1, "lr": 0.068 | constant     | PASS
            """)
    void schedulesTheRateFromBeforeTheSchedule(String rates, String schedule, String verdict) throws Exception {
        Answer answer = checkOneStep("[1]", "[1]", "[0.8708]", """
                "optimizer": {"kind": "sgd"}, "schedule": {"kind": "%s" %s}, "state": {"step": 3,
                "state": {"0": {"momentum_buffer": [1]}}, "param_groups": [{"params": [0], "momentum": 0.9, %s}]},""".formatted(
                        schedule, schedule.equals("constant") ? "" : ", \"steps\": 5, \"startFactor\": 0.2", rates));
        assertThat(answer.text("/verdict")).as(answer.text("/summary")).isEqualTo(verdict);
    }

    /** ASGD: eta is float32(0.1 / (1 + 0.5 * 0.1 * 3)^0.5) after step 3, x = x (1 - 0.5 eta) - eta g. */
    @ParameterizedTest
    @ValueSource(strings = {"\"optimizer\": {\"kind\": \"asgd\"},", ""})
    void takesAsgdsStateAsPyTorchKeepsIt(String claim) throws Exception {
        double eta = (float) (0.1 / Math.sqrt(1.15));
        Answer answer = checkOneStep(
                "[1, 2]",
                "[1, -3]",
                "[%s, %s]".formatted(1 - 0.5 * eta - eta, 2 * (1 - 0.5 * eta) + 3 * eta),
                """
                %s "state": {"state": {"0": {"step": 3, "eta": %s, "mu": 1, "ax": [1, 2]}}, "param_groups":
                [{"params": [0], "lr": 0.1, "lambd": 0.5, "alpha": 0.5, "t0": 1000000.0, "weight_decay": 0}]},""".formatted(claim, eta));
        assertThat(answer.status()).as(answer.text("/detail")).isEqualTo(200);
        if (!claim.isEmpty()) {
            assertThat(answer.text("/verdict")).as(answer.text("/summary")).isEqualTo("PASS");
        }
    }

    /** m stays 1, vMax = 4 is larger than v, and t is 4. */
    @ParameterizedTest
    @CsvSource({"adam, true, PASS", "amsgrad, true, PASS", "adam, false, FAIL"})
    void takesAmsGradFromTheGroup(String kind, boolean amsGrad, String verdict) throws Exception {
        double step = 0.01 / (1 - Math.pow(0.9, 4)) / (Math.sqrt(4 / (1 - Math.pow(0.999, 4))) + 1e-8);
        Answer answer = checkOneStep("[1]", "[1]", "[" + (1 - step) + "]", """
                "optimizer": {"kind": "%s", "preset": "pytorch"}, "state": {"state": {"0": {"step": 3, "exp_avg": [1],
                "exp_avg_sq": [0.01], "max_exp_avg_sq": [4]}}, "param_groups": [{"params": [0], "lr": 0.01,
                "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0, "amsgrad": %s}]},""".formatted(kind, amsGrad));
        assertThat(answer.text("/verdict")).as(answer.text("/summary")).isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "slots": {"momentum": {"w": [1]}} | /state/slots
            "steps": {"w": 3}                 | /state/steps
            "step": 4                         | /state/step
            """)
    void refusesAStateInTwoForms(String other, String pointer) throws Exception {
        Answer answer = checkOneStep("[1]", "[1]", "[0.81]", """
                "optimizer": {"kind": "sgd", "learningRate": 0.1, "momentum": 0.9},
                "state": {"state": {"0": {"step": 3, "momentum_buffer": [1]}}, %s},""".formatted(other));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo(pointer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            adagrad | "schedule": {"kind": "oneCycle", "steps": 9, "baseMomentum": 0.8}, | 0.1 | /schedule/baseMomentum
            adagrad |                                                                    | 0.1 | /steps/0/momentum
            sgd     |                                                                    | 1   | /steps/0/momentum
            """)
    void refusesAMomentumThatCannotBeCycled(String kind, String schedule, String momentum, String pointer)
            throws Exception {
        Answer answer = caller.post(PATH, """
                {"optimizer": {"kind": "%s"}, %s "steps": [{"before": {"w": [1]}, "gradients": {"w": [1]},
                "after": {"w": [0]}%s}]}""".formatted(
                        kind, schedule == null ? "" : schedule, schedule == null ? ", \"momentum\": " + momentum : ""));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo(pointer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                        | /steps/0/before
            {"w": []}                                                 | /steps/0/before
            {"w": {"shape": [1], "datatype": "FP16", "data": [1]}}    | /steps/0/before/w
            {"w": {"shape": [1], "datatype": "BF16", "data": [1]}}    | /steps/0/before/w
            """)
    void refusesParametersThatCannotStep(String tensors, String pointer) throws Exception {
        Answer answer = caller.post(
                PATH, "{\"steps\": [{\"before\": %1$s, \"gradients\": %1$s, \"after\": %1$s}]}".formatted(tensors));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo(pointer);
    }

    @Test
    void saysThatAZeroGradientTellsNothing() throws Exception {
        Answer answer = checkOneStep("[1, 2]", "[0, 0]", "[1, 2]", "");
        assertThat(answer.text("/verdict")).isEqualTo("INCONCLUSIVE");
        assertThat(answer.text("/explanation/fault")).isEqualTo("zeroGradient");
        assertThat(answer.text("/summary")).startsWith("A zero gradient moves nothing");
    }

    @Test
    void saysThatAStepWasNotTakenIfThereWasAGradient() throws Exception {
        assertThat(checkOneStep("[1, 2]", "[1, 1]", "[1, 2]", "").text("/explanation/fault"))
                .isEqualTo("notTaken");
    }
}
