package dev.plumbline.tensor;

import static dev.plumbline.tensor.TensorLimits.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.problem.Problem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTests {

    private static final byte[] REFERENCE = Fixtures.file("reference.safetensors");

    @Test
    void readsWhatTheReferenceImplementationWrote() {
        SafetensorsFile file = Safetensors.read(REFERENCE, DEFAULT);
        assertThat(file.metadata()).containsExactly(Map.entry("framework", "none"));
        assertThat(file.tensors()).hasSize(53);
        file.tensors().forEach((name, tensor) -> {
            boolean named = name.matches("\\w\\w-[0-9x]*");
            Datatype datatype = named ? Fixtures.datatype(name.substring(0, 2)) : Datatype.FP64;
            assertThat(tensor).as(name).isEqualTo(Fixtures.expected(datatype, named ? name.substring(3) : ""));
        });
    }

    @Test
    void writesTheVeryBytesThatTheReferenceImplementationWrites() {
        SafetensorsFile file = Safetensors.read(REFERENCE, DEFAULT);
        List<String> names = new ArrayList<>(file.tensors().keySet());
        Collections.reverse(names);
        Map<String, Tensor> disordered = new LinkedHashMap<>();
        names.forEach(name -> disordered.put(name, file.tensors().get(name)));
        assertThat(Safetensors.write(disordered, file.metadata())).isEqualTo(REFERENCE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void givesBackEveryDatatypeAndShape(long seed) {
        Map<String, Tensor> tensors = Fixtures.tensors(List.of(Datatype.values()), seed);
        Map<String, String> metadata = Map.of("key \"quoted\"", "välue\n\u0000");
        SafetensorsFile back = Safetensors.read(Safetensors.write(tensors, metadata), DEFAULT);
        assertThat(back.tensors()).isEqualTo(tensors);
        assertThat(back.metadata()).isEqualTo(metadata);
    }

    @Test
    void alignsEveryPayloadToItsElements() {
        byte[] file = Safetensors.write(Fixtures.tensors(List.of(Datatype.values()), 6), Map.of("odd", "x"));
        long headerBytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(headerBytes % 8).isZero();
        String json = new String(file, 8, (int) headerBytes, StandardCharsets.UTF_8);
        SafetensorsHeaderJson.read(json, DEFAULT).entries().forEach(entry -> assertThat(
                        entry.begin() % entry.datatype().datatype().bytes())
                .as(entry.name())
                .isZero());
    }

    @Test
    void readsFromTheMiddleOfABufferAndLeavesTheBufferAlone() {
        ByteBuffer buffer = ByteBuffer.allocate(REFERENCE.length + 10);
        buffer.put(3, REFERENCE).position(3).limit(3 + REFERENCE.length);
        assertThat(Safetensors.read(buffer, DEFAULT)).isEqualTo(Safetensors.read(REFERENCE, DEFAULT));
        assertThat(buffer.position()).isEqualTo(3);
    }

    @Test
    void ordersTensorsByTheirBytesAndNotByTheirPlaceInTheHeader() {
        byte[] file = SafetensorsFiles.of("""
                {"b": {"dtype": "U8", "shape": [2], "data_offsets": [1, 3]},
                 "a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}""", new byte[] {7, (byte) 255, 9});
        Map<String, Tensor> tensors = Safetensors.read(file, DEFAULT).tensors();
        assertThat(tensors.keySet()).containsExactly("a", "b");
        assertThat(List.copyOf(tensors.values()).get(1).values()).containsExactly(255, 9);
    }

    @Test
    void acceptsAHeaderPaddedWithWhiteSpaceAndNoTensors() {
        assertThat(Safetensors.read(SafetensorsFiles.of("{}\r \t\n", new byte[0]), DEFAULT)
                        .tensors())
                .isEmpty();
    }

    @Test
    void writesAnEmptyFileAsTheReferenceDoes() {
        assertThat(Safetensors.write(Map.of(), Map.of()))
                .containsExactly(8, 0, 0, 0, 0, 0, 0, 0, '{', '}', ' ', ' ', ' ', ' ', ' ', ' ');
    }

    @Test
    void refusesToWriteATensorThatWouldBeTakenForMetadata() {
        Problem problem = catchThrowableOfType(
                Problem.class, () -> Safetensors.write(Map.of("__metadata__", Tensor.scalar(1)), Map.of()));
        assertThat(problem.pointer()).isEqualTo("/__metadata__");
    }
}
