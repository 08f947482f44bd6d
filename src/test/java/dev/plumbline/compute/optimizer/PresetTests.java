package dev.plumbline.compute.optimizer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The presets differ exactly as the README says: its table, written by the presets, and each column by its formula. */
class PresetTests {

    @Test
    void differAsTheReadmesTableSays() throws IOException {
        String rows = Stream.of(Preset.PYTORCH, Preset.OPTAX, Preset.KERAS, Preset.ND4J)
                .map(PresetTests::row).collect(Collectors.joining());
        assertThat(Files.readString(Path.of("README.md"))).contains("|---|\n" + rows + "\n");
    }

    private static String row(Preset preset) {
        Adam adam = Adam.preset(preset);
        return "| `%s` | %s | `%s` | %s | `%s` v | 1 |\n"
                .formatted(
                        HyperParameters.camelCase(preset),
                        number(adam.epsilon()),
                        HyperParameters.camelCase(adam.epsilonConvention()),
                        decay(preset),
                        HyperParameters.camelCase(AmsGrad.preset(preset).variant()));
    }

    private static String decay(Preset preset) {
        try {
            WeightDecay decay = AdamW.preset(preset).weightDecay();
            return "`%s`, %s".formatted(HyperParameters.camelCase(decay.kind()), number(decay.rate()));
        } catch (Problem lacking) {
            return "has no AdamW";
        }
    }

    private static String number(double value) {
        return Double.toString(value).replace(".0E", "e");
    }

    /** Two steps of g = 1e-6 by the formulas of {@link Epsilon}, t from 1 in all of them. */
    @ParameterizedTest
    @EnumSource(names = "HUGGING_FACE", mode = EnumSource.Mode.EXCLUDE)
    void putEpsilonWhereTheirFormulaHasIt(Preset preset) {
        Adam adam = Adam.preset(preset);
        OptimizerState state = OptimizerState.INITIAL;
        Map<String, Tensor> x = Map.of("x", Tensor.vector(0));
        double m = 0;
        double v = 0;
        double expected = 0;
        for (int t = 1; t <= 2; t++) {
            m = 0.9 * m + 0.1 * 1e-6;
            v = 0.999 * v + 0.001 * 1e-12;
            double mHat = m / (1 - Math.pow(0.9, t));
            double correction = Math.sqrt(1 - Math.pow(0.999, t));
            expected -= preset == Preset.PYTORCH || preset == Preset.OPTAX || preset == Preset.BITSANDBYTES
                    ? 1e-3 * mHat / (Math.sqrt(v) / correction + 1e-8)
                    : 1e-3 * mHat * correction / (Math.sqrt(v) + (preset == Preset.KERAS ? 1e-7 : 1e-8));
            OptimizerStep step = adam.step(state, x, Map.of("x", Tensor.vector(1e-6)));
            x = step.parameters();
            state = step.state();
            assertThat(requireNonNull(x.get("x")).item()).isCloseTo(expected, within(1e-12 * Math.abs(expected)));
        }
    }

    /** The 23 % of {@link Epsilon}: at the same epsilon, g = 1e-6, step 1. */
    @Test
    void stepAQuarterShorterWithEpsilonHat() {
        double standard = firstStep(Preset.PYTORCH, 1e-6);
        double hat = firstStep(Preset.ND4J, 1e-6);
        assertThat(1 - hat / standard).isCloseTo(0.2327, within(1e-4));
        // where g is not small they agree
        assertThat(firstStep(Preset.ND4J, 1)).isCloseTo(firstStep(Preset.PYTORCH, 1), within(1e-9));
    }

    private static double firstStep(Preset preset, double g) {
        OptimizerStep step = Adam.preset(preset)
                .step(OptimizerState.INITIAL, Map.of("x", Tensor.vector(0)), Map.of("x", Tensor.vector(g)));
        return requireNonNull(step.parameters().get("x")).item();
    }

    /** With a gradient of 0 only the decay moves a parameter: x (1 - learningRate rate), no moment seeing it. */
    @ParameterizedTest
    @CsvSource({"PYTORCH, 1e-2", "OPTAX, 1e-4", "KERAS, 4e-3"})
    void decayAParameterBesideTheMoments(Preset preset, double rate) {
        OptimizerStep step = AdamW.preset(preset)
                .step(OptimizerState.INITIAL, Map.of("x", Tensor.vector(2)), Map.of("x", Tensor.vector(0)));
        assertThat(requireNonNull(step.parameters().get("x")).item()).isEqualTo(2 * (1 - 1e-3 * rate));
        assertThat(requireNonNull(step.state().slots().get("m")).get("x")).isEqualTo(Tensor.vector(0));
    }
}
