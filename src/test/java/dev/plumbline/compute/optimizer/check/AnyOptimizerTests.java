package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps of which nobody claims anything, by optimizers with numbers that are no default's. */
class AnyOptimizerTests {

    private static final double[] UNCLIPPED = {Double.POSITIVE_INFINITY, 0};

    static Stream<Arguments> unusual() {
        Map<String, Object> radam = Map.of("learningRate", 0.0123, "beta1", 0.85, "beta2", 0.85);
        Map<String, Object> adamax = Map.of("learningRate", 0.0123, "beta1", 0.85, "beta2", 0.97);
        Map<String, Object> nadam = Map.of("learningRate", 0.0123, "beta1", 0.85);
        Map<String, Object> twice =
                Map.of("learningRate", 0.004, "beta1", 0.87, "beta2", 0.97, "momentum", "scheduledTwice");
        Map<String, Object> amsGrad = Map.of("learningRate", 0.0123, "beta1", 0.85, "beta2", 0.7);
        Map<String, Object> centered = Map.of("learningRate", 0.0123, "alpha", 0.93, "centered", true);
        Map<String, Object> nesterov =
                Map.of("learningRate", 0.0123, "momentum", 0.83, "nesterov", true, "weightDecay", 0.003);
        return Stream.of(
                Arguments.of(Kind.RADAM, radam, Datatype.FP32),
                Arguments.of(Kind.ADAMAX, adamax, Datatype.FP64),
                Arguments.of(Kind.NADAM, nadam, Datatype.FP32),
                Arguments.of(Kind.NADAM, twice, Datatype.FP64),
                Arguments.of(Kind.AMSGRAD, amsGrad, Datatype.FP64),
                Arguments.of(Kind.RMSPROP, centered, Datatype.FP32),
                Arguments.of(Kind.SGD, nesterov, Datatype.FP64));
    }

    /** Its rate decays, too. */
    @Test
    void findsAnAdagradThatBeginsAsTensorFlows() {
        Optimizer truth = HyperParameters.with(
                Kind.ADAGRAD.preset(Preset.PYTORCH),
                Map.<String, Object>of("learningRate", 0.01, "learningRateDecay", 0.01, "initialAccumulator", 0.1));
        OptimizerVerdict verdict =
                new OptimizerCheck(Claim.unknown(), clippedSteps(truth, Datatype.FP32, UNCLIPPED)).judge();
        assertThat(verdict.right()).as(verdict.summary()).isTrue();
        Optimizer found = requireNonNull(verdict.explanation().optimizer(), verdict.summary());
        assertThat(HyperParameters.of(found)).containsEntry("initialAccumulator", 0.1);
    }

    static Stream<Arguments> clipped() {
        return Stream.of(Kind.SGD, Kind.ADAM, Kind.RADAM)
                .flatMap(kind -> Stream.of(
                        Arguments.of(kind, Datatype.FP64, 0.0),
                        Arguments.of(kind, Datatype.FP64, 1e-6),
                        Arguments.of(kind, Datatype.FP32, 1e-6)));
    }

    /** By norm at 5, the divisor as it is meant and as clip_grad_norm_ has it. */
    @ParameterizedTest
    @MethodSource("clipped")
    void seesThatGradientsWereClipped(Kind kind, Datatype datatype, double offset) {
        Optimizer truth = kind.preset(Preset.PYTORCH).withLearningRate(0.02);
        OptimizerVerdict verdict =
                new OptimizerCheck(Claim.unknown(), clippedSteps(truth, datatype, new double[] {5, offset})).judge();
        assertThat(verdict.right()).as(verdict.summary()).isTrue();
        Optimizer found = requireNonNull(verdict.explanation().optimizer());
        assertThat(found.kind()).as(verdict.summary()).isEqualTo(kind);
        assertThat(found.learningRate()).isCloseTo(0.02, within(1e-6));
        assertThat(verdict.summary()).contains("with the gradients clipped by norm, at 5");
        assertThat(verdict.explanation().advice()).contains("clipped by norm, at 5");
    }

    /** A claim that says nothing of clipping is off, whatever the divisor is and wherever the bound. */
    @ParameterizedTest
    @CsvSource({"5, 0", "5, 1e-6", "3.7, 0", "3.7, 1e-6"})
    void namesClippingThatNobodyClaimed(double bound, double offset) {
        Optimizer truth = Kind.SGD.preset(Preset.PYTORCH).withLearningRate(0.02);
        Claim claim = Claim.of(truth);
        OptimizerVerdict verdict =
                new OptimizerCheck(claim, clippedSteps(truth, Datatype.FP64, new double[] {bound, offset})).judge();
        assertThat(verdict.explanation().fault()).as(verdict.summary()).isEqualTo(Fault.CLIPPING);
        assertThat(verdict.explanation().advice()).contains("by norm, at " + Wording.number(bound));
    }

    /** @param bound and what is added to the norm in the divisor */
    private static List<ObservedStep> clippedSteps(Optimizer optimizer, Datatype datatype, double[] bound) {
        Random random = new Random(23);
        Map<String, Tensor> x = Map.of("w", vector(random, 1).as(datatype));
        OptimizerState state = OptimizerState.initial(optimizer, x);
        List<ObservedStep> steps = new ArrayList<>();
        for (int k = 0; k < 8; k++) {
            Tensor g = vector(random, Math.exp(0.7 * random.nextGaussian())).as(datatype);
            double factor = Math.min(1, bound[0] / (g.norm() + bound[1]));
            OptimizerStep step = new TensorStep(optimizer)
                    .take(state, x, Map.of("w", g.map(each -> factor * each).as(datatype)));
            steps.add(new ObservedStep(x, Map.of("w", g), step.parameters()));
            x = step.parameters();
            state = step.state();
        }
        return steps;
    }

    private static Tensor vector(Random random, double size) {
        double[] values = new double[40];
        for (int i = 0; i < values.length; i++) {
            values[i] = size * random.nextGaussian();
        }
        return Tensor.of(Shape.of(values.length), values);
    }

    @ParameterizedTest
    @MethodSource("unusual")
    void findsUnusualNumbersOfWhatFewUse(Kind kind, Map<String, Object> numbers, Datatype datatype) {
        Optimizer truth = HyperParameters.with(kind.preset(Preset.PYTORCH), numbers);
        OptimizerVerdict verdict =
                new OptimizerCheck(Claim.unknown(), clippedSteps(truth, datatype, UNCLIPPED)).judge();
        Optimizer found = requireNonNull(verdict.explanation().optimizer(), verdict.summary());
        Map<String, Object> of = HyperParameters.of(found);
        assertThat(found.kind()).as(verdict.summary()).isEqualTo(kind);
        numbers.forEach((name, number) -> {
            Object got = name.equals("weightDecay") ? found.weightDecay().rate() : requireNonNull(of.get(name));
            if (number instanceof Double value) {
                double room = 0.01 * (name.startsWith("beta") || name.equals("momentum") ? 1 - value : value);
                assertThat((double) got).as(name + ": " + verdict.summary()).isCloseTo(value, within(room));
            } else {
                assertThat(got).as(name + ": " + verdict.summary()).isEqualTo(number);
            }
        });
    }
}
