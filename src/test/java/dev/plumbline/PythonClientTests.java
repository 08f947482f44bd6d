package dev.plumbline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.plumbline.optimize.Service;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The Python client that the service serves, and its own tests against a running service. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PythonClientTests {

    private static final String PYTHON = "/usr/bin/python3";

    @LocalServerPort
    private int port;

    private record Run(int status, String output) {}

    @Test
    void isServedAsItStandsInTheRepository() throws IOException, InterruptedException {
        HttpResponse<String> client = get("");
        assertThat(client.statusCode()).isEqualTo(200);
        assertThat(client.headers().firstValue("Content-Type").orElse("")).startsWith("text/x-python");
        assertThat(client.body()).isEqualTo(Files.readString(Path.of("src/main/python/plumbline.py")));
        String tag = client.headers().firstValue("ETag").orElseThrow();
        assertThat(get(tag).statusCode()).isEqualTo(304);
    }

    /** Skipped, and said so, where there is no Python with pytest; {@code .ci/run} installs it. */
    @Test
    void passesItsOwnTests() throws IOException, InterruptedException {
        Run pytest = runIfThere(PYTHON, "-m", "pytest", "--version");
        assumeTrue(pytest.status() == 0, () -> "The Python client was not tested: " + pytest.output());
        Run tests = run(PYTHON, "-m", "pytest", "-q", "-rs", "--tb=short", "-p", "no:cacheprovider", "src/test/python");
        System.out.println("src/test/python: " + lastLine(tests.output())); // skipped tests are counted there
        assertThat(tests.status()).as(tests.output()).isZero();
    }

    /** The session is durable, and the client asks again with the same round. */
    @Test
    void goesOnWhereTheServiceIsKilledBetweenRounds(@TempDir Path data) throws IOException, InterruptedException {
        assumeTrue(runIfThere(PYTHON, "--version").status() == 0, "no Python");
        assumeTrue(hasProbeSessions(), "no probe sessions");
        Service service = Service.start(data);
        ProcessBuilder builder = new ProcessBuilder(PYTHON, "src/test/python/interrupted.py").redirectErrorStream(true);
        builder.environment().put("PLUMBLINE_URL", "http://127.0.0.1:" + service.port());
        builder.environment().put("PYTHONPATH", "src/main/python");
        Process process = builder.start();
        String last = "";
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.equals("16 evaluations")) {
                    service.close();
                    service = Service.start(data, service.port());
                }
                last = line;
            }
        } finally {
            service.close();
        }
        assertThat(process.waitFor()).as(last).isZero();
        assertThat(last).isEqualTo("FAIL ['x']");
    }

    private Run runIfThere(String... command) throws InterruptedException {
        try {
            return run(command);
        } catch (IOException e) {
            return new Run(-1, e.toString());
        }
    }

    private Run run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PLUMBLINE_URL", "http://127.0.0.1:" + port);
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.environment().putIfAbsent("OMP_NUM_THREADS", "1");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    private static String lastLine(String output) {
        return output.strip().lines().reduce("", (before, line) -> line);
    }

    private boolean hasProbeSessions() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/probe-sessions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
        return HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode()
                != 404;
    }

    private HttpResponse<String> get(String tag) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/plumbline.py"));
        if (!tag.isEmpty()) {
            request.header("If-None-Match", tag);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
