package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.AttributeProto.AttributeType;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.shade.protobuf.ByteString;

/** Builds small files for tests: right ones, and ones that are wrong in one place. */
final class OnnxFile {

    private final ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);
    private final GraphProto.Builder graph = GraphProto.newBuilder();

    static OnnxFile opset(int opset) {
        OnnxFile file = new OnnxFile();
        file.model.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
        return file;
    }

    /** A float input; an extent is a number or the name of an open one. */
    OnnxFile input(String name, Object... extents) {
        return input(name, DataType.FLOAT, extents);
    }

    OnnxFile input(String name, DataType type, Object... extents) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object extent : extents) {
            shape.addDim(
                    extent instanceof String symbol
                            ? TensorShapeProto.Dimension.newBuilder().setDimParam(symbol)
                            : TensorShapeProto.Dimension.newBuilder().setDimValue((Integer) extent));
        }
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder()
                .setElemType(type.getNumber())
                .setShape(shape)
                .build();
        graph.addInput(ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor)));
        return this;
    }

    /** Float weights, all 0.5. */
    OnnxFile weight(String name, int... extents) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(DataType.FLOAT.getNumber());
        Arrays.stream(extents).forEach(tensor::addDims);
        for (int i = 0; i < Shape.of(extents).size(); i++) {
            tensor.addFloatData(0.5f);
        }
        return initializer(tensor);
    }

    OnnxFile integers(String name, long... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(DataType.INT64.getNumber())
                .addDims(values.length);
        Arrays.stream(values).forEach(tensor::addInt64Data);
        return initializer(tensor);
    }

    OnnxFile integers32(String name, long... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(DataType.INT32.getNumber())
                .addDims(values.length);
        Arrays.stream(values).forEach(value -> tensor.addInt32Data((int) value));
        return initializer(tensor);
    }

    OnnxFile initializer(TensorProto.Builder tensor) {
        graph.addInitializer(tensor);
        return this;
    }

    /** A node named like its operator in small letters; {@code "a, b -> c, d"} are its inputs and outputs. */
    OnnxFile node(String operator, String wires, AttributeProto... attributes) {
        return node(
                NodeProto.newBuilder().setOpType(operator).setName(operator.toLowerCase(Locale.ROOT)),
                wires,
                attributes);
    }

    OnnxFile node(NodeProto.Builder node, String wires, AttributeProto... attributes) {
        String[] sides = wires.split("->", -1);
        node.addAllInput(names(sides[0])).addAllOutput(names(sides[1])).addAllAttribute(List.of(attributes));
        graph.addNode(node);
        return this;
    }

    private static List<String> names(String side) {
        return side.isBlank()
                ? List.of()
                : Arrays.stream(side.split(",", -1)).map(String::trim).toList();
    }

    OnnxFile output(String... names) {
        for (String name : names) {
            graph.addOutput(ValueInfoProto.newBuilder().setName(name));
        }
        return this;
    }

    OnnxFile producer(String name) {
        model.setProducerName(name);
        return this;
    }

    GraphProto graph() {
        return graph.build();
    }

    byte[] bytes() {
        return model.setGraph(graph).build().toByteArray();
    }

    Program program(Map<String, Shape> parameters, Map<String, Shape> data) {
        ProgramBuilder builder = new ProgramBuilder();
        OnnxModel.read(bytes()).appendTo(builder, parameters, data);
        return builder.build();
    }

    // ── attributes ──

    private static AttributeProto.Builder attribute(String name, AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }

    static AttributeProto whole(String name, long value) {
        return attribute(name, AttributeType.INT).setI(value).build();
    }

    static AttributeProto number(String name, double value) {
        return attribute(name, AttributeType.FLOAT).setF((float) value).build();
    }

    static AttributeProto text(String name, String value) {
        return attribute(name, AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    static AttributeProto wholes(String name, long... values) {
        AttributeProto.Builder attribute = attribute(name, AttributeType.INTS);
        Arrays.stream(values).forEach(attribute::addInts);
        return attribute.build();
    }

    static AttributeProto graph(String name, GraphProto graph) {
        return attribute(name, AttributeType.GRAPH).setG(graph).build();
    }
}
