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
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/**
 * Graphs of every operator kind that we have a model of, whose inputs and initializers have extents of 0, other ranks and other
 * extents; and every operator in the place of every other. Each is refused with a problem, or has values and derivatives;
 * nothing else. As they stand all can be read, so that nothing but the change is refused.
 *
 * <p>One pair of operators in so many in every build; all of them by hand, with {@code -Dplumbline.operators.each=1}.
 */
@NullUnmarked
class StrangeShapesTests {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final int EACH = Integer.getInteger("plumbline.operators.each", 40);

    private final List<String> broken = new ArrayList<>();
    private final TreeSet<String> refused = new TreeSet<>();
    private final TreeSet<String> computed = new TreeSet<>();
    private int asItStands;

    private record Graph(String name, ModelProto model, Map<String, Tensor> data) {}

    @Test
    void otherShapesAreRefusedOrComputed() throws Exception {
        for (Graph graph : graphs()) {
            if (isComputed(graph.name, graph.model.toByteArray(), graph.data)) {
                asItStands++;
                otherData(graph);
                otherInitializers(graph);
            }
        }

        assertThat(broken).isEmpty();
        assertThat(asItStands).isGreaterThan(200);
        assertThat(refused).hasSizeGreaterThan(100);
        assertThat(computed).hasSizeGreaterThan(100);
    }

    @Test
    void otherOperatorsAreRefusedOrComputed() throws Exception {
        List<String> operators = Operators.names().stream().sorted().toList();
        int pair = 0;
        for (Graph graph : graphs()) {
            for (int at = 0; at < Math.min(3, graph.model.getGraph().getNodeCount()); at++) {
                for (String operator : operators) {
                    if (pair++ % EACH == 0) {
                        ModelProto.Builder other = graph.model.toBuilder();
                        NodeProto.Builder node = other.getGraphBuilder().getNodeBuilder(at);
                        String domain = operator.contains("::") ? operator.substring(0, operator.indexOf("::")) : "";
                        node.setOpType(operator.substring(operator.indexOf("::") < 0 ? 0 : operator.indexOf("::") + 2));
                        node.setDomain(domain);
                        record(graph.name, "as " + operator, other.build().toByteArray(), graph.data);
                    }
                }
            }
        }

        assertThat(broken).isEmpty();
        assertThat(refused).hasSizeGreaterThan(100);
        assertThat(computed).hasSizeGreaterThan(10);
    }

    private static List<Graph> graphs() throws Exception {
        List<Graph> graphs = new ArrayList<>();
        for (String suite : List.of("onnx-ops", "onnx-node-tests")) {
            try (Stream<Path> folders = Files.list(FIXTURES.resolve(suite))) {
                for (Path folder : folders.sorted().toList()) {
                    if (Files.exists(folder.resolve("model.onnx"))) {
                        graphs.add(graph(folder));
                    }
                }
            }
        }
        return graphs;
    }

    private static Graph graph(Path folder) throws Exception {
        Path data = folder.resolve("data.safetensors");
        return new Graph(
                folder.getFileName().toString(),
                ModelProto.parseFrom(OnnxNetworksTests.bytes(folder.resolve("model.onnx"))),
                Files.exists(data) ? OnnxNetworksTests.tensors(data) : new BackendCase(folder).data());
    }

    private void otherData(Graph graph) {
        graph.data.forEach((input, tensor) -> {
            for (Tensor strange : strange(tensor)) {
                Map<String, Tensor> data = new LinkedHashMap<>(graph.data);
                data.put(input, strange);
                record(graph.name, input + " " + strange.shape(), opened(graph.model, input), data);
            }
        });
    }

    private void otherInitializers(Graph graph) {
        for (int k = 0; k < graph.model.getGraph().getInitializerCount(); k++) {
            TensorProto weight = graph.model.getGraph().getInitializer(k);
            List<Long> extents = weight.getDimsList();
            List<List<Long>> others = new ArrayList<>();
            for (int axis = 0; axis < extents.size(); axis++) {
                List<Long> none = new ArrayList<>(extents);
                none.set(axis, 0L);
                others.add(none);
            }
            others.add(List.of(extents.stream().reduce(1L, (a, b) -> a * b)));
            List<Long> more = new ArrayList<>(extents);
            more.add(0, 1L);
            others.add(more);
            for (List<Long> other : others) {
                ModelProto.Builder model = graph.model.toBuilder();
                TensorProto.Builder changed = model.getGraphBuilder().getInitializerBuilder(k);
                changed.clearDims().addAllDims(other);
                if (other.contains(0L)) {
                    changed.clearRawData().clearFloatData().clearDoubleData();
                    changed.clearInt64Data().clearInt32Data();
                }
                record(graph.name, weight.getName() + " " + other, model.build().toByteArray(), graph.data);
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

    /** Without elements, with one less along an axis, of other ranks. */
    private static List<Tensor> strange(Tensor tensor) {
        List<Tensor> strange = new ArrayList<>();
        int[] extents = tensor.shape().extents();
        for (int axis = 0; axis < extents.length; axis++) {
            int[] none = extents.clone();
            none[axis] = 0;
            strange.add(cut(tensor, none));
            int[] fewer = extents.clone();
            fewer[axis] = Math.max(0, extents[axis] - 1);
            strange.add(cut(tensor, fewer));
        }
        strange.add(cut(tensor, tensor.size()));
        strange.add(cut(tensor));
        int[] front = new int[extents.length + 1];
        System.arraycopy(extents, 0, front, 1, extents.length);
        front[0] = 1;
        strange.add(cut(tensor, front));
        int[] back = Arrays.copyOf(extents, extents.length + 1);
        back[extents.length] = 1;
        strange.add(cut(tensor, back));
        if (extents.length > 1) {
            strange.add(cut(tensor, Arrays.copyOf(extents, extents.length - 1)));
        }
        return strange;
    }

    /** The first elements. */
    private static Tensor cut(Tensor tensor, int... extents) {
        Shape shape = Shape.of(extents);
        return Tensor.of(shape, tensor.datatype(), Arrays.copyOf(tensor.values(), shape.size()));
    }

    private void record(String name, String what, byte[] file, Map<String, Tensor> data) {
        (isComputed(name + ": " + what, file, data) ? computed : refused).add(name);
    }

    private boolean isComputed(String what, byte[] file, Map<String, Tensor> data) {
        try {
            Map<String, Shape> shapes = new HashMap<>();
            data.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
            ProgramBuilder builder = new ProgramBuilder(1e7);
            OnnxModel.read(file).appendTo(builder, Map.of(), shapes);
            List<String> sums = new ArrayList<>();
            for (Node output : List.copyOf(builder.outputs().values())) {
                int[] axes = new int[output.shape().rank()];
                Arrays.setAll(axes, axis -> axis);
                sums.add("sum of " + output.id());
                builder.output("sum of " + output.id(), axes.length == 0 ? output : builder.sum(output, axes));
            }
            Program program = builder.build();
            Map<String, Tensor> point = new HashMap<>(program.initial());
            point.putAll(data);
            if (program.cost() < 1e7) {
                Evaluation evaluation = program.evaluate(point);
                for (String sum : sums) {
                    Map<String, Tensor> gradient =
                            evaluation.gradient(program.output(sum)).byParameter();
                    Objective objective = new Objective(program, program.output(sum), point);
                    Ray.of(objective, gradient, Ray.TANGENT, Ray.Ground.UNKNOWN);
                }
            }
            return true;
        } catch (Problem problem) {
            assertThat(problem.explanation()).isNotEmpty();
            return false;
        } catch (RuntimeException fault) {
            broken.add(what + ": " + fault + " at "
                    + Arrays.stream(fault.getStackTrace())
                            .filter(at -> at.getClassName().startsWith("dev."))
                            .findFirst());
            return false;
        }
    }
}
