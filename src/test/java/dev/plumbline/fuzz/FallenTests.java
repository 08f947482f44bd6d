package dev.plumbline.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Requests that {@link FuzzTests} found and that were once answered by a 5xx, or not at all. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class FallenTests {

    @LocalServerPort
    private int port;

    static Stream<Arguments> fallen() {
        return Stream.of(Arguments.of("a weight of a sample that is no number: all memory", "/v1/diagnoses", """
                        {"model": {"formula": "h = sigmoid(x @ w1 + b1)\\np = sigmoid(h @ w2 + b2)\\nmean((y - p)^2)"},
                         "parameters": {"w1": [[1.7886, 0.4365, 0.0965, -1.8635], [-0.2774, -0.3548, -0.0827, -0.627]], "b1": [0.0, 0.0, 0.0, 0.0], "w2": [[-0.0438], [-0.4772], [-1.3139], [0.8846]], "b2": [0.0]},
                         "data": {"x": [[0.5, 0.5], [-0.5, -0.5]], "y": [[0.5], [0.5]]},
                         "gradients": {"w1": [[-0.00012029559444920041, -0.0015061289115136786, -0.00414858526406764, 0.0019391047338508172], [-0.00012029559444920041, -0.0015061289115136786, -0.00414858526406764, 0.0019391047338508172]],
                                       "b1": [-0.0004932707922896683, -0.006175865416139237, -0.017011229292790524, 0.007951278122684374],
                                       "w2": [[0.03045140133756533], [1e+308], [0.025938134158176997], [0.018910771474384094]], "b2": [0.051789121758887294]}}
                        """));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fallen")
    void whatOnceFellIsAnsweredOrRefused(String what, String path, String request) throws Exception {
        Asked asked = Asked.post(port, path, request);

        assertThat(asked.status()).as(what).isLessThan(500);
    }
}
