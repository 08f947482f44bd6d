package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.onnx.OnnxInput.Dimension;
import dev.plumbline.tensor.ForeignFile;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.SparseTensorProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;

/** From bytes to records: everything about a file that concerns neither operators nor the connections of nodes. */
final class ModelReader {

    static final int OLDEST_OPSET = 1;
    static final int NEWEST_OPSET = 28;
    static final int MOST_NODES = 100_000;
    static final String OWN_DOMAIN = "ai.onnx";

    private final ExternalTensors external;
    private int nodes;

    ModelReader(ExternalTensors external) {
        this.external = external;
    }

    static ModelProto parse(byte[] file) {
        ForeignFile foreign = ForeignFile.of(file);
        try {
            FieldCensus.require(file, ModelProto.getDescriptor());
            CodedInputStream in = CodedInputStream.newInstance(file);
            in.setRecursionLimit(100);
            in.setSizeLimit(Math.max(file.length, 1));
            ModelProto model = ModelProto.parseFrom(in);
            if (!model.hasGraph() || model.getOpsetImportCount() == 0) {
                throw foreign != null && !foreign.isModel()
                        ? foreign.asModel(file)
                        : notOnnx(file.length + " bytes without a graph or an opset");
            }
            return model;
        } catch (InvalidProtocolBufferException broken) {
            throw foreign != null && !foreign.isModel()
                    ? foreign.asModel(file)
                    : notOnnx(String.valueOf(broken.getMessage()));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static Problem notOnnx(String got) {
        return Problem.malformed("", "this is not an ONNX file", got, "a serialized ONNX ModelProto");
    }

    /** The version of ONNX's own operators. */
    static int opset(ModelProto model) {
        long opset = 0;
        boolean isNamed = false;
        for (int i = 0; i < model.getOpsetImportCount(); i++) {
            if (domain(model.getOpsetImport(i).getDomain()).equals(OWN_DOMAIN)) {
                opset = model.getOpsetImport(i).getVersion();
                isNamed = true;
            }
        }
        if (!isNamed) {
            return NEWEST_OPSET; // all operators are of other domains; GraphCheck says which are not known
        }
        if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
            throw Problem.unsupported(
                    "/opset_import",
                    "this version of the ONNX operators is not supported",
                    opset == 0 ? "none of the domain " + OWN_DOMAIN : "opset " + opset,
                    "opset " + OLDEST_OPSET + " to " + NEWEST_OPSET);
        }
        return (int) opset;
    }

    private static String domain(String domain) {
        return domain.isEmpty() ? OWN_DOMAIN : domain;
    }

    OnnxGraph graph(GraphProto proto) {
        Map<String, Tensor> initializers = new LinkedHashMap<>();
        for (SparseTensorProto sparse : proto.getSparseInitializerList()) {
            String name = sparse.getValues().getName();
            initializers.put(name, sparse(sparse, Problem.pointer("sparse_initializer", name)));
        }
        for (TensorProto tensor : proto.getInitializerList()) {
            String pointer = Problem.pointer("initializer", tensor.getName());
            if (initializers.put(tensor.getName(), tensor(tensor, pointer)) != null
                    || tensor.getName().isEmpty()) {
                throw Problem.invalid(
                        pointer, "initializers need names, each its own", "'" + tensor.getName() + "' again", "one");
            }
        }
        List<OnnxNode> read = new ArrayList<>();
        for (NodeProto node : proto.getNodeList()) {
            if (++nodes > MOST_NODES) {
                throw Problem.limit("", "this model has too many nodes", "more than " + MOST_NODES, MOST_NODES);
            }
            read.add(node(node, read.size()));
        }
        return new OnnxGraph(
                values(proto.getInputList()), initializers, NodeOrder.of(read), values(proto.getOutputList()));
    }

    private Tensor tensor(TensorProto proto, String pointer) {
        try {
            return TensorReader.read(proto, external);
        } catch (Problem problem) {
            throw problem.within(pointer);
        }
    }

    private Tensor sparse(SparseTensorProto proto, String pointer) {
        try {
            return SparseTensors.read(proto, external);
        } catch (Problem problem) {
            throw problem.within(pointer);
        }
    }

    private static List<OnnxInput> values(List<ValueInfoProto> protos) {
        return protos.stream().map(ModelReader::value).toList();
    }

    private static OnnxInput value(ValueInfoProto proto) {
        if (proto.getName().isEmpty()) {
            throw Problem.invalid("/graph", "an input or output has no name", "an empty name", "a name");
        }
        TypeProto.Tensor type = proto.getType().getTensorType();
        List<Dimension> dimensions = type.hasShape()
                ? type.getShape().getDimList().stream()
                        .map(ModelReader::dimension)
                        .toList()
                : null;
        return new OnnxInput(proto.getName(), TensorReader.datatype(type.getElemType()), dimensions);
    }

    private static Dimension dimension(TensorShapeProto.Dimension proto) {
        return switch (proto.getValueCase()) {
            case DIM_VALUE -> proto.getDimValue() < 0 ? Dimension.OPEN : new Dimension(proto.getDimValue(), null);
            case DIM_PARAM -> proto.getDimParam().isEmpty() ? Dimension.OPEN : new Dimension(-1, proto.getDimParam());
            case VALUE_NOT_SET -> Dimension.OPEN;
        };
    }

    private OnnxNode node(NodeProto proto, int position) {
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        String pointer = Problem.pointer("node", proto.getName().isEmpty() ? position : proto.getName());
        for (AttributeProto attribute : proto.getAttributeList()) {
            try {
                if (attributes.put(attribute.getName(), attribute(attribute)) != null) {
                    throw Problem.invalid("", "this attribute is given twice", attribute.getName(), "once");
                }
            } catch (Problem problem) {
                throw problem.within(pointer + Problem.pointer(attribute.getName()));
            }
        }
        return new OnnxNode(
                proto.getName(),
                position,
                proto.getOpType(),
                domain(proto.getDomain()),
                proto.getInputList(),
                proto.getOutputList(),
                attributes);
    }

    private Attribute attribute(AttributeProto proto) {
        return switch (proto.getType()) {
            case INT -> new Attribute.Whole(proto.getI());
            case FLOAT -> new Attribute.Number(decimal(proto.getF()));
            case STRING -> new Attribute.Text(proto.getS().toStringUtf8());
            case SPARSE_TENSOR -> new Attribute.Value(SparseTensors.read(proto.getSparseTensor(), external));
            case TENSOR -> new Attribute.Value(TensorReader.read(proto.getT(), external));
            case GRAPH -> new Attribute.Subgraph(graph(proto.getG()));
            case INTS -> new Attribute.Wholes(TensorReader.integers(proto.getIntsList()));
            case FLOATS -> new Attribute.Numbers(TensorReader.floats(proto.getFloatsList()));
            case STRINGS ->
                new Attribute.Texts(proto.getStringsList().stream()
                        .map(text -> text.toStringUtf8())
                        .toList());
            default -> new Attribute.Other(proto.getType().name());
        };
    }

    /**
     * Attributes hold numbers as float32 even in float64 models. The decimal that names the float32, 0.01 rather than
     * 0.00999999977, is what the model's author wrote and what a float64 pipeline computed with.
     */
    private static double decimal(float value) {
        return Double.parseDouble(Float.toString(value));
    }
}
