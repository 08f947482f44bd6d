package dev.plumbline.tensor;

import static dev.plumbline.tensor.TensorLimits.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from a file is what is read from its bytes, and what is refused there is refused here. */
class StoredTensorsTests {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"every.npz", "stored.npz", "deflated.npz", "reference.safetensors", "plain.npy"})
    void readsWhatTheReaderOfBytesReads(String name) throws IOException {
        byte[] bytes = Fixtures.file(name);
        Map<String, Tensor> expected = TensorFiles.read(bytes, "x", DEFAULT);
        try (StoredTensors stored = open(bytes)) {
            assertThat(stored.tensors().keySet()).containsExactlyElementsOf(expected.keySet());
            stored.tensors().forEach((key, tensor) -> {
                Tensor whole = expected.get(key);
                assertThat(tensor.tensor()).isEqualTo(whole);
                assertThat(tensor.floats()).isEqualTo(tensor.tensor().floats());
                assertThat(written(tensor)).isEqualTo(written(tensor.tensor()));
            });
        }
        assertThat(folder).isEmptyDirectory();
    }

    /** Longer than the chunks in which files are read and written. */
    @ParameterizedTest
    @ValueSource(strings = {"FP64", "FP32", "FP16", "BF16", "INT64", "UINT8"})
    void putsChunksTogether(Datatype datatype) throws IOException {
        Tensor tensor = Tensor.of(
                        Shape.of(3, 30_001),
                        new SplittableRandom(5).doubles(90_003, 0, 99).toArray())
                .map(Math::rint)
                .as(datatype);
        byte[] bytes = Safetensors.write(Map.of("a", tensor), Map.of("step", "7"));
        try (StoredTensors stored = open(bytes)) {
            assertThat(stored.metadata()).containsExactly(Map.entry("step", "7"));
            StoredTensor read = stored.tensors().values().iterator().next();
            assertThat(read.tensor()).isEqualTo(tensor);
            assertThat(read.floats()).isEqualTo(tensor.floats());
            assertThat(Safetensors.write(stored.tensors(), Map.of("step", "7"))).isEqualTo(bytes);
        }
    }

    @Test
    void writesFloatsAsTheirTensor() {
        float[] values = new float[20_001];
        new SplittableRandom(3).ints(values.length).forEach(i -> values[Math.floorMod(i, values.length)] = i * 1e-3f);
        FloatTensor floats = new FloatTensor(Shape.of(values.length), values);
        assertThat(written(floats)).isEqualTo(written(floats.tensor()));
        assertThat(Npz.write(Map.of("a", floats))).isEqualTo(Npz.write(Map.of("a", floats.tensor())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"stored.npz", "deflated.npz", "reference.safetensors", "plain.npy"})
    void refusesWhatTheReaderOfBytesRefuses(String name) throws IOException {
        byte[] whole = Fixtures.file(name);
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = whole.clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            Map<String, Tensor> read = new LinkedHashMap<>();
            Problem expected =
                    catchThrowableOfType(Problem.class, () -> read.putAll(TensorFiles.read(bytes, "x", DEFAULT)));
            Map<String, Tensor> stored = new LinkedHashMap<>();
            Problem got = catchThrowableOfType(Problem.class, () -> load(bytes, stored));
            assertThat(got == null).isEqualTo(expected == null);
            assertThat(expected == null ? stored : Map.of()).isEqualTo(expected == null ? read : Map.of());
        }
        assertThat(folder).isEmptyDirectory();
    }

    private void load(byte[] bytes, Map<String, Tensor> into) {
        try (StoredTensors stored = open(bytes)) {
            stored.tensors().forEach((key, tensor) -> into.put(key, tensor.tensor()));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private StoredTensors open(byte[] bytes) throws IOException {
        return StoredTensors.takeOver(Files.write(folder.resolve("upload"), bytes), "x", DEFAULT);
    }

    private static byte[] written(TensorSource tensor) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            tensor.write(out);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return out.toByteArray();
    }
}
