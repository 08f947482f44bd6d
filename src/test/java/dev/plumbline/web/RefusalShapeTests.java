package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whoever refuses, container, framework or we: the refusal has one shape, and is the caller's. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class RefusalShapeTests {

    @LocalServerPort
    private int port;

    /** In the requests {@code ~} stands for a line end, and {@code @} for a header of 20,000 characters. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "GET /v1/%zz HTTP/1.1~Host: localhost, 400, malformed",
                "GET /v1/models/%ff%fe HTTP/1.1~Host: localhost, 400, malformed",
                "GET /v1/models/a%2fb HTTP/1.1~Host: localhost, 400, malformed",
                "GET /v1/models/a%00b HTTP/1.1~Host: localhost, 400, malformed",
                "GET /v1\\models HTTP/1.1~Host: localhost, 400, malformed",
                "GET /v1/../../x HTTP/1.1~Host: localhost, 400, malformed",
                "GET /v1/models?limit=%zz HTTP/1.1~Host: localhost, 400, malformed",
                "GET /v1/models?limit=x HTTP/1.1~Host: localhost, 422, invalid",
                "GET / HTTP/1.1~Host: localhost~X: @, 400, malformed",
                "GET / HTTP/3.7, 400, malformed",
                "nonsense, 400, malformed",
                "GET / HTTP/1.1~Host: a b, 400, malformed",
                "POST /v1/evaluations HTTP/1.1~Host: localhost~Transfer-Encoding: foo, 400, malformed",
                "POST /v1/evaluations HTTP/1.1~Host: localhost~Content-Length: -1, 400, malformed",
                "CONNECT a:1 HTTP/1.1~Host: localhost, 400, malformed",
                "TRACE /v1/models HTTP/1.1~Host: localhost, 405, method-not-allowed",
                "BREW /v1/models HTTP/1.1~Host: localhost, 405, method-not-allowed",
                "GET /actuator/health/x HTTP/1.1~Host: localhost, 404, not-found",
                "GET /actuator/env HTTP/1.1~Host: localhost, 404, not-found",
                "GET /nowhere HTTP/1.1~Host: localhost, 404, not-found",
                "GET /error HTTP/1.1~Host: localhost, 404, not-found",
                "GET /v1/models HTTP/1.1~Host: localhost~Accept: image/png, 406, not-acceptable",
                "GET /swagger-ui/index.html HTTP/1.1~Host: localhost~Range: bytes=a-b, 416, malformed",
                "GET /v1/models HTTP/1.1~Host: elsewhere, 421, misdirected"
            })
    void isAProblemWithWhatWasGotAndExpected(String request, int status, String type) throws IOException {
        String answer = asked(request.replace("~", "\r\n").replace("@", "y".repeat(20_000)));
        assertThat(answer).startsWith("HTTP/1.1 " + status).contains("application/problem+json");
        JsonNode problem =
                new JsonMapper().readTree(answer.substring(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
        assertThat(problem.path("type").asString()).isEqualTo("/problems/" + type);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("detail").asString()).isNotEmpty();
        assertThat(problem.path("got").asString("")).isNotEmpty();
        assertThat(problem.path("expected").asString("")).isNotEmpty();
        if (request.startsWith("TRACE")) {
            assertThat(problem.path("got").asString()).isEqualTo("TRACE");
        }
    }

    private String asked(String head) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write((head + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
