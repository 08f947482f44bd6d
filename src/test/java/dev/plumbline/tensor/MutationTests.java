package dev.plumbline.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.plumbline.problem.Problem;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Files that were cut or had bits flipped on their way give a result or a {@link Problem}, and take little memory. */
class MutationTests {

    private static final TensorLimits LIMITS = new TensorLimits(1 << 16, 200, 8, 1 << 14);

    /** Ten copies of the largest file allowed as float64, and what the machinery itself takes. */
    private static final long MOST_BYTES = 10L * 8 * LIMITS.bytes() + (1 << 20);

    private static final JsonFactory JSON = new JsonFactory();

    @ParameterizedTest(name = "{0}")
    @MethodSource("formats")
    void aDamagedFileGivesAResultOrAProblem(String format, byte[] file, Consumer<byte[]> reader) {
        reader.accept(file);
        Random random = new Random(format.hashCode());
        int refused = 0;
        for (int i = 0; i < 1000; i++) {
            byte[] mutant = mutate(file, random);
            long before = allocated();
            try {
                reader.accept(mutant);
            } catch (Problem expected) {
                refused++;
            }
            assertThat(allocated() - before).as("bytes taken by mutant %d", i).isLessThan(MOST_BYTES);
        }
        assertThat(refused).isBetween(100, 1000);
    }

    static Stream<Arguments> formats() {
        Map<String, Tensor> tensors = Fixtures.tensors(Fixtures.allDatatypesBut(Datatype.BF16), 7);
        Tensor square = Tensor.of(Shape.of(2, 3), 1, -2.5, 3e-7, 4, 5e200, 6);
        return Stream.of(
                format("safetensors", Fixtures.file("reference.safetensors"), file -> Safetensors.read(file, LIMITS)),
                format("npy", Npy.write(square), file -> Npy.read(file, LIMITS)),
                format("npz, ours", Npz.write(tensors), file -> Npz.read(file, LIMITS)),
                format("npz, stored by NumPy", Fixtures.file("stored.npz"), file -> Npz.read(file, LIMITS)),
                format("npz, deflated by NumPy", Fixtures.file("deflated.npz"), file -> Npz.read(file, LIMITS)),
                format("any", Fixtures.file("every.npz"), file -> TensorFiles.read(file, "w", LIMITS)),
                format("nested JSON", utf8("[[1, -2.5, 3e-7], [4, \"NaN\", 5e200]]"), MutationTests::readJson),
                format(
                        "JSON object",
                        utf8("{\"shape\": [2, 3], \"datatype\": \"INT8\", \"data\": [[1, 2, 3], [4, 5, 6]]}"),
                        MutationTests::readJson));
    }

    private static Arguments format(String name, byte[] file, Consumer<byte[]> reader) {
        return Arguments.of(name, file, reader);
    }

    private static void readJson(byte[] json) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            TensorJson.read(parser, LIMITS);
        }
    }

    private static byte[] mutate(byte[] file, Random random) {
        int length = random.nextInt(4) == 0 ? random.nextInt(file.length) : file.length;
        byte[] mutant = Arrays.copyOf(file, length);
        // Half of the flips go into the first bytes, where lengths and headers are.
        int flips = length == 0 ? 0 : random.nextInt(4);
        for (int i = 0; i < flips; i++) {
            int position = random.nextInt(random.nextBoolean() ? Math.min(length, 128) : length);
            mutant[position] ^= (byte) (1 << random.nextInt(8));
        }
        return mutant;
    }

    @Test
    void aHeaderThatPromisesAFortuneTakesNoMemory() {
        byte[] file = SafetensorsFiles.of("F64", "[134217728]", "[0,1073741824]", 8);
        long before = allocated();
        Problem problem = null;
        try {
            Safetensors.read(file, TensorLimits.DEFAULT);
        } catch (Problem expected) {
            problem = expected;
        }
        assertThat(problem).isNotNull();
        assertThat(allocated() - before).isLessThan(1 << 20);
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
