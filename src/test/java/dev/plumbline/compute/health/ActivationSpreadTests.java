package dev.plumbline.compute.health;

import static dev.plumbline.compute.health.Ailment.normal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which layers count for the spread by depth. */
class ActivationSpreadTests {

    private static final String FOUR = "mean((sigmoid(relu(relu(relu(x @ a) @ b) @ c) @ d) - y)^2)";

    /** @param last spread of the third layer's weights, where 0.25 keeps that of what comes in */
    private static List<HealthFinding> findings(String formula, double last, double output) {
        Map<String, Tensor> weights = new LinkedHashMap<>(Map.of(
                "a", normal(1, 0.25, 32, 32),
                "b", normal(2, 0.25, 32, 32),
                "c", normal(3, last, 32, 32),
                "d", normal(4, output, 32, 1)));
        if (!formula.contains("@ c")) {
            weights.remove("c");
        }
        Map<String, Tensor> data = Map.of("x", normal(5, 1, 16, 32), "y", Tensor.filled(Shape.of(16, 1), 0.5));
        return Ailment.of(formula, weights, data).findings(Symptom.INITIALISATION);
    }

    /** Of a sigmoid's output before the loss the spread is small, as it is of predictions that begin alike. */
    @Test
    void theOutputIsLeftOut() {
        assertThat(findings("mean((sigmoid(relu(relu(x @ a) @ b) @ d) - y)^2)", 0.25, 0.01))
                .isEmpty();
        assertThat(findings(FOUR, 0.25, 0.001)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0.25, false", "0.0025, true", "25, true"})
    void theHiddenLayersAreNot(double last, boolean found) {
        assertThat(findings(FOUR, last, 0.25))
                .filteredOn(finding -> finding.quantity().contains("spread"))
                .hasSize(found ? 1 : 0);
    }

    @Test
    void withoutAModelTheLastLayerIsTheOutput() {
        assertThat(given(1, 1e-3)).isEmpty();
        assertThat(given(1e-3, 1e-3)).hasSize(1);
    }

    private static List<HealthFinding> given(double third, double fourth) {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        Map<String, Tensor> activations = new LinkedHashMap<>();
        Map<String, String> functions = new LinkedHashMap<>();
        double[] spreads = {1, 0.5, third, fourth};
        for (int i = 0; i < 4; i++) {
            gradients.put("fc" + i + ".weight", normal(i, 1, 2, 2));
            activations.put("fc" + i, Tensor.of(Shape.of(4, 1), spreads[i], -spreads[i], spreads[i], -spreads[i]));
            functions.put("fc" + i, "tanh");
        }
        Condition condition =
                new GivenReading(gradients, Map.of(), activations, functions, List.of()).condition(Map.of());
        return Diagnosis.of(condition, Profile.PLUMBLINE).findings().stream()
                .filter(finding -> finding.rule() == Symptom.INITIALISATION)
                .toList();
    }
}
