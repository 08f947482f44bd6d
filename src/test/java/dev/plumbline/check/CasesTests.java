package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests that were answered wrongly once, each of its own kind, over HTTP ({@code fixtures/cases/make_requests.py}). */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class CasesTests {

    private static final Path REQUESTS = Path.of("src/test/resources/fixtures/cases/requests.jsonl");
    private static final JsonMapper JSON = JsonMapper.shared();

    @LocalServerPort
    private int port;

    private record Case(String name, String path, JsonNode request, JsonNode expect, String why) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() throws IOException {
        return Files.readAllLines(REQUESTS).stream()
                .map(JSON::readTree)
                .map(line -> new Case(
                        line.get("name").asString(),
                        line.get("path").asString(),
                        line.get("request"),
                        line.get("expect"),
                        line.get("why").asString()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isAnsweredRightly(Case given) {
        Caller.Answer answer = new Caller(port).post(given.path, given.request.toString());
        String body = answer.body().toString();

        assertThat(allowed(given.expect.path("status"), List.of("200")))
                .as("%s: %s", given.why, body)
                .contains(Integer.toString(answer.status()));
        if (given.expect.path("verdict").isArray()) {
            assertThat(allowed(given.expect.get("verdict"), List.of()))
                    .as("%s: %s", given.why, body)
                    .contains(answer.text("verdict"));
        }
        if (given.expect.has("outputs")) {
            given.expect.get("outputs").forEachEntry((name, values) -> assertThat(
                            numbers(answer.body().path("outputs").path(name)))
                    .as("%s: %s", given.why, body)
                    .isEqualTo(numbers(values)));
        }
        if (given.expect.has("mustNotSay")) {
            assertThat(body).doesNotContain(given.expect.get("mustNotSay").asString());
        }
    }

    private static List<String> allowed(JsonNode expected, List<String> otherwise) {
        if (expected.isMissingNode()) {
            return otherwise;
        }
        return expected.isArray()
                ? expected.valueStream().map(JsonNode::asString).toList()
                : List.of(expected.asString());
    }

    /** An output is a list, or a tensor with its shape and {@code data}. */
    private static List<Double> numbers(JsonNode output) {
        JsonNode data = output.isArray() ? output : output.path("data");
        return data.valueStream().map(JsonNode::asDouble).toList();
    }
}
