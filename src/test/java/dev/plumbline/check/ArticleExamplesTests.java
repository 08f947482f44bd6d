package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** The examples that Swagger UI offers: the articles' gradients fail, torch's pass. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ArticleExamplesTests {

    private static final Path EXAMPLES = Path.of("src/main/resources/examples/gradient-checks");

    @LocalServerPort
    private int port;

    @ParameterizedTest
    @CsvSource({
        "article-1-right, PASS, none",
        "article-1-threshold, PASS, none",
        "article-1-no-claim, PASS, none",
        "article-1-wrong, FAIL, unknown",
        "article-2-vector-right, PASS, none",
        "article-2-vector-wrong, FAIL, unknown",
        "article-2-adam-right, PASS, none",
        "article-2-adam-wrong, FAIL, unknown",
        "article-2-noise, FAIL, unknown",
        "article-3-right, PASS, none",
        "article-3-wrong, FAIL, sign",
        "pruned-weights, PASS, none",
        "gradient-not-zeroed, FAIL, accumulated",
        "at-a-kink, KINK, none",
        "mixed-precision, PASS, none",
        "semi-gradient, PASS, none",
        "confident-logit, PASS, none"
    })
    void judgesTheGradientsOfTheArticles(String example, String verdict, String mistake) throws IOException {
        Caller.Answer answer =
                new Caller(port).post(Caller.CHECKS, Files.readString(EXAMPLES.resolve(example + ".json")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("verdict")).as(answer.text("summary")).isEqualTo(verdict);
        for (JsonNode tensor : answer.body().get("tensors")) {
            assertThat(tensor.path("mistake").path("kind").asString("none")).isEqualTo(mistake);
        }
        assertThat(Files.readString(EXAMPLES.resolve(example + ".md")).lines().findFirst())
                .as("its summary says what will come")
                .hasValueSatisfying(line -> assertThat(line).endsWith(": " + verdict));
    }

    /** What the examples' descriptions say of the same claim otherwise. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "at-a-kink | [2.0]] | [2.5]]",
                "mixed-precision | autocastBF16 | tf32",
                "semi-gradient | stopGradient | ''"
            })
    void failsTheSameClaimWithoutWhatExplainsIt(String example, String explanation, String none) throws IOException {
        String request = Files.readString(EXAMPLES.resolve(example + ".json"));
        int last = request.lastIndexOf(explanation);
        String other = request.substring(0, last) + none + request.substring(last + explanation.length());

        assertThat(new Caller(port).post(Caller.CHECKS, other).text("verdict")).isEqualTo("FAIL");
    }

    @Test
    void theKinkIsNamedWithItsConvention() throws IOException {
        Caller.Answer answer =
                new Caller(port).post(Caller.CHECKS, Files.readString(EXAMPLES.resolve("at-a-kink.json")));

        assertThat(answer.body().at("/bends/0/convention").asString()).isEqualTo("relu'(0) = 0");
        assertThat(answer.body().at("/bends/0/positions").toString()).isEqualTo("[[0,0]]");
    }
}
