package dev.plumbline.optimize.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import dev.plumbline.optimize.Service;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No acknowledged step is lost and none is applied twice, however often the service is killed while steps stream in: {@code
 * -Dplumbline.kills=20} kills it that often.
 */
class SessionDurabilityTests {

    private static final int KILLS = Integer.getInteger("plumbline.kills", 3);
    private static final String CREATE = """
            {"optimizer": {"kind": "sgd", "learningRate": 1}, "parameters": {"w": [0, 0]}}""";
    /** After n steps each parameter is -n, exactly. */
    private static final String GRADIENTS = "{\"gradients\": {\"w\": [1, 1]}}";

    @TempDir
    private Path data;

    private final SplittableRandom random = new SplittableRandom(42);
    private String session = "";
    private long acknowledged;

    @Test
    void losesNoStepAndTakesNoneTwiceWhenKilled() throws Exception {
        int inFlight = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            try (Service service = Service.start(data)) {
                Caller caller = new Caller(service.port());
                inFlight += settle(caller);
                streamUntilKilled(caller, service);
            }
        }
        try (Service service = Service.start(data)) {
            inFlight += settle(new Caller(service.port()));
        }
        assertThat(acknowledged).isGreaterThan(20L * KILLS);
        System.out.printf(
                "%d kills, %d steps acknowledged, %d committed without the answer arriving%n",
                KILLS, acknowledged, inFlight);
    }

    /** Repeats the step whose answer never came; whether it had been committed or not, it counts once. */
    private int settle(Caller caller) throws Exception {
        if (session.isEmpty()) {
            session = "/v1/optimizer-sessions/"
                    + caller.post("/v1/optimizer-sessions", CREATE).text("/id");
            return 0;
        }
        double kept = caller.get(session).number("/step");
        assertThat(kept).isIn((double) acknowledged, acknowledged + 1.0);
        int unanswered = (int) (kept - acknowledged);
        step(caller);
        assertThat(caller.get(session).number("/step")).isEqualTo(acknowledged);
        assertThat(caller.get(session + "/parameters").tensor("/w"))
                .isEqualTo(Tensor.vector(-acknowledged, -acknowledged));
        return unanswered;
    }

    private void streamUntilKilled(Caller caller, Service service) throws Exception {
        long last = acknowledged + 20 + random.nextInt(200);
        try {
            while (true) {
                if (acknowledged == last) {
                    CompletableFuture.runAsync(service::kill);
                }
                step(caller);
            }
        } catch (IOException killed) {
            assertThat(acknowledged).isGreaterThanOrEqualTo(last);
        }
    }

    private void step(Caller caller) throws Exception {
        Answer answer = caller.post(
                session + "/steps",
                GRADIENTS,
                "If-Match",
                "\"" + acknowledged + "\"",
                "Idempotency-Key",
                "step-" + acknowledged);
        assertThat(answer.status())
                .as(() -> new String(answer.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        acknowledged++;
        assertThat(answer.etag()).isEqualTo("\"" + acknowledged + "\"");
    }
}
