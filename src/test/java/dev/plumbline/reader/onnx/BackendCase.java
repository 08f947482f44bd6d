package dev.plumbline.reader.onnx;

import static dev.plumbline.reader.onnx.OnnxNetworksTests.bytes;

import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.ExternalFiles;
import dev.plumbline.tensor.HalfPrecision;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.ValueInfoProto;
import org.jspecify.annotations.NullUnmarked;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;

/** One of the ONNX project's backend tests, as Debian's {@code libonnx-testdata} installs them. */
@NullUnmarked
record BackendCase(Path folder) {

    static final Path DATA = Path.of(System.getProperty("onnx.backend.data", "/usr/share/libonnx-testdata/data"));

    private static final Set<DataType> FLOATS =
            EnumSet.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16);
    private static final Set<String> RANDOM = Set.of(
            "Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike");
    private static final Set<String> QUANTIZED =
            Set.of("QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger", "DynamicQuantizeLinear");

    static List<BackendCase> all(String kind) {
        if (!Files.isDirectory(DATA.resolve(kind))) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(DATA.resolve(kind))) {
            return folders.filter(folder -> Files.exists(folder.resolve("model.onnx")))
                    .sorted()
                    .map(BackendCase::new)
                    .toList();
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    String name() {
        return folder.getParent().getFileName() + "/" + folder.getFileName();
    }

    ModelProto model() {
        try {
            return ModelProto.parseFrom(bytes(folder.resolve("model.onnx")));
        } catch (InvalidProtocolBufferException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Why this is none of ours; null where it is: tensors of numbers, a float among them, nothing random or quantised. */
    String otherwise() {
        ModelProto model = model();
        boolean anyFloat = false;
        for (ValueInfoProto value : Stream.concat(
                        model.getGraph().getInputList().stream(), model.getGraph().getOutputList().stream())
                .toList()) {
            if (!value.getType().hasTensorType()) {
                return "not a tensor";
            }
            DataType type = DataType.forNumber(value.getType().getTensorType().getElemType());
            if (type == DataType.STRING) {
                return "strings";
            }
            anyFloat |= FLOATS.contains(type);
        }
        for (NodeProto node : model.getGraph().getNodeList()) {
            if (RANDOM.contains(node.getOpType()) || isRandomDropout()) {
                return "random";
            }
            if (QUANTIZED.contains(node.getOpType())) {
                return "quantised";
            }
        }
        return anyFloat ? null : "no floats";
    }

    /** A dropout in training mode with a ratio above 0. */
    private boolean isRandomDropout() {
        String name = folder.getFileName().toString();
        return name.contains("training_dropout") && !name.contains("zero_ratio");
    }

    List<String> inputs() {
        GraphProto graph = model().getGraph();
        List<String> weights =
                graph.getInitializerList().stream().map(TensorProto::getName).toList();
        return graph.getInputList().stream()
                .map(ValueInfoProto::getName)
                .filter(name -> !weights.contains(name))
                .toList();
    }

    Map<String, Tensor> data() {
        Map<String, Tensor> data = new LinkedHashMap<>();
        List<String> names = inputs();
        List<Tensor> tensors = tensors("input");
        Map<String, DataType> types = new LinkedHashMap<>();
        model().getGraph()
                .getInputList()
                .forEach(input -> types.put(
                        input.getName(),
                        DataType.forNumber(input.getType().getTensorType().getElemType())));
        for (int i = 0; i < Math.min(names.size(), tensors.size()); i++) {
            data.put(names.get(i), ofType(types.get(names.get(i)), tensors.get(i)));
        }
        return data;
    }

    /** NumPy has no bfloat16: the files hold its bits as integers. */
    private static Tensor ofType(DataType type, Tensor stored) {
        if (type != DataType.BFLOAT16 || stored.datatype().isFloat()) {
            return stored;
        }
        double[] values = new double[stored.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = HalfPrecision.fromBfloat16((short) stored.at(i));
        }
        return Tensor.of(stored.shape(), Datatype.BF16, values);
    }

    List<Tensor> tensors(String kind) {
        Path data = folder.resolve("test_data_set_0");
        return IntStream.iterate(0, i -> Files.exists(data.resolve(kind + "_" + i + ".pb")), i -> i + 1)
                .mapToObj(i -> tensor(data.resolve(kind + "_" + i + ".pb")))
                .toList();
    }

    private static Tensor tensor(Path file) {
        try {
            return TensorReader.read(
                    TensorProto.parseFrom(bytes(file)), new ExternalTensors(ExternalFiles.NONE, Double.MAX_VALUE));
        } catch (InvalidProtocolBufferException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** What came out: {@code right}, {@code wrong: ...}, {@code refused: ...} or {@code broken: ...}. */
    String outcome() {
        try {
            ObjectiveReader reader = new ObjectiveReader(
                    OnnxModel.read(bytes(folder.resolve("model.onnx"))), LossSource.NONE, Map.of(), data());
            Program program = reader.readOutputs(built -> {});
            List<Tensor> found = List.copyOf(reader.evaluate(program).outputs().values());
            List<Tensor> expected = tensors("output");
            for (int i = 0; i < expected.size(); i++) {
                DataType type = DataType.forNumber(model().getGraph()
                        .getOutput(i)
                        .getType()
                        .getTensorType()
                        .getElemType());
                String difference = difference(found.get(i), ofType(type, expected.get(i)));
                if (difference != null) {
                    return "wrong: output " + i + " " + difference;
                }
            }
            return "right";
        } catch (Problem problem) {
            return "refused: " + problem.explanation() + " [" + problem.got() + "]";
        } catch (RuntimeException broken) {
            return "broken: " + broken;
        }
    }

    /** As ONNX's own runner compares: relative 1e-3, absolute 1e-7, half precision more loosely. */
    static String difference(Tensor found, Tensor expected) {
        if (!found.shape().equals(expected.shape())) {
            return "shape " + found.shape() + " instead of " + expected.shape();
        }
        boolean half = expected.datatype() == Datatype.FP16 || expected.datatype() == Datatype.BF16;
        double relative = !expected.datatype().isFloat() ? 0 : half ? 1e-2 : 1e-3;
        double absolute = !expected.datatype().isFloat() ? 0 : half ? 1e-3 : 1e-5;
        for (int i = 0; i < expected.size(); i++) {
            double a = found.at(i);
            double b = expected.at(i);
            if (Double.compare(a, b) != 0 && !(Math.abs(a - b) <= absolute + relative * Math.abs(b))) {
                return "entry " + i + ": " + a + " instead of " + b;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return name();
    }
}
