package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Loss;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Weights that constant folding computed something from: parts and multiples are known by their values; whatever else there is may
 * make a right claim differ from what is left in the file, and must not make it fail. By {@code fixtures/names/make_folded.py}.
 */
class FoldedWeightsTests {

    private static final Path FILE = Path.of("src/test/resources/fixtures/names/folded.jsonl.gz");
    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());
    private static final CheckSettings PLAIN =
            JsonMapper.shared().readValue("{\"explain\": false}", CheckSettings.class);

    private record Folded(
            String name,
            byte[] model,
            Map<String, Tensor> data,
            Map<String, Tensor> gradients,
            Map<String, Tensor> parameters) {

        static Folded of(JsonNode line) {
            return new Folded(
                    line.path("name").asString(),
                    Base64.getDecoder().decode(line.path("model").asString()),
                    tensors(line.path("data")),
                    tensors(line.path("gradients")),
                    tensors(line.path("parameters")));
        }

        private static Map<String, Tensor> tensors(JsonNode named) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            named.propertyStream().forEach(each -> {
                JsonNode tensor = each.getValue();
                int[] extents = IntStream.range(0, tensor.path("shape").size())
                        .map(i -> tensor.path("shape").get(i).asInt())
                        .toArray();
                double[] values = IntStream.range(0, tensor.path("values").size())
                        .mapToDouble(i -> tensor.path("values").get(i).asDouble())
                        .toArray();
                tensors.put(each.getKey(), Tensor.of(Shape.of(extents), Datatype.FP32, values));
            });
            return tensors;
        }

        /** The verdict, or {@code cured} where the answer says how to export. */
        String check(Map<String, Tensor> claims, boolean withParameters) {
            try {
                GradientCheckReport report = SERVICE.check(new GradientCheckRequest(
                        new ModelSource(null, model),
                        LossSource.of(Loss.Kind.MSE),
                        withParameters ? parameters : null,
                        data,
                        claims,
                        PLAIN,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null));
                return report.verdict() == Verdict.INCONCLUSIVE
                        ? report.summary()
                        : report.verdict().toString();
            } catch (Problem problem) {
                return String.valueOf(problem.expected()).contains("do_constant_folding=False")
                        ? "cured"
                        : problem.explanation();
            }
        }

        Map<String, Tensor> changed(BiFunction<Integer, Double, Double> change) {
            Map<String, Tensor> claims = new LinkedHashMap<>(gradients);
            Tensor right = Objects.requireNonNull(gradients.get("w"));
            double[] values = right.values().clone();
            int largest = IntStream.range(0, values.length)
                    .reduce(0, (a, b) -> Math.abs(values[b]) > Math.abs(values[a]) ? b : a);
            for (int i = 0; i < values.length; i++) {
                values[i] = change.apply(i - largest, values[i]);
            }
            claims.put("w", Tensor.of(right.shape(), Datatype.FP32, values));
            return claims;
        }
    }

    private static List<Folded> folded() throws IOException {
        List<Folded> folded = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(FILE)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                folded.add(Folded.of(JsonMapper.shared().readTree(line)));
            }
        }
        return folded;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rightGradientsPassOrAreToldHowToExport(boolean withParameters) throws IOException {
        Map<String, String> answers = new TreeMap<>();
        for (Folded each : folded()) {
            answers.put(each.name(), each.check(each.gradients(), withParameters));
        }

        Map<String, String> others = new TreeMap<>(answers);
        others.values().removeIf(answer -> answer.equals("PASS") || answer.equals("cured"));
        if (withParameters) { // the weight's own numbers stand for the logarithms in its place, of which the exponents
            // overflow
            assertThat(others.remove("logs alone")).contains("not a finite number");
        }
        assertThat(others).isEmpty();
        assertThat(answers.values().stream().filter("PASS"::equals).count()).isEqualTo(withParameters ? 53 : 29);
    }

    /** A state_dict has weights that {@code forward} does not read too: their values find a place that looks like theirs. */
    @Test
    void aWeightThatNothingReadsMakesNoRightGradientFail() throws IOException {
        Map<String, String> answers = new TreeMap<>();
        for (Folded each : folded()) {
            Map<String, Tensor> parameters = new LinkedHashMap<>(each.parameters());
            parameters.put("spare", Tensor.vector(0.3, -0.7, 1.1, 0.2).as(Datatype.FP32));
            Folded whole = new Folded(each.name(), each.model(), each.data(), each.gradients(), parameters);
            answers.put(each.name(), whole.check(whole.gradients(), true));
        }
        assertThat(answers).doesNotContainValue("FAIL");
        assertThat(answers.values().stream().filter("PASS"::equals).count()).isGreaterThan(40);
    }

    /** With parameters: where the right claim passes, what is off fails. */
    @Test
    void wrongGradientsFailWhereRightOnesPass() throws IOException {
        List<String> missed = new ArrayList<>();
        int tried = 0;
        for (Folded each : folded()) {
            if (each.check(each.gradients(), true).equals("PASS")) {
                tried++;
                Map<String, String> answers = Map.of(
                        "entry", each.check(each.changed((i, g) -> i == 0 ? 1.01 * g : g), true),
                        "twice", each.check(each.changed((i, g) -> 2 * g), true),
                        "sign", each.check(each.changed((i, g) -> -g), true),
                        "sum", each.check(each.changed((i, g) -> g + 0.1), true));
                answers.forEach((kind, answer) -> {
                    if (!answer.equals(Verdict.FAIL.toString())) {
                        missed.add(each.name() + " " + kind + ": " + answer);
                    }
                });
            }
        }
        assertThat(missed).isEmpty();
        assertThat(tried).isGreaterThan(50);
    }
}
