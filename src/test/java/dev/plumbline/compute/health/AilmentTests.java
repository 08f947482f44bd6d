package dev.plumbline.compute.health;

import static dev.plumbline.compute.health.Ailment.normal;
import static dev.plumbline.compute.health.Ailment.oneHot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each ailment of a model and its data: found, at every scale of the loss, and cured by its first remedy. */
class AilmentTests {

    private static final int BATCH = 24;

    private interface Cure extends BiFunction<Ailment, HealthFinding, Ailment> {}

    private static final Map<String, Tensor> REGRESSION =
            Map.of("x", normal(1, 1, BATCH, 6), "y", normal(2, 1, BATCH, 2));
    private static final Map<String, Tensor> CLASSIFICATION =
            Map.of("x", normal(1, 1, BATCH, 6), "y", oneHot(BATCH, 3));

    private static Map<String, Tensor> layers(double spread) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("w1", normal(3, spread, 6, 5));
        parameters.put("b1", Tensor.zeros(Shape.of(5)));
        parameters.put("w2", normal(4, spread, 5, 5));
        parameters.put("b2", Tensor.zeros(Shape.of(5)));
        parameters.put("w3", normal(5, spread, 5, 2));
        parameters.put("b3", Tensor.zeros(Shape.of(2)));
        return parameters;
    }

    private static Arguments sick(String name, Symptom symptom, Ailment ailment, Cure cure) {
        return Arguments.of(name, symptom, ailment, cure);
    }

    private static double number(HealthFinding finding, String name) {
        return Objects.requireNonNull(finding.remedies().get(0).numbers().get(name));
    }

    private static Cure formula(String from, String to) {
        return (ailment, finding) -> ailment.withFormula(ailment.formula().replace(from, to));
    }

    /** Draws the layers that the remedy names anew. */
    private static Ailment drawn(Ailment ailment, HealthFinding finding) {
        Ailment cured = ailment;
        for (Map.Entry<String, Double> spread :
                finding.remedies().get(0).numbers().entrySet()) {
            cured = cured.withParameter(
                    spread.getKey(),
                    weight -> normal(
                            spread.getKey().hashCode(),
                            spread.getValue(),
                            weight.shape().extents()));
        }
        return cured;
    }

    private static Cure scaled(String parameter) {
        return (ailment, finding) ->
                ailment.withParameter(parameter, weight -> weight.map(value -> number(finding, "factor") * value));
    }

    private static Ailment normalised(Ailment ailment, HealthFinding finding) {
        return ailment.withData(
                "x", x -> x.map(value -> (value - number(finding, "mean")) / number(finding, "standardDeviation")));
    }

    private static Ailment intoRange(Ailment ailment, HealthFinding finding) {
        return ailment.withData(
                "y", y -> y.map(value -> (value - number(finding, "subtract")) / number(finding, "divideBy")));
    }

    /** Takes the samples that the finding names out of the batch. */
    private static Ailment withoutSamples(Ailment ailment, HealthFinding finding) {
        Set<Integer> out = finding.tensors().stream()
                .map(name -> Integer.valueOf(name.substring("sample ".length())))
                .collect(Collectors.toSet());
        return ailment.withData("x", tensor -> without(tensor, out)).withData("y", tensor -> without(tensor, out));
    }

    private static Tensor without(Tensor tensor, Set<Integer> samples) {
        int[] extents = tensor.shape().extents();
        int size = tensor.size() / extents[0];
        double[] values = new double[tensor.size() - samples.size() * size];
        int kept = 0;
        for (int n = 0; n < extents[0]; n++) {
            if (!samples.contains(n)) {
                System.arraycopy(tensor.values(), n * size, values, kept++ * size, size);
            }
        }
        extents[0] = kept;
        return Tensor.of(Shape.of(extents), values);
    }

    private static Tensor withRow(Tensor tensor, int from, int to) {
        double[] values = tensor.values().clone();
        int size = tensor.size() / tensor.shape().extent(0);
        System.arraycopy(tensor.values(), from * size, values, to * size, size);
        return Tensor.of(tensor.shape(), values);
    }

    private static Tensor withCopies(Tensor tensor, int copies) {
        Tensor changed = tensor;
        for (int i = 0; i < copies; i++) {
            changed = withRow(changed, i, BATCH - 1 - i);
        }
        return changed;
    }

    static Stream<Arguments> ailments() {
        Map<String, Tensor> weight = Map.of("w", normal(6, 0.5, 6, 3));
        Map<String, Tensor> weights = Map.of("w1", normal(6, 0.5, 6, 5), "w2", normal(7, 0.5, 5, 2));
        Map<String, Tensor> attention =
                Map.of("q", normal(8, 40, 6, 6), "k", normal(9, 1, 6, 6), "v", normal(10, 0.5, 6, 2));
        String crossEntropy = "-mean(sum(y * logSoftmax(%s), axis=1))";
        Ailment line = Ailment.of("mean((x @ w - y)^2)", Map.of("w", normal(6, 0.5, 6, 2)), REGRESSION);
        return Stream.of(
                sick(
                        "zero weights behind relu",
                        Symptom.INITIALISATION,
                        Ailment.of(mlp("relu"), layers(0), REGRESSION),
                        AilmentTests::drawn),
                sick(
                        "zero weights behind tanh",
                        Symptom.INITIALISATION,
                        Ailment.of(mlp("tanh"), layers(0), REGRESSION),
                        AilmentTests::drawn),
                sick(
                        "zero weights behind sigmoid",
                        Symptom.INITIALISATION,
                        Ailment.of(mlp("sigmoid"), layers(0), REGRESSION),
                        AilmentTests::drawn),
                sick(
                        "one layer of zero weights",
                        Symptom.INITIALISATION,
                        Ailment.of(mlp("relu"), layers(0.6), REGRESSION).withParameter("w2", w -> w.map(value -> 0)),
                        AilmentTests::drawn),
                sick(
                        "detached",
                        Symptom.DETACHED,
                        Ailment.of("mean((stopGradient(tanh(x @ w1)) @ w2 - y)^2)", weights, REGRESSION),
                        formula("stopGradient", "")),
                sick(
                        "cut by a sign",
                        Symptom.DETACHED,
                        Ailment.of("mean((sign(x @ w1) @ w2 - y)^2)", weights, REGRESSION),
                        formula("sign", "tanh")),
                sick(
                        "cut by a comparison",
                        Symptom.DETACHED,
                        Ailment.of("mean((where(x @ w1 > 0, 1, 0) @ w2 - y)^2)", weights, REGRESSION),
                        formula("where(x @ w1 > 0, 1, 0)", "relu(x @ w1)")),
                sick(
                        "softmax before cross-entropy",
                        Symptom.LOGITS,
                        Ailment.of(crossEntropy.formatted("softmax(x @ w)"), weight, CLASSIFICATION),
                        formula("softmax(x @ w)", "x @ w")),
                sick(
                        "sigmoid before cross-entropy",
                        Symptom.LOGITS,
                        Ailment.of(crossEntropy.formatted("sigmoid(x @ w)"), weight, CLASSIFICATION),
                        formula("sigmoid", "")),
                sick(
                        "sigmoid before binary cross-entropy with logits",
                        Symptom.LOGITS,
                        Ailment.of("mean(softplus(sigmoid(x @ w)) - y * sigmoid(x @ w))", weight, CLASSIFICATION),
                        formula("sigmoid", "")),
                sick(
                        "sigmoid before another, and its logarithm",
                        Symptom.LOGITS,
                        Ailment.of(
                                "-mean(y * log(sigmoid(sigmoid(x @ w))) + (1 - y) * log(1 - sigmoid(sigmoid(x @ w))))",
                                weight,
                                CLASSIFICATION),
                        formula("sigmoid(sigmoid(x @ w))", "sigmoid(x @ w)")),
                sick(
                        "logits too large, and wrong",
                        Symptom.SATURATED_SOFTMAX,
                        Ailment.of(crossEntropy.formatted("x @ w"), Map.of("w", normal(6, 40, 6, 3)), CLASSIFICATION),
                        scaled("w")),
                sick(
                        "attention with logits too large",
                        Symptom.SATURATED_SOFTMAX,
                        Ailment.of(
                                "mean((softmax((x @ q) @ transpose(x @ k)) @ (x @ v) - y)^2)", attention, REGRESSION),
                        scaled("q")),
                sick(
                        "squared errors of a saturated softmax",
                        Symptom.SATURATED_SOFTMAX,
                        Ailment.of("mean((softmax(x @ w) - y)^2)", Map.of("w", normal(6, 40, 6, 3)), CLASSIFICATION),
                        scaled("w")),
                sick(
                        "pixels from 0 to 255",
                        Symptom.INPUTS,
                        Ailment.of("mean((tanh(x @ w1) @ w2 - y)^2)", weights, REGRESSION)
                                .withData("x", x -> x.map(value -> 127.5 + 60 * value)),
                        AilmentTests::normalised),
                sick(
                        "a mean far from 0",
                        Symptom.INPUTS,
                        Ailment.of("mean((tanh(x @ w1) @ w2 - y)^2)", weights, REGRESSION)
                                .withData("x", x -> x.map(value -> 5 + value)),
                        AilmentTests::normalised),
                sick(
                        "targets that a sigmoid cannot reach",
                        Symptom.TARGETS,
                        Ailment.of("mean((sigmoid(x @ w) - y)^2)", line.parameters(), REGRESSION)
                                .withData("y", y -> y.map(value -> 100 * Math.abs(value))),
                        AilmentTests::intoRange),
                sick(
                        "targets that a tanh cannot reach",
                        Symptom.TARGETS,
                        Ailment.of("mean((tanh(x @ w) - y)^2)", line.parameters(), REGRESSION),
                        AilmentTests::intoRange),
                sick(
                        "targets that a relu cannot reach",
                        Symptom.TARGETS,
                        Ailment.of("mean((relu(x @ w) - y)^2)", line.parameters(), REGRESSION),
                        AilmentTests::intoRange),
                sick(
                        "labels of -1 and 1 in a binary cross-entropy",
                        Symptom.TARGETS,
                        Ailment.of("mean(softplus(x @ w) - y * (x @ w))", weight, CLASSIFICATION)
                                .withData("y", y -> y.map(value -> 2 * value - 1)),
                        AilmentTests::intoRange),
                sick(
                        "one target for all",
                        Symptom.TARGETS,
                        line.withData("y", y -> y.map(value -> 3)),
                        (ailment, finding) -> ailment.withData("y", y -> normal(2, 1, BATCH, 2))),
                sick(
                        "equal inputs, other targets",
                        Symptom.REPEATED_SAMPLES,
                        line.withData("x", x -> withCopies(x, 1)),
                        AilmentTests::withoutSamples),
                sick(
                        "copies",
                        Symptom.REPEATED_SAMPLES,
                        line.withData("x", x -> withCopies(x, 4)).withData("y", y -> withCopies(y, 4)),
                        AilmentTests::withoutSamples));
    }

    private static String mlp(String function) {
        return "mean((%1$s(%1$s(x @ w1 + b1) @ w2 + b2) @ w3 + b3 - y)^2)".formatted(function);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ailments")
    void isFoundAtEveryScaleOfTheLoss(String name, Symptom symptom, Ailment ailment, Cure cure) {
        HealthFinding here = ailment.findings(symptom).get(0);

        assertThat(here.remedies()).isNotEmpty();
        for (double factor : new double[] {0x1p-30, 1e-6, 1e6, 0x1p30}) {
            HealthFinding there =
                    ailment.withLossFactor(factor).findings(symptom).get(0);
            assertThat(there.tensors()).isEqualTo(here.tensors());
            assertThat(there.severity()).isEqualTo(here.severity());
            assertThat(there.observed()).isCloseTo(here.observed(), within(1e-9 * Math.abs(here.observed())));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ailments")
    void isCuredByItsFirstRemedy(String name, Symptom symptom, Ailment ailment, Cure cure) {
        HealthFinding finding = ailment.findings(symptom).get(0);

        assertThat(cure.apply(ailment, finding).diagnosis().findings()).isEmpty();
    }

    /** Figures are figures, and what is said of values that are 0 is not said of negative ones. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("ailments")
    void isSaidInFigures(String name, Symptom symptom, Ailment ailment, Cure cure) {
        for (Profile profile : Profile.values()) {
            Set<String> said = new LinkedHashSet<>();
            Diagnosis.of(ailment.condition(), profile).findings().forEach(finding -> {
                said.add(finding.cause());
                finding.remedies().forEach(remedy -> said.add(remedy.advice() + remedy.numbers()));
            });
            assertThat(said).noneMatch(words -> words.contains("NaN"));
            if (name.startsWith("zero weights")) {
                assertThat(said).noneMatch(words -> words.contains("negative"));
                assertThat(said).noneMatch(words -> words.contains("biases of this layer back"));
            }
        }
    }
}
