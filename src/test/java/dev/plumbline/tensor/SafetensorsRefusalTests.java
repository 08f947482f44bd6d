package dev.plumbline.tensor;

import static dev.plumbline.problem.Problem.Code.INVALID;
import static dev.plumbline.problem.Problem.Code.LIMIT;
import static dev.plumbline.problem.Problem.Code.MALFORMED;
import static dev.plumbline.problem.Problem.Code.UNSUPPORTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Problem.Code;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One row for each rule of the reference reader and for each of ours. */
class SafetensorsRefusalTests {

    private static final TensorLimits LIMITS = new TensorLimits(4096, 10, 8, 2048);
    private static final String ENTRY = "{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16]}";
    private static final String DTYPES = "one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL";

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void refuses(String rule, byte[] file, Code code, String pointer, String got, String expected) {
        Problem problem = catchThrowableOfType(Problem.class, () -> Safetensors.read(file, LIMITS));
        assertThat(problem).as(rule).isNotNull();
        assertThat(problem.code()).as(problem.getMessage()).isEqualTo(code);
        assertThat(problem.pointer()).as(problem.getMessage()).isEqualTo(pointer);
        assertThat(problem.got()).isEqualTo(got);
        assertThat(problem.expected()).isEqualTo(expected);
    }

    static Stream<Arguments> files() {
        return Stream.of(prefixes(), headers(), offsets(), sizes(), values(), limits())
                .flatMap(rows -> rows);
    }

    private static Stream<Arguments> prefixes() {
        return Stream.of(
                row("empty", new byte[0], MALFORMED, "", "0 bytes", "at least 8 bytes"),
                row("7 bytes", new byte[7], MALFORMED, "", "7 bytes", "at least 8 bytes"),
                row("no header", stated(60, ""), MALFORMED, "", "60 bytes", "at most 0 bytes"),
                row("header cut off", stated(60, "{}"), MALFORMED, "", "60 bytes", "at most 2 bytes"),
                row("header too large", stated(2049, "{}"), LIMIT, "", "2049 bytes", "at most 2048 bytes"),
                row(
                        "header of 2^64 - 256",
                        stated(-256, "{}"),
                        LIMIT,
                        "",
                        "18446744073709551360 bytes",
                        "at most 2048 bytes"));
    }

    private static Stream<Arguments> headers() {
        return Stream.of(
                row("empty header", header(""), MALFORMED, "", "", "'{' as its first byte"),
                row("not an object", header("[]"), MALFORMED, "", "[]", "'{' as its first byte"),
                row("leading space", header(" {}"), MALFORMED, "", " {}", "'{' as its first byte"),
                row("byte order mark", header("\ufeff{}"), MALFORMED, "", "\ufeff{}", "'{' as its first byte"),
                row(
                        "not UTF-8",
                        SafetensorsFiles.of(1, new byte[] {(byte) 0xff}, new byte[0]),
                        MALFORMED,
                        "",
                        "Input length = 1",
                        "UTF-8"),
                row("second value", header("{} {}"), MALFORMED, "", "START_OBJECT", "spaces only"),
                row("no object", header("{\"w\":3}"), MALFORMED, "/w", "VALUE_NUMBER_INT", "START_OBJECT"),
                row("null", header("{\"w\":null}"), MALFORMED, "/w", "VALUE_NULL", "START_OBJECT"),
                row("missing keys", header("{\"w\":{}}"), MALFORMED, "/w", null, "[data_offsets, dtype, shape]"),
                row("unknown key", header("{\"w\":{\"x\":1}}"), MALFORMED, "/w", "x", "[data_offsets, dtype, shape]"),
                row(
                        "key twice",
                        header("{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}"),
                        INVALID,
                        "/w",
                        "twice",
                        "once"),
                row(
                        "name twice",
                        SafetensorsFiles.of("{\"w\":" + ENTRY + ",\"w\":" + ENTRY + "}", new byte[16]),
                        INVALID,
                        "/w",
                        "twice",
                        "once"),
                row("escaped name", header("{\"a/b~c\":3}"), MALFORMED, "/a~1b~0c", "VALUE_NUMBER_INT", "START_OBJECT"),
                row("half a pair", header("{\"\\ud800\":3}"), MALFORMED, "", null, "Unicode text"),
                row(
                        "metadata is no object",
                        header("{\"__metadata__\":[]}"),
                        MALFORMED,
                        "/__metadata__",
                        "START_ARRAY",
                        "START_OBJECT"),
                row(
                        "metadata is no text",
                        header("{\"__metadata__\":{\"a\":1}}"),
                        MALFORMED,
                        "/__metadata__/a",
                        "VALUE_NUMBER_INT",
                        "VALUE_STRING"),
                row(
                        "metadata twice",
                        header("{\"__metadata__\":{},\"__metadata__\":{}}"),
                        INVALID,
                        "/__metadata__",
                        "twice",
                        "once"),
                row(
                        "metadata key twice",
                        header("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}"),
                        INVALID,
                        "/__metadata__/a",
                        "twice",
                        "once"));
    }

    private static Stream<Arguments> offsets() {
        return Stream.of(
                row("hole at the start", one("[2,2]", "[4,20]", 20), INVALID, "/w", "data that begins at 4", "0"),
                row("hole", two("[0,16]", "[17,33]", 33), INVALID, "/b", "data that begins at 17", "16"),
                row("overlap", two("[0,16]", "[8,24]", 24), INVALID, "/b", "data that begins at 8", "16"),
                row("the same bytes twice", two("[0,16]", "[0,16]", 16), INVALID, "/b", "data that begins at 0", "16"),
                row("end first", one("[2,2]", "[16,0]", 16), INVALID, "/w", "[16, 0]", "[begin, end], begin <= end"),
                row("one offset", one("[2,2]", "[16]", 16), INVALID, "/w", "[16]", "[begin, end], begin <= end"),
                row(
                        "three offsets",
                        one("[2,2]", "[0,16,16]", 16),
                        INVALID,
                        "/w",
                        "[0, 16, 16]",
                        "[begin, end], begin <= end"),
                row("negative", one("[2,2]", "[-1,16]", 16), INVALID, "/w", "-1", "an integer from 0 to 2^63 - 1"),
                row("float", one("[2,2]", "[0,16.0]", 16), MALFORMED, "/w", "VALUE_NUMBER_FLOAT", "VALUE_NUMBER_INT"),
                row("text", one("[2,2]", "\"0\"", 16), MALFORMED, "/w", "VALUE_STRING", "START_ARRAY"),
                row("bytes after the end", one("[2,2]", "[0,16]", 17), MALFORMED, "", "17 bytes of values", "16 bytes"),
                row("cut off", one("[2,2]", "[0,16]", 14), MALFORMED, "", "14 bytes of values", "16 bytes"));
    }

    private static Stream<Arguments> sizes() {
        String fits = "extents from 0 whose product is at most 2147483647";
        return Stream.of(
                row("too few bytes", one("[2,2]", "[0,4]", 4), INVALID, "/w", "4 bytes", "16 bytes"),
                row("too many bytes", one("[2,2]", "[0,20]", 20), INVALID, "/w", "20 bytes", "16 bytes"),
                row(
                        "2^64 - 2",
                        one("[2,18446744073709551614]", "[0,16]", 16),
                        INVALID,
                        "/w",
                        "18446744073709551614",
                        "an integer from 0 to 2^63 - 1"),
                row(
                        "2^63 - 1",
                        one("[2,9223372036854775807]", "[0,16]", 16),
                        INVALID,
                        "/w",
                        "[2, 9223372036854775807]",
                        fits),
                row("2^32", one("[65536,65536]", "[0,16]", 16), INVALID, "/w", "[65536, 65536]", fits),
                row(
                        "2^64 by halves",
                        one("[4,4611686018427387904]", "[0,0]", 0),
                        INVALID,
                        "/w",
                        "[4, 4611686018427387904]",
                        fits),
                row("2^31 - 1", one("[2147483647]", "[0,16]", 16), INVALID, "/w", "16 bytes", "8589934588 bytes"),
                row("negative", one("[-2,2]", "[0,16]", 16), INVALID, "/w", "-2", "an integer from 0 to 2^63 - 1"),
                row("minus nought", one("[-0]", "[0,0]", 0), INVALID, "/w", "-0", "an integer from 0 to 2^63 - 1"),
                row("float", one("[2e0]", "[0,8]", 8), MALFORMED, "/w", "VALUE_NUMBER_FLOAT", "VALUE_NUMBER_INT"));
    }

    private static Stream<Arguments> values() {
        byte[] large = SafetensorsFiles.of("I64", "[2,1]", "[0,16]", 16);
        large[large.length - 2] = 0x20; // 2^53
        byte[] maybe = SafetensorsFiles.of("BOOL", "[3]", "[0,3]", 3);
        maybe[maybe.length - 1] = 2;
        Stream<Arguments> dtypes = Stream.of("U16", "U32", "U64", "C64", "F8_E4M3", "F8_E5M2", "F4", "f32", "", "INT8")
                .map(dtype -> row(
                        "dtype " + dtype,
                        SafetensorsFiles.of(dtype, "[1]", "[0,1]", 1),
                        UNSUPPORTED,
                        "/w",
                        dtype,
                        DTYPES));
        return Stream.concat(
                dtypes,
                Stream.of(
                        row(
                                "2^53",
                                large,
                                INVALID,
                                "/w/1/0",
                                "9007199254740992 (as float64)",
                                "an integer from -(2^53 - 1) to 2^53 - 1"),
                        row("truth value 2", maybe, INVALID, "/w/2", "2 (as float64)", "true or false (1 or 0)")));
    }

    private static Stream<Arguments> limits() {
        String many = IntStream.range(0, 11)
                .mapToObj(i -> "\"t%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}".formatted(i))
                .collect(Collectors.joining(",", "{", "}"));
        String name = "n".repeat(513);
        return Stream.of(
                row("bytes", one("[2,2]", "[0,16]", 5000), LIMIT, "", "5065 bytes", "at most 4096 bytes"),
                row("tensors", header(many), LIMIT, "", "11 or more", "at most 10"),
                row("rank", one("[1,1,1,1,1,1,1,1,4]", "[0,16]", 16), LIMIT, "/w", "rank 9 or more", "rank at most 8"),
                row("name", header("{\"" + name + "\":3}"), LIMIT, "", "513 characters", "at most 512 characters"));
    }

    private static byte[] stated(long length, String header) {
        return SafetensorsFiles.of(length, header.getBytes(StandardCharsets.UTF_8), new byte[0]);
    }

    private static byte[] header(String json) {
        return SafetensorsFiles.of(json, new byte[0]);
    }

    private static byte[] one(String shape, String offsets, int payloadBytes) {
        return SafetensorsFiles.of("I32", shape, offsets, payloadBytes);
    }

    private static byte[] two(String first, String second, int payloadBytes) {
        String entry = "{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":%s}";
        String json = "{\"a\":" + entry.formatted(first) + ",\"b\":" + entry.formatted(second) + "}";
        return SafetensorsFiles.of(json, new byte[payloadBytes]);
    }

    private static Arguments row(
            String rule, byte[] file, Code code, String pointer, @Nullable String got, String expected) {
        return Arguments.of(rule, file, code, pointer, got, expected);
    }

    /** Jackson's own words are in {@code got} here, so only what is ours is compared. */
    @ParameterizedTest
    @MethodSource("brokenHeaders")
    void refusesAHeaderThatIsNotJson(String json, Code code) {
        Problem problem = catchThrowableOfType(Problem.class, () -> Safetensors.read(header(json), LIMITS));
        assertThat(Map.entry(problem.code(), problem.pointer())).isEqualTo(Map.entry(code, ""));
    }

    static Stream<Arguments> brokenHeaders() {
        return Stream.of(
                Arguments.of("{", MALFORMED),
                Arguments.of("{}\0\0\0\0\0\0", MALFORMED),
                Arguments.of("{'w':{}}", MALFORMED),
                Arguments.of("{\"__metadata__\":{},}", MALFORMED),
                Arguments.of("{\"w\":{\"shape\":[01]}}", MALFORMED),
                Arguments.of("{\"w\":{\"shape\":[NaN]}}", MALFORMED),
                Arguments.of("{/**/}", MALFORMED),
                Arguments.of("{\"w\":{\"shape\":[[1]]}}", LIMIT));
    }
}
