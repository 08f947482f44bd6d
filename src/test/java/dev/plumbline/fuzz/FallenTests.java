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
        return Stream.of(
                Arguments.of("a weight of a sample that is no number: all memory", "/v1/diagnoses", """
                        {"model": {"formula": "h = sigmoid(x @ w1 + b1)\\np = sigmoid(h @ w2 + b2)\\nmean((y - p)^2)"},
                         "parameters": {"w1": [[1.7886, 0.4365, 0.0965, -1.8635], [-0.2774, -0.3548, -0.0827, -0.627]], "b1": [0.0, 0.0, 0.0, 0.0], "w2": [[-0.0438], [-0.4772], [-1.3139], [0.8846]], "b2": [0.0]},
                         "data": {"x": [[0.5, 0.5], [-0.5, -0.5]], "y": [[0.5], [0.5]]},
                         "gradients": {"w1": [[-0.00012029559444920041, -0.0015061289115136786, -0.00414858526406764, 0.0019391047338508172], [-0.00012029559444920041, -0.0015061289115136786, -0.00414858526406764, 0.0019391047338508172]],
                                       "b1": [-0.0004932707922896683, -0.006175865416139237, -0.017011229292790524, 0.007951278122684374],
                                       "w2": [[0.03045140133756533], [1e+308], [0.025938134158176997], [0.018910771474384094]], "b2": [0.051789121758887294]}}
                        """),
                Arguments.of("weights of samples beyond float64", "/v1/gradient-checks", """
                        {"model":{"formula":"mean((tanh(x @ a) @ b - y)^2)"},"parameters":{"a":[[0.934,0.462,2.351,0.868],[0.819,-0.86,-1.347,-0.32],[0.891,-0.355,-2.252,-0.53],[-0.163,0.509,0.862,-0.787]],"b":[[-2.482,-0.488,-1.037],[-0.755,0.535,0.93],[-0.258,1.503,-0.453],[2147483647,-0.092,0.254]]},
                         "data":{"x":[[-0.984,-0.738,0.231,-0.943],[-0.444,0.138,-1.413,-0.067],[1.612,-0.122,0.486,0.124],[1.186,-1.2,-1.602,-0.589],[1.032,-0.503,-0.296,-0.423],[0.096,0.435,-0.017,0.113],[2.194,0.128,-1.198,-0.03],[1.965,0.583,0.988,0.36]],"y":[[0.044,-0.907,-0.655],[-0.773,0.234,0.044],[-0.659,0.014,-0.37],[-0.904,-0.454,-0.091],[0.753,0.0,0.0],[-1.386E-300,-0.595,0.382],[-0.574,0.0,0.0],[0.774,0.0,-1.236]]},
                         "gradients":{"a":[[0.6940384923089471,0.9583949274318405,0.03657591891287092,-0.310957319604929],[0.24409300631578537,0.0536042556327868,0.019180161910746445,-0.09795003356350548],[0.2416838132966956,0.2619143913104972,5.354842915762832E-4,-0.14062441731583714],[0.2007839104242977,0.08288887610772779,0.009704270284232616,-0.12501921879220346]],"b":[[-1.1797819538859646,0.032081001611038995,-0.33315070446624007],[-0.31345722142655014,0.5363552100359279,0.08451669731555354],[-0.5998116847788875,0.8436266842797266,0.04940485490764778],[-3.7490032362385476E299,0.6618966225601635,0.14085500423956362]]},
                         "settings":{"claimDatatype":"FP64","explain":2}}
                        """));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fallen")
    void whatOnceFellIsAnsweredOrRefused(String what, String path, String request) throws Exception {
        Asked asked = Asked.post(port, path, request);

        assertThat(asked.status()).as(what).isLessThan(500);
    }
}
