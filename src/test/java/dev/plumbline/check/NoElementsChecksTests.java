package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.Caller.Answer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Tensors without elements are answered or refused, whatever is done with them and however it is checked. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class NoElementsChecksTests {

    @LocalServerPort
    private int port;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sum(conv2d(x, w))           | [2, 0, 2, 2] | [1, 0, 3, 3]
            sum(conv2d(x, w))           | [2, 1, 2, 2] | [0, 1, 3, 3]
            sum(conv2d(x, w))           | [0, 1, 2, 2] | [1, 1, 3, 3]
            sum(x @ w)                  | [0, 3]       | [2, 0]
            sum((x @ w)^2)              | [3, 0]       | [2, 3]
            mean((x @ w)^2)             | [3, 2]       | [0, 3]
            mean(w)                     | [0]          | [1]
            max(w)                      | [0]          | [1]
            sum(max(w, 1))              | [2, 0]       | [1]
            sum(softmax(w))             | [2, 0]       | [1]
            sum(logSumExp(w))           | [0]          | [1]
            sum(w[0:0])                 | [3]          | [1]
            sum(w.T * x)                | [0, 2]       | [2, 0]
            sum(concat([w, x], 0)^2)    | [0, 2]       | [3, 2]
            sum(w * x)                  | [0]          | [1]
            sum(cumsum(w, 0))           | [0, 2]       | [1]
            sum(maxPool2d(w, 2))        | [1, 0, 4, 4] | [1]
            sum(averagePool2d(w, 2))    | [0, 1, 4, 4] | [1]
            sum(layerNorm(w))           | [2, 0]       | [1]
            mse(w, x)                   | [0]          | [0]
            crossEntropy(w, [0, 1])     | [2, 0]       | [1]
            sum(reshape(w, [0, 3]))     | [3, 0]       | [1]
            """)
    void areNoFaultOfTheServer(String formula, String parameter, String data) {
        for (String coverage : new String[] {"exhaustive", "certified", "sampled", "directional"}) {
            Answer answer = new Caller(port)
                    .post(
                            Caller.CHECKS,
                            "{\"model\": {\"formula\": \"%s\"}, \"parameters\": {\"w\": %s}, \"data\": {\"x\": %s}, \"settings\": {\"coverage\": \"%s\"}}"
                                    .formatted(formula, zeros(parameter), zeros(data), coverage));
            assertThat(answer.status())
                    .as(formula + " " + coverage + answer.body())
                    .isIn(200, 400, 422);
        }
    }

    private static String zeros(String shape) {
        int size = 1;
        for (String extent : shape.replaceAll("[\\[\\] ]", "").split(",")) {
            size *= Integer.parseInt(extent);
        }
        String data = "0.5, ".repeat(size).replaceAll(", $", "");
        return "{\"shape\": %s, \"datatype\": \"FP64\", \"data\": [%s]}".formatted(shape, data);
    }
}
