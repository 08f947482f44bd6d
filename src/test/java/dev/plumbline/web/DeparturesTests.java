package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers of 64 MB, more than sockets hold, and callers who read them or do not; a write would time out after 20 s only. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"plumbline.limits.body-grace-seconds=1", "plumbline.limits.body-bytes-per-second=4000000"})
@ExtendWith(OutputCaptureExtension.class)
@Import(DeparturesTests.Library.class)
class DeparturesTests {

    private static final int LENGTH = 64 << 20;

    @LocalServerPort
    private int port;

    @RestController
    static class Library {

        @GetMapping("/v1/long-answer")
        byte[] read() {
            return new byte[LENGTH];
        }

        @GetMapping("/v1/long-list")
        double[] list() {
            return new double[LENGTH / 8];
        }
    }

    private Socket asked(String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.getOutputStream()
                .write("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                        .formatted(path)
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static long read(InputStream in) throws IOException {
        long count = 0;
        byte[] some = new byte[1 << 16];
        try {
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                count += n;
            }
        } catch (SocketTimeoutException stillOpen) {
            throw stillOpen;
        } catch (IOException reset) {
            return count;
        }
        return count;
    }

    @Test
    void whoDoesNotReadIsHungUpOn() throws Exception {
        try (Socket socket = asked("/v1/long-answer")) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            Thread.sleep(6_000); // grace, and some looks of the clock
            socket.setSoTimeout(5_000);

            assertThat(read(socket.getInputStream())).isLessThan(LENGTH);
        }
    }

    @Test
    void whoReadsGetsAll() throws Exception {
        try (Socket socket = asked("/v1/long-answer")) {
            socket.setReceiveBufferSize(1 << 20);
            socket.setSoTimeout(20_000);

            assertThat(read(socket.getInputStream())).isGreaterThanOrEqualTo(LENGTH);
        }
    }

    @Test
    void whoHangsUpInTheMiddleIsNoFaultOfOurs(CapturedOutput output) throws Exception {
        try (Socket socket = asked("/v1/long-list")) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
        for (int i = 0; i < 400 && !output.getOut().contains("path=/v1/long-list"); i++) {
            Thread.sleep(50);
        }

        assertThat(output.getOut()).contains("path=/v1/long-list").doesNotContain("Fault");
    }
}
