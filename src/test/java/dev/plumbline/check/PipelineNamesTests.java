package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.Objective;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.Naming;
import dev.plumbline.reader.Naming.How;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.reader.SharedWeights;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorFiles;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PyTorch's gradients under PyTorch's names, of files in which its exporter renamed, transposed, reordered, joined or copied
 * the weights; made by {@code fixtures/names/make_names.py}.
 */
class PipelineNamesTests {

    private static final Path FILES = Path.of("src/test/resources/fixtures/names");

    private record Case(
            Model model, Map<String, Tensor> data, Map<String, Tensor> claims, Map<String, Tensor> parameters) {

        static Case of(String folder) {
            try {
                Path values = FILES.resolve(folder).resolve("parameters.safetensors");
                return new Case(
                        new ModelSource(
                                        null,
                                        Files.readAllBytes(FILES.resolve(folder).resolve("model.onnx")))
                                .read(),
                        tensors(folder, "data"),
                        tensors(folder, "gradients"),
                        Files.exists(values) ? tensors(folder, "parameters") : Map.of());
            } catch (IOException unread) {
                throw new UncheckedIOException(unread);
            }
        }

        static Map<String, Tensor> tensors(String folder, String part) throws IOException {
            return TensorFiles.read(
                    Files.readAllBytes(FILES.resolve(folder).resolve(part + ".safetensors")),
                    part,
                    TensorLimits.DEFAULT);
        }

        Case claiming(Map<String, Tensor> others) {
            return new Case(model, data, others, parameters);
        }

        Case with(Map<String, Tensor> values) {
            return new Case(model, data, claims, values);
        }

        ObjectiveReader reader() {
            return reader(SharedWeights.alone(this::reader, claims, program -> {}));
        }

        ObjectiveReader reader(Set<String> alone) {
            return new ObjectiveReader(model, LossSource.NONE, parameters, data, claims, alone);
        }

        Objective objective() {
            return reader().read(program -> {});
        }

        Map<String, How> hows() {
            return reader().names().namings().stream()
                    .collect(Collectors.toMap(Naming::given, Naming::how, (first, second) -> second, TreeMap::new));
        }

        /** Every claim is the gradient of the program's parameter of its name. */
        void agrees() {
            Map<String, Tensor> own = objective().gradient().byParameter();
            claims.forEach((name, claim) -> {
                assertThat(own).containsKey(name);
                Tensor reference = Objects.requireNonNull(own.get(name));
                assertThat(reference.shape()).as(name).isEqualTo(claim.shape());
                for (int i = 0; i < claim.size(); i++) {
                    // Both are float64, the weights exact, and no sum is longer than a few hundred terms.
                    assertThat(claim.at(i)).as(name + " " + i).isEqualTo(reference.at(i), within(1e-13));
                }
            });
            assertThat(own.keySet()).containsExactlyInAnyOrderElementsOf(claims.keySet());
        }

        Problem refused() {
            return Assertions.catchThrowableOfType(Problem.class, this::objective);
        }
    }

    private static Map<String, Tensor> without(Map<String, Tensor> tensors, String name) {
        Map<String, Tensor> others = new LinkedHashMap<>(tensors);
        others.remove(name);
        return others;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mlp_folded",
                "mlp_prefixed",
                "mlp_gemm_data_parallel",
                "functions_by_shape",
                "functions_by_value",
                "lstm",
                "lstm_unfolded",
                "lstm_bidirectional",
                "gru",
                "gru_unfolded",
                "rnn",
                "tied",
                "tied_unfolded",
                "encoder",
                "encoder_unfolded",
                "merged_layer_norms",
                "merged_encoder",
                "merged_linear",
                "conv_batch_norm_kept"
            })
    void findsEveryWeightOfPyTorch(String folder) {
        Case.of(folder).agrees();
    }

    @Test
    void saysHowEachNameWasUnderstood() {
        assertThat(Case.of("mlp_prefixed").hows())
                .containsEntry("module._orig_mod.0.bias", How.PREFIX)
                .containsEntry("module._orig_mod.0.weight", How.TRANSPOSED);
        assertThat(Case.of("lstm").hows().values()).containsOnly(How.GATES);
        assertThat(Case.of("tied").hows()).containsEntry("embedding.weight", How.COPY);
        assertThat(Case.of("merged_linear").hows())
                .containsEntry("0.weight", How.TRANSPOSED)
                .containsEntry("1.weight", How.TRANSPOSED)
                .containsEntry("1.bias", How.SPLIT);
        assertThat(Case.of("conv_batch_norm_kept").hows().values()).containsOnly(How.PREFIX);
    }

    @Test
    void namesBothWeightsWhereTwoFit() {
        Problem problem = Case.of("functions_two_fit").refused();
        assertThat(problem.pointer()).isEqualTo("/gradients/w.0");
        assertThat(problem.getMessage()).contains("onnx::MatMul_14 and onnx::MatMul_15", "values under parameters");
    }

    @Test
    void namesBothClaimsWhereTwoFitOneWeight() {
        Case shape = Case.of("functions_by_shape");
        Map<String, Tensor> claims = new LinkedHashMap<>(shape.claims());
        claims.put("v", Tensor.zeros(Shape.of(6, 4)));
        assertThat(shape.claiming(claims).refused().getMessage()).contains("w.0 and v");
    }

    @Test
    void namesBothWeightsWhereTwoPrefixesFit() {
        Case norms = Case.of("merged_layer_norms");
        Tensor claim = Objects.requireNonNull(norms.claims().get("first.weight"));
        Problem problem = norms.claiming(Map.of("weight", claim)).refused();
        assertThat(problem.getMessage()).contains("net.first.weight and net.second.weight");
    }

    @Test
    void takesTheSumOverUsesAndTheOneWeightUnderTheFilesName() {
        Case norms = Case.of("merged_layer_norms");
        Tensor first = Objects.requireNonNull(norms.claims().get("first.weight"));
        Tensor second = Objects.requireNonNull(norms.claims().get("second.weight"));
        double[] sum = new double[first.size()];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = first.at(i) + second.at(i);
        }
        Case together = norms.claiming(Map.of("net.first.weight", Tensor.of(first.shape(), sum)));
        assertThat(Objects.requireNonNull(
                                together.objective().gradient().byParameter().get("net.first.weight"))
                        .values())
                .containsExactly(sum, within(1e-14));
        assertThat(together.reader().names().shared().get(0).words())
                .contains("the sum over its uses as net.second.weight");

        Case alone = norms.claiming(Map.of("net.first.weight", first));
        assertThat(Objects.requireNonNull(
                                alone.objective().gradient().byParameter().get("net.first.weight"))
                        .values())
                .containsExactly(first.values(), within(1e-14));
        assertThat(alone.reader().names().shared().get(0).words()).contains("this one weight", "net.second.weight");
    }

    @Test
    void givesUnclaimedPiecesOfAJoinedWeightNamesOfTheirOwn() {
        Case lstm = Case.of("lstm");
        Map<String, Tensor> own = lstm.claiming(without(lstm.claims(), "bias_hh_l0"))
                .objective()
                .gradient()
                .byParameter();
        assertThat(own.keySet()).contains("bias_ih_l0", "onnx::LSTM_117[1]");
        assertThat(Objects.requireNonNull(own.get("bias_ih_l0")).values())
                .containsExactly(
                        Objects.requireNonNull(lstm.claims().get("bias_ih_l0")).values(), within(1e-14));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlp_folded", "lstm_bidirectional", "gru", "tied", "encoder"})
    void movesTheParametersUnderThePipelinesNames(String folder) {
        Case given = Case.of(folder);
        Map<String, Tensor> moved = new LinkedHashMap<>();
        given.objective().point().forEach((name, value) -> {
            if (given.claims().containsKey(name)) {
                moved.put(name, value.map(v -> v + 0.01));
            }
        });
        double before = given.objective().value();
        Objective there = given.with(moved).objective();
        Objective unclaimed = given.claiming(Map.of()).with(moved).objective();
        assertThat(there.value()).isNotCloseTo(before, within(1e-6)).isEqualTo(unclaimed.value());
        moved.forEach((name, value) -> assertThat(there.parameter(name)).isEqualTo(value));
    }

    @Test
    void takesValuesUnderTheFilesNamesBesideClaimsUnderThePipelines() {
        Case folded = Case.of("mlp_folded");
        Tensor stored = folded.claiming(Map.of()).objective().parameter("onnx::MatMul_23");
        Objective there = folded.with(Map.of(
                        "onnx::MatMul_23", stored.map(v -> 2 * v), "net.0.bias", Tensor.filled(Shape.of(6), 0.5)))
                .objective();
        Tensor weight = there.parameter("0.weight"); // (6, 4), the file's transposed
        assertThat(weight.at(1)).isEqualTo(2 * stored.at(6));
        assertThat(there.parameter("0.bias").values()).containsOnly(0.5);
    }

    @Test
    void refusesFoldedBatchNormalizations() {
        assertThat(Case.of("conv_batch_norm_folded").refused().getMessage())
                .contains("batch normalization", "TrainingMode.PRESERVE", "0.weight");
    }

    @Test
    void showsFiveSimilarNamesForOneThatIsUnknown() {
        Case encoder = Case.of("merged_encoder");
        Map<String, Tensor> claims = Map.of("layers.0.norm1.wieght", Tensor.zeros(Shape.of(4)));
        Problem problem = encoder.claiming(claims).refused();
        assertThat(problem.getMessage()).contains("did you mean net.layers.0.norm1.weight?");
        assertThat(Objects.requireNonNull(problem.expected()).split(";")[0].split(", "))
                .hasSizeLessThanOrEqualTo(5);
    }
}
