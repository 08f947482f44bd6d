package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.judgement.Verdict;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A gradient that PyTorch code made with one mistake, and what the mistake was.
 *
 * @param set the folder of fixtures that its script wrote
 * @param expected its row of the set's index.json
 */
record PlantedFault(String set, String network, String dtype, String fault, JsonNode expected) {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());

    /** Twice the usual search, which is time enough on any machine, and no more evidence than a verdict needs. */
    private static final CheckSettings PATIENT = new JsonMapper()
            .readValue("{\"explain\": 4, \"coverage\": \"CERTIFIED\", \"entries\": 1}", CheckSettings.class);

    private static final Map<String, GradientCheckReport> REPORTS = new ConcurrentHashMap<>();

    static final List<String> DTYPES = List.of("float64", "float32");

    /** All of a set, in both datatypes. */
    static Stream<PlantedFault> of(String set) {
        JsonNode index =
                JsonMapper.shared().readTree(bytes(FIXTURES.resolve(set).resolve("index.json")));
        List<PlantedFault> planted = new ArrayList<>();
        for (JsonNode each : index) {
            for (String dtype : DTYPES) {
                planted.add(new PlantedFault(
                        set,
                        each.get("network").asString(),
                        dtype,
                        each.get("fault").asString(),
                        each));
            }
        }
        return planted.stream();
    }

    /** The networks of a set. */
    static Stream<String> networks(String set) {
        try (Stream<Path> folders = Files.list(FIXTURES.resolve(set))) {
            return folders
                    .filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Whether the catalogue has it. */
    boolean isNamed() {
        return !expected.get("kind").isNull();
    }

    @Nullable
    String kind() {
        return isNamed() ? expected.get("kind").asString() : null;
    }

    /** Which operations are guilty; none where that is not one. */
    List<String> operations() {
        return strings("operations");
    }

    /** The rules that make this claim; none where it is no rule. */
    List<String> rules() {
        return strings("rules");
    }

    private List<String> strings(String field) {
        List<String> strings = new ArrayList<>();
        expected.get(field).forEach(each -> strings.add(each.asString()));
        return strings;
    }

    Map<String, Tensor> claims() {
        return claims(set, network, dtype, fault);
    }

    /** Of one fault, or "right". */
    static Map<String, Tensor> claims(String set, String network, String dtype, String fault) {
        Path folder = FIXTURES.resolve(set).resolve(network).resolve(dtype);
        Path all = folder.resolve("claims.safetensors");
        if (!Files.exists(all)) {
            return tensors(folder.resolve(fault + ".safetensors"));
        }
        Map<String, Tensor> claims = new LinkedHashMap<>();
        tensors(all).forEach((name, tensor) -> {
            if (name.startsWith(fault + "/")) {
                claims.put(name.substring(fault.length() + 1), tensor);
            }
        });
        return claims;
    }

    /** The same each time: what several tests look at is computed once. */
    GradientCheckReport report() {
        return REPORTS.computeIfAbsent(
                String.join("/", set, network, dtype, fault), key -> report(set, network, dtype, claims()));
    }

    GradientCheckReport report(Map<String, Tensor> claims) {
        return report(set, network, dtype, claims);
    }

    /** Of the right claim to a network. */
    static GradientCheckReport right(String set, String network, String dtype) {
        return report(set, network, dtype, claims(set, network, dtype, "right"));
    }

    static GradientCheckReport report(String set, String network, String dtype, Map<String, Tensor> claims) {
        return report(set, network, dtype, claims, PATIENT, progress -> {});
    }

    static GradientCheckReport report(
            String set,
            String network,
            String dtype,
            Map<String, Tensor> claims,
            CheckSettings settings,
            Consumer<GradientCheckProgress> progress) {
        Path folder = FIXTURES.resolve(set).resolve(network).resolve(dtype);
        return SERVICE.check(
                new GradientCheckRequest(
                        new ModelSource(null, bytes(folder.resolve("model.onnx"))),
                        LossSource.ofOutput("loss"),
                        null,
                        tensors(folder.resolve("data.safetensors")),
                        claims,
                        settings,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null),
                progress);
    }

    /** The report names the guilty operation and its rule, or one that makes the same claim. */
    void isNamedBy(GradientCheckReport report) {
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        Cause cause = Objects.requireNonNull(report.explanation(), () -> "suspects " + report.suspects());
        assertThat(camelCase(cause.kind())).as(cause.advice()).isEqualTo(kind());
        if (!rules().isEmpty()) {
            assertThat(rules()).as(cause.advice()).contains(cause.rule());
        }
        if (!operations().isEmpty()) {
            assertThat(operations()).as(cause.advice()).contains(cause.operation());
        }
        if (expected.has("factor")) {
            double factor = expected.get("factor").asDouble();
            assertThat(Math.abs(Objects.requireNonNull(cause.factor()) / factor - 1))
                    .isLessThanOrEqualTo(1e-6);
        }
        assertThat(report.summary()).containsIgnoringCase(cause.words());
        assertThat(cause.explains()).isNotEmpty();
    }

    /** The weights of samples or elements, to two percent. */
    void isWeighedBy(GradientCheckReport report) {
        Cause cause = Objects.requireNonNull(report.explanation(), () -> "suspects " + report.suspects());
        assertThat(camelCase(cause.kind())).as(cause.advice()).isEqualTo(kind());
        List<Double> weights = Objects.requireNonNull(cause.weights());
        JsonNode right = expected.get("weights");
        assertThat(weights).hasSize(right.size());
        for (int k = 0; k < weights.size(); k++) {
            assertThat(Math.abs(weights.get(k) - right.get(k).asDouble())).isLessThanOrEqualTo(0.02);
        }
        assertThat("unknown".equals(cause.means())).isEqualTo(fault.startsWith("outside"));
    }

    static String camelCase(Enum<?> constant) {
        String[] words = constant.name().toLowerCase(Locale.ROOT).split("_");
        StringBuilder name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            name.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
        }
        return name.toString();
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

    @Override
    public String toString() {
        return network + " " + dtype + " " + fault;
    }
}
