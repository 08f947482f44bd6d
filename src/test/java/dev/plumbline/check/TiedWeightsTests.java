package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Expected;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorFiles;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Weights with several names, and weights that only are equal, in files that keep one of them, or a transposed copy: PyTorch's
 * gradients under the first name, under the others, under all; made by {@code fixtures/names/make_ties.py}.
 */
class TiedWeightsTests {

    private static final Path FILES = Path.of("src/test/resources/fixtures/names");

    /** Of each case the further names of its weights, by the first. */
    private static final Map<String, Map<String, List<String>>> CASES = Map.of(
            "tie_language", Map.of("embedding.weight", List.of("head.weight")),
            "tie_head_first", Map.of("head.weight", List.of("embedding.weight")),
            "tie_square", Map.of("embedding.weight", List.of("head.weight")),
            "tie_only_equal", Map.of(),
            "tie_shared", Map.of("a.weight", List.of("b.weight"), "a.bias", List.of("b.bias")),
            "tie_shared_thrice",
                    Map.of("a.weight", List.of("b.weight", "c.weight"), "a.bias", List.of("b.bias", "c.bias")),
            "tie_autoencoder", Map.of(),
            "tie_autoencoder_square", Map.of());

    private static final CheckSettings UNEXPLAINED = new CheckSettings(
            null, null, null, null, null, null, null, null, null, null, null, null, new ExplainSetting(0));

    private static final double L2 = 0.125;

    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());

    private static Stream<Arguments> everyWayToClaim() {
        List<Arguments> ways = new ArrayList<>();
        for (String folder : CASES.keySet()) {
            for (String way : List.of("all", "first", "last")) {
                for (String end : List.of("", "_unfolded")) {
                    ways.add(Arguments.of(folder + end, way));
                }
            }
        }
        return ways.stream();
    }

    /** A further name alone is only known by its value, which no parameters bring here. */
    private static Stream<Arguments> claimedWithTheFirstName() {
        return everyWayToClaim().filter(way -> !"last".equals(way.get()[1]));
    }

    private static Map<String, Tensor> tensors(String folder, String part) {
        try {
            return TensorFiles.read(
                    Files.readAllBytes(FILES.resolve(folder).resolve(part + ".safetensors")),
                    part,
                    TensorLimits.DEFAULT);
        } catch (IOException unread) {
            throw new UncheckedIOException(unread);
        }
    }

    private static Map<String, Tensor> claims(String folder, String way) {
        Map<String, Tensor> claims = new LinkedHashMap<>(tensors(folder, "gradients"));
        Objects.requireNonNull(CASES.get(folder.replace("_unfolded", ""))).forEach((first, others) -> {
            if (way.equals("first")) {
                claims.keySet().removeAll(others);
            }
            if (way.equals("last")) {
                claims.remove(first);
                claims.keySet().removeAll(others.subList(0, others.size() - 1));
            }
        });
        return claims;
    }

    private static byte[] file(String folder) {
        try {
            return Files.readAllBytes(FILES.resolve(folder).resolve("model.onnx"));
        } catch (IOException unread) {
            throw new UncheckedIOException(unread);
        }
    }

    private static GradientCheckReport check(
            String folder, Map<String, Tensor> claims, @Nullable Map<String, Tensor> given, @Nullable Double loss) {
        return SERVICE.check(new GradientCheckRequest(
                new ModelSource(null, file(folder)),
                null,
                given,
                tensors(folder, "data"),
                claims,
                UNEXPLAINED,
                null,
                null,
                null,
                loss == null ? null : new Expected(loss, null),
                null,
                null));
    }

    private static Map<String, Tensor> changed(Map<String, Tensor> tensors, String name, double factor) {
        Map<String, Tensor> changed = new LinkedHashMap<>(tensors);
        Tensor tensor = Objects.requireNonNull(changed.get(name));
        double[] values = tensor.values().clone();
        int largest = 0;
        for (int i = 0; i < values.length; i++) {
            largest = Math.abs(values[i]) > Math.abs(values[largest]) ? i : largest;
        }
        values[largest] *= factor;
        changed.put(name, Tensor.of(tensor.shape(), tensor.datatype(), values));
        return changed;
    }

    private static List<String> failed(GradientCheckReport report) {
        return report.tensors().stream()
                .filter(tensor -> tensor.verdict() == Verdict.FAIL)
                .map(GradientCheckReport.TensorReport::name)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("everyWayToClaim")
    void passesPyTorchsGradientsUnderEveryNameWithTheStatesValues(String folder, String way) {
        Map<String, Tensor> claims = claims(folder, way);
        GradientCheckReport report = check(folder, claims, tensors(folder, "parameters"), null);
        assertThat(report.verdict()).as(report.summary()).isEqualTo(Verdict.PASS);
        assertThat(report.tensors().stream().map(GradientCheckReport.TensorReport::name))
                .containsExactlyInAnyOrderElementsOf(claims.keySet());
        double loss = report.loss();
        assertThat(check(folder, claims, tensors(folder, "parameters"), loss).verdict())
                .isEqualTo(Verdict.PASS);
    }

    @ParameterizedTest
    @MethodSource("everyWayToClaim")
    void passesThemWithoutValuesOrSaysThatValuesTell(String folder, String way) {
        try {
            assertThat(check(folder, claims(folder, way), null, null).verdict()).isEqualTo(Verdict.PASS);
        } catch (Problem refused) { // nothing in the file bears a further name of a layer that is used twice
            assertThat(folder).startsWith("tie_shared");
            assertThat(way).isEqualTo("last");
            assertThat(refused.getMessage()).contains("by its value under parameters", "do_constant_folding=False");
        }
    }

    @ParameterizedTest
    @MethodSource("everyWayToClaim")
    void findsOneEntryOnePercentOffUnderTheNameThatHasIt(String folder, String way) {
        Map<String, Tensor> claims = claims(folder, way);
        for (String name : claims.keySet()) {
            Map<String, Tensor> wrong = changed(claims, name, 1.01);
            assertThat(failed(check(folder, wrong, tensors(folder, "parameters"), null)))
                    .containsExactly(name);
        }
    }

    @ParameterizedTest
    @MethodSource("everyWayToClaim")
    void namesTwiceTheGradient(String folder, String way) {
        Map<String, Tensor> twice = new LinkedHashMap<>();
        claims(folder, way).forEach((name, claim) -> twice.put(name, claim.map(v -> 2 * v)));
        GradientCheckReport report = check(folder, twice, tensors(folder, "parameters"), null);
        assertThat(failed(report)).containsExactlyInAnyOrderElementsOf(twice.keySet());
        report.tensors().forEach(tensor -> assertThat(
                        Objects.requireNonNull(tensor.mistake()).kind().name())
                .isEqualTo("SCALED"));
    }

    @Test
    void refusesAWeightThatTheExportComputedAndSaysHowToExport() {
        Map<String, Tensor> claims = tensors("tie_computed", "gradients");
        Map<String, Tensor> given = tensors("tie_computed", "parameters");
        assertThatThrownBy(() -> check("tie_computed", claims, given, 0.5))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("the export computed it", "do_constant_folding=False")
                .hasMessageNotContaining("values under parameters");
        // Without values nothing tells the two from names of one weight, whose gradient is that of each.
        assertThat(check("tie_computed", claims, null, null).verdict()).isEqualTo(Verdict.PASS);
        assertThat(check("tie_computed_unfolded", claims, given, null).verdict())
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void saysHowToExportWhereAGivenValueWentIntoAComputedWeight() {
        Map<String, Tensor> one = new LinkedHashMap<>(tensors("tie_computed", "parameters"));
        one.keySet().retainAll(Set.of("a"));
        Map<String, Tensor> claim = new LinkedHashMap<>(tensors("tie_computed", "gradients"));
        claim.keySet().retainAll(Set.of("a"));
        double loss = check("tie_computed_unfolded", claim, null, null).loss();
        assertThat(check("tie_computed", claim, one, loss).summary())
                .contains("another model", "the export may have computed from it", "do_constant_folding=False");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"embedding.weight", "net.embedding.weight", "module.embedding.weight", "model.embedding.weight"})
    void freezesRowsUnderTheFilesNameAndBehindPrefixes(String name) {
        Map<String, Tensor> claims = new LinkedHashMap<>(claims("tie_only_equal_unfolded", "all"));
        Tensor claim = Objects.requireNonNull(claims.get("embedding.weight"));
        double[] values = claim.values().clone();
        Arrays.fill(values, 4, 8, 0); // row 1, as padding_idx leaves it
        claims.put("embedding.weight", Tensor.of(claim.shape(), claim.datatype(), values));
        assertThat(failed(check("tie_only_equal_unfolded", claims, null, null))).containsExactly("embedding.weight");
        GradientCheckReport frozen = SERVICE.check(new GradientCheckRequest(
                new ModelSource(null, file("tie_only_equal_unfolded")),
                null,
                null,
                tensors("tie_only_equal_unfolded", "data"),
                claims,
                UNEXPLAINED,
                null,
                null,
                Map.of(name, List.of(1)),
                null,
                null,
                null));
        assertThat(frozen.verdict()).as(frozen.summary()).isEqualTo(Verdict.PASS);
    }

    /** As in {@code sum(p.square().sum() for p in model.parameters())}, which has a tied weight once. */
    @ParameterizedTest
    @MethodSource("claimedWithTheFirstName")
    void regularisesAWeightOfSeveralNamesOnce(String folder, String way) {
        Objective plain = objective(folder, claims(folder, way), LossSource.NONE);
        Objective once = objective(folder, claims(folder, way), regularised());
        Objective byFirst = objective(folder, claims(folder, "first"), regularised());
        Map<String, Tensor> own = plain.gradient().byParameter();

        assertThat(once.value()).isGreaterThan(plain.value());
        if (!folder.startsWith("tie_only_equal")) {
            assertThat(once.value()).isEqualTo(byFirst.value(), within(1e-12));
        }
        once.gradient().byParameter().forEach((name, gradient) -> {
            Tensor weight = once.parameter(name);
            Tensor before = Objects.requireNonNull(own.get(name));
            for (int i = 0; i < gradient.size(); i++) {
                // 2 l2 w on top, in float64.
                assertThat(gradient.at(i)).as(name).isEqualTo(before.at(i) + 2 * L2 * weight.at(i), within(1e-12));
            }
        });
    }

    private static LossSource regularised() {
        return JsonMapper.shared().readValue("{\"l2\": " + L2 + "}", LossSource.class);
    }

    private static Objective objective(String folder, Map<String, Tensor> claims, LossSource loss) {
        return new ObjectiveReader(
                        new ModelSource(null, file(folder)).read(),
                        loss,
                        Map.of(),
                        tensors(folder, "data"),
                        claims,
                        Set.of())
                .read(program -> {});
    }
}
