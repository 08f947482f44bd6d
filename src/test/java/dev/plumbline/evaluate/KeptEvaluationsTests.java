package dev.plumbline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What is kept of evaluations over HTTP. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class KeptEvaluationsTests {

    private static final String PATH = "/v1/evaluations";
    private static final String LAYERS =
            "{\"model\": {\"layers\": [{\"type\": \"dense\", \"units\": 2}], \"input\": [2],"
                    + " \"seed\": 7}, \"data\": {\"x\": [[3, 4]]}%s}";
    private static final String FORMULA =
            "{\"model\": {\"formula\": \"sum(x^2)\"}, \"parameters\": {\"x\": [3, 4]}, %s}";

    @LocalServerPort
    private int port;

    private Answer post(String body) throws Exception {
        Answer answer = new Caller(port).post(PATH, body);
        assertThat(answer.status()).as(new String(answer.body())).isEqualTo(200);
        return answer;
    }

    private Answer get(String path) throws Exception {
        return new Caller(port).get(path);
    }

    @Test
    void keepsTheShortOfIt() throws Exception {
        Answer answer = post(FORMULA.formatted("\"label\": \"squares\""));
        assertThat(answer.text("/summary")).isEqualTo("The loss is 25.");

        Answer kept = get(PATH + "/" + answer.text("/id"));
        assertThat(kept.text("/label")).isEqualTo("squares");
        assertThat(kept.number("/loss")).isEqualTo(25);
        assertThat(kept.json().has("verdict")).isFalse();
        Answer list = get(PATH + "?label=squares");
        assertThat(list.json().at("/items").size()).isEqualTo(1);
        assertThat(list.text("/items/0/href")).isEqualTo(PATH + "/" + answer.text("/id"));
        assertThat(list.text("/items/0/summary")).isEqualTo(answer.text("/summary"));
    }

    @Test
    void keepsOfAnOutputItsShapeAndNorm() throws Exception {
        Answer answer = post(LAYERS.formatted(""));
        Answer kept = get(PATH + "/" + answer.text("/id"));
        String output = answer.json().at("/outputs").propertyNames().iterator().next();
        double first = answer.number("/outputs/" + output + "/0/0");
        double second = answer.number("/outputs/" + output + "/0/1");
        assertThat(kept.text("/outputs/0/name")).isEqualTo(output);
        assertThat(kept.json().at("/outputs/0/shape").toString()).isEqualTo("[1,2]");
        assertThat(kept.number("/outputs/0/norm")).isEqualTo(Math.hypot(first, second));
        assertThat(kept.json().has("loss")).isFalse();
    }

    @Test
    void hasAVerdictWhereSomethingWasExpected() throws Exception {
        Answer right = post(FORMULA.formatted("\"label\": \"expected\", \"expected\": {\"loss\": 25}"));
        Answer wrong = post(FORMULA.formatted("\"label\": \"expected\", \"expected\": {\"loss\": 26}"));
        assertThat(right.text("/summary")).isEqualTo("As expected: the loss is 25.");
        assertThat(wrong.text("/summary")).isEqualTo(wrong.text("/anotherModel"));
        for (String[] each : new String[][] {{"PASS", right.text("/id")}, {"FAIL", wrong.text("/id")}}) {
            Answer list = get(PATH + "?label=expected&verdict=" + each[0]);
            assertThat(list.json().at("/items").size()).isEqualTo(1);
            assertThat(list.text("/items/0/id")).isEqualTo(each[1]);
        }
    }

    @Test
    void anUnknownOneIsNotThere() throws Exception {
        assertThat(get(PATH + "/none").status()).isEqualTo(404);
    }
}
