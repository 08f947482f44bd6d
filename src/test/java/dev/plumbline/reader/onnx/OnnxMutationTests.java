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
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files: each is refused with a problem, or still makes a program that can be evaluated; nothing else. */
@NullUnmarked
class OnnxMutationTests {

    private static final Path OPERATORS = Path.of("src/test/resources/fixtures/onnx-ops");
    private static final int MUTATIONS = 400;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lenet",
                "conv-transpose-2d",
                "gru-both-ways",
                "transformer-encoder-layer",
                "batch-norm-training",
                "shape-arithmetic",
                "max-pool-ceil",
                "loss-cross-entropy"
            })
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
