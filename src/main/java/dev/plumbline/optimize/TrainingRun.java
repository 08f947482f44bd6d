package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.schedule.ReduceOnPlateau;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.optimize.TrainingRunStop.Reason;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The loop: batch, loss, gradient, step. Iteration t, from 1, has the loss before its step; that is the loss which is
 * reported and which the stopping rules see, so a run that stops at iteration t has taken t - 1 steps.
 */
final class TrainingRun {

    private final TrainingRunBatches batches;
    private final IntFunction<Program> programs;
    private final TrainingRunStepper stepper;
    private final Schedule schedule;
    private final double baseRate;
    private final Map<String, Tensor> point;

    private double[] epochLosses = new double[0];
    private double epochSum;
    private double rate;
    private double least = Double.POSITIVE_INFINITY;
    private long stale;

    /** @param programs the program for a batch of so many samples, with its objective as an output */
    TrainingRun(
            TrainingRunBatches batches, IntFunction<Program> programs, TrainingRunStepper stepper, Schedule schedule) {
        this.batches = batches;
        this.programs = programs;
        this.stepper = stepper;
        this.schedule = schedule;
        this.baseRate = stepper.learningRate();
        this.rate = baseRate;
        this.point = new HashMap<>(stepper.parameters());
    }

    /** Trains; {@code end} is a time of {@link System#nanoTime}. Reports go to {@code log}, progress to {@code progress}. */
    Reason run(TrainingRunRequest request, long end, TrainingRunLog log, Consumer<TrainingRunProgress> progress) {
        TrainingRunStop stop = request.stopOrNever();
        long iterations = request.iterations();
        for (long t = 1; t <= iterations; t++) {
            point.putAll(batches.batch(t));
            Program program = programs.apply(batches.sizeOf(t));
            Node objective = program.output(TrainingRunService.OBJECTIVE);
            Evaluation evaluation = program.evaluate(point);
            Map<String, Tensor> gradient = evaluation.gradient(objective).byParameter();
            double loss = evaluation.value(objective).item();
            double norm = norm(gradient);
            note(loss);
            rate = learningRate(t);
            Reason reason = stop.reason(loss, norm, stale);
            if (reason == null && System.nanoTime() - end >= 0) {
                reason = Reason.TIME;
            }
            if (t == 1 || t == iterations || t % request.reportInterval() == 0 || reason != null) {
                log.add(t, loss, norm, gradient);
                progress.accept(log.progress(t, loss, norm, rate));
            }
            if (reason != null) {
                return reason;
            }
            if (!stepper.step(t, rate, gradient)) {
                log.stepFailed(t, loss, norm, gradient);
                return Reason.NON_FINITE;
            }
            log.stepTaken();
            closeEpoch(t, loss);
        }
        return Reason.ITERATIONS;
    }

    private void note(double loss) {
        stale = loss < least ? 0 : stale + 1;
        least = Math.min(least, loss);
    }

    /** Only a plateau has to be measured, and only an epoch can end one. */
    private double learningRate(long t) {
        if (schedule instanceof ReduceOnPlateau) {
            return (t - 1) % batches.epochLength() == 0 ? schedule.rate(t, baseRate, epochLosses) : rate;
        }
        return schedule.rate(t, baseRate, epochLosses);
    }

    private void closeEpoch(long t, double loss) {
        epochSum += loss;
        if (t % batches.epochLength() == 0 && schedule instanceof ReduceOnPlateau) {
            epochLosses = Arrays.copyOf(epochLosses, epochLosses.length + 1);
            epochLosses[epochLosses.length - 1] = epochSum / batches.epochLength();
            epochSum = 0;
        }
    }

    private static double norm(Map<String, Tensor> gradient) {
        double squares = 0;
        for (Tensor tensor : gradient.values()) {
            double norm = Objects.requireNonNull(tensor).norm();
            squares = Math.hypot(squares, norm);
        }
        return squares;
    }
}
