package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.explanation.JudgedOperation;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Program;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What hooks saw in a network of 55 operations of which some are faulty: fixtures/make_hooks.py planted them. */
class HooksTests {

    private static final Path FOLDER = Path.of("src/test/resources/fixtures/hooks");
    private static final int OPERATIONS = 55;
    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());
    private static final CheckSettings PATIENT = new JsonMapper()
            .readValue("{\"explain\": 100, \"coverage\": \"CERTIFIED\", \"entries\": 1}", CheckSettings.class);

    record Seen(String dtype, String name, JsonNode faults) {

        Map<String, Tensor> activations() {
            return tensors(FOLDER.resolve(dtype).resolve(name + ".activations.safetensors"));
        }

        Map<String, Tensor> cotangents() {
            return tensors(FOLDER.resolve(dtype).resolve(name + ".cotangents.safetensors"));
        }

        GradientCheckReport report() {
            return report(activations(), cotangents());
        }

        GradientCheckReport report(
                @Nullable Map<String, Tensor> activations, @Nullable Map<String, Tensor> cotangents) {
            return SERVICE.check(request(activations, cotangents));
        }

        GradientCheckRequest request(
                @Nullable Map<String, Tensor> activations, @Nullable Map<String, Tensor> cotangents) {
            return new GradientCheckRequest(
                    new ModelSource(null, bytes(FOLDER.resolve("model.onnx"))),
                    LossSource.ofOutput("loss"),
                    null,
                    tensors(FOLDER.resolve("data.safetensors")),
                    tensors(FOLDER.resolve(dtype).resolve(name + ".gradients.safetensors")),
                    PATIENT,
                    null,
                    null,
                    null,
                    null,
                    activations,
                    cotangents);
        }

        @Override
        public String toString() {
            return name + " " + dtype;
        }
    }

    static Stream<Seen> seen() {
        List<Seen> seen = new ArrayList<>();
        for (JsonNode each : JsonMapper.shared().readTree(bytes(FOLDER.resolve("index.json")))) {
            for (String dtype : List.of("float64", "float32")) {
                seen.add(new Seen(dtype, each.get("case").asString(), each.get("faults")));
            }
        }
        return seen.stream();
    }

    private static Seen seen(String name) {
        return seen().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
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

    @ParameterizedTest
    @MethodSource("seen")
    void everyFaultyOperationIsFoundAndNoOtherIsAccused(Seen seen) {
        GradientCheckReport report = seen.report();
        assertThat(report.operations()).hasSize(OPERATIONS);
        Map<String, JudgedOperation> wrong = new LinkedHashMap<>();
        for (JudgedOperation operation : report.operations()) {
            assertThat(operation.forward()).isNotNull();
            assertThat(operation.backward()).isNotNull();
            if (operation.isWrong()) {
                wrong.put(operation.name(), operation);
            } else {
                assertThat(List.of(operation.forward(), operation.backward()))
                        .as(operation + "")
                        .containsOnly(Verdict.PASS);
            }
        }
        assertThat(wrong.keySet()).isEqualTo(new TreeSet<>(seen.faults().propertyNames()));
        wrong.forEach((name, operation) -> {
            JsonNode fault = seen.faults().get(name);
            assertThat(operation.forward() == Verdict.FAIL)
                    .isEqualTo(fault.get("forward").asBoolean());
            if (!fault.get("rules").isNull()) {
                List<String> rules = new ArrayList<>();
                fault.get("rules").forEach(rule -> rules.add(rule.asString()));
                String named = operation.explanation() == null
                        ? null
                        : operation.explanation().rule();
                assertThat(rules.isEmpty() ? named == null : rules.contains(Objects.requireNonNull(named)))
                        .as(operation + "")
                        .isTrue();
            }
            assertThat(Objects.requireNonNull(operation.worst()).index()).isNotNull();
        });
        assertThat(report.summary())
                .contains(wrong.isEmpty() ? "none of 55 operations is wrong" : wrong.size() + " of 55 operations");
    }

    /** Where one operation is at fault the whole claim is explained by it too, as it is where no hooks saw anything. */
    @ParameterizedTest
    @ValueSource(strings = {"one1", "one2"})
    void theExplanationOfTheWholeStandsBesideThatOfTheOperation(String name) {
        seen().filter(seen -> seen.name().equals(name)).forEach(seen -> {
            GradientCheckReport report = seen.report();
            String guilty = seen.faults().propertyNames().iterator().next();
            Cause whole = Objects.requireNonNull(report.explanation());
            assertThat(whole.node()).isEqualTo(guilty);
            assertThat(whole.rule())
                    .isEqualTo(Objects.requireNonNull(operation(report, guilty).explanation())
                            .rule());
            assertThat(report.suspects()).isNotEmpty();
            assertThat(seen.report(null, null).explanation()).isEqualTo(whole);
        });
    }

    /** Some 20 rounding runs of every operation, six evaluations of the whole where no activations came, names. */
    @Test
    void judgingOperationsIsCountedAsWork() {
        Seen seen = seen("right");
        double bare = seen.report(null, null).cost().forwardPasses();
        double both = seen.report().cost().forwardPasses() - bare;
        double ours = seen.report(null, seen.cotangents()).cost().forwardPasses() - bare;
        assertThat(both).isBetween(30.0, 200.0);
        assertThat(ours).isBetween(30.0, 200.0);
    }

    @Test
    void anOperationNextToAValueThatNobodySawIsNotJudgedByItself() {
        Seen seen = seen("three1");
        Map<String, Tensor> cotangents = seen.cotangents();
        Map<String, Tensor> activations = seen.activations();
        Map<String, Tensor> fewer = new LinkedHashMap<>(cotangents);
        fewer.remove("block0/softmax");
        JudgedOperation softmax = operation(seen.report(activations, fewer), "/block0/softmax/Softmax");
        assertThat(softmax.backward()).isNull();
        assertThat(softmax.forward()).isEqualTo(Verdict.PASS);
        assertThat(softmax.because())
                .contains("no cotangent came of block0/softmax")
                .contains("not judged by itself");
        JudgedOperation both = seen.report(activations, fewer).operations().get(OPERATIONS);
        assertThat(both.operations()).containsExactly("/block0/softmax/Softmax", "/block0/mixed/MatMul");
        assertThat(both.backward()).isEqualTo(Verdict.PASS);
    }

    @Test
    void operationsAreKnownByTheirOwnNamesToo() {
        Seen seen = seen("three2");
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        Map<String, String> names = Map.of("block0/act", "/block0/act/Sigmoid", "block2/q", "/block2/q/MatMul");
        seen.cotangents().forEach((name, tensor) -> renamed.put(names.getOrDefault(name, name), tensor));
        GradientCheckReport report = seen.report(seen.activations(), renamed);
        assertThat(operation(report, "/block0/act/Sigmoid").backward()).isEqualTo(Verdict.FAIL);
        assertThat(operation(report, "/block2/q/MatMul").backward()).isEqualTo(Verdict.FAIL);
    }

    /** As PyTorch's hooks name what they see: by {@code named_modules()}, of a model that is wrapped or is not. */
    @ParameterizedTest
    @ValueSource(strings = {"", "module.", "_orig_mod.module."})
    void valuesAreKnownByThePathsOfModulesToo(String wrappers) {
        Seen seen = seen("three2");
        Map<String, Tensor> cotangents = renamed(seen.cotangents(), wrappers);
        GradientCheckReport report = seen.report(renamed(seen.activations(), wrappers), cotangents);

        assertThat(report.operations().stream().filter(JudgedOperation::isWrong).map(JudgedOperation::name))
                .containsExactlyElementsOf(seen.report().operations().stream()
                        .filter(JudgedOperation::isWrong)
                        .map(JudgedOperation::name)
                        .toList())
                .hasSize(3);
    }

    private static Map<String, Tensor> renamed(Map<String, Tensor> tensors, String wrappers) {
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> renamed.put(wrappers + name.replace('/', '.'), tensor));
        return renamed;
    }

    /** As torch 1.13 and 2.x name the nodes of modules in lists, in lists in lists, and beside them. */
    @Test
    void pathsOfModulesAreReadOffTheNamesOfNodes() {
        assertThat(ModuleResults.paths("/layers.0/seq/seq.1/seq.1.0/Relu"))
                .containsExactly("layers.0", "layers.0.seq", "layers.0.seq.1", "layers.0.seq.1.0");
        assertThat(ModuleResults.paths("/layer1/layer1.0/conv1/Conv"))
                .containsExactly("layer1", "layer1.0", "layer1.0.conv1");
        assertThat(ModuleResults.paths("/a/ab/Gemm")).containsExactly("a", "a.ab");
        assertThat(ModuleResults.paths("/Softmax")).isEmpty();
        assertThat(ModuleResults.paths("Gemm_12")).isEmpty();
        assertThat(ModuleResults.paths("/" + "a/".repeat(40) + "Gemm")).isEmpty();
    }

    @Test
    void withoutActivationsOurOwnValuesServe() {
        GradientCheckReport report = seen("three1").report(null, seen("three1").cotangents());
        assertThat(report.operations().stream().filter(JudgedOperation::isWrong).map(JudgedOperation::name))
                .containsExactlyInAnyOrder(
                        "/block0/n1/LayerNormalization", "/block1/softmax/Softmax", "/block2/act/Relu");
    }

    @Test
    void onlySomeHooksBracketTheFault() {
        Seen seen = seen("three1");
        List<String> hooked = List.of("embed", "block0/add2", "block1/add1", "block1/add2", "block2/add2");
        Map<String, Tensor> cotangents = new LinkedHashMap<>(seen.cotangents());
        cotangents.keySet().retainAll(hooked);
        GradientCheckReport report = seen.report(null, cotangents);
        assertThat(report.operations().stream().filter(JudgedOperation::isWrong).map(JudgedOperation::name))
                .containsExactlyInAnyOrder("/block0/add2/Add", "/block1/add1/Add", "/block2/add2/Add");
    }

    /** What is kept of every operation by itself counts: five times the model's values, beside those of a check. */
    @Test
    void whatIsKeptOfOperationsIsLimited() {
        Seen seen = seen("right");
        GradientCheckRequest hooked = seen.request(null, seen.cotangents());
        Program program = CheckedModel.read(hooked, Long.MAX_VALUE, any -> {}).program();
        double bytes = CheckMemory.of(seen.request(null, null), program).certified() + 4 * program.bytes();
        Limits limits = new Binder(new MapConfigurationPropertySource(
                        Map.of("plumbline.limits.bytes", String.valueOf((long) bytes))))
                .bindOrCreate("plumbline.limits", Limits.class);
        GradientCheckService small = new GradientCheckService(limits, new RecentReports());
        assertThat(small.check(seen.request(null, null)).verdict()).isEqualTo(Verdict.PASS);
        assertThatThrownBy(() -> small.check(hooked))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.explanation())
                        .contains("memory"));
    }

    @Test
    void anUnknownNameIsRefusedWithTheNearest() {
        Seen seen = seen("right");
        Map<String, Tensor> misspelt = Map.of("block0/sofmax", Tensor.scalar(1));
        assertThatThrownBy(() -> seen.report(misspelt, null)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.pointer()).isEqualTo("/activations/block0~1sofmax");
            assertThat(problem.explanation()).contains("did you mean block0/softmax?");
        });
    }

    @Test
    void aValueOfAnotherShapeIsRefused() {
        Map<String, Tensor> wrong = Map.of("block0/softmax", Tensor.zeros(Shape.of(3)));
        assertThatThrownBy(() -> seen("right").report(null, wrong))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.pointer())
                        .isEqualTo("/cotangents/block0~1softmax"));
    }

    private static JudgedOperation operation(GradientCheckReport report, String name) {
        return report.operations().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
