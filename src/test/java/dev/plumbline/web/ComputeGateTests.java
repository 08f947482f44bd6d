package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"plumbline.limits.concurrency=1", "plumbline.limits.queue=1", "plumbline.limits.queue-seconds=600"
        })
@Import(ComputeGateTests.SlowWork.class)
class ComputeGateTests {

    private final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private SlowWork work;

    @RestController
    static class SlowWork {

        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        @PostMapping("/v1/slow-work")
        String compute() throws InterruptedException {
            entered.countDown();
            released.await();
            return "done";
        }

        @GetMapping("/v1/slow-work")
        String look() {
            return "looked";
        }
    }

    @Test
    void letsOneComputeAndOneWaitAndTellsTheThirdWhenToComeBack() throws Exception {
        CompletableFuture<HttpResponse<String>> computing = send("POST");
        work.entered.await();
        CompletableFuture<HttpResponse<String>> second = send("POST");
        CompletableFuture<HttpResponse<String>> third = send("POST");

        HttpResponse<?> refused =
                (HttpResponse<?>) CompletableFuture.anyOf(second, third).get();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body().toString())
                .contains("/problems/busy")
                .contains("The queue is full: 1 requests compute and 1 wait");
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isPositive();
        assertThat(send("GET").get().body()).as("reading is not computing").isEqualTo("looked");

        work.released.countDown();
        assertThat(computing.get().body()).isEqualTo("done");
        assertThat(second.get().statusCode() + third.get().statusCode())
                .as("whoever waited had a turn")
                .isEqualTo(200 + 503);
        assertThat(send("POST").get().statusCode())
                .as("the place is free again")
                .isEqualTo(200);
    }

    private CompletableFuture<HttpResponse<String>> send(String method) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/slow-work"))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }
}
