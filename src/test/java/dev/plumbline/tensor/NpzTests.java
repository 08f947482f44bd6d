package dev.plumbline.tensor;

import static dev.plumbline.problem.Problem.Code.INVALID;
import static dev.plumbline.problem.Problem.Code.LIMIT;
import static dev.plumbline.problem.Problem.Code.MALFORMED;
import static dev.plumbline.problem.Problem.Code.UNSUPPORTED;
import static dev.plumbline.tensor.TensorLimits.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Problem.Code;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTests {

    private static final byte[] NPY = Npy.write(Tensor.vector(1, 2, 3));

    @Test
    void readsEverythingThatNumPyStored() {
        assertThat(Npz.read(Fixtures.file("stored.npz"), DEFAULT))
                .containsExactly(
                        Map.entry("w", Fixtures.expected(Datatype.FP64, "2x3x4")),
                        Map.entry("layer/b", Fixtures.expected(Datatype.FP32, "5")));
    }

    @Test
    void readsEverythingThatNumPyDeflated() {
        assertThat(Npz.read(Fixtures.file("deflated.npz"), DEFAULT))
                .containsExactly(
                        Map.entry("w", Fixtures.expected(Datatype.FP64, "2x3x4")),
                        Map.entry("mask", Fixtures.expected(Datatype.BOOL, "5")));
        assertThat(Npz.read(Fixtures.file("every.npz"), DEFAULT)).hasSize(150);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void givesBackEveryDatatypeAndShape(long seed) {
        Map<String, Tensor> tensors = Fixtures.tensors(Fixtures.allDatatypesBut(Datatype.BF16), seed);
        byte[] file = Npz.write(tensors);
        assertThat(Npz.read(file, DEFAULT)).containsExactlyEntriesOf(tensors);
        assertThat(Npz.write(tensors)).isEqualTo(file);
        assertThat(Npz.read(Npz.write(Map.of()), DEFAULT)).isEmpty();
    }

    @Test
    void namesTheTensorThatNpyCannotHold() {
        Tensor brain = Tensor.of(Shape.SCALAR, Datatype.BF16, new double[] {1});
        Problem problem = catchThrowableOfType(Problem.class, () -> Npz.write(Map.of("a/b", brain)));
        assertThat(problem.code()).isEqualTo(UNSUPPORTED);
        assertThat(problem.pointer()).isEqualTo("/a~1b");
    }

    @ParameterizedTest
    @CsvSource({
        "../w.npy, INVALID",
        "a/../w.npy, INVALID",
        "a/...npy, INVALID",
        "/w.npy, INVALID",
        "a\\w.npy, INVALID",
        "w, MALFORMED",
        "w.txt, MALFORMED",
        "w.npy/, MALFORMED",
    })
    void refusesAnEntryByItsName(String name, Code code) throws IOException {
        byte[] file = zip(name, NPY);
        Problem problem = catchThrowableOfType(Problem.class, () -> Npz.read(file, DEFAULT));
        assertThat(problem.code()).as(problem.getMessage()).isEqualTo(code);
        assertThat(problem.got()).isEqualTo(code == INVALID ? name.substring(0, name.length() - 4) : name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../w", "/w", "a\\b", "a/.."})
    void refusesToWriteAName(String name) {
        Problem problem = catchThrowableOfType(Problem.class, () -> Npz.write(Map.of(name, Tensor.scalar(1))));
        assertThat(problem.code()).isEqualTo(INVALID);
    }

    @Test
    void refusesASecondEntryOfTheSameName() throws IOException {
        byte[] file = zip("aa.npy", NPY, "ab.npy", NPY);
        replace(file, "ab.npy", "aa.npy");
        Problem problem = catchThrowableOfType(Problem.class, () -> Npz.read(file, DEFAULT));
        assertThat(problem.code()).isEqualTo(INVALID);
        assertThat(problem.pointer()).isEqualTo("/aa");
    }

    @Test
    void saysInWhichTensorAMistakeIs() throws IOException {
        byte[] file = zip("w.npy", Arrays.copyOf(NPY, NPY.length - 1));
        Problem problem = catchThrowableOfType(Problem.class, () -> Npz.read(file, DEFAULT));
        assertThat(problem.code()).isEqualTo(MALFORMED);
        assertThat(problem.pointer()).isEqualTo("/w");
        assertThat(problem.got()).isEqualTo("23 bytes of values");
    }

    @Test
    void stopsInflatingAtTheLimitWhateverTheArchiveSays() throws IOException {
        byte[] bomb = zip("w.npy", Npy.write(Tensor.zeros(Shape.of(1 << 20))));
        assertThat(bomb.length).isLessThan(20_000);
        TensorLimits limits = new TensorLimits(100_000, 10, 8, 1000);
        Problem problem = catchThrowableOfType(Problem.class, () -> Npz.read(bomb, limits));
        assertThat(problem.code()).isEqualTo(LIMIT);
        assertThat(problem.expected()).isEqualTo("100000 bytes");
    }

    @Test
    void countsTheBytesOfAllEntriesTogether() throws IOException {
        byte[] entry = Npy.write(Tensor.zeros(Shape.of(10_000)));
        byte[] file = zip("a.npy", entry, "b.npy", entry);
        assertThat(Npz.read(file, new TensorLimits(2L * entry.length, 10, 8, 1000)))
                .hasSize(2);
        TensorLimits tighter = new TensorLimits(2L * entry.length - 1, 10, 8, 1000);
        Problem problem = catchThrowableOfType(Problem.class, () -> Npz.read(file, tighter));
        assertThat(problem.code()).isEqualTo(LIMIT);
    }

    @Test
    void refusesMoreEntriesThanTheLimit() throws IOException {
        byte[] file = zip("a.npy", NPY, "b.npy", NPY);
        Problem problem =
                catchThrowableOfType(Problem.class, () -> Npz.read(file, new TensorLimits(10_000, 1, 8, 1000)));
        assertThat(problem.code()).isEqualTo(LIMIT);
        assertThat(problem.expected()).isEqualTo("at most 1");
    }

    @Test
    void refusesWhatIsNotExactlyOneArchive() throws IOException {
        byte[] file = zip("a.npy", NPY, "b.npy", NPY);
        byte[] fewer = file.clone();
        fewer[file.length - 22 + 8] = 1;
        fewer[file.length - 22 + 10] = 1;
        byte[] comment = file.clone();
        comment[file.length - 2] = 1;
        byte[] flipped = file.clone();
        flipped[60] ^= 1;
        byte[] renamed = file.clone();
        renamed[30] = 'c'; // the name in the entry, not that in the directory
        byte[] prefixed = new byte[file.length + 1];
        System.arraycopy(file, 0, prefixed, 1, file.length);
        byte[][] wrong = {
            new byte[0],
            "PK".getBytes(StandardCharsets.US_ASCII),
            Arrays.copyOf(file, file.length + 1),
            Arrays.copyOf(file, file.length - 1),
            fewer,
            comment,
            flipped,
            prefixed,
            renamed
        };
        for (byte[] each : wrong) {
            Problem problem = catchThrowableOfType(Problem.class, () -> Npz.read(each, DEFAULT));
            assertThat(problem.code()).isEqualTo(MALFORMED);
        }
    }

    private static byte[] zip(Object... namesAndFiles) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (int i = 0; i < namesAndFiles.length; i += 2) {
                zip.putNextEntry(new ZipEntry((String) namesAndFiles[i]));
                zip.write((byte[]) namesAndFiles[i + 1]);
            }
        }
        return out.toByteArray();
    }

    private static void replace(byte[] file, String text, String other) {
        byte[] from = text.getBytes(StandardCharsets.US_ASCII);
        byte[] to = other.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i + from.length <= file.length; i++) {
            if (Arrays.equals(file, i, i + from.length, from, 0, from.length)) {
                System.arraycopy(to, 0, file, i, to.length);
            }
        }
    }
}
