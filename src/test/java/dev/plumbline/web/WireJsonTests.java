package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

class WireJsonTests {

    private final JsonMapper json = WireJson.mapper(Limits.defaults());

    enum LossKind {
        CROSS_ENTROPY,
        MSE
    }

    enum Verdict {
        PASS,
        INCONCLUSIVE
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Dense.class, name = "dense"),
        @JsonSubTypes.Type(value = Flatten.class, name = "flatten")
    })
    sealed interface Layer permits Dense, Flatten {}

    record Dense(int units) implements Layer {
        Dense {
            if (units < 1) {
                throw Problem.invalid("/units", "a layer without units", units, "at least 1");
            }
        }
    }

    record Flatten() implements Layer {}

    record Request(
            String name,
            double step,
            @Nullable Integer seed,
            @Nullable LossKind kind,
            @Nullable Boolean exact,
            @Nullable List<Double> values,
            @Nullable List<Layer> layers,
            @Nullable Map<String, Dense> named,
            @Nullable Object anything,
            byte @Nullable [] onnx,
            @Nullable Map<String, Tensor> parameters,
            @Nullable Map<String, Map<String, Tensor>> slots,
            @Nullable List<@Nullable Integer> gaps) {}

    record Report(
            Verdict verdict,
            LossKind kind,
            double value,
            float single,
            @Nullable String mistake) {}

    private Request read(String text) {
        return json.readValue(text.replace('\'', '"'), Request.class);
    }

    private Problem refused(String text) {
        JacksonException failure = catchThrowableOfType(JacksonException.class, () -> read(text));
        return JsonProblems.of(failure).orElseThrow();
    }

    @Test
    void writesNonFiniteNumbersAsStringsEnumsInCamelCaseAndLeavesOutNulls() {
        assertThat(json.writeValueAsString(
                        new Report(Verdict.PASS, LossKind.CROSS_ENTROPY, Double.NaN, Float.NEGATIVE_INFINITY, null)))
                .isEqualTo("""
                        {"verdict":"PASS","kind":"crossEntropy","value":"NaN","single":"-Infinity"}""");
    }

    @Test
    void readsNonFiniteNumbersFromStrings() {
        Request request = read("{'name': 'a', 'step': '-Infinity', 'values': ['NaN', 'Infinity', 1e-320, 3]}");
        assertThat(request.step()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(request.values()).containsExactly(Double.NaN, Double.POSITIVE_INFINITY, 1e-320, 3.0);
    }

    @Test
    void readsNullsWhereTheTypeAllowsThem() {
        assertThat(read("{'name': 'a', 'step': 1, 'gaps': [1, null], 'parameters': null}")
                        .gaps())
                .containsExactly(1, null);
    }

    @Test
    void readsBackEveryConstantItWrites() {
        for (LossKind kind : LossKind.values()) {
            assertThat(json.readValue(json.writeValueAsString(kind), LossKind.class))
                    .isEqualTo(kind);
        }
        assertThat(json.readValue("\"INCONCLUSIVE\"", Verdict.class)).isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void readsAModelOfManyMegabytesInBase64() {
        int bytes = 30_000_000;
        String text = "{'name': 'a', 'step': 1, 'onnx': '" + "AAAA".repeat(bytes / 3) + "'}";
        assertThat(read(text).onnx()).hasSize(bytes);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                              | MALFORMED |               | the body is empty
            {                                               | MALFORMED |               | the JSON is broken at line 1, column 2
            {'name': 'a', 'step': 1, 'parameters': {'w': [1 | MALFORMED | /parameters/w | *
            {'name': 'a', 'step': 1} {}                     | MALFORMED |               | something follows the JSON
            {'name': 'a', 'step': foo}                      | MALFORMED | /step         | the JSON is broken at line 1, column 23
            {'name': 'a', 'step': NaN}                      | MALFORMED | /step         | the JSON is broken at line 1, column 26
            {'name': 'a', 'step': 1, 'values': [1, 2,]}     | MALFORMED | /values/2     | the JSON is broken at line 1, column 42
            {'name': 'a', 'name': 'b', 'step': 1}           | MALFORMED | /name         | the JSON is broken at line 1, column 21
            {'anything': {'a': {'b': 1, 'b': 2}}}           | MALFORMED | /anything/a/b | the JSON is broken at line 1, column 32
            []                                              | INVALID   |               | the value does not fit here
            {'step': 1}                                     | INVALID   | /name         | a value is missing
            {'name': 'a'}                                   | INVALID   | /step         | a value is missing
            {'name': null, 'step': 1}                       | INVALID   | /name         | a value is missing
            {'name': 'a', 'step': null}                     | INVALID   | /step         | a value is missing
            {'name': 'a', 'step': 1e999}                    | INVALID   | /step         | the number does not fit
            {'name': 'a', 'step': 1, 'values': [0, -1e400]} | INVALID   | /values/1     | the number does not fit
            {'name': 'a', 'step': 1, 'seed': 99999999999}   | INVALID   | /seed         | the number does not fit
            {'name': 'a', 'step': '1'}                      | INVALID   | /step         | the value does not fit here
            {'name': 'a', 'step': 'INF'}                    | INVALID   | /step         | the value does not fit here
            {'name': 'a', 'step': true}                     | INVALID   | /step         | the value does not fit here
            {'name': 1, 'step': 1}                          | INVALID   | /name         | the value does not fit here
            {'name': 'a', 'step': 1, 'seed': 1.5}           | INVALID   | /seed         | the value does not fit here
            {'name': 'a', 'step': 1, 'seed': '7'}           | INVALID   | /seed         | the value does not fit here
            {'name': 'a', 'step': 1, 'exact': 1}            | INVALID   | /exact        | the value does not fit here
            {'name': 'a', 'step': 1, 'kind': 'MSE'}         | INVALID   | /kind         | the value does not fit here
            {'name': 'a', 'step': 1, 'kind': 0}             | INVALID   | /kind         | the value does not fit here
            {'name': 'a', 'step': 1, 'values': {}}          | INVALID   | /values       | the value does not fit here
            {'name': 'a', 'step': 1, 'onnx': '@@'}          | INVALID   | /onnx         | the value does not fit here
            {'name': 'a', 'step': 1, 'stpe': 1}             | INVALID   | /stpe         | the name is unknown here
            {'name': 'a', 'step': 1, 'layers': [{'type': 'flatten'}, {'type': 'dens'}]} | INVALID | /layers/1 | its kind is unknown
            {'name': 'a', 'step': 1, 'layers': [{'units': 3}]}                          | INVALID | /layers/0 | its kind is missing
            {'name': 'a', 'step': 1, 'layers': [{'type': 'dense', 'units': 0}]}         | INVALID | /layers/0/units | a layer without units
            {'name': 'a', 'step': 1, 'named': {'a/b~c': {'type': 'dense', 'units': -1}}}                 | INVALID | /named/a~1b~0c/units | a layer without units
            {'name': 'a', 'step': 1, 'parameters': {'w': [[1, 2], [3]]}}                | INVALID | /parameters/w/1 | *
            {'name': 'a', 'step': 1, 'parameters': {'w': 1, 'b': null}}                 | INVALID | /parameters/b | there is no tensor here
            {'name': 'a', 'step': 1, 'slots': {'m': {'w': null}}}                       | INVALID | /slots/m/w | a value is missing
            {'name': 'a', 'step': 1, 'slots': {'m': null}}                              | INVALID | /slots/m | a value is missing
            {'name': 'a', 'step': 1, 'layers': [{'type': 'flatten'}, null]}             | INVALID | /layers/1 | a value is missing
            {'name': 'a', 'step': 1, 'values': [1, null]}                               | INVALID | /values/1 | a value is missing
            {'name': 'a', 'step': 1, 'parameters': {'w': {'shape': [2], 'datatype': 'FP64', 'data': [1]}}} | INVALID | /parameters/w/data | *
            """)
    void refusesWithTheRightPointer(String text, Problem.Code code, @Nullable String pointer, String explanation) {
        Problem problem = refused(text);
        assertThat(problem.code()).isEqualTo(code);
        assertThat(problem.pointer()).isEqualTo(pointer == null ? "" : pointer);
        if (!explanation.equals("*")) {
            assertThat(problem.explanation()).isEqualTo(explanation);
        }
        assertThat(problem.explanation()).doesNotContain("Source");
        assertThat(problem.got()).isNotEmpty().doesNotContain("Source", "java", "JsonToken");
        assertThat(problem.expected()).isNotEmpty().doesNotContain("java");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'name': 'a', 'step': 1, 'kind': 'mae'}         | mae  | one of crossEntropy, mse
            {'name': 'a', 'step': 1, 'kind': 0}             | 0    | one of crossEntropy, mse
            {'name': 'a', 'step': 'abc'}                    | abc  | a number, "NaN", "Infinity" or "-Infinity"
            {'name': 'a', 'step': [1]}                      | an array | a number, "NaN", "Infinity" or "-Infinity"
            {'name': 'a', 'step': 1, 'seed': '7'}           | "7"  | an integer of 32 bits
            {'name': 'a', 'step': 1, 'layers': [{'type': 'dens'}]} | dens | one of dense, flatten
            {'name': 'a', 'step': 1, 'layers': [{'type': 'dense', 'unit': 3, 'units': 3}]} | unit | one of units
            """)
    void saysWhatItGotAndWhatItExpected(String text, String got, String expected) {
        assertThat(refused(text).got()).isEqualTo(got);
        assertThat(refused(text).expected()).isEqualTo(expected);
    }

    @Test
    void refusesJsonThatIsNestedTooDeep() {
        Problem problem = refused("{'anything': " + "[".repeat(200) + "]".repeat(200) + "}");
        assertThat(problem.code()).isEqualTo(Problem.Code.LIMIT);
        assertThat(problem.got()).isEqualTo("101");
        assertThat(problem.expected()).isEqualTo("at most 100");
        assertThat(problem.explanation()).isEqualTo("the JSON is too large: document nesting depth");
    }

    @Test
    void refusesANumberOfManyDigits() {
        Problem problem = refused("{'name': 'a', 'step': " + "1".repeat(2_000) + "}");
        assertThat(problem.code()).isEqualTo(Problem.Code.LIMIT);
        assertThat(problem.got()).isEqualTo("2000");
    }

    @Test
    void refusesABrokenTensorWithinItsDocument() {
        Problem problem = refused("{'name': 'a', 'step': 1, 'parameters': {'w': [1, 2");
        assertThat(problem.code()).isEqualTo(Problem.Code.MALFORMED);
        assertThat(problem.pointer()).startsWith("/parameters/w");
    }

    @Test
    void doesNotBlameTheCallerForAFaultOfOurs() {
        record Faulty(String name) {
            Faulty {
                throw new NullPointerException("ours");
            }
        }
        assertThatThrownBy(() -> json.readValue("{\"name\":\"a\"}", Faulty.class))
                .isInstanceOfSatisfying(JacksonException.class, failure -> assertThat(JsonProblems.of(failure))
                        .isEmpty());
    }

    /** As the last event of a stream. */
    @Test
    void writesAProblemAsTheRefusalThatItWouldBe() {
        String written = json.writeValueAsString(Problem.invalid("/data/y/3", "out of range", 7, "0 to 2"));
        assertThat(written)
                .isEqualTo(json.writeValueAsString(
                        ProblemReport.of(Problem.invalid("/data/y/3", "out of range", 7, "0 to 2"))))
                .contains(
                        "\"type\":\"/problems/invalid\"", "\"status\":422", "\"got\":\"7\"", "\"expected\":\"0 to 2\"");
    }

    /** As in the losses of a run that has diverged. */
    @Test
    void readsNumbersOfAnyKindAsItWritesThem() {
        List<List<Number>> losses =
                List.of(List.of(1, 0.25), List.of(2, Double.POSITIVE_INFINITY), List.of(3, Double.NaN));
        JsonMapper mapper = WireJson.mapper(Limits.defaults());
        List<List<Number>> read =
                mapper.readValue(mapper.writeValueAsString(losses), new TypeReference<List<List<Number>>>() {});
        assertThat(read).isEqualTo(losses);
    }
}
