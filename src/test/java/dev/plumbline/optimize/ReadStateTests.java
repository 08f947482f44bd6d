package dev.plumbline.optimize;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.tensor.OptimizerDict;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.StoredTensor;
import dev.plumbline.tensor.StoredTensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import dev.plumbline.tensor.TensorSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PyTorch's state under the parameters' names. */
class ReadStateTests {

    /** Of 10,000 names, each asked for by each position: a hundred million steps. */
    private static final class NeverSearched extends AbstractList<String> {
        private final List<String> names;

        NeverSearched(List<String> names) {
            this.names = names;
        }

        @Override
        public String get(int index) {
            return names.get(index);
        }

        @Override
        public int size() {
            return names.size();
        }

        @Override
        public int indexOf(Object name) {
            throw new AssertionError("searched for " + name);
        }
    }

    private static Map<String, TensorSource> kept(Tensor moment) {
        Map<String, TensorSource> kept = new LinkedHashMap<>();
        kept.put("step", Tensor.scalar(3)); // a tensor without axes, and the first, since PyTorch 1.12
        kept.put("momentum_buffer", moment);
        return kept;
    }

    @Test
    void looksEveryPositionUpAtOnce() {
        List<String> names = List.of("a", "b", "c");
        Map<String, Map<String, TensorSource>> state = new LinkedHashMap<>();
        IntStream.range(0, 3).forEach(i -> state.put("" + (i + 4), kept(Tensor.vector(i))));
        OptimizerDict dictionary = new OptimizerDict(state, List.of(Map.of("params", List.of(4L, 5L, 6L))));
        ReadState read = ReadState.of(dictionary, new NeverSearched(names));
        assertThat(Objects.requireNonNull(read.state()).slots().get("momentum"))
                .isEqualTo(Map.of("a", Tensor.vector(0), "b", Tensor.vector(1), "c", Tensor.vector(2)));
        assertThat(read.hyperParameters().get(0).names()).isEqualTo(names);
        assertThat(read.counts()).isEqualTo(Map.of("a", 3L, "b", 3L, "c", 3L));
    }

    /** NumPy's Fortran order: a piece of it is no piece of the file, which would be read whole for each. */
    @Test
    void holdsInMemoryWhatCannotBeReadPieceByPiece(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("state.npz");
        try (ZipOutputStream npz = new ZipOutputStream(Files.newOutputStream(file))) {
            for (String name : List.of("m/w", "v/w")) {
                npz.putNextEntry(new ZipEntry("s/" + name + ".npy"));
                String order = name.equals("m/w") ? "True" : "False";
                String header = "{'descr': '<f8', 'fortran_order': %s, 'shape': (2, 2), }".formatted(order);
                npz.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
                npz.write((header + " ".repeat(117 - header.length()) + "\n").getBytes(UTF_8));
                ByteBuffer values = ByteBuffer.allocate(4 * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                npz.write(values.putDouble(1)
                        .putDouble(2)
                        .putDouble(3)
                        .putDouble(4)
                        .array());
            }
        }
        try (TensorPart part = new TensorPart("state", StoredTensors.takeOver(file, "w", TensorLimits.DEFAULT))) {
            Checkpoint state = Objects.requireNonNull(ReadState.ofFile(part, 3).state());
            assertThat(moment(state, "m")).isEqualTo(Tensor.of(Shape.of(2, 2), new double[] {1, 3, 2, 4}));
            assertThat(moment(state, "v")).isInstanceOf(StoredTensor.class);
        }
    }

    private static TensorSource moment(Checkpoint state, String slot) {
        return Objects.requireNonNull(
                Objects.requireNonNull(state.slots().get(slot)).get("w"));
    }

    /** A scalar parameter has the shape of a count; the state has its parameters as they first moved. */
    @Test
    void tellsTheOrderByTheShapesOfMoments() {
        Map<String, Shape> parameters = Map.of("bias", Shape.of(2), "scale", Shape.SCALAR, "weight", Shape.of(2, 3));
        Map<String, Map<String, TensorSource>> state = new LinkedHashMap<>();
        state.put("1", kept(Tensor.scalar(0.5)));
        state.put("2", kept(Tensor.vector(1, 2)));
        state.put("0", kept(Tensor.of(Shape.of(2, 3), new double[6])));
        OptimizerDict dictionary = new OptimizerDict(state, List.of(Map.of("params", List.of(0L, 1L, 2L))));
        assertThat(ReadState.byShape(parameters, dictionary)).containsExactly("weight", "scale", "bias");
        ReadState read = ReadState.of(dictionary, ReadState.byShape(parameters, dictionary));
        assertThat(Objects.requireNonNull(read.state()).slots().get("momentum"))
                .extractingByKey("scale")
                .isEqualTo(Tensor.scalar(0.5));
    }

    @Test
    void takesANullForNothingKept() {
        Map<String, @Nullable Tensor> kept = new LinkedHashMap<>();
        kept.put("momentum_buffer", null);
        ReadState read = ReadState.of(
                new CheckStateSource(3L, null, null, Map.of("0", kept), List.of(Map.of("params", List.of(0)))),
                List.of("w"),
                "/state");
        assertThat(Objects.requireNonNull(read.state()).slots()).isEmpty();
        assertThat(read.state().step()).isEqualTo(3);
    }

    private static ReadState ofGroup(Map<String, Object> group) {
        return ReadState.of(new OptimizerDict(Map.of(), List.of(group)), List.of());
    }

    /** PyTorch takes a base above the maximum; a peak without a base is of a schedule that cycles none. */
    @Test
    void readsWhetherTheMomentumIsCycled() {
        assertThat(ofGroup(Map.of("base_momentum", 0.95, "max_momentum", 0.85)).momenta())
                .isEmpty();
        assertThat(ofGroup(Map.of("base_momentum", 0.85, "max_momentum", 0.95)).momenta())
                .isPresent();
        assertThat(ofGroup(Map.of("max_lr", 1, "base_momentum", 0.85)).cyclesNoMomentum())
                .isFalse();
        assertThat(ofGroup(Map.of("max_lr", 1)).cyclesNoMomentum()).isTrue();
        assertThat(ofGroup(Map.of("lr", 1)).cyclesNoMomentum()).isFalse();
    }
}
