package dev.plumbline.reader.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.Ray;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import onnx.Onnx.ModelProto;
import onnx.Onnx.TensorProto;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/**
 * Graphs of every operator kind that we have a model of, with an extent of 0 in each axis of each input and initializer: each is
 * refused with a problem, or has values and derivatives; nothing else. As it stands each can be read, so that nothing but the
 * 0 is refused.
 */
@NullUnmarked
class NoElementsOnnxTests {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    private final List<String> broken = new ArrayList<>();
    private final TreeSet<String> refused = new TreeSet<>();
    private final TreeSet<String> computed = new TreeSet<>();
    private int asItStands;

    @Test
    void graphsOfPyTorchWithoutElements() throws Exception {
        for (Path folder : folders("onnx-ops")) {
            if (Files.exists(folder.resolve("data.safetensors"))) {
                tried(folder, OnnxNetworksTests.tensors(folder.resolve("data.safetensors")));
            }
        }
        judged();
    }

    @Test
    void backendTestsWithoutElements() throws Exception {
        for (Path folder : folders("onnx-node-tests")) {
            tried(folder, new BackendCase(folder).data());
        }
        judged();
    }

    private static List<Path> folders(String suite) throws Exception {
        try (Stream<Path> folders = Files.list(FIXTURES.resolve(suite))) {
            return folders.filter(folder -> Files.exists(folder.resolve("model.onnx")))
                    .sorted()
                    .toList();
        }
    }

    private void judged() {
        assertThat(broken).isEmpty();
        assertThat(asItStands).isGreaterThan(100);
        assertThat(refused).hasSizeGreaterThan(10);
        assertThat(computed).hasSizeGreaterThan(10);
    }

    private void tried(Path folder, Map<String, Tensor> data) throws Exception {
        String name = folder.getFileName().toString();
        ModelProto model = ModelProto.parseFrom(OnnxNetworksTests.bytes(folder.resolve("model.onnx")));
        if (!isComputed(name, model.toByteArray(), data)) {
            return;
        }
        asItStands++;
        data.forEach((input, tensor) -> {
            for (int axis = 0; axis < tensor.shape().rank(); axis++) {
                Map<String, Tensor> none = new LinkedHashMap<>(data);
                none.put(input, without(tensor, axis));
                record(name, input + " axis " + axis, opened(model, input), none);
            }
        });
        for (int k = 0; k < model.getGraph().getInitializerCount(); k++) {
            TensorProto weight = model.getGraph().getInitializer(k);
            for (int axis = 0; axis < weight.getDimsCount(); axis++) {
                ModelProto.Builder none = model.toBuilder();
                none.getGraphBuilder()
                        .getInitializerBuilder(k)
                        .setDims(axis, 0)
                        .clearRawData()
                        .clearFloatData()
                        .clearDoubleData()
                        .clearInt64Data()
                        .clearInt32Data();
                record(name, weight.getName() + " axis " + axis, none.build().toByteArray(), data);
            }
        }
    }

    /** The file says nothing about the shape of this input. */
    private static byte[] opened(ModelProto model, String input) {
        ModelProto.Builder open = model.toBuilder();
        open.getGraphBuilder().getInputBuilderList().stream()
                .filter(each -> each.getName().equals(input))
                .forEach(each -> each.getTypeBuilder().getTensorTypeBuilder().clearShape());
        return open.build().toByteArray();
    }

    private static Tensor without(Tensor tensor, int axis) {
        int[] extents = tensor.shape().extents();
        extents[axis] = 0;
        return Tensor.of(Shape.of(extents), tensor.datatype(), new double[0]);
    }

    private void record(String name, String what, byte[] file, Map<String, Tensor> data) {
        (isComputed(name + ": " + what, file, data) ? computed : refused).add(name);
    }

    private boolean isComputed(String what, byte[] file, Map<String, Tensor> data) {
        try {
            Map<String, Shape> shapes = new HashMap<>();
            data.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
            ProgramBuilder builder = new ProgramBuilder();
            OnnxModel.read(file).appendTo(builder, Map.of(), shapes);
            for (Node output : List.copyOf(builder.outputs().values())) {
                int[] axes = new int[output.shape().rank()];
                Arrays.setAll(axes, axis -> axis);
                builder.output("sum of " + output.id(), axes.length == 0 ? output : builder.sum(output, axes));
            }
            Program program = builder.build();
            Map<String, Tensor> point = new HashMap<>(program.initial());
            point.putAll(data);
            Evaluation evaluation = program.evaluate(point);
            for (Map.Entry<String, Node> sum : program.outputs().entrySet()) {
                if (sum.getKey().startsWith("sum of ")) {
                    Map<String, Tensor> gradient =
                            evaluation.gradient(sum.getValue()).byParameter();
                    Objective objective = new Objective(program, sum.getValue(), point);
                    Ray.of(objective, gradient, Ray.TANGENT, Ray.Ground.UNKNOWN);
                }
            }
            return true;
        } catch (Problem problem) {
            assertThat(problem.explanation()).isNotEmpty();
            return false;
        } catch (RuntimeException fault) {
            broken.add(what + ": " + fault);
            return false;
        }
    }
}
