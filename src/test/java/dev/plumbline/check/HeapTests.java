package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** The largest check that a small heap accepts by its estimate fits into that heap: in a process of its own, which may run out. */
class HeapTests {

    private static final int MEGABYTES = 192;
    private static final int COLUMNS = 250;

    /** An estimate of ten times as much would accept less than this. */
    private static final double BYTES_PER_ENTRY = 700;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        sum(w*w)                      | CERTIFIED
        sum(w*w)                      | EXHAUSTIVE
        mean((tanh(x @ w) - y)^2)     | CERTIFIED
        sum(tanh(w^3 + w) * w)        | CERTIFIED
        """)
    void whatIsAcceptedFits(String formula, Coverage coverage) throws Exception {
        Process check = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx" + MEGABYTES + "m",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HeapTests.class.getName(),
                        formula,
                        coverage.name())
                .redirectErrorStream(true)
                .start();
        String said;
        try (InputStream out = check.getInputStream()) {
            said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }

        assertThat(check.waitFor()).as(said).isZero();
        int entries = Integer.parseInt(said.replaceFirst("(?s).*fits: (\\d+)\\s*", "$1"));
        assertThat(entries).isGreaterThan((int) (MEGABYTES * 1e6 / BYTES_PER_ENTRY));
    }

    /** Checks the most entries that are accepted. */
    public static void main(String[] arguments) {
        for (int rows = 4000; ; rows = rows * 9 / 10) {
            try {
                new GradientCheckService(Limits.defaults(), new RecentReports())
                        .check(request(arguments[0], Coverage.valueOf(arguments[1]), rows));
                System.out.println("fits: " + rows * COLUMNS);
                System.exit(0);
            } catch (Problem tooLarge) {
                assertThat(tooLarge.code()).isEqualTo(Problem.Code.COST);
            }
        }
    }

    private static GradientCheckRequest request(String formula, Coverage coverage, int rows) {
        SplittableRandom random = new SplittableRandom(1);
        Tensor w = Tensor.zeros(Shape.of(rows, COLUMNS)).map(zero -> random.nextGaussian() / 100);
        Map<String, Tensor> data = formula.contains("x")
                ? Map.of("x", Tensor.zeros(Shape.of(1, rows)).map(zero -> 1), "y", Tensor.zeros(Shape.of(1, COLUMNS)))
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
