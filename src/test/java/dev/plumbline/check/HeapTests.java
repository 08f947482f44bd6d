package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.limits.Limits;
import dev.plumbline.limits.Presence;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** The largest check that a small heap accepts by its estimate fits into that heap: in a process of its own, which may run out. */
class HeapTests {

    private static final int MEGABYTES = 192;
    private static final int COLUMNS = 250;
    private static final int MOST_ROWS = 4000;

    /** An estimate of ten times as much would accept less than this. */
    private static final double BYTES_PER_ENTRY = 700;

    /** An estimate of ten times as much would accept fewer values than this part of the heap. */
    private static final double EVALUATIONS = 40;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        sum(w*w)                      | CERTIFIED
        sum(w*w)                      | EXHAUSTIVE
        mean((tanh(x @ w) - y)^2)     | CERTIFIED
        sum(tanh(w^3 + w) * w)        | CERTIFIED
        """)
    void whatIsAcceptedFits(String formula, Coverage coverage) throws Exception {
        int rows = fits(2, formula, coverage, 1, 1);
        assertThat(rows * COLUMNS).isGreaterThan((int) (MEGABYTES * 1e6 / BYTES_PER_ENTRY));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        1 | mean(relu(relu(batch @ w) @ w)^2)
        2 | mean(relu(relu(batch @ w) @ w)^2)
        8 | mean(relu(relu(batch @ w) @ w)^2)
        8 | mean((tanh(batch @ w) - tanh(batch))^2)
        """)
    void aLargeBatchThatIsAcceptedFits(int processors, String formula) throws Exception {
        int rows = fits(processors, formula, Coverage.CERTIFIED, 1, 1);
        double values = 6.0 * Double.BYTES * rows * COLUMNS; // of the batch and five operations
        assertThat(values).isGreaterThan(MEGABYTES * 1e6 / EVALUATIONS);
    }

    /** Each of them leaves the other less than it needs. */
    @Test
    void oneOfTwoWaitsForTheOther() throws Exception {
        fits(2, "sum(w*w)", Coverage.EXHAUSTIVE, 2, 0.7);
    }

    /** In a process of its own with so many processors; returns the rows that fit. */
    private static int fits(int processors, String formula, Coverage coverage, int times, double share)
            throws Exception {
        Process check = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx" + MEGABYTES + "m",
                        "-XX:ActiveProcessorCount=" + processors,
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HeapTests.class.getName(),
                        formula,
                        coverage.name(),
                        String.valueOf(times),
                        String.valueOf(share))
                .redirectErrorStream(true)
                .start();
        String said;
        try (InputStream out = check.getInputStream()) {
            said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(check.waitFor()).as(said).isZero();
        return Integer.parseInt(said.replaceFirst("(?s).*fits: (\\d+)\\s*", "$1"));
    }

    /** Checks a share of the most rows that are accepted, so many times at once. */
    public static void main(String[] arguments) throws Exception {
        GradientCheckService service = new GradientCheckService(Limits.defaults(), new RecentReports());
        Coverage coverage = Coverage.valueOf(arguments[1]);
        int times = Integer.parseInt(arguments[2]);
        int most = MOST_ROWS;
        while (!isAccepted(service, request(arguments[0], coverage, most))) {
            most = most * 9 / 10;
        }
        int rows = (int) (most * Double.parseDouble(arguments[3]));
        GradientCheckRequest request = request(arguments[0], coverage, rows);
        ExecutorService threads = Executors.newFixedThreadPool(times);
        List<Future<?>> checks = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            checks.add(threads.submit(() -> {
                new Presence(() -> {}, Duration.ofMinutes(2)).begin();
                try {
                    service.check(request);
                } finally {
                    Presence.end();
                }
            }));
        }
        for (Future<?> check : checks) {
            check.get();
        }
        System.out.println("fits: " + rows);
        System.exit(0);
    }

    private static boolean isAccepted(GradientCheckService service, GradientCheckRequest request) {
        try {
            service.course(request);
            return true;
        } catch (Problem tooLarge) {
            assertThat(tooLarge.code()).isEqualTo(Problem.Code.COST);
            return false;
        }
    }

    private static GradientCheckRequest request(String formula, Coverage coverage, int rows) {
        SplittableRandom random = new SplittableRandom(1);
        boolean isBatch = formula.contains("batch");
        Tensor w = Tensor.zeros(Shape.of(isBatch ? COLUMNS : rows, COLUMNS)).map(zero -> random.nextGaussian() / 100);
        Tensor batch = Tensor.zeros(Shape.of(rows, COLUMNS)).map(zero -> random.nextGaussian());
        Map<String, Tensor> data = isBatch
                ? Map.of("batch", batch)
                : formula.contains("x")
                        ? Map.of(
                                "x",
                                Tensor.zeros(Shape.of(1, rows)).map(zero -> 1),
                                "y",
                                Tensor.zeros(Shape.of(1, COLUMNS)))
                        : Map.of();
        return new GradientCheckRequest(
                JsonMapper.shared().readValue("{\"formula\": \"" + formula + "\"}", ModelSource.class),
                LossSource.NONE,
                Map.of("w", w),
                data,
                null,
                GradientCheckServiceTests.settings(coverage, 1),
                null,
                null,
                null,
                null,
                null,
                null);
    }
}
