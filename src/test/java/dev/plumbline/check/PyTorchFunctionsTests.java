package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/**
 * Some 220 functions of PyTorch, each a file of its exporter, with its own gradient, at a smooth point and at the function's
 * edges ({@code fixtures/operators/make_functions.py}).
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PyTorchFunctionsTests {

    private static final Path FILE = Path.of("src/test/resources/fixtures/operators/functions.jsonl.gz");

    /** Two halves of float64 cancel there until few digits are left, which the answer says; see each one's reason. */
    private static final Set<String> DROWNED = Set.of("sigmoid_of_large", "log_sigmoid_composed");

    private static final Set<String> PADDED_CEILINGS =
            Set.of("avg_pool_1d", "avg_pool_3d", "avg_pool_padded_ceil", "avg_pool_stride_ceil");

    private static final Set<String> MISWRITTEN = Set.of(
            "cdist",
            "cdist_1",
            "cdist_mm",
            "pad_circular",
            "pairwise_distance",
            "pairwise_distance_1",
            "pairwise_distance_3");

    /** Every so manieth function is tried with a mistake in it. */
    private static final int EACH = Integer.getInteger("plumbline.functions.each", 4);

    @LocalServerPort
    private int port;

    private static List<Exported> exported(String datatype, String point) throws IOException {
        List<Exported> found = new ArrayList<>(Exported.all(FILE));
        found.removeIf(each ->
                !each.name().contains(" " + datatype + " ") || !each.name().endsWith(point));
        return found;
    }

    @ParameterizedTest
    @CsvSource({"float64, smooth", "float32, smooth", "float64, edges", "float32, edges"})
    void refutesNoGradientOfPyTorch(String datatype, String point) throws IOException {
        List<String> wrong = new ArrayList<>();
        List<Exported> all = exported(datatype, point);
        for (Exported each : all) {
            Caller.Answer answer = check(each, each.gradients());
            String verdict = answer.text("verdict");
            boolean passes = verdict.equals("PASS")
                    || point.equals("edges") && !verdict.equals("FAIL")
                    || verdict.equals("INCONCLUSIVE") && DROWNED.contains(each.function());
            if (!passes || answer.status() != 200 && !isCured(answer)) {
                wrong.add(each.name() + ": " + answer.status() + " " + answer.text("summary") + answer.text("detail"));
            }
        }

        assertThat(wrong).as("of %d", all.size()).isEmpty();
        assertThat(all).hasSizeGreaterThan(200);
    }

    /** What the exporter wrote is not what PyTorch computes: the report says where, and says it nowhere else. */
    @Test
    void saysWhereTheExportersFunctionIsNotTheOneThatWasMeant() throws IOException {
        Set<String> said = new TreeSet<>();
        for (Exported each : exported("float64", "smooth")) {
            for (JsonNode warning : check(each, each.gradients()).body().path("warnings")) {
                if (warning.path("code").asString().equals("readAsMeant")) {
                    assertThat(warning.path("detail").asString()).contains(" read as PyTorch computes it");
                    said.add(each.name().replace(" float64", "").replace(" smooth", ""));
                }
            }
        }

        Set<String> expected = new TreeSet<>(Set.of("scatter_add opset11"));
        PADDED_CEILINGS.forEach(name -> expected.add(name + " opset17"));
        expected.add("avg_pool_3d opset11");
        MISWRITTEN.forEach(name -> List.of(" opset11", " opset17").forEach(opset -> expected.add(name + opset)));
        assertThat(said).isEqualTo(expected);
    }

    private static boolean isCured(Caller.Answer answer) {
        return answer.status() == 422 && !answer.text("expected").isEmpty();
    }

    @Test
    void seesAnEntryThatIsOnePercentOff() throws IOException {
        List<String> missed = new ArrayList<>();
        int line = 0;
        for (String datatype : List.of("float64", "float32")) {
            for (Exported each : exported(datatype, "smooth")) {
                if (line++ % EACH != 0) {
                    continue;
                }
                Map<String, Tensor> claims =
                        each.onePercentOff(each.gradients().keySet().iterator().next());
                Caller.Answer answer = check(each, claims);
                if (!claims.equals(each.gradients())
                        && answer.status() == 200
                        && answer.text("verdict").equals("PASS")) {
                    missed.add(each.name() + ": " + answer.text("summary"));
                }
            }
        }

        assertThat(missed).isEmpty();
    }

    private Caller.Answer check(Exported each, Map<String, Tensor> claims) {
        return each.check(port, claims);
    }
}
