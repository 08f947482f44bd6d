package dev.plumbline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.program.Layer;
import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Twenty-four networks as people build them, drawn as they should be, on data that a teacher labels: nothing ails them. */
class HealthyNetworksTests {

    private static final int SEEDS = 10;
    private static final int BATCH = 32;

    /** Drawn after He, their losses rise at a rate of 0.1: 1.54 to 5.87, 2.01 to 2.49. */
    private static final Set<String> TOO_LONG_AT_A_TENTH = Set.of("regression", "convolutions and pooling");

    private final DiagnosisService service = new DiagnosisService(Limits.defaults());

    /** @param classes what the teacher tells: so many classes, or 0 for a number, or 1 for yes and no */
    record Net(List<Map<String, Object>> layers, List<Integer> input, int classes, Loss.Kind loss) {}

    private static Map<String, Object> layer(String type, Object... attributes) {
        Map<String, Object> layer = new HashMap<>(Map.of("type", type));
        for (int i = 0; i < attributes.length; i += 2) {
            layer.put((String) attributes[i], attributes[i + 1]);
        }
        return layer;
    }

    private static Map<String, Object> dense(int units, String activation, String initializer) {
        return layer("dense", "units", units, "activation", activation, "initializer", initializer);
    }

    private static Map<String, Object> head(int units) {
        return layer("dense", "units", units, "initializer", "glorot");
    }

    private static Arguments net(
            String name, Loss.Kind loss, int classes, List<Integer> input, List<Map<String, Object>> layers) {
        return Arguments.of(name, new Net(layers, input, classes, loss));
    }

    private static Arguments classifier(String name, List<Integer> input, List<Map<String, Object>> layers) {
        return net(name, Loss.Kind.CROSS_ENTROPY, 3, input, layers);
    }

    private static List<Map<String, Object>> deep(int depth, String activation, String initializer) {
        return Stream.concat(
                        Stream.generate(() -> dense(24, activation, initializer))
                                .limit(depth),
                        Stream.of(head(3)))
                .toList();
    }

    static Stream<Arguments> networks() {
        List<Integer> flat = List.of(12);
        List<Integer> image = List.of(1, 8, 8);
        List<Integer> sequence = List.of(6, 8);
        Map<String, Object> conv =
                layer("conv2d", "filters", 6, "kernel", 3, "activation", "relu", "initializer", "he");
        Map<String, Object> pool = layer("maxPool2d", "kernel", 2);
        Map<String, Object> flatten = layer("flatten");
        return Stream.of(
                classifier("relu, 1 layer", flat, deep(1, "relu", "he")),
                classifier("relu, 3 layers", flat, deep(3, "relu", "he")),
                classifier("relu, 8 layers", flat, deep(8, "relu", "he")),
                classifier("leaky relu", flat, deep(3, "leakyRelu", "he")),
                classifier("gelu", flat, deep(3, "gelu", "he")),
                classifier("elu", flat, deep(3, "elu", "he")),
                classifier("silu", flat, deep(3, "silu", "he")),
                classifier("tanh", flat, deep(3, "tanh", "glorot")),
                classifier("tanh, 6 layers", flat, deep(6, "tanh", "glorot")),
                classifier("sigmoid", flat, deep(1, "sigmoid", "glorot")),
                classifier("softmax alone", flat, List.of(head(3))),
                classifier(
                        "layer norm",
                        flat,
                        List.of(dense(24, "relu", "he"), layer("layerNorm"), dense(24, "relu", "he"), head(3))),
                classifier("convolutions", image, List.of(conv, conv, flatten, head(3))),
                classifier(
                        "convolutions and pooling",
                        image,
                        List.of(conv, pool, flatten, dense(16, "relu", "he"), head(3))),
                classifier("lstm", sequence, List.of(layer("lstm", "units", 12, "output", "last"), head(3))),
                classifier("gru", sequence, List.of(layer("gru", "units", 12, "output", "last"), head(3))),
                classifier("attention", sequence, List.of(layer("multiHeadAttention", "heads", 2), flatten, head(3))),
                net(
                        "binary",
                        Loss.Kind.BINARY_CROSS_ENTROPY_WITH_LOGITS,
                        1,
                        flat,
                        List.of(dense(24, "relu", "he"), head(1))),
                net(
                        "regression",
                        Loss.Kind.MSE,
                        0,
                        flat,
                        List.of(dense(24, "relu", "he"), dense(24, "relu", "he"), head(1))),
                net("robust regression", Loss.Kind.HUBER, 0, flat, List.of(dense(24, "tanh", "glorot"), head(1))),
                net("linear regression", Loss.Kind.MSE, 0, flat, List.of(head(1))),
                net("logistic regression", Loss.Kind.BINARY_CROSS_ENTROPY_WITH_LOGITS, 1, flat, List.of(head(1))),
                classifier("relu, wide", flat, List.of(dense(128, "relu", "he"), dense(128, "relu", "he"), head(3))),
                classifier(
                        "batch norm",
                        flat,
                        List.of(
                                dense(24, "relu", "he"),
                                layer("batchNorm", "mode", "batch"),
                                dense(24, "relu", "he"),
                                head(3))));
    }

    private static Map<String, Tensor> data(Net net, int seed) {
        Random random = new Random(seed);
        int size = net.input().stream().reduce(1, (a, b) -> a * b);
        double[] x = random.doubles((long) BATCH * size)
                .map(u -> random.nextGaussian())
                .toArray();
        int scores = Math.max(1, net.classes());
        double[] teacher = random.doubles((long) size * scores)
                .map(u -> random.nextGaussian())
                .toArray();
        double[] y = new double[BATCH];
        for (int n = 0; n < BATCH; n++) {
            double[] score = new double[scores];
            for (int k = 0; k < scores; k++) {
                for (int i = 0; i < size; i++) {
                    score[k] += x[n * size + i] * teacher[k * size + i] / Math.sqrt(size);
                }
            }
            y[n] = switch (net.classes()) {
                case 0 -> Math.tanh(score[0]);
                case 1 -> score[0] > 0 ? 1 : 0;
                default -> best(score);
            };
        }
        int[] extents = new int[net.input().size() + 1];
        extents[0] = BATCH;
        Arrays.setAll(extents, i -> i == 0 ? BATCH : net.input().get(i - 1));
        return Map.of(
                "x", Tensor.of(Shape.of(extents), x),
                "y", Tensor.of(net.classes() > 1 ? Shape.of(BATCH) : Shape.of(BATCH, 1), y));
    }

    private static int best(double[] scores) {
        int best = 0;
        for (int k = 1; k < scores.length; k++) {
            best = scores[k] > scores[best] ? k : best;
        }
        return best;
    }

    private DiagnosisReport diagnosis(Net net, int seed) {
        return diagnosis(net, seed, null);
    }

    /** @param parameters those that the seed draws where null */
    private DiagnosisReport diagnosis(Net net, int seed, @Nullable Map<String, Tensor> parameters) {
        return diagnosis(net, seed, parameters, OptimizerSource.of(Kind.SGD, 0.01));
    }

    private DiagnosisReport diagnosis(
            Net net, int seed, @Nullable Map<String, Tensor> parameters, OptimizerSource optimizer) {
        return service.diagnose(new DiagnosisRequest(
                new ModelSource(null, null, net.layers(), net.input(), (long) seed),
                LossSource.of(net.loss()),
                parameters,
                data(net, seed),
                null,
                null,
                null,
                null,
                optimizer,
                null,
                null));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void findsNothingWhateverTheSeed(String name, Net net) {
        for (int seed = 1; seed <= SEEDS; seed++) {
            DiagnosisReport report = diagnosis(net, seed);

            assertThat(report.findings()).as(name + ", seed " + seed).isEmpty();
        }
    }

    /** Rates that people begin with, for weights as the network draws them and as PyTorch does; momentum comes later. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void findsNoFaultWithTheUsualRates(String name, Net net) {
        for (int seed = 1; seed <= 2; seed++) {
            for (Map<String, Tensor> drawn : List.of(Map.<String, Tensor>of(), drawnByPyTorch(net, seed))) {
                for (OptimizerSource optimizer : List.of(
                        OptimizerSource.of(Kind.ADAM, 1e-3),
                        OptimizerSource.of(Kind.ADAM, 3e-4),
                        OptimizerSource.of(Kind.SGD, 0.05),
                        OptimizerSource.of(Kind.SGD, TOO_LONG_AT_A_TENTH.contains(name) ? 0.05 : 0.1))) {
                    assertThat(ofTheStep(diagnosis(net, seed, drawn, optimizer)))
                            .as(name + ", seed " + seed)
                            .isEmpty();
                }
            }
        }
    }

    /** A hundred times gradient descent's, a thousand times Adam's, and what moves nothing. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void findsRatesThatAreFarOff(String name, Net net) {
        Map<String, Tensor> drawn = drawnByPyTorch(net, 1);
        for (OptimizerSource optimizer : List.of(
                OptimizerSource.of(Kind.ADAM, 1.0),
                OptimizerSource.of(Kind.SGD, 10.0),
                OptimizerSource.of(Kind.ADAM, 1e-8),
                OptimizerSource.of(Kind.SGD, 1e-8))) {
            assertThat(ofTheStep(diagnosis(net, 1, drawn, optimizer))).as(name).isNotEmpty();
        }
    }

    private static List<HealthFinding> ofTheStep(DiagnosisReport report) {
        return report.findings().stream()
                .filter(finding -> finding.rule() == Symptom.UPDATE_RATIO || finding.rule() == Symptom.LEARNING_RATE)
                .toList();
    }

    /** Uniform within 1 / sqrt(fanIn), the weights of dense layers and convolutions. */
    private static Map<String, Tensor> drawnByPyTorch(Net net, int seed) {
        Objective objective = objective(net, seed);
        Random random = new Random(seed);
        Map<String, Tensor> drawn = new HashMap<>();
        for (Layer layer : Layer.of(objective)) {
            Layer.Product product = layer.product();
            if (product != null) {
                String weight = layer.parameters().get(0);
                double bound = 1 / Math.sqrt(product.fanIn());
                drawn.put(weight, objective.parameter(weight).map(value -> bound * (2 * random.nextDouble() - 1)));
            }
        }
        return drawn;
    }

    static Stream<Arguments> smallNetworks() {
        return networks().filter(each -> List.of("relu, 3 layers", "tanh", "softmax alone", "binary", "regression")
                .contains(each.get()[0]));
    }

    /** Near the minimum of its batch a network's gradients are small, and cancel; that is what was wanted. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("smallNetworks")
    void findsNothingInWhatWasTrained(String name, Net net) {
        for (int seed = 1; seed <= 3; seed++) {
            DiagnosisReport report = diagnosis(net, seed, trained(net, seed));

            assertThat(report.loss())
                    .isLessThan(
                            0.7 * Objects.requireNonNull(diagnosis(net, seed).loss()));
            assertThat(report.findings()).as(name + ", seed " + seed).isEmpty();
        }
    }

    private static Objective objective(Net net, int seed) {
        return new ObjectiveReader(
                        new ModelSource(null, null, net.layers(), net.input(), (long) seed).read(),
                        LossSource.of(net.loss()),
                        Map.of(),
                        data(net, seed))
                .read(program -> {});
    }

    /** By 300 steps of gradient descent. */
    private static Map<String, Tensor> trained(Net net, int seed) {
        Objective objective = objective(net, seed);
        Map<String, Tensor> point = new HashMap<>(objective.point());
        for (int step = 0; step < 300; step++) {
            new Objective(objective.program(), objective.output(), point)
                    .gradient()
                    .byParameter()
                    .forEach((parameter, gradient) ->
                            point.computeIfPresent(parameter, (key, value) -> moved(value, gradient)));
        }
        point.keySet().retainAll(objective.program().parameters().keySet());
        return point;
    }

    private static Tensor moved(Tensor value, Tensor gradient) {
        double[] values = value.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] -= 0.05 * gradient.at(i);
        }
        return Tensor.of(value.shape(), values);
    }
}
