package dev.plumbline.compute.optimizer.step;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.optimizer.Adam;
import dev.plumbline.compute.optimizer.AmsGrad;
import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.Epsilon;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.MomentumBuffer;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.Sgd;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.compute.optimizer.strip.Strip;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StepTests {

    private static final Adam ADAM = Adam.preset(Preset.PYTORCH);

    /** The figures of {@link Epsilon}: step 1, g = 1e-6. Keras's epsilon is ten times as large again. */
    @ParameterizedTest
    @CsvSource({"PYTORCH, 9.900990e-4", "OPTAX, 9.900990e-4", "ND4J, 7.597469e-4", "KERAS, 2.402533e-4"})
    void differsBetweenLibrariesAtTinyGradients(Preset preset, double expected) {
        Tensor after = step(Adam.preset(preset), Tensor.vector(0), Tensor.vector(1e-6));
        assertThat(-after.item()).isCloseTo(expected, within(1e-9));
    }

    @ParameterizedTest
    @EnumSource(AmsGrad.Variant.class)
    void takesTheMaximumBeforeOrAfterTheCorrection(AmsGrad.Variant variant) {
        AmsGrad optimizer = (AmsGrad) HyperParameters.with(AmsGrad.preset(Preset.PYTORCH), Map.of("variant", variant));
        OptimizerState state = OptimizerState.INITIAL;
        Map<String, Tensor> x = Map.of("x", Tensor.vector(0));
        for (double g : new double[] {1, 0}) {
            OptimizerStep step = new TensorStep(optimizer).take(state, x, Map.of("x", Tensor.vector(g)));
            x = step.parameters();
            state = step.state();
        }
        // v is 1e-3 and then 0.999e-3; corrected, 1 and then about a half
        double vHat = variant == AmsGrad.Variant.MAX_OF_CORRECTED ? 1 : 1e-3 / (1 - 0.999 * 0.999);
        double second = 1e-3 * (0.09 / 0.19) / Math.sqrt(vHat);
        assertThat(requireNonNull(x.get("x")).item()).isCloseTo(-1e-3 - second, within(1e-10));
    }

    @Test
    void clipsByGlobalNormAndReportsTheNormBefore() {
        Sgd sgd = new Sgd(1, 0, 0, false, MomentumBuffer.GRADIENTS, WeightDecay.NONE);
        Map<String, Tensor> x = Map.of("a", Tensor.vector(0), "b", Tensor.vector(0, 0));
        Map<String, Tensor> g = Map.of("a", Tensor.vector(3), "b", Tensor.vector(0, 4));
        OptimizerStep step = new TensorStep(sgd, Clipping.byNorm(1)).take(OptimizerState.INITIAL, x, g);
        assertThat(step.report().gradientNorm()).isEqualTo(5);
        assertThat(step.report().clippedTo()).isEqualTo(0.2);
        assertThat(requireNonNull(step.parameters().get("b")).at(1)).isCloseTo(-0.8, within(1e-15));
        assertThat(new TensorStep(sgd, Clipping.byNorm(6))
                        .take(OptimizerState.INITIAL, x, g)
                        .report()
                        .clippedTo())
                .isEqualTo(1);
    }

    @Test
    void clipsByValueBeforeWeightDecay() {
        Sgd sgd = new Sgd(1, 0, 0, false, MomentumBuffer.GRADIENTS, WeightDecay.l2(0.5));
        OptimizerStep step = new TensorStep(sgd, Clipping.byValue(1))
                .take(OptimizerState.INITIAL, Map.of("x", Tensor.vector(10, 10)), Map.of("x", Tensor.vector(3, -0.25)));
        assertThat(requireNonNull(step.parameters().get("x")).values()).containsExactly(4, 5.25);
    }

    @Test
    void measuresWhatWasStored() {
        Sgd sgd = new Sgd(1, 0, 0, false, MomentumBuffer.GRADIENTS, WeightDecay.NONE);
        Tensor x = Tensor.vector(3, 4).as(Datatype.FP32);
        Map<String, Update> updates = new TensorStep(sgd)
                .take(OptimizerState.INITIAL, Map.of("x", x), Map.of("x", Tensor.vector(1e-9, 0.5)))
                .report()
                .updates();
        assertThat(updates.get("x")).isEqualTo(new Update(0.5, 0.1));
    }

    @ParameterizedTest
    @CsvSource({"FP32, 1e-25", "FP32, 1e25", "FP64, 1e-170", "FP64, 1e170"})
    void losesNoNormToOverflow(Datatype datatype, double size) {
        Sgd sgd = new Sgd(1, 0, 0, false, MomentumBuffer.GRADIENTS, WeightDecay.NONE);
        Tensor x = Tensor.vector(0, 0).as(datatype);
        OptimizerStep step = new TensorStep(sgd)
                .take(OptimizerState.INITIAL, Map.of("x", x), Map.of("x", Tensor.vector(3 * size, 4 * size)));
        assertThat(step.report().gradientNorm()).isCloseTo(5 * size, within(1e-5 * size));
        assertThat(requireNonNull(step.report().updates().get("x")).norm()).isCloseTo(5 * size, within(1e-5 * size));
    }

    /** PyTorch ends up with v = infinity here and never moves this entry again, without a word. */
    @Test
    void refusesAMomentThatOverflowsFloat32() {
        Tensor x = Tensor.vector(1, 1).as(Datatype.FP32);
        Tensor g = Tensor.vector(1, 1e22).as(Datatype.FP32);
        OptimizerStep step = new TensorStep(ADAM).take(OptimizerState.INITIAL, Map.of("x", x), Map.of("x", g));
        assertThat(step.taken()).isFalse();
        assertThat(step.report().nonFinites())
                .containsExactly(new NonFinite("x", "v", 1, Double.POSITIVE_INFINITY, true));
        assertThat(step.state()).isEqualTo(OptimizerState.INITIAL);
    }

    @Test
    void roundsAGradientToTheParametersTypeAndSaysIfItOverflows() {
        Tensor x = Tensor.vector(1).as(Datatype.FP32);
        OptimizerStep step =
                new TensorStep(ADAM).take(OptimizerState.INITIAL, Map.of("x", x), Map.of("x", Tensor.vector(1e300)));
        assertThat(step.report().nonFinites().get(0).array()).isEqualTo("gradient");
    }

    @Test
    void movesHalfPrecisionGradientsWithoutLosingTheirSquares() {
        Tensor g = Tensor.vector(1e-7).as(Datatype.FP16);
        Tensor after = step(ADAM, Tensor.vector(0).as(Datatype.FP32), g);
        // the square, 1e-14, is 0 in FP16
        assertThat(after.item()).isCloseTo(-1e-3 * g.item() / (g.item() + 1e-8), within(1e-9));
    }

    @Test
    void asksForFloat32CopiesOfHalfPrecisionParameters() {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> step(ADAM, Tensor.vector(1).as(Datatype.BF16), Tensor.vector(1)))
                .satisfies(problem -> assertThat(problem.getMessage()).contains("keep FP32 parameters"));
    }

    @Test
    void spoilsNothingInPlaceIfTheGradientIsReadFirst() {
        float[] x = {1, 2};
        float[] v = {0, 0};
        TensorArrays arrays = new TensorArrays(
                "x", Strip.of(x), Strip.of(new float[] {1, Float.NaN}), List.of(Strip.of(new float[2]), Strip.of(v)));
        StepReport report = new InPlaceStep(ADAM, Clipping.byNorm(1), true).take(1, List.of(arrays));
        assertThat(report.outcome()).isEqualTo(StepReport.Outcome.REFUSED);
        assertThat(x).containsExactly(1, 2);
        StepReport blind = new InPlaceStep(ADAM, Clipping.NONE, false).take(1, List.of(arrays));
        assertThat(blind.outcome()).isEqualTo(StepReport.Outcome.SPOILED);
        assertThat(blind.nonFinites().get(0).position()).isEqualTo(1);
    }

    /** The figure of {@link Update}, over several segments and a tail. */
    @Test
    void measuresFloat32ToOnePartInAMillion() {
        double[] x = new Random(1).doubles(300_001, 1, 2).toArray();
        double[] g = new Random(2).doubles(300_001, 1, 2).toArray();
        Tensor before = Tensor.vector(x).as(Datatype.FP32);
        Tensor gradient = Tensor.vector(g).as(Datatype.FP32);
        OptimizerStep step =
                new TensorStep(ADAM).take(OptimizerState.INITIAL, Map.of("x", before), Map.of("x", gradient));
        Tensor after = requireNonNull(step.parameters().get("x"));
        double[] moved = new double[x.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = after.at(i) - before.at(i);
        }
        double norm = Tensor.vector(moved).norm();
        Update update = requireNonNull(step.report().updates().get("x"));
        assertThat(update.norm()).isCloseTo(norm, within(1e-6 * norm));
        assertThat(update.ratio()).isCloseTo(norm / before.norm(), within(1e-6 * update.ratio()));
        assertThat(step.report().gradientNorm()).isCloseTo(gradient.norm(), within(1e-6 * gradient.norm()));
    }

    @Test
    void saysThatANaNWasMetAfterASinglePass() {
        float[] x = {1};
        TensorArrays arrays = new TensorArrays(
                "x",
                Strip.of(x),
                Strip.of(new float[] {Float.POSITIVE_INFINITY}),
                List.of(Strip.of(new float[1]), Strip.of(new float[1])));
        StepReport report = new InPlaceStep(ADAM, Clipping.byValue(1), true).take(1, List.of(arrays));
        assertThat(report.outcome()).isEqualTo(StepReport.Outcome.SPOILED);
        assertThat(report.gradientNorm()).isInfinite();
    }

    @Test
    void keepsAnExplicitScheduleOfMomentumBuffers() {
        Sgd keras = new Sgd(0.1, 0.9, 0, false, MomentumBuffer.UPDATES, WeightDecay.NONE);
        Sgd torch = new Sgd(0.1, 0.9, 0, false, MomentumBuffer.GRADIENTS, WeightDecay.NONE);
        Map<String, Tensor> x = Map.of("x", Tensor.vector(0));
        Map<String, Tensor> g = Map.of("x", Tensor.vector(1));
        OptimizerStep kerasFirst = new TensorStep(keras).take(OptimizerState.INITIAL, x, g);
        OptimizerStep torchFirst = new TensorStep(torch).take(OptimizerState.INITIAL, x, g);
        assertThat(kerasFirst.parameters()).isEqualTo(torchFirst.parameters());
        // at a tenth of the rate: the old update keeps its size in the one and shrinks with it in the other
        Tensor kerasAfter = requireNonNull(new TensorStep(keras.withLearningRate(0.01))
                .take(kerasFirst.state(), x, g)
                .parameters()
                .get("x"));
        Tensor torchAfter = requireNonNull(new TensorStep(torch.withLearningRate(0.01))
                .take(torchFirst.state(), x, g)
                .parameters()
                .get("x"));
        assertThat(kerasAfter.item()).isCloseTo(-(0.09 + 0.01), within(1e-15));
        assertThat(torchAfter.item()).isCloseTo(-0.019, within(1e-15));
    }

    @Test
    void saysWhichLibraryLacksAnOptimizer() {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> Kind.RADAM.preset(Preset.KERAS))
                .satisfies(problem -> assertThat(problem.getMessage()).contains("keras has no radam"));
    }

    private static Tensor step(Optimizer optimizer, Tensor x, Tensor g) {
        OptimizerStep step = new TensorStep(optimizer).take(OptimizerState.INITIAL, Map.of("x", x), Map.of("x", g));
        return requireNonNull(step.parameters().get("x"));
    }

    @Test
    void needsNoGradientsWhereThereAreNoParameters() {
        OptimizerStep step = new TensorStep(ADAM)
                .take(
                        OptimizerState.INITIAL,
                        Map.of("x", Tensor.zeros(Shape.of(0))),
                        Map.of("x", Tensor.zeros(Shape.of(0))));
        assertThat(step.taken()).isTrue();
        assertThat(step.report().gradientNorm()).isZero();
    }
}
