package dev.plumbline.optimize.training;

import dev.plumbline.optimize.training.TrainingRunProgress.ShortHealth;
import dev.plumbline.optimize.training.TrainingRunReport.Health;
import dev.plumbline.optimize.training.TrainingRunStop.Reason;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run writes down on its way. */
final class TrainingRunLog {

    private final long iterations;
    private final long started = System.nanoTime();
    private final List<List<Number>> losses = new ArrayList<>();
    private final List<List<Number>> norms = new ArrayList<>();
    private long last;
    private long begun; // iterations before this attempt
    private long steps;
    private @Nullable Long failed;

    TrainingRunLog(long iterations) {
        this.iterations = iterations;
    }

    /** Writes down an iteration, once; whether it was new. */
    boolean add(long t, double loss, double norm) {
        if (last == t) {
            return false;
        }
        losses.add(List.of(t, loss));
        norms.add(List.of(t, norm));
        last = t;
        return true;
    }

    void write(TrainingRunState state) {
        state.add(last, steps);
        state.add(numbers(losses, 0));
        state.add(numbers(losses, 1));
        state.add(numbers(norms, 1));
    }

    /** Goes on behind iteration {@code t}. */
    void read(TrainingRunState state, long t) {
        begun = t;
        double[] counts = state.take();
        last = (long) counts[0];
        steps = (long) counts[1];
        double[] iteration = state.take();
        double[] loss = state.take();
        double[] norm = state.take();
        for (int i = 0; i < iteration.length; i++) {
            losses.add(List.of((long) iteration[i], loss[i]));
            norms.add(List.of((long) iteration[i], norm[i]));
        }
    }

    private static double[] numbers(List<List<Number>> pairs, int which) {
        return pairs.stream().mapToDouble(pair -> pair.get(which).doubleValue()).toArray();
    }

    void stepTaken() {
        steps++;
    }

    /** The loss and gradient were finite, and the step was not. */
    void stepFailed(long t) {
        failed = t;
    }

    TrainingRunProgress progress(long t, double loss, double norm, double rate, ShortHealth health) {
        double perSecond = (t - begun) / Math.max(seconds(), 1e-9);
        return new TrainingRunProgress(t, loss, norm, rate, perSecond, (iterations - t) / perSecond, health);
    }

    private double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }

    TrainingRunReport report(
            Reason reason, Health health, Map<String, Tensor> parameters, Map<String, Object> optimizer) {
        return new TrainingRunReport(
                "",
                null,
                summary(reason),
                reason,
                steps,
                losses,
                norms,
                health,
                parameters,
                optimizer,
                seconds(),
                null);
    }

    private String summary(Reason reason) {
        Number first = losses.get(0).get(1);
        Number loss = losses.get(losses.size() - 1).get(1);
        String course = "The loss went from %s to %s"
                .formatted(Numbers.of(first.doubleValue(), 6), Numbers.of(loss.doubleValue(), 6));
        return switch (reason) {
            case ITERATIONS -> course + " in " + last + " iterations.";
            case LOSS_BELOW -> course + ", below its threshold at iteration " + last + ".";
            case GRADIENT_NORM_BELOW ->
                course + "; the gradient's norm is below its threshold at iteration " + last + ".";
            case PATIENCE -> course + " and did not fall any more: patience ended at iteration " + last + ".";
            case CANCELLED -> course + "; the run was cancelled at iteration " + last + ".";
            case TIME -> course + "; the time of a request was over at iteration " + last + ".";
            case NON_FINITE ->
                failed == null
                        ? "At iteration " + last + " the loss is " + loss + " and the gradient's norm "
                                + norms.get(norms.size() - 1).get(1) + ": the run stopped there."
                        : "The step of iteration " + last + " would have made a number that is not finite: the run"
                                + " stopped there.";
        };
    }
}
