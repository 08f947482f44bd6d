package dev.plumbline.optimize.training;

import dev.plumbline.compute.optimizer.Ascent;
import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.Lbfgs;
import dev.plumbline.compute.optimizer.LbfgsSteps;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.step.InPlaceStep;
import dev.plumbline.compute.optimizer.step.StepReport.Outcome;
import dev.plumbline.compute.optimizer.step.TensorArrays;
import dev.plumbline.compute.optimizer.strip.Strip;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a run and their moments, in float64, stepped where they lie. A step that would make a number that is
 * not finite leaves the parameters as they were.
 */
final class TrainingRunStepper {

    private record Kept(String name, Tensor value, double[] before, List<double[]> slots) {

        /** The first; the last is the buffer of a momentum, which a step at none does not use. */
        List<Strip> moments(int used) {
            return slots.stream().limit(used).map(Strip::of).toList();
        }
    }

    private final Optimizer base;
    private final Clipping clipping;
    private final List<Kept> kept = new ArrayList<>();
    private final @Nullable LbfgsSteps together;
    private Optimizer current;

    TrainingRunStepper(Optimizer optimizer, Clipping clipping, Map<String, Tensor> initial) {
        this.base = optimizer;
        this.current = optimizer;
        this.clipping = clipping;
        Optimizer descent = optimizer instanceof Ascent ascent ? ascent.descent() : optimizer;
        this.together = descent instanceof Lbfgs lbfgs ? new LbfgsSteps(lbfgs) : null;
        initial.forEach((name, tensor) -> {
            Tensor own = Tensor.of(tensor.shape(), tensor.values().clone());
            List<double[]> slots =
                    base.slots().stream().map(slot -> numbers(slot.fresh(own))).toList();
            kept.add(new Kept(name, own, new double[own.size()], slots));
        });
    }

    private static double[] numbers(@Nullable Tensor moment) {
        return moment == null ? new double[0] : moment.values();
    }

    /** Parameters and moments. */
    void write(TrainingRunState state) {
        for (Kept parameter : kept) {
            state.add(parameter.value().values().clone());
            parameter.slots().forEach(slot -> state.add(slot.clone()));
        }
        state.addAll(together == null ? List.of() : together.state());
    }

    /** The same, where they lie. */
    void read(TrainingRunState state) {
        for (Kept parameter : kept) {
            into(parameter.value().values(), state);
            parameter.slots().forEach(slot -> into(slot, state));
        }
        List<double[]> steps = state.takeAll();
        if (together != null) {
            together.resume(steps);
        }
    }

    private static void into(double[] values, TrainingRunState state) {
        System.arraycopy(state.take(), 0, values, 0, values.length);
    }

    /** The parameters as they are now; they change with every step. */
    Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        kept.forEach(parameter -> parameters.put(parameter.name(), parameter.value()));
        return parameters;
    }

    double learningRate() {
        return current.learningRate();
    }

    /** {@code ||update|| / ||parameters||} of the last step, of some parameters together; NaN for parameters of norm 0. */
    double updateRatio(Collection<String> names) {
        double moved = 0;
        double size = 0;
        for (Kept parameter : kept) {
            if (names.contains(parameter.name())) {
                double[] after = parameter.value().values();
                double[] before = parameter.before();
                for (int i = 0; i < before.length; i++) {
                    double step = after[i] - before[i];
                    moved += step * step;
                    size += before[i] * before[i];
                }
            }
        }
        return size == 0 ? Double.NaN : Math.sqrt(moved / size);
    }

    /**
     * Takes step {@code t}, from 1; false where it could not be taken.
     *
     * @param momentum empty for the optimizer's own
     */
    boolean step(long t, double learningRate, OptionalDouble momentum, Map<String, Tensor> gradients) {
        if (learningRate != current.learningRate() || momentum.isPresent()) {
            Optimizer rated = base.withLearningRate(learningRate);
            current = momentum.isPresent() ? rated.withMomentum(momentum.getAsDouble()) : rated;
        }
        if (together != null) {
            return stepTogether(together, learningRate, gradients);
        }
        List<TensorArrays> arrays = new ArrayList<>(kept.size());
        for (Kept parameter : kept) {
            double[] values = parameter.value().values();
            System.arraycopy(values, 0, parameter.before(), 0, values.length);
            Tensor gradient = Objects.requireNonNull(gradients.get(parameter.name()));
            arrays.add(new TensorArrays(
                    parameter.name(),
                    parameter.value().shape(),
                    Strip.of(values),
                    Strip.of(gradient.values()),
                    parameter.moments(current.slots().size())));
        }
        boolean taken =
                new InPlaceStep(current, clipping, false).take(t, arrays).outcome() == Outcome.TAKEN;
        if (!taken) {
            kept.forEach(parameter ->
                    System.arraycopy(parameter.before(), 0, parameter.value().values(), 0, parameter.before().length));
        }
        return taken;
    }

    /** All parameters as one vector. */
    private boolean stepTogether(LbfgsSteps steps, double learningRate, Map<String, Tensor> gradients) {
        int size =
                kept.stream().mapToInt(parameter -> parameter.before().length).sum();
        double[] x = new double[size];
        double[] g = new double[size];
        int start = 0;
        for (Kept parameter : kept) {
            int length = parameter.before().length;
            double[] values = parameter.value().values();
            System.arraycopy(values, 0, parameter.before(), 0, length);
            System.arraycopy(values, 0, x, start, length);
            double[] gradient =
                    Objects.requireNonNull(gradients.get(parameter.name())).values();
            System.arraycopy(gradient, 0, g, start, length);
            start += length;
        }
        steps.step(x, clipped(g), learningRate);
        boolean taken =
                Arrays.stream(x).allMatch(Double::isFinite) && Arrays.stream(g).allMatch(Double::isFinite);
        start = 0;
        for (Kept parameter : kept) {
            int length = parameter.before().length;
            if (taken) {
                System.arraycopy(x, start, parameter.value().values(), 0, length);
            }
            start += length;
        }
        return taken;
    }

    private double[] clipped(double[] g) {
        double sign = base.maximizes() ? -1 : 1;
        double norm = Tensor.vector(g).norm();
        double factor = sign * (norm > clipping.norm() ? clipping.norm() / norm : 1);
        return Arrays.stream(g)
                .map(entry -> factor * Math.max(-clipping.value(), Math.min(clipping.value(), entry)))
                .toArray();
    }
}
