package dev.plumbline.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Of a key that opens more sessions than it may keep, the oldest go. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "plumbline.limits.sessions=3")
class ProbeRoomTests {

    private static final String PATH = "/v1/probe-sessions";

    @LocalServerPort
    private int port;

    @Test
    void theNewestAreKept() throws Exception {
        Caller caller = new Caller(port);
        List<String> opened = new ArrayList<>();
        for (int session = 0; session < 8; session++) {
            Answer answer = caller.post(
                    PATH, "{\"tensors\": [{\"name\": \"w\", \"shape\": [2], \"size\": 1, \"contribution\": 1}]}");
            assertThat(answer.status()).isEqualTo(201);
            opened.add(answer.text("/id"));
            Thread.sleep(2); // another millisecond, so that the order is known
            assertThat(listed(caller)).isEqualTo(newest(opened));
        }
        assertThat(caller.get(PATH + "/" + opened.get(0)).status()).isEqualTo(404);
    }

    private static List<String> newest(List<String> opened) {
        List<String> newest = new ArrayList<>(opened.subList(Math.max(0, opened.size() - 3), opened.size()));
        Collections.reverse(newest);
        return newest;
    }

    private static List<String> listed(Caller caller) throws Exception {
        return caller.get(PATH)
                .json()
                .get("items")
                .valueStream()
                .map(item -> item.get("id").asString())
                .toList();
    }
}
