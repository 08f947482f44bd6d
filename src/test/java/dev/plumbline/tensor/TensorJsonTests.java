package dev.plumbline.tensor;

import static dev.plumbline.problem.Problem.Code.INVALID;
import static dev.plumbline.problem.Problem.Code.LIMIT;
import static dev.plumbline.problem.Problem.Code.MALFORMED;
import static dev.plumbline.problem.Problem.Code.UNSUPPORTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Problem.Code;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

class TensorJsonTests {

    private static final TensorLimits LIMITS = new TensorLimits(8 * 2000, 10, 8, 1000);
    private static final JsonMapper JSON =
            JsonMapper.builder().addModule(TensorJson.module(LIMITS)).build();

    record Layer(Map<String, Tensor> parameters, List<Tensor> states) {}

    @ParameterizedTest
    @MethodSource("plainForms")
    void readsNumbersAndNestedArraysAsFloat64(String json, Tensor expected) {
        assertThat(JSON.readValue(json, Tensor.class)).isEqualTo(expected);
        try (JsonParser tree = JSON.treeAsTokens(JSON.readTree(json))) {
            assertThat(TensorJson.read(tree, LIMITS)).isEqualTo(expected);
        }
    }

    static Stream<Arguments> plainForms() {
        return Stream.of(
                Arguments.of("3", Tensor.scalar(3)),
                Arguments.of("\"-Infinity\"", Tensor.scalar(Double.NEGATIVE_INFINITY)),
                Arguments.of("[]", Tensor.vector()),
                Arguments.of("[0.1, -0.0, 1e-400]", Tensor.vector(0.1, -0.0, 0)),
                Arguments.of("[\"NaN\", \"Infinity\"]", Tensor.vector(Double.NaN, Double.POSITIVE_INFINITY)),
                Arguments.of("[[1, 2, 3], [4, 5, 6]]", Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6)),
                Arguments.of("[[[[[[[[7]]]]]]]]", Tensor.of(Shape.of(1, 1, 1, 1, 1, 1, 1, 1), 7)),
                Arguments.of("[[], []]", Tensor.of(Shape.of(2, 0))),
                Arguments.of("[12345678901234567890]", Tensor.vector(0x1.56a95319d63e1p63)),
                Arguments.of(object("[2, 2]", "FP64", "[1, 2, 3, 4]"), Tensor.of(Shape.of(2, 2), 1, 2, 3, 4)),
                Arguments.of(object("[2, 2]", "FP64", "[[1, 2], [3, 4]]"), Tensor.of(Shape.of(2, 2), 1, 2, 3, 4)),
                Arguments.of(object("[]", "FP64", "5"), Tensor.scalar(5)),
                Arguments.of(object("[]", "FP64", "[5]"), Tensor.scalar(5)),
                Arguments.of(object("[2, 0, 3]", "FP64", "[]"), Tensor.of(Shape.of(2, 0, 3))));
    }

    @Test
    void roundsToTheDatatypeAndTakesIntegersAndTruthValues() {
        assertThat(values("[1]", "FP32", "[0.1]")).containsExactly(0.1f);
        assertThat(values("[1]", "FP16", "[0.1]")).containsExactly(0.0999755859375);
        assertThat(values("[1]", "BF16", "[0.1]")).containsExactly(0.10009765625);
        assertThat(values("[3]", "INT8", "[-128, 1e1, 127.0]")).containsExactly(-128, 10, 127);
        assertThat(values("[1]", "INT64", "[9007199254740991]")).containsExactly(9007199254740991.0);
        assertThat(values("[4]", "BOOL", "[true, false, 1, 0]")).containsExactly(1, 0, 1, 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void givesBackEveryDatatypeAndShape(long seed) {
        Fixtures.tensors(List.of(Datatype.values()), seed).forEach((name, tensor) -> {
            String json = JSON.writeValueAsString(tensor);
            assertThat(JSON.readValue(json, Tensor.class)).as(json).isEqualTo(tensor);
        });
    }

    @Test
    void writesFloat64AsNestedArraysAndTheRestAsObjects() {
        assertThat(JSON.writeValueAsString(Tensor.scalar(0.1))).isEqualTo("0.1");
        assertThat(JSON.writeValueAsString(Tensor.vector())).isEqualTo("[]");
        assertThat(JSON.writeValueAsString(Tensor.of(Shape.of(2, 1, 2), 1, -0.0, Double.NaN, 1e300)))
                .isEqualTo("[[[1.0,-0.0]],[[\"NaN\",1.0E300]]]");
        assertThat(JSON.writeValueAsString(Tensor.of(Shape.of(2), Datatype.BOOL, new double[] {1, 0})))
                .isEqualTo("{\"shape\":[2],\"datatype\":\"BOOL\",\"data\":[true,false]}");
        assertThat(JSON.writeValueAsString(Tensor.of(Shape.SCALAR, Datatype.INT64, new double[] {-5})))
                .isEqualTo("{\"shape\":[],\"datatype\":\"INT64\",\"data\":[-5]}");
        assertThat(JSON.writeValueAsString(Tensor.of(Shape.of(0, 4))))
                .isEqualTo("{\"shape\":[0,4],\"datatype\":\"FP64\",\"data\":[]}");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void refuses(String json, Code code, String pointer, String got, String expected) {
        Problem problem = catchThrowableOfType(Problem.class, () -> JSON.readValue(json, Tensor.class));
        assertThat(problem).isNotNull();
        assertThat(problem.code()).as(problem.getMessage()).isEqualTo(code);
        assertThat(problem.pointer()).as(problem.getMessage()).isEqualTo(pointer);
        assertThat(problem.got()).isEqualTo(got);
        assertThat(problem.expected()).contains(expected);
    }

    static Stream<Arguments> wrong() {
        return Stream.of(plainMistakes(), objectMistakes()).flatMap(rows -> rows);
    }

    private static Stream<Arguments> plainMistakes() {
        return Stream.of(
                Arguments.of("[[1, 2], [3]]", INVALID, "/1", "length 1", "length 2"),
                Arguments.of("[[1, 2], [3, 4, 5]]", INVALID, "/1", "length 3", "length 2"),
                Arguments.of("[[[1], [2]], [[3], [4, 5]]]", INVALID, "/1/1", "length 2", "length 1"),
                Arguments.of("[[[1], [2]], [[3]]]", INVALID, "/1", "length 1", "length 2"),
                Arguments.of("[[1, 2], 3]", INVALID, "/1", "a number", "an array"),
                Arguments.of("[1, [2]]", INVALID, "/1", "an array", "a number"),
                Arguments.of("[[], [1]]", INVALID, "/1", "length 1", "length 0"),
                Arguments.of("[[], 1]", INVALID, "/1", "a number", "an array"),
                Arguments.of("[[1], []]", INVALID, "/1", "length 0", "length 1"),
                Arguments.of("[[1, 2], [3, null]]", INVALID, "/1/1", "null", "a finite number"),
                Arguments.of("[[1, \"2\"]]", INVALID, "/0/1", "\"2\"", "\"NaN\""),
                Arguments.of("[1, {}]", INVALID, "/1", "an object", "a finite number"),
                Arguments.of("[1, true]", INVALID, "/1", "true or false", "BOOL"),
                Arguments.of("[1, 1e309]", INVALID, "/1", "1e309", "a finite number"),
                Arguments.of("[[-1e999]]", INVALID, "/0/0", "-1e999", "a finite number"),
                Arguments.of("[[[[[[[[[7]]]]]]]]]", LIMIT, "/0/0/0/0/0/0/0/0", "rank 9 or more", "rank at most 8"),
                Arguments.of("[0" + ",0".repeat(2000) + "]", LIMIT, "", "16008 bytes", "at most 16000 bytes"),
                Arguments.of("[1, 2", MALFORMED, "", "line 1, column 6", "JSON"),
                Arguments.of("[1, NaN]", MALFORMED, "", "line 1, column 8", "JSON"),
                Arguments.of("[1, 01]", MALFORMED, "", "line 1, column 6", "JSON"),
                Arguments.of("[" + "1".repeat(1001) + "]", LIMIT, "", "line 1, column 1003", "1000"));
    }

    private static Stream<Arguments> objectMistakes() {
        String keys = "shape, datatype, data";
        return Stream.of(
                Arguments.of("{}", INVALID, "", "no shape", keys),
                Arguments.of("{\"shape\": [1], \"data\": [1]}", INVALID, "", "no datatype", keys),
                Arguments.of("{\"shape\": [1], \"datatype\": \"FP64\"}", INVALID, "", "no data", keys),
                Arguments.of("{\"name\": 1}", INVALID, "/name", "name", keys),
                Arguments.of("{\"shape\": [1], \"shape\": [1]}", INVALID, "/shape", "twice", "once"),
                Arguments.of("{\"data\": [], \"data\": []}", INVALID, "/data", "twice", "once"),
                Arguments.of(object("3", "FP64", "[1]"), INVALID, "/shape", "3", "[2, 3]"),
                Arguments.of(object("[1, -1]", "FP64", "[1]"), INVALID, "/shape/1", "-1", "an integer from 0"),
                Arguments.of(object("[1.5]", "FP64", "[1]"), INVALID, "/shape/0", "1.5", "an integer from 0"),
                Arguments.of(object("[65536, 65536]", "FP64", "[]"), INVALID, "/shape", "[65536, 65536]", "2147483647"),
                Arguments.of(object("[1,1,1,1,1,1,1,1,1]", "FP64", "[1]"), LIMIT, "/shape", "rank 9 or more", "8"),
                Arguments.of(object("[1]", "UINT64", "[1]"), UNSUPPORTED, "/datatype", "UINT64", "FP64, FP32"),
                Arguments.of(object("[2, 2]", "FP64", "[1, 2, 3]"), INVALID, "/data", "3 numbers", "4 numbers"),
                Arguments.of(object("[4]", "FP64", "[[1, 2], [3, 4]]"), INVALID, "/data", "shape [2, 2]", "[4]"),
                Arguments.of(
                        object("[1]", "FP64", "1"), INVALID, "/data", "shape []", "1 numbers, flat or nested as [1]"),
                Arguments.of(object("[2, 2]", "FP64", "[[1, 2], [3]]"), INVALID, "/data/1", "length 1", "length 2"),
                Arguments.of(object("[1]", "FP64", "[true]"), INVALID, "/data/0", "true", "FP64 can hold"),
                Arguments.of(object("[2, 1]", "INT8", "[[1], [300]]"), INVALID, "/data/1/0", "300", "-128 to 127"),
                Arguments.of(object("[2]", "INT32", "[1, 2.5]"), INVALID, "/data/1", "2.5", "an integer"),
                Arguments.of(object("[1]", "UINT8", "[-1]"), INVALID, "/data/0", "-1", "from 0 to 255"),
                Arguments.of(object("[1]", "INT32", "[\"NaN\"]"), INVALID, "/data/0", "NaN", "an integer"),
                Arguments.of(object("[1]", "BOOL", "[2]"), INVALID, "/data/0", "2", "true or false"),
                Arguments.of(object("[1]", "FP32", "[1e39]"), INVALID, "/data/0", "1.0E39", "FP32 can hold"),
                Arguments.of(object("[1]", "FP16", "[65520]"), INVALID, "/data/0", "65520", "FP16 can hold"),
                Arguments.of(
                        object("[1]", "INT64", "[9007199254740993]"),
                        INVALID,
                        "/data/0",
                        "9007199254740992",
                        "2^53 - 1"));
    }

    @Test
    void pointsFromTheRootOfTheDocumentIntoATensorInside() {
        String json = "{\"parameters\": {\"a/b\": [[1, 2], [3]]}, \"states\": []}";
        JacksonException wrapped =
                catchThrowableOfType(JacksonException.class, () -> JSON.readValue(json, Layer.class));
        assertThat(TensorJson.problemBehind(wrapped))
                .hasValueSatisfying(problem -> assertThat(problem.pointer()).isEqualTo("/parameters/a~1b/1"));
        String other = "{\"states\": [1, [2, \"x\"]]}";
        wrapped = catchThrowableOfType(JacksonException.class, () -> JSON.readValue(other, Layer.class));
        assertThat(TensorJson.problemBehind(wrapped))
                .hasValueSatisfying(problem -> assertThat(problem.pointer()).isEqualTo("/states/1/1"));
        wrapped = catchThrowableOfType(JacksonException.class, () -> JSON.readValue("[", Layer.class));
        assertThat(TensorJson.problemBehind(wrapped)).isEmpty();
    }

    private static double[] values(String shape, String datatype, String data) {
        return JSON.readValue(object(shape, datatype, data), Tensor.class).values();
    }

    private static String object(String shape, String datatype, String data) {
        return "{\"data\": %s, \"shape\": %s, \"datatype\": \"%s\"}".formatted(data, shape, datatype);
    }
}
