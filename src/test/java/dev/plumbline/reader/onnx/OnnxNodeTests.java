package dev.plumbline.reader.onnx;

import static dev.plumbline.reader.onnx.OnnxNetworksTests.bytes;
import static dev.plumbline.reader.onnx.OnnxNetworksTests.distance;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.ExternalFiles;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.ValueInfoProto;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;

/**
 * ONNX's own tests of single operators. {@code -Donnx.node.tests=<folder>} runs another selection, such as all of those
 * that a distribution installs; what they need that is not supported is then skipped.
 */
@NullUnmarked
class OnnxNodeTests {

    private static final String ALL = System.getProperty("onnx.node.tests");
    private static final Path FOLDER = Path.of(ALL == null ? "src/test/resources/fixtures/onnx-node-tests" : ALL);

    static Stream<Path> folders() throws IOException {
        return Files.list(FOLDER)
                .filter(folder -> Files.exists(folder.resolve("model.onnx")) && (ALL == null || isSupported(folder)))
                .sorted();
    }

    private static boolean isSupported(Path folder) {
        try {
            OnnxModel.read(model(folder, true).toByteArray());
            tensors(folder, "output");
            return true;
        } catch (Problem problem) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void computesWhatOnnxSays(Path folder) {
        requireExpected(folder, run(folder, true));
    }

    /** Inputs that must be known before there is data are refused as such; the others give the same values. */
    @ParameterizedTest
    @MethodSource("folders")
    void computesTheSameFromData(Path folder) {
        Map<String, Tensor> outputs;
        try {
            outputs = run(folder, false);
        } catch (Problem problem) {
            assertThat(problem.code()).isEqualTo(Problem.Code.UNSUPPORTED);
            assertThat(problem.explanation()).contains("known");
            return;
        }
        requireExpected(folder, outputs);
    }

    private static void requireExpected(Path folder, Map<String, Tensor> outputs) {
        List<Tensor> expected = tensors(folder, "output");
        List<Tensor> found = List.copyOf(outputs.values());
        for (int i = 0; i < expected.size(); i++) {
            Tensor tensor = expected.get(i);
            assertThat(found.get(i).shape()).as(folder + " output " + i).isEqualTo(tensor.shape());
            // The files hold float32, computed in float32; random inputs are of size 1.
            double tolerance = tensor.datatype() == Datatype.FP16
                    ? 2e-3
                    : tensor.datatype().isFloat() ? 2e-6 : 0;
            assertThat(infinitiesLeftOut(found.get(i), tensor))
                    .as(folder.getFileName() + " output " + i)
                    .isLessThanOrEqualTo(tolerance);
        }
    }

    private static double infinitiesLeftOut(Tensor found, Tensor expected) {
        int[] finite = IntStream.range(0, expected.size())
                .filter(i -> Double.isFinite(expected.at(i)) || Double.compare(found.at(i), expected.at(i)) != 0)
                .toArray();
        double[] mine = IntStream.of(finite).mapToDouble(found::at).toArray();
        double[] theirs = IntStream.of(finite).mapToDouble(expected::at).toArray();
        return finite.length == 0 ? 0 : distance(Tensor.vector(mine), Tensor.vector(theirs));
    }

    private static Map<String, Tensor> run(Path folder, boolean known) {
        ModelProto model = model(folder, known);
        Map<String, Tensor> data = new LinkedHashMap<>();
        if (!known) {
            List<Tensor> inputs = tensors(folder, "input");
            List<String> names = inputs(model.getGraph());
            for (int i = 0; i < inputs.size(); i++) {
                data.put(names.get(i), inputs.get(i));
            }
        }
        Map<String, Shape> shapes = new HashMap<>();
        data.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        ProgramBuilder builder = new ProgramBuilder();
        OnnxModel.read(model.toByteArray()).appendTo(builder, Map.of(), shapes);
        Program program = builder.build();
        Map<String, Tensor> point = new HashMap<>(program.initial());
        point.putAll(data);
        return program.evaluate(point).outputs();
    }

    /** The model, with its inputs as initializers where they shall be known. */
    private static ModelProto model(Path folder, boolean known) {
        try {
            ModelProto model = ModelProto.parseFrom(bytes(folder.resolve("model.onnx")));
            GraphProto.Builder graph = model.getGraph().toBuilder();
            List<String> names = inputs(model.getGraph());
            for (int i = 0; known && i < names.size(); i++) {
                Path file = folder.resolve("test_data_set_0/input_" + i + ".pb");
                graph.addInitializer(
                        TensorProto.parseFrom(bytes(file)).toBuilder().setName(names.get(i)));
            }
            ModelProto.Builder builder = model.toBuilder().setGraph(graph);
            // An operator's test has the opset in which the operator last changed; all of these are valid in opset 7.
            builder.getOpsetImportBuilder(0)
                    .setVersion(Math.max(7, builder.getOpsetImport(0).getVersion()));
            return builder.build();
        } catch (InvalidProtocolBufferException broken) {
            throw Problem.malformed("", "no tensor", broken.getMessage(), "a tensor");
        }
    }

    private static List<String> inputs(GraphProto graph) {
        List<String> weights =
                graph.getInitializerList().stream().map(TensorProto::getName).toList();
        return graph.getInputList().stream()
                .map(ValueInfoProto::getName)
                .filter(name -> !weights.contains(name))
                .toList();
    }

    private static List<Tensor> tensors(Path folder, String kind) {
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
            throw Problem.malformed("", "no tensor", broken.getMessage(), "a tensor");
        }
    }
}
