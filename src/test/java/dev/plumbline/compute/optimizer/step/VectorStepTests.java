package dev.plumbline.compute.optimizer.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.optimizer.Adam;
import dev.plumbline.compute.optimizer.AdamW;
import dev.plumbline.compute.optimizer.Epsilon;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.NAdam;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.RAdam;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.compute.optimizer.strip.Strip;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps in vector registers against the ordinary way, bit for bit. */
class VectorStepTests {

    /** Several runs and a rest that fills no register. */
    private static final int LENGTH = (1 << 16) + 2_345;

    private static final int START = 777;

    @Test
    void isThere() {
        assertThat(ModuleLayer.boot().findModule("jdk.incubator.vector"))
                .as("start the tests with --add-modules jdk.incubator.vector")
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"adam", "epsilonHat", "insideRoot", "adamw", "nadam", "radam"})
    void givesTheSameBits(String name) {
        Optimizer optimizer = optimizer(name);
        for (double clipFactor : new double[] {1, 0.3}) {
            SegmentStep step =
                    new SegmentStep(optimizer, optimizer.rule(7), Double.POSITIVE_INFINITY, clipFactor, true);
            TensorArrays registers = arrays(1, 1);
            TensorArrays chunks = arrays(1, 1);
            Movement movement = step.take(registers);
            Movement expected = step.takeByChunks(chunks);
            assertThat(floats(registers.parameters())).isEqualTo(floats(chunks.parameters()));
            assertThat(floats(registers.slots().get(0)))
                    .isEqualTo(floats(chunks.slots().get(0)));
            assertThat(floats(registers.slots().get(1)))
                    .isEqualTo(floats(chunks.slots().get(1)));
            assertThat(movement.finite()).isTrue();
            assertThat(movement.updateNorm()).isCloseTo(expected.updateNorm(), within(1e-6 * expected.updateNorm()));
            assertThat(floats(registers.parameters()))
                    .isNotEqualTo(floats(arrays(1, 1).parameters()));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void measuresEveryOptimizer(Kind kind) {
        Optimizer optimizer = kind.preset(Preset.PYTORCH);
        TensorArrays arrays = arraysOf(optimizer);
        float[] x = floats(arrays.parameters());
        float[] g = floats(arrays.gradient());
        Movement movement = step(optimizer).take(arrays);
        float[] after = floats(arrays.parameters());
        assertThat(movement.finite()).isTrue();
        assertNorm(movement.parameterNorm(), i -> x[i]);
        assertNorm(movement.gradientNorm(), i -> g[i]);
        assertNorm(movement.updateNorm(), i -> after[i] - x[i]);
    }

    /**
     * Slots in which no infinity outlives a step, in PyTorch neither: the average that asgd copies from the parameters until step
     * averageFrom; of rprop the last gradient, whose sign alone is read, and the step sizes, which are bounded.
     */
    private static final Map<Kind, Set<String>> WRITTEN_ANEW =
            Map.of(Kind.ASGD, Set.of("average"), Kind.RPROP, Set.of("previous", "size"));

    /** Even where the slot's own root hides it from the parameters. */
    @ParameterizedTest
    @MethodSource("kinds")
    void seesAnInfinityInEachSlotOfEveryOptimizer(Kind kind) {
        Optimizer optimizer = kind.preset(Preset.PYTORCH);
        for (int slot = 0; slot < optimizer.slots().size(); slot++) {
            for (int position : new int[] {0, 40_000, LENGTH - 1}) {
                TensorArrays arrays = arraysOf(optimizer);
                arrays.slots().get(slot).window(position, 1).fill(Double.POSITIVE_INFINITY);
                boolean finite = step(optimizer).take(arrays).finite();
                String name = optimizer.slots().get(slot).name();
                assertThat(finite)
                        .as("%s at %d", name, position)
                        .isEqualTo(WRITTEN_ANEW.getOrDefault(kind, Set.of()).contains(name));
                assertThat(isFinite(arrays)).isEqualTo(finite);
            }
        }
    }

    private static boolean isFinite(TensorArrays arrays) {
        return Stream.concat(Stream.of(arrays.parameters()), arrays.slots().stream())
                .allMatch(strip -> IntStream.range(0, strip.length()).allMatch(i -> Double.isFinite(strip.at(i))));
    }

    static Stream<Kind> kinds() {
        return Stream.of(Kind.values()).filter(Kind::stepsTensors);
    }

    private static SegmentStep step(Optimizer optimizer) {
        return new SegmentStep(optimizer, optimizer.rule(7), Double.POSITIVE_INFINITY, 1, true);
    }

    private static TensorArrays arraysOf(Optimizer optimizer) {
        float[][] values = values(1, 1);
        List<Strip> slots = optimizer.slots().stream()
                .map(slot -> Strip.of(values[3].clone()))
                .toList();
        return new TensorArrays("x", Strip.of(values[0]), Strip.of(values[1]), slots).window(START, LENGTH);
    }

    @ParameterizedTest
    @ValueSource(floats = {0, 1e-30f, 1e-24f, 1e-20f, 1, 1e7f, 1e10f, 1e20f})
    void losesNoNorm(float size) {
        Adam adam = new Adam(size, 0.9, 0.999, 1e-8, Epsilon.STANDARD, WeightDecay.NONE);
        TensorArrays arrays = arrays(size, Math.min(size, 1e15f));
        float[] x = floats(arrays.parameters());
        float[] g = floats(arrays.gradient());
        Movement movement = new SegmentStep(adam, adam.rule(1), Double.POSITIVE_INFINITY, 1, true).take(arrays);
        float[] after = floats(arrays.parameters());
        assertThat(movement.finite()).isTrue();
        assertNorm(movement.parameterNorm(), i -> x[i]);
        assertNorm(movement.gradientNorm(), i -> g[i]);
        assertNorm(GradientNorm.of(arrays), i -> g[i]);
        assertNorm(movement.updateNorm(), i -> after[i] - x[i]);
        arrays.gradient().window(LENGTH - 1, 1).fill(Double.NaN);
        assertThat(GradientNorm.of(arrays)).isNaN();
    }

    private static void assertNorm(double actual, IntToDoubleFunction values) {
        double norm = Tensor.vector(
                        IntStream.range(0, LENGTH).mapToDouble(values).toArray())
                .norm();
        assertThat(actual).isCloseTo(norm, within(4e-6 * norm));
    }

    @ParameterizedTest
    @ValueSource(strings = {"parameters", "gradient", "m", "v"})
    void saysThatItIsNotFinite(String where) {
        Adam adam = Adam.preset(Preset.PYTORCH);
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            for (int position : new int[] {0, 40_000, LENGTH - 1}) {
                TensorArrays arrays = arrays(1, 1);
                Strip strip =
                        switch (where) {
                            case "parameters" -> arrays.parameters();
                            case "gradient" -> arrays.gradient();
                            case "m" -> arrays.slots().get(0);
                            default -> arrays.slots().get(1);
                        };
                strip.window(position, 1).fill(value);
                Movement movement = new SegmentStep(adam, adam.rule(3), Double.POSITIVE_INFINITY, 1, true).take(arrays);
                assertThat(movement.finite()).isFalse();
            }
        }
    }

    private static Optimizer optimizer(String name) {
        return switch (name) {
            case "adam" -> Adam.preset(Preset.PYTORCH);
            case "epsilonHat" -> Adam.preset(Preset.KERAS);
            case "insideRoot" -> new Adam(1e-3, 0.9, 0.999, 1e-3, Epsilon.INSIDE_ROOT, WeightDecay.NONE);
            case "adamw" -> AdamW.preset(Preset.PYTORCH);
            case "nadam" -> NAdam.preset(Preset.PYTORCH);
            default -> RAdam.preset(Preset.PYTORCH);
        };
    }

    private static TensorArrays arrays(float parameters, float gradients) {
        float[][] values = values(parameters, gradients);
        TensorArrays whole = new TensorArrays(
                "x", Strip.of(values[0]), Strip.of(values[1]), List.of(Strip.of(values[2]), Strip.of(values[3])));
        return whole.window(START, LENGTH);
    }

    private static float[][] values(float parameters, float gradients) {
        SplittableRandom random = new SplittableRandom(5);
        float[][] values = new float[4][START + LENGTH + 9];
        for (int i = 0; i < values[0].length; i++) {
            values[0][i] = parameters * (float) (random.nextDouble() - 0.5);
            values[1][i] = i % 10 == 0 ? 0 : gradients * (float) (random.nextDouble() - 0.5);
            values[2][i] = gradients * (float) (random.nextDouble() - 0.5) / 10;
            values[3][i] = gradients * gradients * (float) random.nextDouble() / 100;
        }
        return values;
    }

    private static float[] floats(Strip strip) {
        float[] floats = new float[strip.length()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) strip.at(i);
        }
        return floats;
    }
}
