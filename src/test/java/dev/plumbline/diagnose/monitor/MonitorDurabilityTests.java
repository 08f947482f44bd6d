package dev.plumbline.diagnose.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import dev.plumbline.optimize.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A pipeline streams snapshots of twelve tensors while the service is killed: none that was acknowledged is lost, none
 * counts twice, and the spike is found at its step. {@code -Dplumbline.kills=20} kills it that often, and {@code
 * -Dplumbline.snapshots=10000} makes the run that long.
 */
class MonitorDurabilityTests {

    private static final int KILLS = Integer.getInteger("plumbline.kills", 1);
    private static final int SNAPSHOTS = Integer.getInteger("plumbline.snapshots", 300);
    private static final int SPIKE = SNAPSHOTS * 3 / 4;
    private static final int WINDOW = 200;

    @TempDir
    private Path data;

    private final SplittableRandom random = new SplittableRandom(42);
    private String monitor = "";
    private int acknowledged;
    private int replayed;
    private int arisen;

    @Test
    void losesNoSnapshotAndCountsNoneTwiceWhenKilled() throws Exception {
        long started = System.nanoTime();
        for (int kill = 1; kill <= KILLS; kill++) {
            try (Service service = Service.start(data)) {
                Caller caller = connect(service);
                int last = SNAPSHOTS * kill / (KILLS + 1) - random.nextInt(20);
                streamUntilKilled(caller, service, last);
            }
        }
        try (Service service = Service.start(data)) {
            Caller caller = connect(service);
            while (acknowledged < SNAPSHOTS) {
                post(caller);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%d snapshots of 12 tensors and %d kills in %.1f s; %d committed without the answer arriving; %d"
                            + " bytes of data; %s of memory%n",
                    SNAPSHOTS,
                    KILLS,
                    (System.nanoTime() - started) / 1e9,
                    replayed,
                    size(),
                    resident(service.process()));
            requireEverything(caller);
        }
    }

    private Caller connect(Service service) throws Exception {
        Caller caller = new Caller(service.port());
        if (monitor.isEmpty()) {
            monitor = "/v1/monitors/" + caller.post("/v1/monitors", "{}").text("/id");
        }
        assertThat(caller.get(monitor).number("/snapshots")).isIn((double) acknowledged, acknowledged + 1.0);
        return caller;
    }

    private void streamUntilKilled(Caller caller, Service service, int last) throws Exception {
        try {
            while (true) {
                if (acknowledged == last) {
                    CompletableFuture.runAsync(service::kill);
                }
                post(caller);
            }
        } catch (IOException killed) {
            assertThat(acknowledged).isGreaterThanOrEqualTo(last);
        }
    }

    /** The next step; if its answer never came, once more with the same figures. */
    private void post(Caller caller) throws Exception {
        int step = acknowledged + 1;
        Answer answer = caller.post(monitor + "/snapshots", snapshot(step));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.number("/snapshots")).isEqualTo(step);
        acknowledged++;
        replayed += answer.json().at("/replayed").asBoolean() ? 1 : 0;
        for (JsonNode finding : answer.json().at("/findings")) {
            if (finding.at("/symptom").asString().equals("spike")) {
                arisen++;
                assertThat(step).isEqualTo(SPIKE);
            }
        }
    }

    private static String snapshot(int step) {
        SplittableRandom own = new SplittableRandom(step);
        StringBuilder norms = new StringBuilder();
        for (int layer = 1; layer <= 12; layer++) {
            double jump = step == SPIKE && layer == 5 ? 40 : 1;
            norms.append(String.format(
                    Locale.ROOT,
                    "%s\"fc%d.weight\": {\"gradientNorm\": %.6g, \"parameterNorm\": 10, \"updateNorm\": 0.01}",
                    layer == 1 ? "" : ", ",
                    layer,
                    jump * own.nextDouble(0.5, 1.5)));
        }
        double loss = Math.pow(step, -0.3) * own.nextDouble(0.9, 1.1);
        return String.format(Locale.ROOT, "{\"step\": %d, \"loss\": %.6g, \"norms\": {%s}}", step, loss, norms);
    }

    private void requireEverything(Caller caller) throws Exception {
        assertThat(arisen).isEqualTo(1);
        JsonNode report = caller.get(monitor).json();
        assertThat(report.at("/snapshots").asInt()).isEqualTo(SNAPSHOTS);
        assertThat(report.at("/tensors/fc5.weight/gradientNorm/maximumStep").asInt())
                .isEqualTo(SPIKE);
        assertThat(report.at("/tensors/fc5.weight/gradientNorm/values").asInt()).isEqualTo(SNAPSHOTS);
        JsonNode kept = caller.get(monitor + "/snapshots").json();
        assertThat(kept).hasSize(Math.min(WINDOW, SNAPSHOTS));
        for (int i = 0; i < kept.size(); i++) {
            assertThat(kept.get(i).at("/step").asInt()).isEqualTo(SNAPSHOTS - kept.size() + 1 + i);
        }
    }

    private long size() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static String resident(Process process) throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return "an unknown amount";
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS"))
                    .findFirst()
                    .orElse("VmRSS ?")
                    .replaceFirst("VmRSS:\\s*", "");
        }
    }
}
