package dev.plumbline.reader.onnx;

import static dev.plumbline.reader.onnx.OnnxFile.opset;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Asked;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.AttributeProto.AttributeType;
import onnx.Onnx.FunctionProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.SparseTensorProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;

/** What a file may do beside its operators: nodes in any order, functions of its own, sparse tensors, integers that wrap. */
@NullUnmarked
class OnnxGraphsTests {

    private static Map<String, Tensor> outputs(byte[] file, Map<String, Tensor> data) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        data.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        ProgramBuilder builder = new ProgramBuilder();
        OnnxModel.read(file)
                .appendTo(builder, new Asked(Map.of(), shapes, Map.of(), Map.of(), Map.of(), data, Set.of()));
        Program program = builder.build();
        Map<String, Tensor> point = new HashMap<>(program.initial());
        point.putAll(data);
        return program.evaluate(point).outputs();
    }

    private static Tensor integers(Datatype type, double... values) {
        return Tensor.of(Shape.of(values.length), type, values);
    }

    @Test
    void nodesMayComeInAnyOrder() {
        byte[] file = opset(13)
                .input("x", 2)
                .node("Neg", "b -> y")
                .node("Exp", "a -> b")
                .node("Relu", "x -> a")
                .output("y")
                .bytes();
        assertThat(outputs(file, Map.of("x", Tensor.vector(1, -1))).get("y").values())
                .containsExactly(new double[] {-Math.E, -1}, within(5e-16));
    }

    /** {@code twice(x; alpha) = leakyRelu(leakyRelu(x))}, called twice. */
    @Test
    void functionsOfTheFileAreInlined() throws InvalidProtocolBufferException {
        AttributeProto reference = AttributeProto.newBuilder()
                .setName("alpha")
                .setType(AttributeType.FLOAT)
                .setRefAttrName("slope")
                .build();
        NodeProto.Builder leaky = NodeProto.newBuilder().setOpType("LeakyRelu").addAttribute(reference);
        FunctionProto function = FunctionProto.newBuilder()
                .setName("Twice")
                .setDomain("own")
                .addInput("x")
                .addOutput("y")
                .addAttribute("slope")
                .addNode(leaky.clone().addInput("x").addOutput("t"))
                .addNode(leaky.clone().addInput("t").addOutput("y"))
                .build();
        NodeProto.Builder call = NodeProto.newBuilder().setOpType("Twice").setDomain("own");
        byte[] plain = opset(17)
                .input("x", 2)
                .node(call.clone(), "x -> a", OnnxFile.number("slope", 0.5))
                .node(call.clone(), "a -> b", OnnxFile.number("slope", 0.25))
                .output("b")
                .bytes();
        ModelProto model = ModelProto.parseFrom(plain).toBuilder()
                .addFunctions(function)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("own").setVersion(1))
                .build();
        Map<String, Tensor> found = outputs(model.toByteArray(), Map.of("x", Tensor.vector(3, -64)));
        assertThat(found.get("b").values()).containsExactly(3, -64 * 0.25 * 0.0625);
    }

    @Test
    void aFunctionThatCallsItselfIsRefused() throws InvalidProtocolBufferException {
        NodeProto.Builder call = NodeProto.newBuilder().setOpType("Again").setDomain("own");
        FunctionProto function = FunctionProto.newBuilder()
                .setName("Again")
                .setDomain("own")
                .addInput("x")
                .addOutput("y")
                .addNode(call.clone().addInput("x").addOutput("y"))
                .build();
        byte[] plain =
                opset(17).input("x", 2).node(call.clone(), "x -> y").output("y").bytes();
        ModelProto model =
                ModelProto.parseFrom(plain).toBuilder().addFunctions(function).build();
        assertThatThrownBy(() -> OnnxModel.read(model.toByteArray()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("call too much");
    }

    @Test
    void sparseInitializersBecomeDense() throws InvalidProtocolBufferException {
        byte[] plain =
                opset(13).input("x", 2, 2).node("Add", "x, w -> y").output("y").bytes();
        SparseTensorProto sparse = SparseTensorProto.newBuilder()
                .setValues(TensorProto.newBuilder()
                        .setName("w")
                        .setDataType(DataType.FLOAT.getNumber())
                        .addDims(2)
                        .addFloatData(5)
                        .addFloatData(7))
                .setIndices(TensorProto.newBuilder()
                        .setDataType(DataType.INT64.getNumber())
                        .addDims(2)
                        .addInt64Data(1)
                        .addInt64Data(2))
                .addDims(2)
                .addDims(2)
                .build();
        ModelProto.Builder model = ModelProto.parseFrom(plain).toBuilder();
        model.getGraphBuilder().addSparseInitializer(sparse);
        Tensor zeros = Tensor.zeros(Shape.of(2, 2));
        assertThat(outputs(model.build().toByteArray(), Map.of("x", zeros))
                        .get("y")
                        .values())
                .containsExactly(0, 5, 7, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "Add, INT8, 100, 100, -56",
        "Sub, INT8, -100, 100, 56",
        "Mul, UINT8, 16, 17, 16",
        "Sub, UINT8, 1, 2, 255",
        "Mul, INT32, 65536, 65536, 0",
        "Add, INT32, 2147483647, 1, -2147483648",
        "Add, INT64, 2147483647, 1, 2147483648"
    })
    void integersWrapWhereTheirTypeEnds(String operator, Datatype type, double a, double b, double expected) {
        DataType stored = type == Datatype.UINT8 ? DataType.UINT8 : DataType.valueOf(type.name());
        byte[] file = opset(14)
                .input("a", stored, 1)
                .input("b", stored, 1)
                .node(operator, "a, b -> y")
                .output("y")
                .bytes();
        Map<String, Tensor> data = Map.of("a", integers(type, a), "b", integers(type, b));
        assertThat(outputs(file, data).get("y").values()).containsExactly(expected);
    }

    @Test
    void integersThatFloat64DoesNotHoldAreRefused() {
        byte[] file = opset(14)
                .input("a", DataType.INT64, 1)
                .node("Mul", "a, a -> y")
                .output("y")
                .bytes();
        assertThatThrownBy(() -> outputs(file, Map.of("a", integers(Datatype.INT64, 1e9))))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("float64 does not hold");
    }

    /** A shape computed from the request's data is known; one computed from a parameter is not. */
    @Test
    void shapesMayComeWithTheDataButNotFromParameters() {
        byte[] file = opset(13)
                .input("x", 2, 3)
                .input("n", DataType.INT64, 2)
                .node("Reshape", "x, n -> y")
                .output("y")
                .bytes();
        Tensor x = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Tensor n = integers(Datatype.INT64, 3, 2);
        assertThat(outputs(file, Map.of("x", x, "n", n)).get("y").shape()).isEqualTo(Shape.of(3, 2));
        OnnxModel model = OnnxModel.read(file);
        Map<String, Shape> parameters = Map.of("n", Shape.of(2));
        Map<String, Shape> data = Map.of("x", Shape.of(2, 3));
        assertThatThrownBy(() -> model.appendTo(new ProgramBuilder(), parameters, data))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("must be known");
    }

    @ParameterizedTest
    @CsvSource({"Softmax, 12, 11", "Softmax, 13, 13", "Gelu, 24, 20", "Relu, 28, 14", "Relu, 1, 1", "Gelu, 7, 20"})
    void everyOperatorHasItsOwnHistory(String operator, int opset, int version) {
        assertThat(OperatorHistory.version(operator, opset)).isEqualTo(version);
    }
}
