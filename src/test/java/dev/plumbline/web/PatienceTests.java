package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.limits.Deadline;
import dev.plumbline.limits.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Callers who are slow, wait, or hang up take nothing from the others. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "plumbline.limits.concurrency=1",
            "plumbline.limits.queue=150",
            "plumbline.limits.body-grace-seconds=1",
            "plumbline.limits.body-bytes-per-second=1000"
        })
@Import(PatienceTests.LongWork.class)
@ExtendWith(OutputCaptureExtension.class)
class PatienceTests {

    private static final int MANY = 100;

    private final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private LongWork work;

    @Autowired
    private Arrivals arrivals;

    @RestController
    static class LongWork {

        private final Limits limits;
        private volatile CountDownLatch entered = new CountDownLatch(1);
        private volatile CountDownLatch given = new CountDownLatch(1);

        LongWork(Limits limits) {
            this.limits = limits;
        }

        @PostMapping("/v1/long-work")
        String compute() throws InterruptedException {
            Deadline deadline = limits.deadline();
            entered.countDown();
            try {
                while (true) {
                    deadline.check();
                    Thread.sleep(10);
                }
            } finally {
                given.countDown();
            }
        }
    }

    private Socket send(String head) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String post(String path, int length, String... headers) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + length + "\r\n" + String.join("", headers) + "\r\n";
    }

    private int health() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/health"))
                .timeout(Duration.ofSeconds(20))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    @Test
    void answersForHealthWhileMoreSlowBodiesHangThanThereAreThreadsAndEndsThem() throws Exception {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            slow.add(send(post(i % 2 == 0 ? "/v1/long-work" : "/nowhere", 5_000) + "{"));
        }
        assertThat(health()).isEqualTo(200);
        for (Socket socket : slow) {
            socket.setSoTimeout(30_000);
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 408")
                    .contains("Connection: close", "/problems/too-slow", "1 bytes in", "body-bytes-per-second");
            socket.close();
        }
    }

    @Test
    void noticesACallerWhoHangsUpWhileItComputesAndGivesHisPlaceAndThoseOfWaitersAway() throws Exception {
        for (int round = 0; round < 3; round++) {
            work.entered = new CountDownLatch(1);
            work.given = new CountDownLatch(1);
            Socket computing = send(post("/v1/long-work", 2) + "{}");
            assertThat(work.entered.await(20, TimeUnit.SECONDS)).isTrue();
            List<Socket> waiting = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                waiting.add(send(post("/v1/long-work", 2) + "{}"));
            }
            assertThat(health()).as("who waits holds no thread").isEqualTo(200);
            for (Socket socket : waiting) {
                socket.close();
            }
            computing.close();
            assertThat(work.given.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void forgetsAWaiterWhoHangsUpAtOnceAndSaysInTheAuditThatNobodyWasAnswered(CapturedOutput output) throws Exception {
        work.entered = new CountDownLatch(1);
        try (Socket computing = send(post("/v1/long-work", 2) + "{}")) {
            assertThat(work.entered.await(20, TimeUnit.SECONDS)).isTrue();
            send(post("/v1/long-work", 2) + "{}").close();
            send(post("/v1/long-work", 2) + "{}").close();
            String line = "path=/v1/long-work status=499";
            for (int i = 0; i < 200 && output.getOut().split(line, -1).length < 3; i++) {
                Thread.sleep(50);
            }
            assertThat(output.getOut().split(line, -1))
                    .as("both, while the first computes")
                    .hasSize(3);
            assertThat(computing.isClosed()).isFalse();
        }
    }

    @Test
    void keepsAConnectionOnWhichTheNextRequestWasSentAhead() throws Exception {
        String evaluation = "{\"model\":{\"formula\":\"sum(w*2)\"},\"parameters\":{\"w\":[1,2]},\"data\":{}}";
        String request = post("/v1/evaluations", evaluation.length()) + evaluation;
        String last = post("/v1/evaluations", evaluation.length(), "Connection: close\r\n") + evaluation;
        try (Socket socket = send(request + request + last)) {
            socket.setSoTimeout(30_000);
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(4);
        }
    }

    @Test
    void saysContinueToAWelcomeBody() throws Exception {
        try (Socket socket = send(post("/v1/evaluations", 2, "Expect: 100-continue\r\nConnection: close\r\n"))) {
            socket.setSoTimeout(30_000);
            byte[] leave = socket.getInputStream().readNBytes(12);
            assertThat(new String(leave, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 100");
            socket.getOutputStream().write("{}".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("HTTP/1.1 422");
        }
    }

    @Test
    void leavesNothingOnTheDisk() throws Exception {
        String large = "x".repeat(1 << 20);
        try (Socket socket = send(post("/v1/evaluations", large.length(), "Connection: close\r\n") + large)) {
            socket.setSoTimeout(30_000);
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 400");
        }
        send(post("/v1/evaluations", 2 << 20) + large).close();
        for (int i = 0; i < 200 && arrivals.room().taken() > 0; i++) {
            Thread.sleep(100);
        }
        assertThat(arrivals.room().taken()).isZero();
    }
}
