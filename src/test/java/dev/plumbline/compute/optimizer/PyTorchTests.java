package dev.plumbline.compute.optimizer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every optimizer against 200 recorded steps of PyTorch 1.13.1, on four problems. */
class PyTorchTests {

    /** Torch's names of what is kept, by ours; what is not here has no counterpart there. */
    private static final Map<Kind, Map<String, String>> SLOTS = Map.of(
            Kind.ADAM, Map.of("m", "exp_avg", "v", "exp_avg_sq"),
            Kind.ADAMW, Map.of("m", "exp_avg", "v", "exp_avg_sq"),
            Kind.AMSGRAD, Map.of("m", "exp_avg", "v", "exp_avg_sq", "vMax", "max_exp_avg_sq"),
            Kind.NADAM, Map.of("m", "exp_avg", "v", "exp_avg_sq"),
            Kind.RADAM, Map.of("m", "exp_avg", "v", "exp_avg_sq"),
            Kind.ADAMAX, Map.of("m", "exp_avg", "u", "exp_inf"),
            Kind.SGD, Map.of("momentum", "momentum_buffer"),
            Kind.RMSPROP, Map.of("v", "square_avg", "mean", "grad_avg", "momentum", "momentum_buffer"),
            Kind.ADAGRAD, Map.of("sum", "sum"),
            Kind.ADADELTA, Map.of("v", "square_avg", "u", "acc_delta"));

    static List<Trajectory> float64() {
        return Trajectory.all("float64");
    }

    static List<Trajectory> float32() {
        return Trajectory.all("float32");
    }

    /** Relative to the largest size the entry has had so far: it may pass 0, and the rounding it brings along stays. */
    @ParameterizedTest
    @MethodSource("float64")
    void keepsToPyTorchFor200StepsToTwelveDigits(Trajectory torch) {
        Tensor x = torch.parameter(0);
        double[] largest = x.map(Math::abs).values();
        OptimizerState state = OptimizerState.INITIAL;
        Map<String, Tensor> largestMoments = new HashMap<>();
        for (int t = 0; t < torch.length(); t++) {
            OptimizerStep step =
                    new TensorStep(torch.optimizer()).take(state, Map.of("x", x), Map.of("x", torch.gradient(t)));
            x = requireNonNull(step.parameters().get("x"));
            state = step.state();
            grow(largestMoments, state);
            Tensor expected = torch.parameter(t + 1);
            for (int i = 0; i < x.size(); i++) {
                largest[i] = Math.max(largest[i], Math.abs(expected.at(i)));
                assertThat(x.at(i))
                        .as("step %d entry %d", t + 1, i)
                        .isCloseTo(expected.at(i), within(1e-12 * largest[i]));
            }
        }
        checkState(torch, state, largestMoments, 1e-12);
    }

    /**
     * Each step from PyTorch's own parameters: one rounding of the parameter, and a handful in the step, where moments that
     * cancel bring along the rounding of larger ones.
     */
    @ParameterizedTest
    @MethodSource("float32")
    void makesEachFloat32StepOfPyTorchToAFewUlps(Trajectory torch) {
        OptimizerState state = OptimizerState.INITIAL;
        Map<String, Tensor> largestMoments = new HashMap<>();
        double[] furthest = new double[torch.parameter(0).size()];
        for (int t = 0; t < torch.length(); t++) {
            Tensor x = torch.parameter(t);
            OptimizerStep step =
                    new TensorStep(torch.optimizer()).take(state, Map.of("x", x), Map.of("x", torch.gradient(t)));
            state = step.state();
            grow(largestMoments, state);
            Tensor actual = requireNonNull(step.parameters().get("x"));
            Tensor expected = torch.parameter(t + 1);
            for (int i = 0; i < x.size(); i++) {
                float size = (float) Math.max(Math.abs(x.at(i)), Math.abs(expected.at(i)));
                furthest[i] = Math.max(furthest[i], Math.abs(expected.at(i) - x.at(i)));
                assertThat(actual.at(i))
                        .as("step %d entry %d", t + 1, i)
                        .isCloseTo(expected.at(i), within(1.5 * Math.ulp(size) + 5.0 * Math.ulp((float) furthest[i])));
            }
        }
        checkState(torch, state, largestMoments, 1e-5);
    }

    /** The largest size that each entry of each moment has had; a moment that passes 0 keeps the rounding of its past. */
    private static void grow(Map<String, Tensor> largest, OptimizerState state) {
        state.slots()
                .forEach((slot, moments) ->
                        largest.merge(slot, requireNonNull(moments.get("x")).map(Math::abs), PyTorchTests::maximum));
    }

    private static Tensor maximum(Tensor a, Tensor b) {
        double[] values = new double[a.size()];
        Arrays.setAll(values, i -> Math.max(a.at(i), b.at(i)));
        return Tensor.of(a.shape(), values);
    }

    private static void checkState(
            Trajectory torch, OptimizerState state, Map<String, Tensor> largest, double tolerance) {
        assertThat(state.step()).isEqualTo(torch.length());
        Map<String, String> names = requireNonNull(SLOTS.get(torch.optimizer().kind()));
        state.slots().forEach((slot, moments) -> {
            Tensor moment = requireNonNull(moments.get("x"));
            Tensor expected = requireNonNull(torch.state().get(names.get(slot)));
            for (int i = 0; i < moment.size(); i++) {
                double allowed = tolerance * requireNonNull(largest.get(slot)).at(i);
                assertThat(moment.at(i)).as("%s entry %d", slot, i).isCloseTo(expected.at(i), within(allowed));
            }
        });
    }
}
