package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "plumbline.limits.body-bytes=" + BodyFilterTests.LIMIT,
            "plumbline.limits.bulk-bytes=" + BodyFilterTests.BULK
        })
@Import(BodyFilterTests.Scale.class)
class BodyFilterTests {

    static final int LIMIT = 3_000_000;
    static final int BULK = 3_500_000;

    private final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    record Parcel(String content) {}

    @RestController
    static class Scale {

        @PostMapping(path = "/v1/scale", consumes = MediaType.APPLICATION_JSON_VALUE)
        int weigh(@RequestBody Parcel parcel) {
            return parcel.content().length();
        }

        @PostMapping(path = "/v1/scale", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
        long weigh(@RequestPart Parcel request, @RequestPart MultipartFile model) {
            return request.content().length() + model.getSize();
        }
    }

    private HttpResponse<String> post(HttpRequest.BodyPublisher body, String type) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/scale"))
                .header("Content-Type", type)
                .POST(body)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static byte[] json(int length) {
        String frame = "{\"content\":\"\"}";
        return ("{\"content\":\"" + "x".repeat(length - frame.length()) + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] multipart(int contentLength, int modelLength) {
        return """
                --b\r
                Content-Disposition: form-data; name="request"\r
                \r
                {"content":"%s"}\r
                --b\r
                Content-Disposition: form-data; name="model"; filename="model.onnx"\r
                \r
                %s\r
                --b--\r
                """.formatted("x".repeat(contentLength), "y".repeat(modelLength)).getBytes(StandardCharsets.UTF_8);
    }

    /** A publisher of a stream knows no length, so the client sends chunks. */
    private static HttpRequest.BodyPublisher chunked(byte[] body) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 262_143, 262_144, 262_145, LIMIT})
    void readsBodiesUpToTheLimitWhetherTheySayTheirLengthOrNot(int length) throws Exception {
        String expected = Integer.toString(length - 14);
        assertThat(post(BodyPublishers.ofByteArray(json(length)), "application/json")
                        .body())
                .isEqualTo(expected);
        assertThat(post(chunked(json(length)), "application/json").body()).isEqualTo(expected);
    }

    @Test
    void refusesABodyThatSaysItIsTooLarge() throws Exception {
        HttpResponse<String> response = post(BodyPublishers.ofByteArray(json(LIMIT + 1)), "application/json");
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body())
                .contains(
                        "/problems/limit",
                        "\"pointer\":\"\"",
                        "\"got\":\"3000001 bytes\"",
                        "\"expected\":\"at most 3000000 bytes (plumbline.limits.body-bytes)\"");
    }

    @Test
    void refusesABodyInChunksAtTheFirstByteTooMany() throws Exception {
        HttpResponse<String> response = post(chunked(json(LIMIT + 1)), "application/json");
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("\"got\":\"more than 3000000 bytes\"");
    }

    @Test
    void readsMultipartBodiesWithLongFieldsUpToTheLimit() throws Exception {
        byte[] body = multipart(2_500_000, 400_000);
        assertThat(post(BodyPublishers.ofByteArray(body), "multipart/form-data; boundary=b")
                        .body())
                .isEqualTo("2900000");
        assertThat(post(chunked(body), "multipart/form-data; boundary=b").body())
                .isEqualTo("2900000");
    }

    @ParameterizedTest
    @CsvSource({"100, 3500000", "1500000, 2000000"})
    void refusesMultipartBodiesThatAreTooLargeAltogether(int contentLength, int modelLength) throws Exception {
        byte[] body = multipart(contentLength, modelLength);
        HttpResponse<String> said = post(BodyPublishers.ofByteArray(body), "multipart/form-data; boundary=b");
        assertThat(said.statusCode()).isEqualTo(413);
        assertThat(said.body()).contains("\"got\":\"" + body.length + " bytes\"", "plumbline.limits.bulk-bytes");
        HttpResponse<String> unsaid = post(chunked(body), "multipart/form-data; boundary=b");
        assertThat(unsaid.statusCode()).isEqualTo(413);
        assertThat(unsaid.body()).contains("\"got\":\"more than 3000000 bytes\"");
    }

    /** Files may be large, what is read as JSON may not. */
    @Test
    void refusesAPartOfJsonThatIsTooLarge() throws Exception {
        byte[] body = multipart(LIMIT + 10, 10);
        HttpResponse<String> said = post(BodyPublishers.ofByteArray(body), "multipart/form-data; boundary=b");
        assertThat(said.statusCode()).isEqualTo(413);
        assertThat(said.body()).contains("\"pointer\":\"request\"", "plumbline.limits.body-bytes");
    }

    @Test
    void refusesACompressedBodyAndSaysSo() throws Exception {
        HttpRequest post = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/scale"))
                .header("Content-Type", "application/json")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(new byte[] {0x1f, (byte) 0x8b}))
                .build();
        HttpResponse<String> response = client.send(post, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(response.headers().firstValue("Accept-Encoding")).hasValue("identity");
        assertThat(response.body()).contains("Content-Encoding", "\"got\":\"gzip\"", "\"expected\":\"identity\"");
    }

    @Test
    void refusesBrokenMultipartBodies() throws Exception {
        byte[] whole = multipart(10, 10);
        assertThat(post(BodyPublishers.ofByteArray(whole), "multipart/form-data")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post(BodyPublishers.ofByteArray(whole), "multipart/form-data; boundary=c")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post(BodyPublishers.ofByteArray(whole, 0, 150), "multipart/form-data; boundary=b")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post(BodyPublishers.noBody(), "multipart/form-data; boundary=b")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void refusesTooManyParts() throws Exception {
        String part = "--b\r\nContent-Disposition: form-data; name=\"p\"\r\n\r\nx\r\n";
        HttpResponse<String> response =
                post(BodyPublishers.ofString(part.repeat(1_000) + "--b--\r\n"), "multipart/form-data; boundary=b");
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("too many parts");
    }

    @Test
    void answersBeforeTheBodyWhereTheCallerWaitsForThat() throws Exception {
        String answer = raw("""
                POST /v1/scale HTTP/1.1\r
                Host: localhost\r
                Content-Type: application/json\r
                Content-Length: 3000001\r
                Expect: 100-continue\r
                \r
                """);
        assertThat(answer).startsWith("HTTP/1.1 413").contains("Connection: close", "3000001 bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET /a[b HTTP/1.1\r\nHost: localhost\r\n\r\n", "nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"})
    void refusesWhatIsNotHttpWithAProblemToo(String request) throws Exception {
        assertThat(raw(request))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "/problems/malformed")
                .doesNotContain("Tomcat", "<html");
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream answer = socket.getInputStream();
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
