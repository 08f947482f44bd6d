package dev.plumbline.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.optimize.Caller.Answer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A null where a tensor, a step or a layer stands is the caller's mistake, at every address. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class NullTensorTests {

    @LocalServerPort
    private int port;

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            optimizer-steps    | {'optimizer': {'kind': 'adam'}, 'parameters': {'w': null}, 'gradients': {'w': 1}} | /parameters/w
            optimizer-steps    | {'optimizer': {'kind': 'adam'}, 'parameters': {'w': 1}, 'gradients': {'w': null}} | /gradients/w
            optimizer-steps    | {'optimizer': {'kind': 'adam'}, 'parameters': {'w': 1}, 'gradients': {'w': 1}, 'state': {'step': 1, 'slots': {'m': null}}} | /state/slots/m
            optimizer-steps    | {'optimizer': {'kind': 'adam'}, 'parameters': {'w': 1}, 'gradients': {'w': 1}, 'state': {'step': 1, 'slots': {'m': {'w': null}}}} | /state/slots/m/w
            optimizer-sessions | {'optimizer': {'kind': 'adam'}, 'parameters': {'w': null}} | /parameters/w
            optimizer-checks   | {'steps': [null]} | /steps/0
            optimizer-checks   | {'steps': [{'before': {'w': null}, 'gradients': {'w': 1}, 'after': {'w': 1}}]} | /steps/0/before/w
            optimizer-checks   | {'steps': [{'before': {'w': 1}, 'gradients': {'w': 1}, 'after': {'w': null}}]} | /steps/0/after/w
            training-runs      | {'model': {'formula': 'w^2'}, 'parameters': {'w': null}, 'optimizer': {'kind': 'sgd', 'learningRate': 1}} | /parameters/w
            training-runs      | {'model': {'formula': 'w * x'}, 'parameters': {'w': 1}, 'data': {'x': null}, 'optimizer': {'kind': 'sgd', 'learningRate': 1}} | /data/x
            evaluations        | {'model': {'formula': 'w^2'}, 'parameters': {'w': null}} | /parameters/w
            evaluations        | {'model': {'layers': [null]}, 'data': {'x': [[1, 2]]}} | /model/layers/0
            evaluations        | {'model': {'layers': [{'type': 'dense', 'units': 1}], 'input': [2, null]}, 'data': {'x': [[1, 2]]}} | /model/input/1
            gradient-checks    | {'model': {'formula': 'w^2'}, 'parameters': {'w': null}} | /parameters/w
            gradient-checks    | {'model': {'formula': 'w^2'}, 'parameters': {'w': 1}, 'gradients': {'w': null}} | /gradients/w
            gradient-checks    | {'model': {'formula': 'w^2'}, 'parameters': {'w': 1}, 'gradients': {'w': 2}, 'previousGradients': {'w': null}} | /previousGradients/w
            diagnoses          | {'gradients': {'w': null}} | /gradients/w
            diagnoses          | {'gradients': {'w': [1, 2]}, 'activations': {'a': null}} | /activations/a
            """)
    void isRefusedWhereItStands(String address, String body, String pointer) throws Exception {
        Answer answer = new Caller(port).post("/v1/" + address, body.replace('\'', '"'));
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo(pointer);
        assertThat(answer.text("/got")).contains("null");
    }
}
