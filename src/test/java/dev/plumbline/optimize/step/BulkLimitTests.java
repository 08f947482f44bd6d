package dev.plumbline.optimize.step;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import dev.plumbline.tensor.Npz;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** How many large bodies at once, and how large. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "plumbline.limits.body-bytes=100000",
            "plumbline.limits.bulk-bytes=1000000",
            "plumbline.limits.bulk-requests=2"
        })
class BulkLimitTests {

    private static final String PATH = "/v1/optimizer-steps";
    private static final int LARGE = 200_000;

    @LocalServerPort
    private int port;

    /** An upload that has begun and does not go on: the service has said that it waits for the rest. */
    private record Upload(Socket socket, BufferedReader answers) {

        static Upload begin(int port) throws IOException {
            Socket socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("""
                    POST /v1/optimizer-steps HTTP/1.1\r
                    Host: localhost\r
                    Content-Type: multipart/form-data; boundary=b\r
                    Content-Length: %d\r
                    Expect: 100-continue\r
                    \r
                    """.formatted(LARGE).getBytes(US_ASCII));
            Upload upload =
                    new Upload(socket, new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)));
            assertThat(upload.answers.readLine()).startsWith("HTTP/1.1 100");
            return upload;
        }

        /** Sends the rest, which is nonsense, and reads the answer. */
        void end() throws IOException {
            socket.getOutputStream().write(new byte[LARGE]);
            assertThat(answers.readLine()).isEmpty();
            assertThat(answers.readLine()).startsWith("HTTP/1.1 400");
            socket.close();
        }
    }

    @Test
    void tellsOneTooManyToComeBackLater() throws Exception {
        Caller caller = new Caller(port);
        Upload first = Upload.begin(port);
        Upload second = Upload.begin(port);
        Answer third = caller.postFiles(PATH, Map.of("parameters", new byte[LARGE]));
        assertThat(third.status()).isEqualTo(503);
        assertThat(third.text("/type")).endsWith("/busy");
        assertThat(third.text("/detail")).contains("plumbline.limits.bulk-requests");
        assertThat(third.retryAfter()).isEqualTo("5");
        // what is no larger than other bodies needs no place
        assertThat(caller.postFiles(PATH, Map.of("parameters", new byte[1000])).status())
                .isEqualTo(422);
        first.end();
        second.end();
        Answer later = third;
        for (int attempt = 0; attempt < 1000 && later.status() == 503; attempt++) {
            later = caller.postFiles(PATH, Map.of("parameters", new byte[LARGE]));
        }
        assertThat(later.status()).isEqualTo(422);
    }

    /** Each inflates to 600,000 bytes, from a few hundred. */
    @Test
    void refusesFilesThatTogetherInflateBeyondTheLimit() throws Exception {
        byte[] deflated = BulkStepTests.deflated(Map.of("x", Tensor.zeros(Shape.of(75_000))));
        Answer answer = new Caller(port)
                .postFiles(
                        "/v1/optimizer-steps",
                        Map.of(
                                "request",
                                "{\"optimizer\": {\"kind\": \"sgd\"}}".getBytes(US_ASCII),
                                "parameters",
                                deflated,
                                "gradients",
                                deflated));
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.text("/got")).isEqualTo("1200000 bytes");
        assertThat(answer.text("/expected")).isEqualTo("at most 1000000 bytes (plumbline.limits.bulk-bytes)");
    }

    /** Gradients of 30,000 entries: 240,000 bytes, more than a body of JSON may have. */
    @Test
    void checksTakeLargeFilesToo() throws Exception {
        Tensor right = Tensor.filled(Shape.of(30_000), 2.0);
        Map<String, byte[]> parts = new LinkedHashMap<>(Map.of(
                "request",
                """
                {"model": {"formula": "sum(x^2)"}, "settings": {"coverage": "directional"}}""".getBytes(US_ASCII),
                "parameters",
                Safetensors.write(Map.of("x", Tensor.filled(Shape.of(30_000), 1.0)), Map.of()),
                "gradients",
                Safetensors.write(Map.of("x", right), Map.of())));
        Answer answer = new Caller(port).postFiles("/v1/gradient-checks", parts);
        assertThat(answer.text("/verdict"))
                .as(new String(answer.body(), US_ASCII))
                .isEqualTo("PASS");
        double[] wrong = right.values().clone();
        wrong[17] = 3;
        parts.put("gradients", Npz.write(Map.of("x", Tensor.of(right.shape(), wrong))));
        assertThat(new Caller(port).postFiles("/v1/gradient-checks", parts).text("/verdict"))
                .isEqualTo("FAIL");
        parts.put("data", Npz.write(Map.of("y", Tensor.zeros(Shape.of(100_000)))));
        assertThat(new Caller(port).postFiles("/v1/gradient-checks", parts).text("/expected"))
                .isEqualTo("at most 1000000 bytes (plumbline.limits.bulk-bytes)");
    }

    @Test
    void refusesABodyInChunksBeyondTheLimitOfBulkBodies() throws Exception {
        byte[] body = new byte[1_000_001];
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + PATH))
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("at most 1000000 bytes (plumbline.limits.bulk-bytes)");
    }
}
