package dev.plumbline.check;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.limits.Limits;
import dev.plumbline.tensor.TensorJson;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * A small check that nobody asked for, again and again while the service starts: the first who asks finds classes loaded and
 * loops compiled. It needs nothing of the service, so it begins before that does.
 *
 * <p>Requests are taken meanwhile and answered more slowly; readiness says so.
 */
@Component("rehearsal")
public final class Rehearsal implements HealthIndicator {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(6);

    private static volatile boolean underWay;

    /** Begins in the background, and ends by itself. */
    public static void begin() {
        underWay = true;
        Thread thread = new Thread(Rehearsal::rehearse, "rehearsal");
        thread.setDaemon(true);
        thread.start();
    }

    private static void rehearse() {
        try {
            long begun = System.nanoTime();
            GradientCheckRequest request = request();
            do {
                check(request);
            } while (System.nanoTime() - begun < LONG_ENOUGH.toNanos());
        } finally {
            underWay = false;
        }
    }

    static Verdict check(GradientCheckRequest request) {
        return new GradientCheckService(Limits.defaults(), new RecentReports())
                .check(request)
                .verdict();
    }

    static GradientCheckRequest request() {
        JsonMapper json = JsonMapper.builder()
                .addModule(TensorJson.module(TensorLimits.DEFAULT))
                .build();
        try (InputStream bytes = new ClassPathResource("dev/plumbline/check/rehearsal.json").getInputStream()) {
            return json.readValue(bytes, GradientCheckRequest.class);
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    @Override
    public Health health() {
        return underWay
                ? Health.outOfService()
                        .withDetail("rehearsal", "loops are being compiled")
                        .build()
                : Health.up().build();
    }
}
