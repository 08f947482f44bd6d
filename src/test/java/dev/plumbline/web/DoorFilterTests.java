package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A browser on the machine of an open service does nothing there for the pages of other sites. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"plumbline.door.hosts=plumb.example", "plumbline.door.origins=https://friend.example"})
class DoorFilterTests {

    @LocalServerPort
    private int port;

    private String asked(String method, String path, String... headers) throws IOException {
        String request = method + " " + path + " HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n"
                + String.join("\r\n", headers) + "\r\n\r\n";
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST",
                "localhost:8080",
                "localhost.",
                "a.localhost",
                "127.0.0.1",
                "127.1.2.3:1",
                "[::1]",
                "[::1]:8080",
                "plumb.example"
            })
    void answersUnderTheNamesOfThisMachineAndTheAllowedOnes(String host) throws IOException {
        assertThat(asked("GET", "/v1/models", "Host: " + host)).startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:80",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "10.0.0.1",
                "[::2]",
                "notlocalhost"
            })
    void refusesEveryOtherHostAsARebindingOfNames(String host) throws IOException {
        assertThat(asked("GET", "/v1/models", "Host: " + host))
                .startsWith("HTTP/1.1 421")
                .contains("/problems/misdirected", "\"got\":\"", "plumbline.door.hosts");
        assertThat(asked("GET", "/swagger-ui/index.html", "Host: " + host)).startsWith("HTTP/1.1 421");
        assertThat(asked("GET", "/actuator/health", "Host: " + host)).startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://evil.example",
                "Origin: null",
                "Origin: http://localhost:1",
                "Origin: ][",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site"
            })
    void refusesPagesOfOtherSites(String header) throws IOException {
        for (String method : List.of("GET", "POST", "DELETE")) {
            assertThat(asked(method, "/v1/models/x", "Host: localhost", header))
                    .startsWith("HTTP/1.1 403")
                    .contains("/problems/forbidden");
        }
    }

    @Test
    void letsItsOwnPagesAndThoseOfFriendsCallAndOthersLinkToItsPages() throws IOException {
        assertThat(asked("GET", "/v1/models", "Host: localhost:80", "Origin: http://localhost:80"))
                .startsWith("HTTP/1.1 200");
        assertThat(asked("GET", "/v1/models", "Host: localhost", "Origin: https://friend.example"))
                .startsWith("HTTP/1.1 200");
        assertThat(asked("GET", "/v1/models", "Host: localhost", "Sec-Fetch-Site: same-origin"))
                .startsWith("HTTP/1.1 200");
        assertThat(asked("GET", "/problems", "Host: localhost", "Sec-Fetch-Site: cross-site"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void tellsTheBrowserOfAFriendsPageThatItMayReadAnswersAndRefusalsAndNobodyElses() throws IOException {
        String friend = "Origin: https://friend.example";
        String allowed = "Access-Control-Allow-Origin: https://friend.example";
        assertThat(asked("GET", "/v1/models", "Host: localhost", friend)).contains(allowed);
        assertThat(asked("POST", "/v1/evaluations", "Host: localhost", friend, "Content-Encoding: gzip"))
                .doesNotStartWith("HTTP/1.1 200")
                .contains(allowed);
        assertThat(asked(
                        "OPTIONS",
                        "/v1/evaluations",
                        "Host: localhost",
                        friend,
                        "Access-Control-Request-Method: POST",
                        "Access-Control-Request-Headers: content-type"))
                .startsWith("HTTP/1.1 200")
                .contains(allowed, "Access-Control-Allow-Headers: content-type");
        assertThat(asked("GET", "/v1/models", "Host: localhost:80", "Origin: https://localhost:80"))
                .as("the service's own page, behind a proxy")
                .startsWith("HTTP/1.1 200")
                .doesNotContain("Access-Control-Allow-Origin");
        assertThat(asked("OPTIONS", "/v1/models", "Host: localhost", "Origin: https://evil.example"))
                .startsWith("HTTP/1.1 403")
                .doesNotContain("Access-Control-Allow-Origin");
    }

    @Test
    void takesOfABrowserWithoutAnOriginOnlyARequestThatIsCalledJson() throws IOException {
        String body = "--b\r\nContent-Disposition: form-data; name=\"request\"\r\n%s\r\n"
                + "{\"model\":{\"formula\":\"sum(w)\"},\"parameters\":{\"w\":[1]}}\r\n--b--\r\n";
        String json = "Content-Type: application/json\r\n";
        assertThat(form(body.formatted(""), "Mozilla/5.0"))
                .startsWith("HTTP/1.1 400")
                .contains("\"pointer\":\"request\"", "application/json");
        assertThat(form(body.formatted(json), "Mozilla/5.0")).startsWith("HTTP/1.1 200");
        assertThat(form(body.formatted(""), "curl/8.0")).startsWith("HTTP/1.1 200");
    }

    private String form(String body, String agent) throws IOException {
        String request = "POST /v1/evaluations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nUser-Agent: " + agent
                + "\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body;
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void givesEveryAnswerItsHeaders() throws IOException {
        for (String path : List.of("/v1/models", "/problems", "/swagger-ui/index.html", "/nowhere")) {
            assertThat(asked("GET", path, "Host: localhost"))
                    .contains(
                            "X-Content-Type-Options: nosniff",
                            "X-Frame-Options: DENY",
                            "Content-Security-Policy: default-src 'self'",
                            "Referrer-Policy: no-referrer");
        }
    }
}
