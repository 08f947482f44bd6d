package dev.plumbline.reader.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;

/** Damaged files: each is refused with a problem, or still makes a program that can be evaluated; nothing else. */
@NullUnmarked
class OnnxMutationTests {

    private static final Path OPERATORS = Path.of("src/test/resources/fixtures/onnx-ops");
    private static final int MUTATIONS = 400;

    static Stream<String> names() {
        return Stream.of(
                "lenet",
                "conv-transpose-2d",
                "gru-both-ways",
                "transformer-encoder-layer",
                "batch-norm-training",
                "shape-arithmetic",
                "max-pool-ceil",
                "loss-cross-entropy",
                "pad-reflect",
                "upsample-nearest");
    }

    @ParameterizedTest
    @MethodSource("names")
    void damagedFilesAreRefusedOrStillModels(String name) {
        Path file = OPERATORS.resolve(name).resolve("model.onnx");
        byte[] right = OnnxNetworksTests.bytes(file);
        Map<String, Tensor> data = OnnxNetworksTests.tensors(file.resolveSibling("data.safetensors"));
        SplittableRandom random = new SplittableRandom(name.hashCode());
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            refused += isRefused(mutated(right, random), data) ? 1 : 0;
        }
        // Weights fill much of a file, and a flipped bit in a weight is another weight.
        assertThat(refused).isBetween(MUTATIONS / 20, MUTATIONS - 1);
    }

    /** Files that parse, but whose numbers and wires are wrong: extreme attributes and integers, inputs left out or swapped. */
    @ParameterizedTest
    @MethodSource("names")
    void wrongNumbersAndWiresAreRefusedOrStillModels(String name) throws InvalidProtocolBufferException {
        Path file = OPERATORS.resolve(name).resolve("model.onnx");
        ModelProto right = ModelProto.parseFrom(OnnxNetworksTests.bytes(file));
        Map<String, Tensor> data = OnnxNetworksTests.tensors(file.resolveSibling("data.safetensors"));
        SplittableRandom random = new SplittableRandom(name.hashCode());
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            ModelProto.Builder mutated = right.toBuilder();
            mutate(mutated.getGraphBuilder(), random);
            refused += isRefused(mutated.build().toByteArray(), data) ? 1 : 0;
        }
        assertThat(refused).isBetween(MUTATIONS / 20, MUTATIONS - 1);
    }

    private static void mutate(GraphProto.Builder graph, SplittableRandom random) {
        int integers = random.nextInt(1 + graph.getInitializerCount());
        if (integers > 0 && graph.getInitializer(integers - 1).getDataType() == DataType.INT64.getNumber()) {
            TensorProto.Builder tensor = graph.getInitializerBuilder(integers - 1);
            tensor.clearRawData().clearInt64Data();
            long count = tensor.getDimsList().stream().reduce(1L, (a, b) -> a * b);
            LongStream.range(0, count).forEach(i -> tensor.addInt64Data(extreme(random)));
            return;
        }
        NodeProto.Builder node = graph.getNodeBuilder(random.nextInt(graph.getNodeCount()));
        if (random.nextBoolean() && node.getAttributeCount() > 0) {
            AttributeProto.Builder attribute = node.getAttributeBuilder(random.nextInt(node.getAttributeCount()));
            if (attribute.getIntsCount() > 0) {
                attribute.setInts(random.nextInt(attribute.getIntsCount()), extreme(random));
            } else if (attribute.hasT()) {
                mutate(attribute.getTBuilder(), random);
            } else {
                attribute.setI(extreme(random)).setF(extreme(random));
            }
        } else if (node.getInputCount() > 0) {
            NodeProto other = graph.getNode(random.nextInt(graph.getNodeCount()));
            String input = other.getInputCount() == 0 ? "" : other.getInput(random.nextInt(other.getInputCount()));
            node.setInput(random.nextInt(node.getInputCount()), random.nextInt(4) == 0 ? "" : input);
        }
    }

    private static void mutate(TensorProto.Builder tensor, SplittableRandom random) {
        byte[] bytes = tensor.getRawData().toByteArray();
        if (bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] = (byte) extreme(random);
            tensor.setRawData(ByteString.copyFrom(bytes));
        }
    }

    private static long extreme(SplittableRandom random) {
        long[] numbers = {
            0, 1, -1, 2, 3, -2, 7, 1000, 65536, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 40, Long.MAX_VALUE
        };
        return numbers[random.nextInt(numbers.length)];
    }

    private static boolean isRefused(byte[] file, Map<String, Tensor> data) {
        try {
            Map<String, Shape> shapes = new HashMap<>();
            data.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
            ProgramBuilder builder = new ProgramBuilder();
            OnnxModel.read(file).appendTo(builder, Map.of(), shapes);
            Program program = builder.build();
            if (program.cost() < 1e8) {
                Map<String, Tensor> point = new HashMap<>(program.initial());
                point.putAll(data);
                program.evaluate(point).outputs();
            }
            return false;
        } catch (Problem problem) {
            assertThat(problem.explanation()).isNotEmpty();
            return true;
        }
    }

    /** A truncation, one to four flipped bits, or a random byte. */
    private static byte[] mutated(byte[] right, SplittableRandom random) {
        int kind = random.nextInt(10);
        if (kind == 0) {
            return Arrays.copyOf(right, random.nextInt(right.length));
        }
        byte[] mutated = right.clone();
        for (int k = 0; k <= kind % 4; k++) {
            int at = random.nextInt(mutated.length);
            mutated[at] = kind < 7 ? (byte) (mutated[at] ^ 1 << random.nextInt(8)) : (byte) random.nextInt(256);
        }
        return mutated;
    }
}
