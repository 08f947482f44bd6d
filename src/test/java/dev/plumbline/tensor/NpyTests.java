package dev.plumbline.tensor;

import static dev.plumbline.problem.Problem.Code.INVALID;
import static dev.plumbline.problem.Problem.Code.LIMIT;
import static dev.plumbline.problem.Problem.Code.MALFORMED;
import static dev.plumbline.problem.Problem.Code.UNSUPPORTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Problem.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTests {

    private static final TensorLimits LIMITS = new TensorLimits(4096, 10, 8, 1000);
    private static final String EXPECTED_HEADER = "such as {'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
    private static final String EXPECTED_DTYPE =
            "'<' or '>' with one of f8, f4, f2, i8, i4, i2, i1, u1, b1: no objects,"
                    + " texts, records or complex numbers";

    /** Two byte orders, two memory orders, three versions of the format, nine dtypes, five shapes. */
    @Test
    void readsEverythingThatNumPyWrote() {
        Npz.read(Fixtures.file("every.npz"), TensorLimits.DEFAULT).forEach((name, tensor) -> {
            String[] parts = name.split("-", -1);
            assertThat(tensor).as(name).isEqualTo(Fixtures.expected(Fixtures.datatype(parts[0]), parts[3]));
        });
    }

    @Test
    void writesTheVeryBytesThatNumPyWrites() {
        assertThat(Npy.write(Fixtures.expected(Datatype.FP32, "2x3x4"))).isEqualTo(Fixtures.file("plain.npy"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void givesBackEveryDatatypeAndShape(long seed) {
        Fixtures.tensors(Fixtures.allDatatypesBut(Datatype.BF16), seed).forEach((name, tensor) -> {
            byte[] file = Npy.write(tensor);
            assertThat(Npy.read(file, TensorLimits.DEFAULT)).as(name).isEqualTo(tensor);
            assertThat(file.length - tensor.size() * tensor.datatype().bytes()).isEqualTo(128);
        });
    }

    @Test
    void refusesToWriteBfloat16() {
        Tensor brain = Tensor.of(Shape.SCALAR, Datatype.BF16, new double[] {1});
        Problem problem = catchThrowableOfType(Problem.class, () -> Npy.write(brain));
        assertThat(problem.code()).isEqualTo(UNSUPPORTED);
        assertThat(problem.got()).isEqualTo("BF16");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'shape':(2,),'fortran_order':True,'descr':'<i2'}",
                " {\"descr\" : \"<i2\" , 'fortran_order' : False,\n'shape' : ( 2L , ) , } \n",
            })
    void readsTheHeaderAsPythonWould(String header) {
        assertThat(Npy.read(file(1, header, new byte[] {1, 0, -1, -1}), LIMITS).values())
                .containsExactly(1, -1);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void refuses(String rule, byte[] file, Code code, String pointer, @Nullable String got, String expected) {
        Problem problem = catchThrowableOfType(Problem.class, () -> Npy.read(file, LIMITS));
        assertThat(problem).as(rule).isNotNull();
        assertThat(problem.code()).as(problem.getMessage()).isEqualTo(code);
        assertThat(problem.pointer()).as(problem.getMessage()).isEqualTo(pointer);
        assertThat(problem.got()).isEqualTo(got);
        assertThat(problem.expected()).isEqualTo(expected);
    }

    static Stream<Arguments> files() {
        return Stream.of(prefixes(), literals(), dtypes(), shapes()).flatMap(rows -> rows);
    }

    private static Stream<Arguments> prefixes() {
        byte[] plain = Fixtures.file("plain.npy");
        String magic = "0x93 'NUMPY' as its first bytes";
        return Stream.of(
                row("empty", new byte[0], MALFORMED, null, magic),
                row("text", "NUMPY1234567890".getBytes(StandardCharsets.US_ASCII), MALFORMED, null, magic),
                row("no version", Arrays.copyOf(plain, 7), UNSUPPORTED, "ffffffff", "1.0, 2.0 or 3.0"),
                row("version 4", file(4, "{}", new byte[0]), UNSUPPORTED, "400", "1.0, 2.0 or 3.0"),
                row("no length", Arrays.copyOf(plain, 9), MALFORMED, "9 bytes", "a header"),
                row("header cut off", Arrays.copyOf(plain, 20), MALFORMED, "118 bytes", "at most 10 bytes"),
                row(
                        "header too long",
                        file(2, " ".repeat(1001), new byte[0]),
                        LIMIT,
                        "1001 bytes",
                        "at most 1000 bytes"),
                row("header of 2^32 - 1", longHeader(), LIMIT, "4294967295 bytes", "at most 1000 bytes"),
                row("too large", new byte[5000], LIMIT, "5000 bytes", "at most 4096 bytes"));
    }

    private static byte[] longHeader() {
        byte[] file = file(3, "{}", new byte[0]);
        Arrays.fill(file, 8, 12, (byte) -1);
        return file;
    }

    private static Stream<Arguments> literals() {
        return Stream.of(
                bad("", ""),
                bad("__import__('os')", "__import__('os')"),
                bad("{}", "[]"),
                bad("{'descr': '<f8', 'fortran_order': False}", "[descr, fortran_order]"),
                bad(
                        "{'descr': '<f8', 'fortran_order': False, 'shape': (), 'x': ()}",
                        "[descr, fortran_order, shape, x]"),
                bad("{'descr': '<f8', 'descr': '<f8'}", "descr"),
                bad("{'descr': '<f8', 'fortran_order': 1, 'shape': ()}", "1, 'shape': ()}"),
                bad("{'descr': '<f8', 'fortran_order': 'True', 'shape': ()}", "'True'"),
                bad("{'descr': '<f8' 'fortran_order': False, 'shape': ()}", "'fortran_order': False, 'shape': ()}"),
                bad("{'descr': '<f8', 'fortran_order': False, 'shape': ()", ""),
                bad("{'descr': '<f8', 'fortran_order': False, 'shape': ()} x", "} x"),
                bad("{'descr': '<f8', 'fortran_order': False, 'shape': ()}\0", "}\0"),
                bad("{'descr': '<f8', 'fortran_order': False, 'shape': (2)}", "(2)"),
                bad("{'descr': '<f8', 'fortran_order': False, 'shape': 'a'}", "'a'"),
                bad("{'descr': '<f8', 'fortran_order': False, 'shape': [2]}", "[2]}"),
                bad("{'descr': '<f8', 'fortran_order': False, 'shape': (2, , 3)}", "(2, , 3)"),
                bad("{'descr': '<f8', 'fortran_order': False, 'shape': (,)}", "(,)"),
                bad("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", "(-1,)}"));
    }

    private static Arguments bad(String header, String got) {
        return row(header, file(1, header, new byte[8]), MALFORMED, got, EXPECTED_HEADER);
    }

    private static Stream<Arguments> dtypes() {
        return Stream.of(
                        "|O", "|S1", "<U1", "<c16", "|V8", "<u2", "<u4", "<u8", "<f16", "<M8[s]", "=f8", "f8", "|f8",
                        "")
                .map(dtype -> row(
                        "dtype " + dtype,
                        file(1, header(dtype, "()"), new byte[8]),
                        UNSUPPORTED,
                        "'" + dtype + "'",
                        EXPECTED_DTYPE));
    }

    /** What NumPy really writes for the dtypes that are never read. */
    @ParameterizedTest
    @ValueSource(strings = {"object.npy", "complex.npy", "text.npy", "record.npy"})
    void refusesWhatOnlyNumPyUnderstands(String name) {
        Problem problem = catchThrowableOfType(Problem.class, () -> Npy.read(Fixtures.file(name), LIMITS));
        assertThat(problem.code()).isEqualTo(UNSUPPORTED);
        assertThat(problem.expected()).isEqualTo(EXPECTED_DTYPE);
    }

    private static Stream<Arguments> shapes() {
        String fits = "extents from 0 whose product is at most 2147483647";
        byte[] large = file(1, header(">i8", "(1,2)"), new byte[16]);
        large[large.length - 7] = 0x20; // 2^53
        byte[] maybe = file(1, header("|b1", "(3,)"), new byte[] {0, 1, 2});
        return Stream.of(
                row(
                        "cut off",
                        file(1, header("<f8", "(2,)"), new byte[15]),
                        MALFORMED,
                        "15 bytes of values",
                        "16 bytes for shape [2] of FP64"),
                row(
                        "bytes after the end",
                        file(1, header("<f8", "()"), new byte[9]),
                        MALFORMED,
                        "9 bytes of values",
                        "8 bytes for shape [] of FP64"),
                row(
                        "a million without data",
                        file(1, header("<f8", "(1000000,)"), new byte[8]),
                        MALFORMED,
                        "8 bytes of values",
                        "8000000 bytes for shape [1000000] of FP64"),
                row(
                        "2^31 - 1",
                        file(1, header("<f8", "(2147483647,)"), new byte[8]),
                        MALFORMED,
                        "8 bytes of values",
                        "17179869176 bytes for shape [2147483647] of FP64"),
                row("2^32", file(1, header("<f8", "(65536,65536)"), new byte[8]), INVALID, "[65536, 65536]", fits),
                row(
                        "19 digits",
                        file(1, header("<f8", "(9223372036854775807,)"), new byte[8]),
                        MALFORMED,
                        "(9223372036854775807,)",
                        EXPECTED_HEADER),
                row(
                        "rank 9",
                        file(1, header("<f8", "(1,1,1,1,1,1,1,1,1)"), new byte[8]),
                        LIMIT,
                        "rank 9 or more",
                        "rank at most 8"),
                row(
                        "rank 99",
                        file(1, header("<f8", "(" + "1,".repeat(99) + ")"), new byte[8]),
                        LIMIT,
                        "rank 10 or more",
                        "rank at most 8"),
                Arguments.of(
                        "2^53",
                        large,
                        INVALID,
                        "/0/1",
                        "9007199254740992 (as float64)",
                        "an integer from -(2^53 - 1) to 2^53 - 1"),
                Arguments.of("truth value 2", maybe, INVALID, "/2", "2 (as float64)", "true or false (1 or 0)"));
    }

    private static Arguments row(String rule, byte[] file, Code code, @Nullable String got, String expected) {
        return Arguments.of(rule, file, code, "", got, expected);
    }

    private static String header(String dtype, String shape) {
        return "{'descr': '" + dtype + "', 'fortran_order': False, 'shape': " + shape + ", }";
    }

    private static byte[] file(int version, String header, byte[] values) {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        int lengthBytes = version == 1 ? 2 : 4;
        ByteBuffer file = ByteBuffer.allocate(8 + lengthBytes + text.length + values.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        if (version == 1) {
            file.putShort((short) text.length);
        } else {
            file.putInt(text.length);
        }
        return file.put(text).put(values).array();
    }
}
