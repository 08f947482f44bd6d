package dev.plumbline.compute.health;

import static dev.plumbline.compute.health.Ailment.normal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What begins at 0 and leaves it by the first step is healthy; what stays there, or stays alike, is not. */
class ZeroStartsTests {

    private static final int BATCH = 24;
    private static final Map<String, Tensor> NUMBERS = Map.of("x", normal(1, 1, BATCH, 8), "y", normal(2, 1, BATCH, 3));
    private static final Map<String, Tensor> CLASSES =
            Map.of("x", normal(1, 1, BATCH, 8), "y", Ailment.classes(BATCH, 3));

    /** @param tensors name and tensor by turns */
    private static Map<String, Tensor> parameters(Object... tensors) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (int i = 0; i < tensors.length; i += 2) {
            parameters.put((String) tensors[i], (Tensor) tensors[i + 1]);
        }
        return parameters;
    }

    private static Tensor zeros(int... extents) {
        return Tensor.zeros(Shape.of(extents));
    }

    private static final String MSE = "mean((%s - y)^2)";
    private static final String LORA = MSE.formatted("x @ w + (x @ A) @ B");

    private static Arguments net(
            String name, String formula, Loss.@Nullable Kind loss, Map<String, Tensor> parameters) {
        Ailment plain = Ailment.of(formula, parameters, loss == null ? NUMBERS : CLASSES);
        return Arguments.of(name, loss == null ? plain : plain.with(loss));
    }

    static Stream<Arguments> leaving() {
        Tensor w = normal(3, 0.35, 8, 3);
        Tensor w1 = normal(3, 0.35, 8, 8);
        return Stream.of(
                net("linear regression", MSE.formatted("x @ w + b"), null, parameters("w", zeros(8, 3), "b", zeros(3))),
                net("softmax", "x @ w + b", Loss.Kind.CROSS_ENTROPY, parameters("w", zeros(8, 3), "b", zeros(3))),
                net(
                        "head",
                        "relu(x @ w1 + b1) @ w + b",
                        Loss.Kind.CROSS_ENTROPY,
                        parameters("w1", w1, "b1", zeros(8), "w", zeros(8, 3), "b", zeros(3))),
                net(
                        "residual branch",
                        MSE.formatted("(x + relu(x @ w1) @ v) @ w"),
                        null,
                        parameters("w1", w1, "v", zeros(8, 8), "w", w)),
                net(
                        "ReZero",
                        MSE.formatted("(x + a * relu(x @ w1)) @ w"),
                        null,
                        parameters("w1", w1, "a", Tensor.scalar(0), "w", w)),
                net(
                        "gains of a branch",
                        MSE.formatted("(x + g * relu(x @ w1)) @ w"),
                        null,
                        parameters("w1", w1, "g", zeros(8), "w", w)),
                net("LoRA", LORA, null, parameters("w", w, "A", normal(4, 0.35, 8, 2), "B", zeros(2, 3))),
                net(
                        "LoRA with a penalty, whose gradient is all that A has",
                        LORA + " + 1e-6 * sum(A^2)",
                        null,
                        parameters("w", w, "A", normal(4, 0.35, 8, 2), "B", zeros(2, 3))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("leaving")
    void findsNothing(String name, Ailment ailment) {
        assertThat(ailment.diagnosis().findings()).isEmpty();
    }

    @Test
    void saysWhyFaintGradientsAreNotJudged() {
        Ailment lora = Objects.requireNonNull(
                (Ailment) leaving().skip(6).findFirst().orElseThrow().get()[1]);

        assertThat(lora.diagnosis().notEvaluated())
                .anyMatch(none ->
                        none.rule() == Symptom.VANISHING && none.because().contains("because of B, which are 0"));
    }

    static Stream<Arguments> staying() {
        Tensor w = normal(3, 0.35, 8, 3);
        return Stream.of(
                net(
                        "both factors",
                        MSE.formatted("x @ w + tanh(x @ A) @ B"),
                        null,
                        parameters("w", w, "A", zeros(8, 2), "B", zeros(2, 3))),
                net(
                        "a hidden layer of relu",
                        MSE.formatted("relu(x @ w1) @ w"),
                        null,
                        parameters("w1", zeros(8, 8), "w", w)),
                net(
                        "all layers",
                        MSE.formatted("tanh(x @ w1) @ w"),
                        null,
                        parameters("w1", zeros(8, 8), "w", zeros(8, 3))),
                net(
                        "units that stay alike",
                        MSE.formatted("tanh(x @ w1) @ w"),
                        null,
                        parameters("w1", zeros(8, 8), "w", Tensor.filled(Shape.of(8, 3), 0.5))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("staying")
    void findsWhatStays(String name, Ailment ailment) {
        assertThat(ailment.findings(Symptom.INITIALISATION))
                .isNotEmpty()
                .allMatch(finding -> finding.severity() == Severity.UNHEALTHY);
    }

    /** Twelve sigmoids fade whether or not their biases, or a branch beside them, begin at 0. */
    @ParameterizedTest
    @ValueSource(strings = {"%s @ w + b", "%s @ w + (x @ A) @ B"})
    void aZeroStartIsNoExcuseForWhatFadesWithoutIt(String formula) {
        Map<String, Tensor> parameters = parameters("w", normal(3, 0.35, 8, 3));
        if (formula.contains("+ b")) {
            parameters.put("b", zeros(3));
        } else {
            parameters.putAll(parameters("A", normal(4, 0.35, 8, 2), "B", zeros(2, 3)));
        }
        String hidden = "x";
        for (int i = 0; i < 12; i++) {
            hidden = "sigmoid(" + hidden + " @ u" + i + ")";
            parameters.put("u" + i, normal(10 + i, 0.35, 8, 8));
        }
        Ailment deep = Ailment.of(MSE.formatted(formula.formatted(hidden)), parameters, NUMBERS);

        assertThat(deep.findings(Symptom.VANISHING)).isNotEmpty();
    }

    /** Six numbers with a root mean square of 1 / sqrt(3). */
    @Test
    @SuppressWarnings("NullAway") // what is missing fails the test
    void movesWhatIsZeroAsFarAsWeightsAreDrawn() {
        Ailment lora = Objects.requireNonNull(
                (Ailment) leaving().skip(6).findFirst().orElseThrow().get()[1]);
        ZeroStarts starts = ZeroStarts.of(lora.condition());

        assertThat(starts.names()).containsExactly("B");
        assertThat(starts.behind().around().objective().parameter("B").norm()).isCloseTo(Math.sqrt(2), within(1e-12));
    }

    /** Of norms alone: a layer that is 0 as a whole lets nothing through. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1"})
    void ofNormsALayerOfZerosIsNoDepth(double head, int found) {
        Condition condition = new NormReading(
                        Map.of(
                                "fc1.weight", new TensorNorms(0, 1.0, null, null),
                                "fc2.weight", new TensorNorms(1, head, null, null)),
                        List.of("fc1", "fc2"))
                .condition();

        assertThat(Diagnosis.of(condition, Profile.PLUMBLINE).findings()).hasSize(found);
    }
}
