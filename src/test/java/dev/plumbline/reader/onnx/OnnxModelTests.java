package dev.plumbline.reader.onnx;

import static dev.plumbline.reader.onnx.OnnxFile.graph;
import static dev.plumbline.reader.onnx.OnnxFile.number;
import static dev.plumbline.reader.onnx.OnnxFile.opset;
import static dev.plumbline.reader.onnx.OnnxFile.text;
import static dev.plumbline.reader.onnx.OnnxFile.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxModelTests {

    private static final Tensor SAMPLE = Tensor.of(Shape.of(2, 2), 1, -2, 3, 0.5);

    private static Tensor run(OnnxFile file, Tensor x, String output) {
        Program program = file.program(Map.of(), Map.of("x", x.shape()));
        return evaluate(program, Map.of("x", x)).value(program.output(output));
    }

    private static Evaluation evaluate(Program program, Map<String, Tensor> data) {
        Map<String, Tensor> point = new HashMap<>(program.initial());
        point.putAll(data);
        return program.evaluate(point);
    }

    private static OnnxFile batchNormalized() {
        return opset(13)
                .input("x", "batch", 2)
                .weight("scale", 2)
                .weight("bias", 2)
                .weight("mean", 2)
                .weight("variance", 2)
                .integers("steps", 7)
                .node("BatchNormalization", "x, scale, bias, mean, variance -> n")
                .node("Relu", "n -> y")
                .output("y");
    }

    @Test
    void describesItself() {
        OnnxDescription description = OnnxModel.read(batchNormalized().bytes()).description();
        assertThat(description.opset()).isEqualTo(13);
        assertThat(description.operators()).isEqualTo(Map.of("BatchNormalization", 1, "Relu", 1));
        assertThat(description.parameters())
                .containsExactly(
                        new OnnxDescription.Parameter("scale", Shape.of(2), Datatype.FP32),
                        new OnnxDescription.Parameter("bias", Shape.of(2), Datatype.FP32));
        assertThat(description.inputs().toString()).contains("x").contains("[batch, 2]");
        assertThat(description.outputs()).extracting(OnnxInput::name).containsExactly("y");
    }

    @Test
    void takesRunningStatisticsAsConstants() {
        Program program = batchNormalized().program(Map.of(), Map.of("x", Shape.of(2, 2)));
        assertThat(program.parameters().keySet()).containsExactly("scale", "bias");
    }

    @Test
    void takesTheFilesValueForARunningVarianceThatIsAnAliasOfAWeight() {
        OnnxFile file = opset(13)
                .input("x", 2, 2)
                .weight("w", 2)
                .node("Identity", "w -> alias")
                .node("BatchNormalization", "x, w, w, alias, alias -> y")
                .output("y");
        Program program = file.program(Map.of(), Map.of("x", Shape.of(2, 2)));
        Map<String, Tensor> point = Map.of("x", SAMPLE, "w", Tensor.vector(2, 2));
        double expected = (1 - 0.5) / Math.sqrt(0.5 + 1e-5) * 2 + 2;
        assertThat(program.evaluate(point).value(program.output("y")).at(0)).isEqualTo(expected, within(1e-15));
    }

    @Test
    void addsUpTheGradientOfATiedWeight() {
        OnnxFile file = opset(13)
                .input("x", 2, 2)
                .weight("w", 2, 2)
                .node("Identity", "w -> alias")
                .node("MatMul", "x, w -> a")
                .node("MatMul", "a, alias -> y")
                .output("y");
        Program program = file.program(Map.of(), Map.of("x", Shape.of(2, 2)));
        Map<String, Tensor> gradient = evaluate(program, Map.of("x", SAMPLE))
                .gradient(program.output("y"))
                .byParameter();
        // d sum(X W W) / dW = X' 1 (W 1)' + (X W)' 1 1' with W 1 = 1 and sums of X's columns 4 and -1.5.
        assertThat(gradient).containsOnlyKeys("w");
        assertThat(Objects.requireNonNull(gradient.get("w")).values()).containsExactly(5.25, 5.25, -0.25, -0.25);
    }

    @Test
    void differentiatesByAnInputThatIsGivenAmongTheParameters() {
        OnnxFile file = opset(13).input("x", 2, 2).node("Mul", "x, x -> y").output("y");
        Program program = file.program(Map.of("x", Shape.of(2, 2)), Map.of());
        Tensor gradient = program.evaluate(Map.of("x", SAMPLE))
                .gradient(program.output("y"))
                .by(Objects.requireNonNull(program.parameters().get("x")));
        assertThat(gradient.values()).containsExactly(2, -4, 6, 1);
    }

    @Test
    void leavesOpenExtentsToTheData() {
        for (int batch : new int[] {1, 5}) {
            Program program = batchNormalized().program(Map.of(), Map.of("x", Shape.of(batch, 2)));
            assertThat(program.output("y").shape()).isEqualTo(Shape.of(batch, 2));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void takesTheBranchOfAKnownCondition(int condition) {
        OnnxFile then = opset(13).node("Relu", "x -> then").output("then");
        OnnxFile otherwise = opset(13).node("Neg", "x -> else").output("else");
        TensorProto.Builder known = TensorProto.newBuilder()
                .setName("condition")
                .setDataType(DataType.BOOL.getNumber())
                .addInt32Data(condition);
        OnnxFile file = opset(13)
                .input("x", 2, 2)
                .initializer(known)
                .node(
                        "If",
                        "condition -> y",
                        graph("then_branch", then.graph()),
                        graph("else_branch", otherwise.graph()))
                .output("y");
        assertThat(run(file, SAMPLE, "y").values())
                .containsExactly(condition == 1 ? new double[] {1, 0, 3, 0.5} : new double[] {-1, 2, -3, -0.5});
    }

    @Test
    void readsHalfPrecisionWeights() {
        for (DataType type : new DataType[] {DataType.FLOAT16, DataType.BFLOAT16}) {
            int half = type == DataType.FLOAT16 ? 0x3800 : 0x3f00;
            TensorProto.Builder weight = TensorProto.newBuilder()
                    .setName("w")
                    .setDataType(type.getNumber())
                    .addInt32Data(half);
            OnnxFile file = opset(13)
                    .input("x", 2, 2)
                    .initializer(weight)
                    .node("Mul", "x, w -> y")
                    .output("y");
            assertThat(run(file, SAMPLE, "y").values()).containsExactly(0.5, -1, 1.5, 0.25);
        }
    }

    @Test
    void readsAFloatAttributeAsTheDecimalThatItsAuthorWrote() {
        OnnxFile file = opset(13)
                .input("x", 2, 2)
                .node("LeakyRelu", "x -> y", number("alpha", 0.01))
                .output("y");
        assertThat(run(file, SAMPLE, "y").at(1)).isEqualTo(-2 * 0.01);
    }

    // ── what changed between opsets ──

    @Test
    void softmaxTakesAllLaterAxesTogetherUntilOpset12() {
        Tensor x = Tensor.of(Shape.of(1, 2, 2), 0, 0, 0, 0);
        for (int opset : new int[] {12, 13}) {
            OnnxFile file = opset(opset)
                    .input("x", 1, 2, 2)
                    .node("Softmax", "x -> y", whole("axis", 1))
                    .output("y");
            assertThat(run(file, x, "y").at(0)).isEqualTo(opset == 12 ? 0.25 : 0.5);
        }
    }

    @Test
    void groupNormalizationScalesChannelsOnlySinceOpset21() {
        Tensor x = Tensor.of(Shape.of(1, 4, 1), 1, 2, 3, 5);
        for (int opset : new int[] {18, 21}) {
            OnnxFile file = opset(opset)
                    .input("x", 1, 4, 1)
                    .weight("scale", opset == 18 ? 2 : 4)
                    .node("GroupNormalization", "x, scale, scale -> y", whole("num_groups", 2))
                    .output("y");
            double normalized = 0.5 / Math.sqrt(0.25 + 1e-5);
            assertThat(run(file, x, "y").at(1)).isEqualTo(0.5 * normalized + 0.5, within(1e-15));
            assertThat(run(file, x, "y").at(2)).isEqualTo(0.5 - 0.5 / Math.sqrt(1 + 1e-5), within(1e-15));
        }
    }

    @Test
    void axesBecameInputsOfReductionsInOpset18() {
        OnnxFile file = opset(18)
                .input("x", 2, 2)
                .integers("axes", 1)
                .node("ReduceMean", "x, axes -> y")
                .output("y");
        assertThat(run(file, SAMPLE, "y")).isEqualTo(Tensor.of(Shape.of(2, 1), -0.5, 1.75));
    }

    @Test
    void theLastPartOfASplitMayBeSmallerSinceOpset18() {
        OnnxFile file = opset(18)
                .input("x", 5)
                .node("Split", "x -> a, b", whole("num_outputs", 2))
                .output("a", "b");
        assertThat(run(file, Tensor.vector(1, 2, 3, 4, 5), "b").values()).containsExactly(4, 5);
    }

    @Test
    void padsNamedAxesSinceOpset18() {
        OnnxFile file = opset(19)
                .input("x", 2, 2)
                .integers("pads", 1, 0)
                .integers("axes", -1)
                .node("Pad", "x, pads, , axes -> y", text("mode", "wrap"))
                .output("y");
        assertThat(run(file, SAMPLE, "y")).isEqualTo(Tensor.of(Shape.of(2, 3), -2, 1, -2, 0.5, 3, 0.5));
    }

    @Test
    void geluAndMishCameWithOpset20And18() {
        Tensor x = Tensor.vector(0.5);
        OnnxFile gelu = opset(20).input("x", 1).node("Gelu", "x -> y").output("y");
        assertThat(run(gelu, x, "y").at(0)).isEqualTo(0.5 * 0.6914624612740131, within(1e-15)); // 0.5 Phi(0.5)
        OnnxFile mish = opset(18).input("x", 1).node("Mish", "x -> y").output("y");
        double expected = 0.5 * Math.tanh(Math.log1p(Math.exp(0.5)));
        assertThat(run(mish, x, "y").at(0)).isEqualTo(expected, within(1e-15));
    }

    @Test
    void refusesAClassBelowZeroThatIsNotTheIgnoredOne() {
        OnnxFile file = opset(13)
                .input("x", 2, 2)
                .input("classes", DataType.INT64, 2)
                .node("SoftmaxCrossEntropyLoss", "x, classes -> y")
                .output("y");
        Program program = file.program(Map.of(), Map.of("x", Shape.of(2, 2), "classes", Shape.of(2)));
        Map<String, Tensor> point = Map.of("x", SAMPLE, "classes", Tensor.vector(1, -1));
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> program.evaluate(point))
                .withMessageContaining("-1");
    }

    @Test
    void listsItsOperators() {
        assertThat(OnnxModel.operators())
                .contains("Conv", "Gemm", "If", "LSTM", "Loop")
                .doesNotContain("StringNormalizer");
    }
}
