package dev.plumbline.check;

import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Mistakes that PyTorch code made in one backward rule: fixtures/make_explanations.py planted them. */
class ExplanationsTests {

    private static final Path FOLDER = Path.of("src/test/resources/fixtures/explanation");
    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());

    record Planted(String network, String dtype, String fault, JsonNode expected) {

        GradientCheckReport report() {
            return ExplanationsTests.report(network, dtype, fault);
        }

        @Nullable
        String kind() {
            return expected.get("kind").isNull() ? null : expected.get("kind").asString();
        }

        @Override
        public String toString() {
            return network + " " + dtype + " " + fault;
        }
    }

    static Stream<Planted> planted() {
        JsonNode index = JsonMapper.shared().readTree(bytes(FOLDER.resolve("index.json")));
        List<Planted> planted = new ArrayList<>();
        for (JsonNode each : index) {
            for (String dtype : List.of("float64", "float32")) {
                planted.add(new Planted(
                        each.get("network").asString(), dtype, each.get("fault").asString(), each));
            }
        }
        return planted.stream();
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Map<String, Tensor> tensors(Path file) {
        return Safetensors.read(bytes(file), TensorLimits.DEFAULT).tensors();
    }

    static GradientCheckReport report(String network, String dtype, String claim) {
        Path folder = FOLDER.resolve(network).resolve(dtype);
        return SERVICE.check(new GradientCheckRequest(
                new ModelSource(null, bytes(folder.resolve("model.onnx"))),
                new LossSource(null, null, null, "loss", null, null, null, null, null, null, null),
                null,
                tensors(folder.resolve("data.safetensors")),
                tensors(folder.resolve(claim + ".safetensors")),
                null,
                null,
                null,
                null));
    }

    @Test
    void theTable() {
        StringBuilder lines = new StringBuilder();
        planted()
                .filter(p -> p.toString().matches(System.getProperty("only", ".*")))
                .forEach(planted -> {
                    GradientCheckReport report = planted.report();
                    Cause cause = report.explanation();
                    lines.append("%-50s %-8s want %-12s %-20s got %s | suspects %s | %d ms%n"
                            .formatted(
                                    planted,
                                    report.verdict(),
                                    planted.kind(),
                                    planted.expected().get("rules") + " "
                                            + planted.expected().get("operations"),
                                    cause == null
                                            ? null
                                            : describe(cause) + " ALSO "
                                                    + cause.alternatives().stream()
                                                            .map(ExplanationsTests::describe)
                                                            .toList(),
                                    report.suspects().stream()
                                            .map(s -> s.node() + ":" + s.rightBefore())
                                            .limit(3)
                                            .toList(),
                                    report.cost().milliseconds()));
                });
        System.out.println(lines);
    }

    private static String describe(Cause cause) {
        return cause.kind() + " " + cause.rule() + " " + cause.node() + " " + cause.operation() + " in " + cause.input()
                + " " + cause.factor() + " " + cause.means();
    }
}
