package dev.plumbline.optimize.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import dev.plumbline.tensor.Npy;
import dev.plumbline.tensor.Npz;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.SafetensorsFile;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "plumbline.limits.sessions=20")
class SessionTests {

    static final String PATH = "/v1/optimizer-sessions";
    static final String SGD = """
            {"optimizer": {"kind": "sgd", "learningRate": 0.5}, "parameters": {"w": [1, 2]}}""";
    static final String GRADIENTS = "{\"gradients\": {\"w\": [1, -1]}}";

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    private Caller caller;

    @BeforeEach
    void connect() {
        caller = new Caller(port);
        jdbc.sql("delete from optimizer_session").update();
    }

    private String create(String... headers) throws Exception {
        Answer answer = caller.post(PATH, SGD, headers);
        assertThat(answer.status()).isEqualTo(201);
        return PATH + "/" + answer.text("/id");
    }

    private Answer step(String session, String... headers) throws Exception {
        return caller.post(session + "/steps", GRADIENTS, headers);
    }

    @Test
    void countsItsStepsInTheEtag() throws Exception {
        String session = create();
        assertThat(caller.get(session).etag()).isEqualTo("\"0\"");
        Answer first = step(session, "If-Match", "\"0\"");
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.etag()).isEqualTo("\"1\"");
        assertThat(first.tensor("/parameters/w")).isEqualTo(Tensor.vector(0.5, 2.5));
        assertThat(step(session, "If-Match", "\"1\"").etag()).isEqualTo("\"2\"");
        assertThat(caller.get(session + "/parameters").tensor("/w")).isEqualTo(Tensor.vector(0, 3));
        assertThat(caller.get(session + "/state").number("/step")).isEqualTo(2);
    }

    @Test
    void answersAStepAsAFile() throws Exception {
        String session = create();
        String safetensors = "application/vnd.safetensors";
        Answer first = step(session, "If-Match", "\"0\"", "Accept", safetensors, "Idempotency-Key", "a");
        assertThat(first.etag()).isEqualTo("\"1\"");
        SafetensorsFile file = Safetensors.read(first.body(), TensorLimits.DEFAULT);
        assertThat(file.tensors()).isEqualTo(Map.of("p/w", Tensor.vector(0.5, 2.5)));
        assertThat(file.metadata()).containsEntry("step", "1");
        assertThat(Caller.JSON
                        .readTree(file.metadata().get("plumbline"))
                        .at("/gradientNorm")
                        .asDouble())
                .isEqualTo(Math.sqrt(2));
        byte[] gradients = Npz.write(Map.of("w", Tensor.vector(1, -1)));
        Answer second = caller.postFiles(
                session + "/steps", Map.of("gradients", gradients), "If-Match", "\"1\"", "Accept", "application/x-npz");
        assertThat(Npz.read(second.body(), TensorLimits.DEFAULT)).containsEntry("p/w", Tensor.vector(0, 3));
        Answer late = step(session, "If-Match", "\"0\"", "Accept", safetensors, "Idempotency-Key", "a");
        assertThat(late.etag()).isEqualTo("\"1\"");
        assertThat(Safetensors.read(late.body(), TensorLimits.DEFAULT).tensors())
                .isEmpty();
        Answer stale = step(session, "If-Match", "\"0\"", "Accept", safetensors);
        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.text("/expected")).isEqualTo("\"2\"");
    }

    @Test
    void givesItsTensorsAsNpz() throws Exception {
        String session = create();
        step(session, "If-Match", "\"0\"");
        String[] npz = {"Accept", "application/x-npz"};
        Map<String, Tensor> own =
                Npz.read(caller.get(session + "/parameters", npz).body(), TensorLimits.DEFAULT);
        assertThat(own).isEqualTo(Map.of("w", Tensor.vector(0.5, 2.5)));
        Map<String, Tensor> state = Npz.read(caller.get(session + "/state", npz).body(), TensorLimits.DEFAULT);
        assertThat(state).containsKeys("p/w", "m/step");
    }

    @Test
    void asksForIfMatchAndRefusesAStaleOne() throws Exception {
        String session = create();
        assertThat(step(session).status()).isEqualTo(428);
        step(session, "If-Match", "\"0\"");
        Answer retry = step(session, "If-Match", "\"0\"");
        assertThat(retry.status()).isEqualTo(412);
        assertThat(retry.text("/expected")).isEqualTo("\"1\"");
        assertThat(caller.get(session + "/parameters").tensor("/w")).isEqualTo(Tensor.vector(0.5, 2.5));
    }

    @Test
    void answersARetryByItsKeyAsItAnsweredTheFirstTry() throws Exception {
        String session = create();
        Answer first = step(session, "If-Match", "\"0\"", "Idempotency-Key", "a");
        Answer retry = step(session, "If-Match", "\"0\"", "Idempotency-Key", "a");
        assertThat(retry.status()).isEqualTo(200);
        assertThat(retry.json()).isEqualTo(first.json());
        step(session, "If-Match", "\"1\"", "Idempotency-Key", "b");
        Answer late = step(session, "If-Match", "\"0\"", "Idempotency-Key", "a");
        assertThat(late.etag()).isEqualTo("\"1\"");
        assertThat(late.json().has("parameters")).isFalse();
        assertThat(caller.get(session).number("/step")).isEqualTo(2);
    }

    @Test
    void refusesAKeyThatWasUsedForAnotherRequest() throws Exception {
        String session = create();
        step(session, "If-Match", "\"0\"", "Idempotency-Key", "a");
        Answer other = caller.post(
                session + "/steps", "{\"gradients\": {\"w\": [1, 1]}}", "If-Match", "\"0\"", "Idempotency-Key", "a");
        assertThat(other.status()).isEqualTo(409);
    }

    @Test
    void appliesOneOfManyStepsThatRace() throws Exception {
        String session = create();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<Integer> race = () -> step(session, "If-Match", "\"0\"").status();
            int applied = 0;
            for (Future<Integer> status : threads.invokeAll(Collections.nCopies(16, race))) {
                assertThat(status.get()).isIn(200, 412);
                applied += status.get() == 200 ? 1 : 0;
            }
            assertThat(applied).isEqualTo(1);
        } finally {
            threads.shutdown();
        }
        assertThat(caller.get(session + "/parameters").tensor("/w")).isEqualTo(Tensor.vector(0.5, 2.5));
    }

    @Test
    void findsTheSessionThatAnEarlierTryHasMade() throws Exception {
        assertThat(create("Idempotency-Key", "run-1")).isEqualTo(create("Idempotency-Key", "run-1"));
        Answer other = caller.post(PATH, SGD.replace("0.5", "0.6"), "Idempotency-Key", "run-1");
        assertThat(other.status()).isEqualTo(409);
    }

    @Test
    void staysWhereItIsWhenAGradientIsNotFinite() throws Exception {
        String session = create();
        Answer answer =
                caller.post(session + "/steps", "{\"gradients\": {\"w\": [1, \"Infinity\"]}}", "If-Match", "\"0\"");
        assertThat(answer.json().at("/taken").asBoolean()).isFalse();
        assertThat(answer.etag()).isEqualTo("\"0\"");
        assertThat(caller.get(session + "/parameters").tensor("/w")).isEqualTo(Tensor.vector(1, 2));
    }

    @Test
    void followsTheCallersSchedule() throws Exception {
        String session = create();
        Answer answer = caller.post(
                session + "/steps", "{\"gradients\": {\"w\": [1, -1]}, \"learningRate\": 2}", "If-Match", "\"0\"");
        assertThat(answer.tensor("/parameters/w")).isEqualTo(Tensor.vector(-1, 4));
    }

    @Test
    void beginsAgain() throws Exception {
        String session = create();
        step(session, "If-Match", "\"0\"");
        assertThat(caller.post(session + "/resets", "{}").status()).isEqualTo(428);
        Answer reset = caller.post(session + "/resets", "{\"parameters\": {\"w\": [7, 8]}}", "If-Match", "\"1\"");
        assertThat(reset.etag()).isEqualTo("\"0.1\"");
        assertThat(caller.get(session + "/parameters").tensor("/w")).isEqualTo(Tensor.vector(7, 8));
        Answer wrong = caller.post(session + "/resets", "{\"parameters\": {\"w\": [7]}}", "If-Match", "\"0.1\"");
        assertThat(wrong.status()).isEqualTo(422);
    }

    @Test
    void answersARetryFromBeforeAResetWithoutTheParametersOfAnotherStep() throws Exception {
        String session = create();
        Answer first = step(session, "If-Match", "\"0\"", "Idempotency-Key", "k1");
        caller.post(session + "/resets", "{\"parameters\": {\"w\": [70, 80]}}", "If-Match", "\"1\"");
        Answer second = step(session, "If-Match", "\"0.1\"", "Idempotency-Key", "k2");
        assertThat(second.etag()).isEqualTo("\"1.1\"");
        Answer retry = step(session, "If-Match", "\"0\"", "Idempotency-Key", "k1");
        assertThat(retry.status()).isEqualTo(200);
        assertThat(retry.etag()).isEqualTo(first.etag());
        assertThat(retry.json().has("parameters")).isFalse();
        assertThat(retry.json().at("/update")).isEqualTo(first.json().at("/update"));
    }

    @Test
    void neverUsesATagAgain() throws Exception {
        String session = create();
        Answer reset = caller.post(session + "/resets", "{\"parameters\": {\"w\": [7, 8]}}", "If-Match", "\"0\"");
        Answer fresh = caller.get(session + "/parameters", "If-None-Match", "\"0\"");
        assertThat(fresh.status()).isEqualTo(200);
        assertThat(fresh.etag()).isEqualTo(reset.etag()).isEqualTo("\"0.1\"");
        assertThat(caller.get(session + "/parameters", "If-None-Match", "\"0.1\"")
                        .status())
                .isEqualTo(304);
        Answer late = step(session, "If-Match", "\"0\"");
        assertThat(late.status()).isEqualTo(412);
        assertThat(late.text("/expected")).isEqualTo("\"0.1\"");
    }

    @Test
    void takesAStarAndAListForIfMatch() throws Exception {
        String session = create();
        assertThat(step(session, "If-Match", "*").etag()).isEqualTo("\"1\"");
        assertThat(step(session, "If-Match", "\"0\", \"1\"").etag()).isEqualTo("\"2\"");
        assertThat(step(session, "If-Match", "\"0\",\"1\"").status()).isEqualTo(412);
        assertThat(step(session, "If-Match", "W/\"2\"").status()).isEqualTo(412);
    }

    @Test
    void isNotDeletedByWhoHasSeenAnotherStep() throws Exception {
        String session = create();
        step(session, "If-Match", "\"0\"");
        assertThat(caller.delete(session, "If-Match", "\"0\"").status()).isEqualTo(412);
        assertThat(caller.delete(session, "If-Match", "\"1\"").status()).isEqualTo(204);
        assertThat(caller.delete(session, "If-Match", "\"1\"").status()).isEqualTo(404);
    }

    @Test
    void isGoneWhenDeleted() throws Exception {
        String session = create();
        step(session, "If-Match", "\"0\"", "Idempotency-Key", "a");
        assertThat(caller.delete(session).status()).isEqualTo(204);
        assertThat(caller.get(session).status()).isEqualTo(404);
        assertThat(caller.delete(session).status()).isEqualTo(404);
    }

    @Test
    void isGoneWhenItHasExpired() throws Exception {
        String session = create();
        jdbc.sql("update optimizer_session set expires_at = 1").update();
        assertThat(caller.get(session).status()).isEqualTo(404);
        create();
        assertThat(jdbc.sql("select count(*) from optimizer_session")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void keepsNoMoreThanItsLimit() throws Exception {
        for (int i = 0; i < 20; i++) {
            create();
        }
        Answer answer = caller.post(PATH, SGD);
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.text("/expected")).contains("plumbline.limits.sessions");
    }

    @Test
    void givesOutFilesThatANewSessionBeginsWith() throws Exception {
        String session = create();
        step(session, "If-Match", "\"0\"");
        byte[] state = caller.get(session + "/state", "Accept", "application/vnd.safetensors")
                .body();
        Answer moved = caller.postFiles(
                PATH,
                Map.of(
                        "request",
                        "{\"optimizer\": {\"kind\": \"sgd\", \"learningRate\": 0.5}}".getBytes(UTF_8),
                        "parameters",
                        state,
                        "state",
                        state));
        assertThat(moved.status()).isEqualTo(201);
        assertThat(moved.etag()).isEqualTo("\"1\"");
        Answer file =
                caller.get(PATH + "/" + moved.text("/id") + "/parameters", "Accept", "application/vnd.safetensors");
        SafetensorsFile content = Safetensors.read(file.body(), TensorLimits.DEFAULT);
        assertThat(content.tensors()).containsOnlyKeys("w").containsEntry("w", Tensor.vector(0.5, 2.5));
        byte[] gradients = Safetensors.write(Map.of("w", Tensor.vector(1, -1)), Map.of());
        Answer step = caller.postFiles(
                PATH + "/" + moved.text("/id") + "/steps", Map.of("gradients", gradients), "If-Match", "\"1\"");
        assertThat(step.tensor("/parameters/w")).isEqualTo(Tensor.vector(0, 3));
    }

    @Test
    void refusesToBeginWithWhatCannotTakeAStep() throws Exception {
        Answer answer = caller.post(PATH, SGD.replace("[1, 2]", "[1, \"NaN\"]"));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo("/parameters/w");
        assertThat(answer.text("/got")).isEqualTo("NaN at position 1, row by row");
    }

    @Test
    void beginsWithAnEpsilonOfZeroAsAStepDoes() throws Exception {
        Answer made = caller.post(PATH, """
                {"optimizer": {"kind": "adam", "learningRate": 1, "epsilon": 0}, "parameters": {"w": [1, 2]}}""");
        assertThat(made.status()).isEqualTo(201);
        Answer step = step(PATH + "/" + made.text("/id"), "If-Match", "\"0\"");
        // Without epsilon the first step of Adam is the learning rate times the gradient's sign, to a rounding or two.
        assertThat(step.tensor("/parameters/w").at(0)).isCloseTo(0, within(1e-15));
        assertThat(step.tensor("/parameters/w").at(1)).isCloseTo(3, within(1e-15));
    }

    @ParameterizedTest(name = "{0}, a name of {1}")
    @CsvSource({"sgd, 0, 510, 201", "sgd, 0, 511, 413", "sgd, 0.9, 501, 201", "sgd, 0.9, 502, 413"})
    void refusesANameThatItsMomentsWouldBeTooLongFor(String kind, double momentum, int length, int status)
            throws Exception {
        String name = "n".repeat(length);
        Answer made = caller.post(PATH, """
                {"optimizer": {"kind": "%s", "learningRate": 1, "momentum": %s}, "parameters": {"%s": 1}}""".formatted(kind, momentum, name));
        assertThat(made.status()).isEqualTo(status);
        if (status == 201) {
            Answer step = caller.post(
                    PATH + "/" + made.text("/id") + "/steps",
                    "{\"gradients\": {\"%s\": 1}}".formatted(name),
                    "If-Match",
                    "*");
            assertThat(step.status()).isEqualTo(200);
        } else {
            assertThat(made.text("/pointer")).isEqualTo("/parameters/" + name);
        }
    }

    @Test
    void listsTheSessionsOfItsCallerWithoutTheirTensors() throws Exception {
        assertThat(caller.get(PATH).json().at("/items").isEmpty()).isTrue();
        String first = create();
        step(first, "If-Match", "\"0\"");
        jdbc.sql("update optimizer_session set created_at = created_at - 1").update();
        String second = create();
        JsonNode list = caller.get(PATH).json().at("/items");
        assertThat(list).hasSize(2);
        assertThat(PATH + "/" + list.at("/0/id").asString()).isEqualTo(second);
        assertThat(list.at("/1/step").asLong()).isEqualTo(1);
        assertThat(list.at("/1/optimizer").asString()).isEqualTo("sgd");
        assertThat(list.at("/1/bytes").asLong()).isBetween(16L, 1_000L);
        assertThat(list.at("/1").has("parameters")).isFalse();
        JsonNode page = caller.get(PATH + "?limit=1").json();
        assertThat(page.at("/items")).hasSize(1);
        assertThat(caller.get(PATH + "?limit=1&after=" + page.at("/next").asString())
                        .text("/items/0/id"))
                .isEqualTo(list.at("/1/id").asString());
        jdbc.sql("update optimizer_session set owner = 'somebody else' where id = :id")
                .param("id", list.at("/0/id").asString())
                .update();
        assertThat(caller.get(PATH).json().at("/items")).hasSize(1);
    }

    @Test
    void beginsAgainWithoutABody() throws Exception {
        String session = create();
        step(session, "If-Match", "\"0\"");
        Answer reset = caller.post(session + "/resets", new String[] {"If-Match", "\"1\""});
        assertThat(reset.status()).isEqualTo(200);
        assertThat(reset.etag()).isEqualTo("\"0.1\"");
        assertThat(caller.get(session + "/parameters").tensor("/w")).isEqualTo(Tensor.vector(0.5, 2.5));
    }

    @Test
    void takesALoneNpyForTheGradientOfItsOnlyParameter() throws Exception {
        byte[] npy = Npy.write(Tensor.vector(1, -1));
        Answer step = caller.postFiles(create() + "/steps", Map.of("gradients", npy), "If-Match", "\"0\"");
        assertThat(step.tensor("/parameters/w")).isEqualTo(Tensor.vector(0.5, 2.5));
        Answer two = caller.post(PATH, SGD.replace("[1, 2]", "1, \"b\": 2"));
        Answer refused = caller.postFiles(
                PATH + "/" + two.text("/id") + "/steps", Map.of("gradients", npy), "If-Match", "\"0\"");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("/detail")).contains("one tensor, without a name");
        assertThat(refused.text("/pointer")).isEqualTo("gradients");
    }

    /** A file of a session's parameters is not the answer to a step, whatever their names look like. */
    @Test
    void givesOutParametersThatComeBackUnderTheirOwnNames() throws Exception {
        Answer made = caller.post(PATH, SGD.replace("\"w\"", "\"p/w\""));
        String[] asFile = {"Accept", "application/vnd.safetensors"};
        byte[] file = caller.get(PATH + "/" + made.text("/id") + "/parameters", asFile)
                .body();
        byte[] request = "{\"optimizer\": {\"kind\": \"sgd\", \"learningRate\": 1}}".getBytes(UTF_8);
        Answer again = caller.postFiles(PATH, Map.of("request", request, "parameters", file));
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json().at("/parameters").propertyNames()).containsExactly("p/w");
    }

    @Test
    void refusesParametersThatCameTwice() throws Exception {
        Answer answer = caller.postFiles(
                PATH,
                Map.of(
                        "request",
                        SGD.getBytes(UTF_8),
                        "parameters",
                        Safetensors.write(Map.of("w", Tensor.vector(3, 4)), Map.of())));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo("parameters/w");
    }
}
