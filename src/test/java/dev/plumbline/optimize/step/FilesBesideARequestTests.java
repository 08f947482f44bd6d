package dev.plumbline.optimize.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import dev.plumbline.tensor.Npy;
import dev.plumbline.tensor.Npz;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What comes in files beside a step's request is never dropped without a word, nor taken for something else. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class FilesBesideARequestTests {

    private static final String PATH = "/v1/optimizer-steps";
    private static final String ADAM = "{'optimizer': {'kind': 'adam', 'learningRate': 1}}";

    @LocalServerPort
    private int port;

    private Answer post(Map<String, byte[]> files, String request) throws Exception {
        Map<String, byte[]> parts = new LinkedHashMap<>(files);
        parts.put("request", request.replace('\'', '"').getBytes(UTF_8));
        return new Caller(port).postFiles(PATH, parts);
    }

    private static byte[] file(String name, double value) {
        return Safetensors.write(Map.of(name, Tensor.vector(value)), Map.of());
    }

    private byte[] answer(String accept) throws Exception {
        return new Caller(port).post(PATH, """
                        {"optimizer": {"kind": "adam", "learningRate": 1}, "parameters": {"w": [1]}, "gradients": {"w": [1]}}
                        """, "Accept", accept).body();
    }

    @ParameterizedTest
    @ValueSource(strings = {"p/w,m/w,s/enc/w", "p/w", "m/step"})
    void keepsACallersOwnNamesWhateverTheirForm(String names) throws Exception {
        Map<String, Tensor> own = new LinkedHashMap<>();
        for (String name : names.split(",")) {
            own.put(name, Tensor.vector(1));
        }
        for (boolean npz : new boolean[] {true, false}) {
            byte[] file = npz ? Npz.write(own) : Safetensors.write(own, Map.of("format", "pt"));
            Answer answer = post(Map.of("parameters", file, "gradients", file), ADAM);
            assertThat(answer.status()).isEqualTo(200);
            own.keySet()
                    .forEach(name -> assertThat(answer.json().at("/parameters").has(name))
                            .isTrue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/vnd.safetensors", "application/x-npz"})
    void knowsItsOwnAnswerByTheMetadata(String format) throws Exception {
        byte[] before = answer(format);
        Answer answer = post(Map.of("parameters", before, "state", before, "gradients", file("w", 1)), ADAM);
        assertThat(answer.number("/state/step")).isEqualTo(2);
        assertThat(answer.json().at("/parameters").has("w")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"request", "parameters", "gradients"})
    void refusesTwoPartsOfOneName(String twice) throws Exception {
        List<Map.Entry<String, byte[]>> parts = new ArrayList<>();
        parts.add(Map.entry("request", ADAM.replace('\'', '"').getBytes(UTF_8)));
        parts.add(Map.entry("parameters", file("w", 1)));
        parts.add(Map.entry("gradients", file("w", 2)));
        parts.add(parts.stream()
                .filter(part -> part.getKey().equals(twice))
                .findFirst()
                .orElseThrow());
        Answer answer = new Caller(port).postParts(PATH, parts);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo(twice);
        assertThat(answer.text("/got")).isEqualTo("2 parts");
    }

    @ParameterizedTest
    @ValueSource(strings = {"parameters", "gradients"})
    void refusesATensorInAFileAndInTheRequest(String part) throws Exception {
        Map<String, byte[]> files = Map.of("parameters", file("w", 1), "gradients", file("w", 2));
        Answer answer = post(files, ADAM.replace("}}", "}, '" + part + "': {'w': [5]}}"));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo(part + "/w");
        assertThat(answer.text("/detail")).contains("came twice");
    }

    @Test
    void joinsTensorsOfDifferentNames() throws Exception {
        Map<String, byte[]> files = Map.of("parameters", file("w", 1), "gradients", file("w", 2));
        Answer answer = post(files, ADAM.replace("}}", "}, 'parameters': {'b': 1}, 'gradients': {'b': -1}}"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/parameters").propertyNames()).containsExactly("w", "b");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"1, 200", "7, 422"})
    void refusesAStepCountThatContradictsTheFile(int step, int status) throws Exception {
        byte[] before = answer("application/vnd.safetensors");
        Answer answer = post(
                Map.of("parameters", before, "state", before, "gradients", file("w", 1)),
                ADAM.replace("}}", "}, 'state': {'step': %d}}".formatted(step)));
        assertThat(answer.status()).isEqualTo(status);
        if (status == 422) {
            assertThat(answer.text("/pointer")).isEqualTo("request/state/step");
        }
    }

    @Test
    void pointsIntoTheFileOfMoments() throws Exception {
        byte[] state =
                Safetensors.write(Map.of("s/m/w", Tensor.vector(1, 2), "s/v/w", Tensor.vector(1)), Map.of("step", "1"));
        Answer answer = post(Map.of("parameters", file("w", 1), "gradients", file("w", 1), "state", state), ADAM);
        assertThat(answer.text("/pointer")).isEqualTo("state/m/w");
    }

    @Test
    void takesALoneNpyForTheGradientOfTheOnlyParameter() throws Exception {
        byte[] npy = Npy.write(Tensor.vector(2));
        assertThat(post(Map.of("parameters", file("w", 1), "gradients", npy), ADAM)
                        .tensor("/parameters/w")
                        .at(0))
                .isLessThan(0.1);
        byte[] two = Safetensors.write(Map.of("a", Tensor.vector(1), "b", Tensor.vector(1)), Map.of());
        Answer refused = post(Map.of("parameters", two, "gradients", npy), ADAM);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("/detail")).contains("one tensor, without a name");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"9223372036854775807, 422", "9007199254740992, 422", "-1, 422", "9007199254740991, 200"})
    void refusesAStepCountThatCouldNotBeCounted(long step, int status) throws Exception {
        String body = """
                {"optimizer": {"kind": "adam"}, "parameters": {"w": [1]}, "gradients": {"w": [1]},
                 "state": {"step": %d, "slots": {"m": {"w": [0]}, "v": {"w": [0]}}}}""".formatted(step);
        Answer answer = new Caller(port).post(PATH, body);
        assertThat(answer.status()).isEqualTo(status);
        if (status == 422) {
            assertThat(answer.text("/pointer")).isEqualTo("/state/step");
        }
    }

    @Test
    void pointsIntoTheSlotsOfTheRequest() throws Exception {
        String body = """
                {"optimizer": {"kind": "adam"}, "parameters": {"w": [1]}, "gradients": {"w": [1]},
                 "state": {"step": 1, "slots": {"m": {"w": [0, 0]}, "v": {"w": [0]}}}}""";
        assertThat(new Caller(port).post(PATH, body).text("/pointer")).isEqualTo("/state/slots/m/w");
    }
}
