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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Several numbers that are no default's, none of them claimed. */
class JointSearchTests {

    static Stream<Arguments> optimizers() {
        List<Map<String, Object>> numbers = List.of(
                Map.of("learningRate", 0.00954, "beta1", 0.95, "beta2", 0.97, "epsilon", 1e-5),
                Map.of("learningRate", 0.0117, "beta1", 0.87, "beta2", 0.95, "weightDecay", 0.05),
                Map.of("learningRate", 0.0171, "momentum", 0.83, "weightDecay", 0.003),
                Map.of("learningRate", 0.0042, "alpha", 0.97, "weightDecay", 0.02));
        List<Kind> kinds = List.of(Kind.ADAM, Kind.ADAMW, Kind.SGD, Kind.RMSPROP);
        return Stream.of(Datatype.FP64, Datatype.FP32).flatMap(datatype -> Stream.of(0, 1, 2, 3)
                .flatMap(i -> Stream.of(true, (i == 0) == (datatype == Datatype.FP32))
                        .distinct()
                        .map(claimed -> Arguments.of(kinds.get(i), numbers.get(i), datatype, claimed))));
    }

    static List<ObservedStep> steps(Optimizer optimizer, Datatype datatype, int entries) {
        Random random = new Random(17);
        Map<String, Tensor> x = Map.of("w", tensor(random, entries, 1).as(datatype));
        OptimizerState state = OptimizerState.initial(optimizer, x);
        List<ObservedStep> steps = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
            double size = Math.exp(random.nextGaussian());
            Map<String, Tensor> g = Map.of("w", tensor(random, entries, size).as(datatype));
            OptimizerStep step = new TensorStep(optimizer).take(state, x, g);
            steps.add(new ObservedStep(x, g, step.parameters()));
            x = step.parameters();
            state = step.state();
        }
        return steps;
    }

    private static Tensor tensor(Random random, int size, double scale) {
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = scale * random.nextGaussian();
        }
        return Tensor.of(Shape.of(size), values);
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void findsEveryNumberToAPercent(Kind kind, Map<String, Object> numbers, Datatype datatype, boolean claimed) {
        Optimizer plain = kind.preset(Preset.PYTORCH);
        Optimizer truth = HyperParameters.with(plain, numbers);
        Claim claim = claimed ? new Claim(plain, false, null) : Claim.unknown();
        OptimizerVerdict verdict = new OptimizerCheck(claim, steps(truth, datatype, 40)).judge();
        Optimizer found = requireNonNull(verdict.explanation().optimizer(), verdict.summary());
        assertThat(found.kind()).isEqualTo(kind);
        Map<String, Object> of = HyperParameters.of(found);
        numbers.forEach((name, number) -> {
            double value = ((Number) number).doubleValue();
            boolean decay = name.equals("weightDecay");
            double got = decay ? found.weightDecay().rate() : (double) requireNonNull(of.get(name));
            boolean toOne = !decay && !name.equals("learningRate") && !name.equals("epsilon");
            double room = 0.01 * (toOne ? 1 - value : value);
            assertThat(got).as(name + ": " + verdict.summary()).isCloseTo(value, within(room));
        });
    }

    /** A decay that nobody claims is the one that the kind has by itself, as it is where only its number is said. */
    @ParameterizedTest
    @EnumSource(names = {"ADAMW", "LION", "ADAM", "NADAM"})
    void looksForTheDecayThatTheKindHas(Kind kind) {
        Map<String, Object> numbers = kind == Kind.LION
                ? Map.of("learningRate", 0.0117, "weightDecay", 0.05)
                : Map.of("learningRate", 0.0117, "beta1", 0.87, "weightDecay", 0.05);
        Optimizer plain = HyperParameters.with(kind.preset(Preset.PYTORCH), Map.of("weightDecay", 0));
        Optimizer truth = HyperParameters.with(plain, numbers);
        Claim claim = new Claim(plain, false, null);
        Optimizer found = JointSearch.of(Trials.of(claim, steps(truth, Datatype.FP64, 40), false, () -> {}))
                .found(plain)
                .findFirst()
                .orElseThrow();
        assertThat(found.weightDecay().kind()).isEqualTo(truth.weightDecay().kind());
        assertThat(found.weightDecay().rate()).isCloseTo(0.05, within(0.0005));
    }

    /** Five numbers would explain any two. */
    @Test
    void looksForNoMoreNumbersThanStepsCanTell() {
        Optimizer truth = HyperParameters.with(
                Kind.ADAM.preset(Preset.PYTORCH), Map.of("beta1", 0.777, "beta2", 0.888, "epsilon", 1e-3));
        List<ObservedStep> two = steps(truth, Datatype.FP64, 2).subList(0, 2);
        Claim claim = new Claim(Kind.ADAM.preset(Preset.PYTORCH), false, null);
        assertThat(JointSearch.of(Trials.of(claim, two, false, () -> {})).found(Kind.ADAM.preset(Preset.PYTORCH)))
                .isEmpty();
    }
}
