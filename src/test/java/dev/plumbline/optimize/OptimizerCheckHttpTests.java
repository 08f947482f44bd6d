package dev.plumbline.optimize;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.optimize.Caller.Answer;
import java.io.InputStream;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

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

    @Test
    void refusesAStepCountThatCouldNotBeCounted() throws Exception {
        Answer answer = caller.post(PATH, """
                {"optimizer": {"kind": "adam"}, "state": {"step": 9223372036854775807},
                "steps": [{"before": {"w": 1}, "gradients": {"w": 2}, "after": {"w": 0.5}}]}""");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo("/state/step");
    }

    @Test
    void saysWhereAShapeIsWrong() throws Exception {
        Answer answer = caller.post(PATH, """
                {"steps": [{"before": {"w": [1, 1]}, "gradients": {"w": [2]}, "after": {"w": [0.5, 2]}}]}""");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo("/steps/0/gradients");
    }
}
