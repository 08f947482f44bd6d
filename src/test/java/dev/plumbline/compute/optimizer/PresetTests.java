package dev.plumbline.compute.optimizer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
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

/** The presets differ exactly as the documentation says: its table, written by the presets, and each column by its formula. */
class PresetTests {

    @Test
    void differAsTheReadmesTableSays() throws IOException {
        String rows = Stream.of(Preset.PYTORCH, Preset.OPTAX, Preset.KERAS, Preset.ND4J)
                .map(PresetTests::row)
                .collect(Collectors.joining());
        assertThat(Files.readString(Path.of("src/docs/optimizers.md"))).contains("|---|\n" + rows + "\n");
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
            OptimizerStep step = new TensorStep(adam).take(state, x, Map.of("x", Tensor.vector(1e-6)));
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
        OptimizerStep step = new TensorStep(Adam.preset(preset))
                .take(OptimizerState.INITIAL, Map.of("x", Tensor.vector(0)), Map.of("x", Tensor.vector(g)));
        return requireNonNull(step.parameters().get("x")).item();
    }

    /** With a gradient of 0 only the decay moves a parameter: x (1 - learningRate rate), no moment seeing it. */
    @ParameterizedTest
    @CsvSource({"PYTORCH, 1e-2", "OPTAX, 1e-4", "KERAS, 4e-3"})
    void decayAParameterBesideTheMoments(Preset preset, double rate) {
        OptimizerStep step = new TensorStep(AdamW.preset(preset))
                .take(OptimizerState.INITIAL, Map.of("x", Tensor.vector(2)), Map.of("x", Tensor.vector(0)));
        assertThat(requireNonNull(step.parameters().get("x")).item()).isEqualTo(2 * (1 - 1e-3 * rate));
        assertThat(requireNonNull(step.state().slots().get("m")).get("x")).isEqualTo(Tensor.vector(0));
    }

    /** Where the libraries differ, by their own sources; what is not here is the same in all that have the kind. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            lion         | learningRate  | pytorch=1.0E-4 keras=0.001 bitsandbytes=1.0E-4
            lion         | weightDecay   | pytorch=0.0 optax=0.001 keras=0.0 bitsandbytes=0.0
            lamb         | epsilon       | pytorch=1.0E-6 optax=1.0E-6 keras=1.0E-7 bitsandbytes=1.0E-8
            lamb         | weightDecay   | pytorch=0.01 optax=0.0 keras=0.0 bitsandbytes=0.0
            lamb         | trustRatio    | pytorch=any optax=any keras=any bitsandbytes=atMostOne
            lamb         | decayPlace    | pytorch=inUpdate optax=inUpdate keras=beside bitsandbytes=beside
            adafactor    | learningRate  | pytorch=0.01 keras=0.001 huggingFace=0.01
            adafactor    | epsilon1      | pytorch=0.0 optax=1.0E-30 keras=1.0E-30 huggingFace=1.0E-30
            adafactor    | floor         | pytorch=clamped optax=added keras=added huggingFace=added
            adafactor    | factoredFrom  | pytorch=1 optax=128 keras=1 huggingFace=1
            adafactor    | relativeStep  | pytorch=true optax=false keras=true huggingFace=true
            adafactor    | decayScale    | pytorch=learningRate optax=nothing keras=learningRate huggingFace=step
            adabelief    | rootEpsilon   | pytorch=1.0E-16 optax=1.0E-16
            muon         | epsilon       | pytorch=1.0E-7 optax=1.0E-8
            muon         | norm          | pytorch=clamped optax=added
            muon         | biasCorrection| pytorch=false optax=true
            muon         | scale         | pytorch=rowsOverColumns optax=columnsOverRows
            muon         | weightDecay   | pytorch=0.1 optax=0.0
            scheduleFree | learningRate  | pytorch=0.0025 optax=0.0025
            adamw        | weightDecay   | pytorch=0.01 optax=1.0E-4 keras=0.004 huggingFace=0.0 bitsandbytes=0.01
            adamw        | epsilon       | pytorch=1.0E-8 optax=1.0E-8 keras=1.0E-7 huggingFace=1.0E-6 bitsandbytes=1.0E-8
            """)
    void differAsTheirSourcesDo(String kind, String name, String values) {
        for (String pair : values.split(" ")) {
            String[] parts = pair.split("=");
            Preset preset = Stream.of(Preset.values())
                    .filter(each -> HyperParameters.camelCase(each).equals(parts[0]))
                    .findFirst()
                    .orElseThrow();
            Object value = HyperParameters.of(Kind.named(kind).preset(preset)).get(name);
            Object shown = value instanceof Map<?, ?> decay ? decay.get("rate") : value;
            assertThat(String.valueOf(shown)).as(kind + " " + name + " " + pair).isEqualTo(parts[1]);
        }
    }
}
