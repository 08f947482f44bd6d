package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.TorchSets.TorchSet;
import dev.plumbline.tensor.Datatype;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/**
 * Coverage certified of a gradient that passes stays within a hundred forward passes' worth of work, whatever the network.
 * (One that does not is differenced in single entries too, for a reader to repeat.)
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class CostTests {

    private static final double MOST = 100;
    private static final String SETTINGS = "{\"coverage\": \"certified\"}";

    @LocalServerPort
    private int port;

    private final List<String> table = new ArrayList<>();
    private final List<String> above = new ArrayList<>();

    @Test
    void certifiesEveryFixtureWithinAHundredForwardPasses() {
        for (Fixture fixture : Fixture.all()) {
            String request = "{\"loss\": %s, \"settings\": %s}"
                    .formatted(fixture.json("fixture.json").get("loss"), SETTINGS);
            TorchSet set = new TorchSet(
                    fixture.toString(),
                    Map.of(),
                    fixture.tensors("data.safetensors"),
                    fixture.tensors("gradients.safetensors"),
                    Map.of());
            TorchVerdicts verdicts = TorchVerdicts.ofRequest(new Caller(port), request);
            measure(verdicts, fixture.bytes("model.onnx"), set);
            measure(verdicts, fixture.bytes("model.onnx"), set.in(Datatype.BF16));
        }
        TorchVerdicts plain = new TorchVerdicts(new Caller(port), SETTINGS);
        TorchSets.of("sequences", "float32", "float64").forEach(file -> measure(plain, file));
        TorchSets.of("float64-on-float32-files", "float64").forEach(file -> measure(plain, file));
        TorchSets.of("batch-norm-offsets", "offset-0", "offset-2000").forEach(file -> measure(plain, file));
        TorchVerdicts mixed =
                new TorchVerdicts(new Caller(port), "{\"coverage\": \"certified\", \"precision\": \"autocastBF16\"}");
        TorchSets.of("autocast", "bfloat16").forEach(file -> measure(mixed, file));

        table.forEach(System.out::println);
        assertThat(above).isEmpty();
    }

    private void measure(TorchVerdicts verdicts, TorchSets file) {
        measure(verdicts, file.model(), file.sets().get(0));
    }

    private void measure(TorchVerdicts verdicts, byte[] model, TorchSet set) {
        JsonNode report = verdicts.report(set.name(), verdicts.ask(model, set, set.gradients()));
        double passes = report.path("cost").path("forwardPasses").asDouble(Double.NaN);
        String line = String.format(
                Locale.ROOT,
                "COST %-55s %6.1f %s",
                set.name(),
                passes,
                report.path("cost").path("evaluations"));
        table.add(line);
        if (!(passes <= MOST) && report.path("verdict").asString().equals("PASS")) {
            above.add(line);
        }
    }
}
