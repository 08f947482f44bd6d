package dev.plumbline.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/**
 * Small requests whose models have thousands of parameters or operations: work grows with the model, or is refused by an
 * estimate that does. All of them once took minutes, all memory, or the stack.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class WideModelsTests {

    @LocalServerPort
    private int port;

    /** {@code w0 + w1 + ...}, or the product. */
    private static String chained(String operator, int parameters, String settings) {
        return "{\"model\": {\"formula\": \"%s\"}, \"parameters\": {%s}%s}"
                .formatted(
                        names(parameters).collect(Collectors.joining(operator)),
                        names(parameters).map(name -> "\"" + name + "\": 1").collect(Collectors.joining(", ")),
                        settings);
    }

    private static java.util.stream.Stream<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "w" + i);
    }

    @ParameterizedTest
    @CsvSource({"+, auto", "+, certified", "*, certified"})
    void tenThousandParametersAreChecked(String operator, String coverage) throws Exception {
        Asked asked = Asked.post(
                port,
                "/v1/gradient-checks",
                chained(operator, 10_000, ", \"settings\": {\"coverage\": \"" + coverage + "\"}"));

        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.body().path("verdict").asString()).isEqualTo("PASS");
        assertThat(asked.body().path("settings").path("coverage").asString()).isEqualTo("certified");
        assertThat(asked.body().path("tensors").size()).isEqualTo(10_000);
    }

    @Test
    void aSquareOfParametersAndOperationsIsRefusedBeforeItIsTried() throws Exception {
        Asked asked = Asked.post(
                port, "/v1/gradient-checks", chained("+", 10_000, ", \"settings\": {\"coverage\": \"exhaustive\"}"));

        assertThat(asked.status()).isEqualTo(422);
        assertThat(asked.body().path("pointer").asString()).isEqualTo("/settings/coverage");
        assertThat(asked.body().path("expected").asString()).contains("certified");
    }

    @Test
    void tenThousandParametersAreDiagnosed() throws Exception {
        Asked asked = Asked.post(port, "/v1/diagnoses", chained("+", 10_000, ""));

        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.body().path("loss").asDouble()).isEqualTo(10_000);
    }

    @Test
    void twoThousandDenseLayersAreDiagnosed() throws Exception {
        String layers = "{\"type\": \"dense\", \"units\": 1, \"activation\": \"tanh\"}, ".repeat(1_999)
                + "{\"type\": \"dense\", \"units\": 1}";
        Asked asked = Asked.post(
                port,
                "/v1/diagnoses",
                "{\"model\": {\"layers\": [" + layers
                        + "], \"input\": [1], \"seed\": 7}, \"data\": {\"x\": [[1]], \"y\": [[1]]},"
                        + " \"loss\": {\"kind\": \"mse\", \"target\": \"y\"}}");

        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.body().path("layers").size()).isEqualTo(2_000);
    }

    /** There are 2^60 ways from w to the objective. */
    @Test
    void whatIsDoubledSixtyTimesIsDifferencedByEveryEntry() throws Exception {
        String statements = IntStream.range(1, 60)
                .mapToObj(i -> "a%d = a%d + a%d".formatted(i, i - 1, i - 1))
                .collect(Collectors.joining("; ", "a0 = w + w; ", "; a59 * 1e-18"));
        Asked asked = Asked.post(
                port,
                "/v1/gradient-checks",
                "{\"model\": {\"formula\": \"" + statements
                        + "\"}, \"parameters\": {\"w\": 1}, \"settings\": {\"coverage\": \"exhaustive\"}}");

        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.body().path("verdict").asString()).isEqualTo("PASS");
    }

    @ParameterizedTest
    @CsvSource({"(, w, )", "tanh(, w, )", "-, w, ''", "'[', w, ]", "w[, 0, ]", "w^, w, ''"})
    void whatIsNestedTooDeeplyIsRefused(String open, String inner, String close) throws Exception {
        Asked asked = Asked.post(
                port,
                "/v1/evaluations",
                "{\"model\": {\"formula\": \"" + open.repeat(5_000) + inner + close.repeat(5_000)
                        + "\"}, \"parameters\": {\"w\": 1}}");

        assertThat(asked.status()).isEqualTo(413);
        assertThat(asked.body().path("detail").asString()).contains("nested too deeply");
    }
}
