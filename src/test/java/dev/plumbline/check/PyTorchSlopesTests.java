package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.GradientCheckReport.EntryReport;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * PyTorch's own slopes of some fifty functions of one number over its whole range: near 0, at the ends of domains, where they
 * saturate, overflow and underflow ({@code fixtures/operators/make_slopes.py}).
 */
class PyTorchSlopesTests {

    private static final Path FILE = Path.of("src/test/resources/fixtures/operators/slopes.jsonl.gz");

    /** Every so manieth argument is tried alone too: others of its tensor might widen what it is allowed. */
    private static final int ALONE = Integer.getInteger("plumbline.slopes.alone", 4);

    /** Some arguments of a function, of a like size, and the slopes there. */
    private record Slopes(String formula, Datatype datatype, String region, double[] x, double[] gradient) {

        static Slopes of(JsonNode line) {
            return new Slopes(
                    line.path("formula").asString(),
                    Datatype.valueOf(line.path("datatype").asString()),
                    line.path("region").asString(),
                    numbers(line.path("x")),
                    numbers(line.path("gradient")));
        }

        private static double[] numbers(JsonNode array) {
            return IntStream.range(0, array.size())
                    .mapToDouble(i -> array.get(i).asDouble())
                    .toArray();
        }

        GradientCheckReport check(double[] claimed) {
            return check(x, claimed);
        }

        GradientCheckReport checkAlone(int i) {
            return check(new double[] {x[i]}, new double[] {gradient[i]});
        }

        private GradientCheckReport check(double[] at, double[] claimed) {
            return Formulas.check(
                    formula,
                    Map.of("w", Tensor.vector(at)),
                    Map.of("w", Tensor.vector(claimed)),
                    Coverage.CERTIFIED,
                    datatype);
        }

        @Override
        public String toString() {
            return formula + " " + datatype + " " + region;
        }
    }

    private static List<Slopes> all(Datatype datatype) throws IOException {
        List<Slopes> found = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(FILE)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Slopes slopes = Slopes.of(JsonMapper.shared().readTree(line));
                if (slopes.datatype() == datatype) {
                    found.add(slopes);
                }
            }
        }
        return found;
    }

    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP64"})
    void noneIsRefuted(Datatype datatype) throws IOException {
        List<String> wrong = new ArrayList<>();
        int open = 0;
        List<Slopes> all = all(datatype);
        for (Slopes each : all) {
            GradientCheckReport together = each.check(each.gradient());
            open += together.verdict() == Verdict.INCONCLUSIVE ? 1 : 0;
            if (together.verdict() == Verdict.FAIL) {
                wrong.add(each + ": " + words(together));
            }
            for (int i = 0; i < each.x().length; i += ALONE) {
                GradientCheckReport alone = each.checkAlone(i);
                if (alone.verdict() == Verdict.FAIL) {
                    wrong.add(each + " alone: " + words(alone));
                }
            }
        }

        assertThat(wrong).as("of %d, %d open", all.size(), open).isEmpty();
        assertThat(all).hasSizeGreaterThan(800);
        assertThat(open).isLessThan(all.size() / 10);
    }

    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP64"})
    void onePercentOffInTheLargestIsSeen(Datatype datatype) throws IOException {
        List<String> missed = new ArrayList<>();
        for (Slopes each : all(datatype)) {
            double[] claimed = each.gradient().clone();
            int largest = IntStream.range(0, claimed.length)
                    .reduce(0, (a, b) -> Math.abs(claimed[b]) > Math.abs(claimed[a]) ? b : a);
            claimed[largest] *= 1.01;
            boolean isNormal = Math.abs(claimed[largest]) > (datatype == Datatype.FP32 ? 0x1p-115 : 0x1p-1010);
            GradientCheckReport report = each.check(claimed);
            if (isNormal && report.verdict() == Verdict.PASS) {
                missed.add(each + ": " + words(report));
            }
        }

        assertThat(missed).isEmpty();
    }

    private static String words(GradientCheckReport report) {
        EntryReport entry = report.tensors().get(0).entries().get(0);
        return report.verdict() + " claimed " + entry.claimed() + " reference " + entry.reference() + " allowance "
                + entry.allowance();
    }
}
