package dev.plumbline.fuzz;

import java.util.List;
import java.util.SplittableRandom;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import org.jspecify.annotations.NullUnmarked;
import org.nd4j.shade.protobuf.ByteString;

/** One to three changes of a graph as a graph: other operators, wires, attributes, extents; nodes that are lost or doubled. */
@NullUnmarked
record OnnxMutation(SplittableRandom random) {

    private static final List<String> OPERATORS = List.of(
            "Add",
            "Mul",
            "Div",
            "MatMul",
            "Gemm",
            "Conv",
            "ConvTranspose",
            "MaxPool",
            "AveragePool",
            "GlobalAveragePool",
            "BatchNormalization",
            "InstanceNormalization",
            "LayerNormalization",
            "LRN",
            "Softmax",
            "LogSoftmax",
            "ReduceSum",
            "ReduceMean",
            "ReduceLogSumExp",
            "Reshape",
            "Transpose",
            "Squeeze",
            "Unsqueeze",
            "Concat",
            "Split",
            "Slice",
            "Gather",
            "GatherND",
            "ScatterND",
            "Pad",
            "Tile",
            "Expand",
            "Resize",
            "Where",
            "Einsum",
            "CumSum",
            "TopK",
            "LSTM",
            "GRU",
            "RNN",
            "If",
            "Loop",
            "Scan",
            "SoftmaxCrossEntropyLoss",
            "NegativeLogLikelihoodLoss",
            "Dropout",
            "Flatten",
            "PRelu",
            "Det",
            "RoiAlign",
            "MaxUnpool",
            "DepthToSpace",
            "OneHot",
            "NonZero",
            "Range",
            "Attention",
            "Trilu",
            "GridSample",
            "STFT");

    byte[] of(ModelProto right) {
        ModelProto.Builder model = right.toBuilder();
        for (int k = random.nextInt(3); k >= 0 && model.getGraph().getNodeCount() > 0; k--) {
            change(model.getGraphBuilder());
        }
        return model.build().toByteArray();
    }

    private void change(GraphProto.Builder graph) {
        int at = random.nextInt(graph.getNodeCount());
        NodeProto.Builder node = graph.getNodeBuilder(at);
        switch (random.nextInt(8)) {
            case 0 -> node.setOpType(OPERATORS.get(random.nextInt(OPERATORS.size())));
            case 1 -> graph.removeNode(at);
            case 2 -> graph.addNode(at, graph.getNode(random.nextInt(graph.getNodeCount())));
            case 3 -> rewire(graph, node);
            case 4 -> attribute(graph, node);
            case 5 -> initializer(graph);
            case 6 -> extent(graph);
            default -> node.addInput(node.getInputCount() == 0 ? "" : node.getInput(0));
        }
    }

    private void rewire(GraphProto.Builder graph, NodeProto.Builder node) {
        NodeProto other = graph.getNode(random.nextInt(graph.getNodeCount()));
        if (node.getInputCount() > 0 && other.getOutputCount() > 0) {
            boolean cycle = random.nextBoolean();
            String wire = cycle || other.getInputCount() == 0 ? other.getOutput(0) : other.getInput(0);
            node.setInput(random.nextInt(node.getInputCount()), random.nextInt(5) == 0 ? "" : wire);
        }
    }

    private void attribute(GraphProto.Builder graph, NodeProto.Builder node) {
        NodeProto other = graph.getNode(random.nextInt(graph.getNodeCount()));
        if (node.getAttributeCount() == 0) {
            node.addAllAttribute(other.getAttributeList());
            return;
        }
        AttributeProto.Builder attribute = node.getAttributeBuilder(random.nextInt(node.getAttributeCount()));
        switch (random.nextInt(4)) {
            case 0 -> attribute.setName(attribute.getName() + "x");
            case 1 -> attribute.setType(AttributeProto.AttributeType.forNumber(random.nextInt(1, 11)));
            case 2 -> attribute.addInts(extreme());
            default -> {
                attribute.setI(extreme()).setF(extreme());
                if (attribute.getIntsCount() > 0) {
                    attribute.setInts(random.nextInt(attribute.getIntsCount()), extreme());
                }
            }
        }
    }

    private void initializer(GraphProto.Builder graph) {
        if (graph.getInitializerCount() == 0) {
            return;
        }
        TensorProto.Builder tensor = graph.getInitializerBuilder(random.nextInt(graph.getInitializerCount()));
        if (random.nextBoolean() && tensor.getDimsCount() > 0) {
            int axis = random.nextInt(tensor.getDimsCount());
            boolean zero = random.nextBoolean(); // with its data gone: a right tensor without elements
            tensor.setDims(axis, zero ? 0 : extreme());
            if (zero) {
                tensor.clearRawData().clearFloatData().clearInt64Data();
            }
            return;
        }
        byte[] bytes = tensor.getRawData().toByteArray();
        if (bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] = (byte) extreme();
            tensor.setRawData(ByteString.copyFrom(bytes));
        }
    }

    private void extent(GraphProto.Builder graph) {
        if (graph.getInputCount() > 0) {
            var shape = graph.getInputBuilder(random.nextInt(graph.getInputCount()))
                    .getTypeBuilder()
                    .getTensorTypeBuilder()
                    .getShapeBuilder();
            if (shape.getDimCount() > 0) {
                shape.getDimBuilder(random.nextInt(shape.getDimCount())).setDimValue(extreme());
            }
        }
    }

    private long extreme() {
        long[] numbers = {
            0, 1, -1, 2, 3, -2, 7, 1000, 65536, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 40, Long.MAX_VALUE
        };
        return numbers[random.nextInt(numbers.length)];
    }
}
