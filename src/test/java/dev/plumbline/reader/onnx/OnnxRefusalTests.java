package dev.plumbline.reader.onnx;

import static dev.plumbline.problem.Problem.Code.INVALID;
import static dev.plumbline.problem.Problem.Code.LIMIT;
import static dev.plumbline.problem.Problem.Code.MALFORMED;
import static dev.plumbline.problem.Problem.Code.UNSUPPORTED;
import static dev.plumbline.reader.onnx.OnnxFile.graph;
import static dev.plumbline.reader.onnx.OnnxFile.number;
import static dev.plumbline.reader.onnx.OnnxFile.opset;
import static dev.plumbline.reader.onnx.OnnxFile.text;
import static dev.plumbline.reader.onnx.OnnxFile.whole;
import static dev.plumbline.reader.onnx.OnnxFile.wholes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with a file is said before anything is evaluated, with its place, what was got and what was expected. */
class OnnxRefusalTests {

    private static final Shape IMAGE = Shape.of(1, 2, 4, 4);

    private static Problem refusal(byte[] file, Map<String, Shape> parameters, Map<String, Shape> data) {
        return catchThrowableOfType(
                Problem.class, () -> OnnxModel.read(file).appendTo(new ProgramBuilder(), parameters, data));
    }

    // ── files ──

    static Stream<Arguments> filesThatAreNone() {
        byte[] right =
                opset(13).input("x", 2).node("Relu", "x -> y").output("y").bytes();
        return Stream.of(
                arguments("nothing", new byte[0], "without a graph"),
                arguments("text", "import torch".getBytes(StandardCharsets.UTF_8), ""),
                arguments("cut short", Arrays.copyOf(right, right.length - 5), "ended"),
                arguments("a group", new byte[] {0x0b, 0x0c}, "group"),
                arguments("zeros", new byte[100], "invalid tag"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("filesThatAreNone")
    void refusesWhatIsNoOnnxFile(String what, byte[] file, String got) {
        Problem problem = refusal(file, Map.of(), Map.of());
        assertThat(problem.code()).as(what).isEqualTo(MALFORMED);
        assertThat(problem.explanation()).isEqualTo("this is not an ONNX file");
        assertThat(problem.got()).contains(got);
    }

    static Stream<Arguments> wrongGraphs() {
        return Stream.of(
                arguments(
                        opset(-1).input("x", 2).node("Relu", "x -> y").output("y"),
                        UNSUPPORTED,
                        "/opset_import",
                        "opset -1"),
                arguments(
                        opset(29).input("x", 2).node("Relu", "x -> y").output("y"),
                        UNSUPPORTED,
                        "/opset_import",
                        "opset 29"),
                arguments(
                        opset(13)
                                .input("x", 2)
                                .node("ImageDecoder", "x -> y")
                                .node("StringConcat", "y -> z")
                                .output("z"),
                        UNSUPPORTED,
                        "/node/imagedecoder",
                        "operator ImageDecoder of domain ai.onnx, opset 13, in node imagedecoder; also StringConcat"),
                arguments(
                        opset(13)
                                .input("x", 2)
                                .node(NodeProto.newBuilder().setOpType("Gelu").setDomain("com.acme"), "x -> y")
                                .output("y"),
                        UNSUPPORTED,
                        "/node/0",
                        "operator Gelu of domain com.acme"),
                arguments(
                        opset(13)
                                .input("x", 2)
                                .node("Relu", "a -> y")
                                .node("Exp", "y -> a")
                                .output("y"),
                        INVALID,
                        "/node/exp",
                        "y"),
                arguments(
                        opset(13).input("x", 2).node("Relu", "nobody -> y").output("y"),
                        INVALID,
                        "/node/relu",
                        "nobody"),
                arguments(
                        opset(13)
                                .input("x", 2)
                                .node("Relu", "x -> y")
                                .node("Exp", "x -> y")
                                .output("y"),
                        INVALID,
                        "/node/exp",
                        "y"),
                arguments(opset(13).input("x", 2).node("Relu", "x -> y").output("z"), INVALID, "/output/z", "z"),
                arguments(opset(13).input("x", 2).node("Relu", "x -> y"), INVALID, "/output", "none"),
                arguments(opset(13).input("x", 2).input("x", 2).output("x"), INVALID, "/input/x", "2"),
                arguments(opset(13).weight("w", 2).weight("w", 2).output("w"), INVALID, "/initializer/w", "'w' again"));
    }

    @ParameterizedTest
    @MethodSource("wrongGraphs")
    void refusesWrongGraphs(OnnxFile file, Problem.Code code, String pointer, String got) {
        Problem problem = refusal(file.bytes(), Map.of(), Map.of("x", Shape.of(2)));
        assertThat(problem.code()).isEqualTo(code);
        assertThat(problem.pointer()).isEqualTo(pointer);
        assertThat(problem.got()).startsWith(got);
        assertThat(problem.expected()).isNotEmpty();
    }

    private static TensorProto.Builder tensor(DataType type, long... dims) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName("w").setDataType(type.getNumber());
        Arrays.stream(dims).forEach(tensor::addDims);
        return tensor;
    }

    static Stream<Arguments> wrongInitializers() {
        return Stream.of(
                arguments(tensor(DataType.FLOAT, 3).addFloatData(1), INVALID, "1 values", "3 values"),
                arguments(tensor(DataType.DOUBLE, 2).setRawData(bytes(15)), INVALID, "15 bytes", "16 bytes"),
                arguments(tensor(DataType.FLOAT, -1), INVALID, "[-1]", "none negative"),
                arguments(tensor(DataType.FLOAT, 1L << 40, 1L << 40), INVALID, "[1099511627776", "2^31"),
                arguments(tensor(DataType.FLOAT, 65536, 65536, 0, 7), INVALID, "[65536, 65536, 0, 7]", "2^31"),
                arguments(tensor(DataType.INT8, 1 << 30).setRawData(bytes(3)), INVALID, "3 bytes", "1073741824 bytes"),
                arguments(tensor(DataType.FLOAT, 1, 1, 1, 1, 1, 1, 1, 1, 1), LIMIT, "9", "at most 8"),
                arguments(tensor(DataType.STRING, 1), UNSUPPORTED, "string", "float"),
                arguments(tensor(DataType.COMPLEX64, 1), UNSUPPORTED, "complex64", "float"),
                arguments(
                        tensor(DataType.FLOAT, 1).setDataLocation(TensorProto.DataLocation.EXTERNAL),
                        UNSUPPORTED,
                        "external data",
                        "a part named weights"),
                arguments(
                        tensor(DataType.INT64, 1).addInt64Data((1L << 53) + 1),
                        UNSUPPORTED,
                        "9007199254740993",
                        "2^53"));
    }

    private static org.nd4j.shade.protobuf.ByteString bytes(int count) {
        return org.nd4j.shade.protobuf.ByteString.copyFrom(new byte[count]);
    }

    @ParameterizedTest
    @MethodSource("wrongInitializers")
    void refusesWrongInitializers(TensorProto.Builder tensor, Problem.Code code, String got, String expected) {
        Problem problem = refusal(opset(13).initializer(tensor).output("w").bytes(), Map.of(), Map.of());
        assertThat(problem.code()).isEqualTo(code);
        assertThat(problem.pointer()).isEqualTo("/initializer/w");
        assertThat(problem.got()).startsWith(got);
        assertThat(problem.expected()).contains(expected);
    }

    // ── nodes ──

    private static OnnxFile image() {
        return opset(13)
                .input("x", "batch", 2, 4, 4)
                .weight("w", 3, 2, 3, 3)
                .weight("b", 3)
                .output("y");
    }

    static Stream<Arguments> wrongNodes() {
        return Stream.of(
                arguments(image().node("Conv", "x, w -> y", wholes("strides", 0, 1)), "[0, 1]", "2 integers from 1"),
                arguments(image().node("Conv", "x, w -> y", wholes("strides", 1)), "[1]", "2 integers from 1"),
                arguments(image().node("Conv", "x, w -> y", wholes("dilations", 1, 0)), "[1, 0]", "2 integers from 1"),
                arguments(
                        image().node("Conv", "x, w -> y", wholes("pads", -1, 0, 0, 0)), "[-1, 0", "4 integers from 0"),
                arguments(image().node("Conv", "x, w -> y", wholes("kernel_shape", 2, 2)), "[2, 2]", "[3, 3]"),
                arguments(
                        image().node("Conv", "x, w -> y", wholes("dilations", 9, 9)),
                        "a kernel that reaches over 19",
                        "fits"),
                arguments(image().node("Conv", "x, w -> y", whole("group", 0)), "input [1, 2, 4, 4]", "groups"),
                arguments(image().node("Conv", "x, w -> y", whole("group", 2)), "input [1, 2, 4, 4]", "groups"),
                arguments(image().node("Conv", "x, b -> y"), "[3]", "rank 4"),
                arguments(image().node("Conv", "x, w, w -> y"), "[3, 2, 3, 3]", "[3]"),
                arguments(image().node("Conv", "x -> y"), "1 inputs", "this input"),
                arguments(image().node("Conv", "x, w -> y", text("auto_pad", "SAME")), "SAME", "SAME_UPPER"),
                arguments(image().node("Conv", "x, w -> y", whole("stride", 2)), "[stride]", "none but"),
                arguments(image().node("Conv", "x, w -> y", whole("strides", 2)), "an integer", "a list of integers"),
                arguments(image().node("ConvTranspose", "x, w -> y"), "input [1, 2, 4, 4]", "weight.shape[0]"),
                arguments(image().node("MaxPool", "x -> y"), "none", "2 extents"),
                arguments(
                        image().node("MaxPool", "x -> y", wholes("kernel_shape", 5, 5)),
                        "a kernel that reaches over 5",
                        "fits"),
                arguments(
                        image().node("MaxPool", "x -> y", wholes("kernel_shape", 2, 2), wholes("pads", 2, 2, 2, 2)),
                        "[2, 2, 2, 2]",
                        "below the kernel"),
                arguments(image().node("Softmax", "x -> y", whole("axis", 4)), "axis 4 of rank 4", "from -4 to 3"),
                arguments(image().node("Concat", "x, x -> y"), "none", "an integer"),
                arguments(
                        image().node("Transpose", "x -> y", wholes("perm", 0, 1, 1, 3)),
                        "[0, 1, 1, 3]",
                        "each of 0 to 3"),
                arguments(image().integers("s", 3, -1).node("Reshape", "x, s -> y"), "[3, -1]", "32 elements"),
                arguments(image().integers("s", -1, -1).node("Reshape", "x, s -> y"), "[-1, -1]", "32 elements"),
                arguments(image().integers("s", 1, 0, 0, 0, 0).node("Reshape", "x, s -> y"), "[1, 0", "32 elements"),
                arguments(
                        image().integers("i", 1, 2).node("Gather", "x, i -> y", whole("axis", 1)), "2", "from -2 to 1"),
                arguments(
                        image().integers("i", -5).node("Gather", "x, i -> y", whole("axis", 3)), "-5", "from -4 to 3"),
                arguments(image().node("Gather", "x, b -> y"), "FP32", "INT64"),
                arguments(
                        image().integers("s", 1, 2).node("Split", "x, s -> y, z", whole("axis", 3)), "[1, 2]", "sum 4"),
                arguments(image().node("Split", "x -> y, z, u", whole("axis", 3)), "4 into 3", "divisor"),
                arguments(image().integers("a", 1).node("Squeeze", "x, a -> y"), "axis 1 of [1, 2, 4, 4]", "extent 1"),
                arguments(image().integers("a", 1, 1).node("Unsqueeze", "x, a -> y"), "[1, 1]", "different"),
                arguments(
                        image().integers("o", 0)
                                .integers("n", 4)
                                .integers("z", 0)
                                .node("Slice", "x, o, n, o, z -> y"),
                        "0",
                        "another integer"),
                arguments(
                        image().integers("o", 0).integers("n", 4, 4).node("Slice", "x, o, n -> y"),
                        "1, 2",
                        "equal lengths"),
                arguments(image().integers("p", 1, 1).node("Pad", "x, p -> y"), "[1, 1]", "8 integers"),
                arguments(
                        image().integers("p", 0, 0, 0, 4, 0, 0, 0, 0).node("Pad", "x, p -> y", text("mode", "reflect")),
                        "[4, 0]",
                        "less than 4"),
                arguments(
                        image().integers("s", 1, 3, 4, 4).node("Expand", "x, s -> y"),
                        "[1, 2, 4, 4] to",
                        "equal extents"),
                arguments(image().integers("r", 2).node("Tile", "x, r -> y"), "[2]", "4 integers"),
                arguments(image().node("Gemm", "x, w -> y"), "[1, 2, 4, 4]", "rank 2"),
                arguments(image().node("MatMul", "x, w -> y"), "[1, 2, 4, 4] times [3, 2, 3, 3]", "k is 4 and 3"),
                arguments(image().node("Add", "x, w -> y"), "[1, 2, 4, 4] and [3, 2, 3, 3]", "equal or 1"),
                arguments(image().integers("i", 1).node("Add", "x, i -> y"), "FP32 and INT64", "Cast"),
                arguments(image().node("And", "x, x -> y"), "FP32", "BOOL"),
                arguments(image().node("PRelu", "x, b -> y"), "[3] and [1, 2, 4, 4]", "equal or 1"),
                arguments(image().node("ReduceSum", "x, b -> y"), "FP32", "INT64"),
                arguments(image().integers("a", 4).node("ReduceSum", "x, a -> y"), "axis 4 of rank 4", "from -4 to 3"),
                arguments(image().node("ReduceMax", "x -> y", wholes("axes", 1, -3)), "[1, -3]", "different"),
                arguments(image().node("BatchNormalization", "x, b, b, b, b -> y"), "[3]", "[2]"),
                arguments(image().node("Flatten", "x -> y", whole("axis", 5)), "axis 5", "from -4"),
                arguments(image().node("Dropout", "x -> y", whole("ratio", 5), number("rate", 1)), "[rate]", "ratio"),
                arguments(image().integers("n", 0).node("Div", "n, n -> y"), "a divisor of 0", "none"),
                arguments(image().node("NegativeLogLikelihoodLoss", "x, b -> y"), "[3]", "[1, 4, 4]"),
                arguments(image().node("LSTM", "x, w, w -> y"), "[1, 2, 4, 4]", "rank 3"));
    }

    @ParameterizedTest
    @MethodSource("wrongNodes")
    void refusesWrongAttributesAndInputsByTheNameOfTheNode(OnnxFile file, String got, String expected) {
        Problem problem = refusal(file.bytes(), Map.of(), Map.of("x", IMAGE));
        String operator = file.graph().getNode(0).getOpType();
        assertThat(problem.code()).isIn(INVALID, UNSUPPORTED);
        assertThat(problem.pointer())
                .isEqualTo("/node/" + file.graph().getNode(0).getName());
        assertThat(problem.explanation()).startsWith(operator + ": ");
        assertThat(problem.got()).startsWith(got);
        assertThat(problem.expected()).contains(expected);
    }

    static Stream<Arguments> whatCannotBeDone() {
        TensorProto.Builder yes = tensor(DataType.BOOL).setName("yes").addInt32Data(1);
        OnnxFile branch = opset(13).node("Identity", "x -> z").output("z");
        return Stream.of(
                arguments(image().initializer(yes).node("Dropout", "x, , yes -> y"), UNSUPPORTED, "random"),
                arguments(image().node("Cast", "w -> y", whole("to", 8)), UNSUPPORTED, "cannot be had"),
                arguments(image().node("Reshape", "w, x -> y"), INVALID, "must be integers"),
                arguments(
                        image().input("s", DataType.INT64, 2).node("Reshape", "w, s -> y"),
                        UNSUPPORTED,
                        "must be known when the model is read"),
                arguments(image().node("ConstantOfShape", "s -> y").integers("s", 1 << 30, 4), INVALID, "no extents"),
                arguments(
                        image().node("ConstantOfShape", "s -> y").integers("s", 1 << 14, 1 << 14), LIMIT, "too large"),
                arguments(
                        image().input("c", DataType.BOOL).node("Loop", ", c -> y", graph("body", branch.graph())),
                        UNSUPPORTED,
                        "condition must be known"),
                arguments(
                        image().initializer(yes).node("If", "yes -> y", graph("else_branch", branch.graph())),
                        INVALID,
                        "a branch is missing"),
                arguments(image().node("Relu", "x -> u, y"), UNSUPPORTED, "output 1"));
    }

    @ParameterizedTest
    @MethodSource("whatCannotBeDone")
    void saysWhyItCannotBeDone(OnnxFile file, Problem.Code code, String explanation) {
        Map<String, Shape> data = Map.of("x", IMAGE, "s", Shape.of(2), "c", Shape.SCALAR);
        Problem problem = refusal(file.bytes(), Map.of(), data);
        assertThat(problem.code()).isEqualTo(code);
        assertThat(problem.pointer()).startsWith("/node/");
        assertThat(problem.explanation()).contains(explanation);
    }

    // ── the request ──

    private static final OnnxFile TWO_INPUTS = opset(13)
            .input("x", "batch", 3)
            .input("y", "batch", 3)
            .weight("a/b", 3)
            .weight("mean", 3)
            .weight("variance", 3)
            .node("BatchNormalization", "x, a/b, a/b, mean, variance -> n")
            .node("Add", "n, y -> z")
            .output("z");

    @Test
    void refusesDataThatDoesNotFitTheFile() {
        Shape right = Shape.of(5, 3);
        requireRefusal(Map.of(), Map.of("x", right), "/data/y", "data for [x]", "[batch, 3]");
        requireRefusal(Map.of(), Map.of("x", right, "y", Shape.of(5, 4)), "/data/y", "[5, 4]", "[batch, 3]");
        requireRefusal(Map.of(), Map.of("x", right, "y", Shape.of(5)), "/data/y", "[5]", "[batch, 3]");
        requireRefusal(Map.of(), Map.of("x", right, "y", Shape.of(1, 3)), "/data/y", "1", "5");
    }

    @Test
    void refusesParametersThatDoNotFitTheFile() {
        Map<String, Shape> data = Map.of("x", Shape.of(5, 3), "y", Shape.of(5, 3));
        requireRefusal(Map.of("a/b", Shape.of(4)), data, "/parameters/a~1b", "[4]", "[3]");
        requireRefusal(Map.of("c", Shape.of(4)), data, "/parameters/c", "c", "one of a/b");
        requireRefusal(Map.of("mean", Shape.of(4)), data, "/parameters/mean", "mean", "one of a/b");
    }

    /** A state_dict has running statistics and the count of batches too. */
    @Test
    void takesTheBuffersOfAStateDict() {
        Map<String, Tensor> data = Map.of("x", Tensor.filled(Shape.of(5, 3), 1), "y", Tensor.filled(Shape.of(5, 3), 2));
        Tensor scale = Tensor.vector(1, 2, 3);
        Tensor count = Tensor.scalar(12);
        Tensor plain = evaluated(Map.of("a/b", scale), data);
        assertThat(evaluated(Map.of("a/b", scale, "n.num_batches_tracked", count), data))
                .isEqualTo(plain);
        assertThat(evaluated(Map.of("a/b", scale, "module.mean", Tensor.vector(7, 8, 9)), data))
                .isNotEqualTo(plain);
    }

    private static Tensor evaluated(Map<String, Tensor> parameters, Map<String, Tensor> data) {
        ObjectiveReader reader =
                new ObjectiveReader(OnnxModel.read(TWO_INPUTS.bytes()), LossSource.NONE, parameters, data);
        return Objects.requireNonNull(
                reader.evaluate(reader.readOutputs(program -> {})).outputs().get("z"));
    }

    private static void requireRefusal(
            Map<String, Shape> parameters, Map<String, Shape> data, String pointer, String... texts) {
        Problem problem = refusal(TWO_INPUTS.bytes(), parameters, data);
        assertThat(problem.pointer()).isEqualTo(pointer);
        assertThat(problem.got()).isEqualTo(texts[0]);
        assertThat(problem.expected()).contains(texts[1]);
    }

    // ── limits ──

    @Test
    void refusesSequencesThatUnrollTooFar() {
        OnnxFile file = opset(14)
                .input("x", "time", 1, 1)
                .weight("w", 1, 1, 1)
                .weight("r", 1, 1, 1)
                .node("RNN", "x, w, r -> y, h")
                .output("h");
        Problem problem = refusal(file.bytes(), Map.of(), Map.of("x", Shape.of(5000, 1, 1)));
        assertThat(problem.code()).isEqualTo(LIMIT);
        assertThat(problem.expected()).contains("4096");
    }

    @Test
    void refusesMoreThanAHundredThousandNodes() {
        OnnxFile file = opset(13).input("v0", 1).output("v0");
        IntStream.rangeClosed(0, 100_000).forEach(i -> file.node("Relu", "v" + i + " -> v" + (i + 1)));
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> OnnxModel.read(file.bytes()))
                .satisfies(problem -> assertThat(problem.code()).isEqualTo(LIMIT));
    }

    @Test
    void refusesAFewBytesThatWouldBecomeMillionsOfObjects() {
        byte[] inner = new byte[4 << 20];
        for (int i = 0; i < inner.length; i += 2) {
            inner[i] = 0x0a; // field 1 of a graph, a node, of length 0
        }
        OnnxFile file = opset(13).output("x");
        byte[] head = file.bytes();
        byte[] whole = Arrays.copyOf(head, head.length + 5 + inner.length);
        byte[] field = {0x3a, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x02}; // the graph again, 4 MiB of it
        System.arraycopy(field, 0, whole, head.length, field.length);
        System.arraycopy(inner, 0, whole, head.length + field.length, inner.length);
        Problem problem = refusal(whole, Map.of(), Map.of());
        assertThat(problem.code()).isEqualTo(LIMIT);
        assertThat(problem.explanation()).contains("too many fields");
    }
}
