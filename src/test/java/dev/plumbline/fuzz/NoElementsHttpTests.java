package dev.plumbline.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/**
 * Extents of 0, in each axis of every kind of layer and loss: refused with a cause, or answered; never our fault. With other
 * extents each network is right, so that nothing but the 0 is refused.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class NoElementsHttpTests {

    @LocalServerPort
    private int port;

    private static final List<String> LAYERS = List.of(
            "'conv%d', 'filters': 3, 'kernel': 2",
            "'convTranspose%d', 'filters': 3, 'kernel': 2",
            "'maxPool%d', 'kernel': 2",
            "'avgPool%d', 'kernel': 2",
            "'adaptiveAvgPool%d', 'output': 2",
            "'upsample%d', 'scale': 2",
            "'upsample%d', 'scale': 2, 'mode': 'linear'");

    private static final List<String> OTHERS = List.of(
            "'batchNorm', 'mode': 'batch'",
            "'batchNorm', 'mode': 'inference'",
            "'layerNorm'",
            "'rmsNorm'",
            "'groupNorm', 'groups': 2",
            "'instanceNorm'",
            "'prelu'",
            "'rnn', 'units': 3",
            "'gru', 'units': 3, 'bidirectional': true",
            "'lstm', 'units': 3",
            "'multiHeadAttention', 'heads': 2",
            "'transformerEncoderLayer', 'heads': 2, 'feedforward': 3",
            "'transformerEncoder', 'layers': 2, 'heads': 2, 'feedforward': 3",
            "'rnn', 'units': 2, 'layers': 2, 'output': 'last'",
            "'dense', 'units': 3",
            "'flatten'",
            "'reshape', 'shape': [-1]",
            "'dropout', 'rate': 0.5, 'seed': 1",
            "'embedding', 'entries': 5, 'units': 3",
            "'concat', 'inputs': ['x', 'x']",
            "'activation', 'kind': 'softplus'",
            "'softmax'",
            "'logSoftmax'",
            "'glu'",
            "'gelu'");

    static Stream<String> layers() {
        return Stream.concat(
                LAYERS.stream().flatMap(layer -> Stream.of("1d", "2d", "3d").map(axes -> layer.replace("%d", axes))),
                OTHERS.stream());
    }

    @ParameterizedTest
    @MethodSource("layers")
    void aLayerWithoutElementsIsRefusedOrComputed(String layer) throws Exception {
        int axes = layer.contains("3d") ? 4 : layer.contains("2d") ? 3 : 2;
        assertThat(evaluated(layer, filled(axes)).status()).as(layer).isEqualTo(200);
        for (int zero = -1; zero < axes; zero++) {
            int[] extents = filled(axes);
            extents[1 + zero] = 0;
            String model = model(layer, extents);
            Asked evaluated = evaluated(layer, extents);
            if (evaluated.status() == 200) {
                String check =
                        "{'model': %s, 'loss': {'kind': 'mse', 'target': 'x2'}, 'data': {'x': %s, 'x2': %s}, 'settings': {'coverage': '%s'}}";
                for (String coverage : List.of("exhaustive", "certified", "directional", "sampled")) {
                    String same = evaluated.body().path("outputs").path("out").toString();
                    ask("/v1/gradient-checks", check.formatted(model, tensor(extents), same, coverage));
                }
            }
        }
    }

    private static int[] filled(int axes) {
        int[] extents = new int[1 + axes];
        Arrays.fill(extents, 4);
        return extents;
    }

    private static String model(String layer, int... extents) {
        String input = Arrays.stream(extents).skip(1).boxed().toList().toString();
        return "{'layers': [{'type': %s}], 'input': %s, 'seed': 1}".formatted(layer, input);
    }

    private Asked evaluated(String layer, int... extents) throws Exception {
        return ask(
                "/v1/evaluations",
                "{'model': %s, 'data': {'x': %s}}".formatted(model(layer, extents), tensor(extents)));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void aLossOfNothingIsRefusedOrComputed(String loss) throws Exception {
        for (int[] extents : new int[][] {{0, 3}, {2, 0}, {0, 0}}) {
            for (int[] target : new int[][] {extents, {extents[0]}, {0}}) {
                for (String path : List.of("/v1/evaluations", "/v1/gradient-checks", "/v1/diagnoses")) {
                    ask(
                            path,
                            ("{'model': {'formula': 'p = w * x; p'}, 'parameters': {'w': 2}, 'loss': {'kind': '%s', 'prediction': 'p',"
                                            + " 'target': 'y'}, 'data': {'x': %s, 'y': %s}}")
                                    .formatted(loss, tensor(extents), tensor(target)));
                    ask(
                            path,
                            ("{'model': {'layers': [{'type': 'identity'}, {'type': 'prelu'}], 'input': [%d]}, 'loss': {'kind': '%s',"
                                            + " 'target': 'y'}, 'data': {'x': %s, 'y': %s}}")
                                    .formatted(extents[1], loss, tensor(extents), tensor(target)));
                }
            }
        }
    }

    static Stream<String> losses() {
        return Stream.of(
                "mse",
                "mae",
                "huber",
                "crossEntropy",
                "binaryCrossEntropy",
                "binaryCrossEntropyWithLogits",
                "negativeLogLikelihood",
                "klDivergence",
                "hinge");
    }

    private Asked ask(String path, String request) throws Exception {
        Asked asked = Asked.post(port, path, request.replace('\'', '"'));
        assertThat(asked.status()).as("%s: %s", request, asked.body()).isLessThan(500);
        if (asked.status() >= 400) {
            assertThat(asked.body().path("detail").asString()).isNotEmpty();
            assertThat(asked.body().has("pointer")).isTrue();
        }
        return asked;
    }

    private static String tensor(int... extents) {
        int size = Arrays.stream(extents).reduce(1, (a, b) -> a * b);
        String data = DoubleStream.iterate(0, i -> i + 1)
                .limit(size)
                .mapToObj(i -> String.valueOf(i % 3))
                .collect(Collectors.joining(", "));
        return "{'shape': %s, 'datatype': 'FP64', 'data': [%s]}".formatted(Arrays.toString(extents), data);
    }
}
