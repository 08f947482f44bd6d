package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The page that refusals and the API's description send people to. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ExportingPageTests {

    @LocalServerPort
    private int port;

    @Test
    void saysHowToExportFromEveryFramework() throws IOException, InterruptedException {
        HttpResponse<String> page = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/exporting"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(page.body())
                .contains(
                        "do_constant_folding=False",
                        "training=torch.onnx.TrainingMode.PRESERVE",
                        "dynamo=True, optimize=False",
                        "tf2onnx",
                        "JAX",
                        "skl2onnx");
    }
}
