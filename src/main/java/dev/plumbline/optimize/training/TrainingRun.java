package dev.plumbline.optimize.training;

import dev.plumbline.compute.health.ModelReading;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.jobs.Checkpoints;
import dev.plumbline.optimize.training.TrainingRunStop.Reason;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
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
    private final Schedule.Course course;
    private final TrainingRunHealth health;
    private final Map<String, Tensor> point;

    private double epochSum;
    private double rate;
    private double least = Double.POSITIVE_INFINITY;
    private long stale;

    /** @param programs the program for a batch of so many samples, with its objective as an output */
    TrainingRun(
            TrainingRunBatches batches,
            IntFunction<Program> programs,
            TrainingRunStepper stepper,
            Schedule schedule,
            TrainingRunHealth health) {
        this.batches = batches;
        this.health = health;
        this.programs = programs;
        this.stepper = stepper;
        this.schedule = schedule;
        this.rate = stepper.learningRate();
        this.course = schedule.course(rate);
        this.point = new HashMap<>(stepper.parameters());
    }

    /** Trains; {@code end} is a time of {@link System#nanoTime}. */
    Reason run(TrainingRunRequest request, long end, TrainingRunLog log, TrainingRunHandle handle) {
        TrainingRunStop stop = request.stopOrNever();
        long iterations = request.iterations();
        for (long t = 1 + resumed(request, log, handle.checkpoints()); t <= iterations; t++) {
            point.putAll(batches.batch(t));
            Program program = programs.apply(batches.sizeOf(t));
            Look look = new Look(t, program, evaluate(program, request));
            note(look);
            rate = learningRate(t);
            Reason reason = stop.reason(look.loss, look.norm, stale);
            if (reason == null && (handle.isCancelled() || System.nanoTime() - end >= 0)) {
                reason = handle.isCancelled() ? Reason.CANCELLED : Reason.TIME;
            }
            boolean last = reason != null || t == iterations;
            boolean reported = last || t == 1 || t % request.reportInterval() == 0;
            if (reported) {
                report(look, last, log);
            }
            if (reason == null && !stepper.step(t, rate, schedule.momentum(t), look.gradient)) {
                reportFailure(look, reported, last, log);
                reason = Reason.NON_FINITE;
            } else if (reason == null) {
                log.stepTaken();
                closeEpoch(t, look.loss);
                if (reported) {
                    health.stepped(stepper);
                }
            }
            if (reported) {
                handle.tell(log.progress(t, look.loss, look.norm, rate, health.brief()));
            }
            handle.beat();
            if (reason != null) {
                return reason;
            }
            if (handle.checkpoints().isDue()) {
                handle.checkpoints().keep(state(t, log).bytes());
            }
        }
        return Reason.ITERATIONS;
    }

    /** Goes on behind the last iteration that was kept, and says which that is; 0 where none was. */
    private long resumed(TrainingRunRequest request, TrainingRunLog log, Checkpoints checkpoints) {
        TrainingRunState state =
                checkpoints.last().flatMap(TrainingRunState::of).orElse(null);
        if (state == null) {
            return 0;
        }
        point.putAll(batches.batch(1));
        Program program = programs.apply(batches.sizeOf(1));
        health.diagnose(1, new Look(1, program, evaluate(program, request)).reading());
        double[] own = state.take();
        long t = (long) own[0];
        rate = own[1];
        least = own[2];
        stale = (long) own[3];
        epochSum = own[4];
        course.resume(state.take());
        log.read(state, t);
        health.read(state);
        stepper.read(state);
        return t;
    }

    private TrainingRunState state(long t, TrainingRunLog log) {
        TrainingRunState state = new TrainingRunState();
        state.add(t, rate, least, stale, epochSum);
        state.add(course.state());
        log.write(state);
        health.write(state);
        stepper.write(state);
        return state;
    }

    /** What only values show, such as an index that is computed from data, is refused at its place in the request. */
    private Evaluation evaluate(Program program, TrainingRunRequest request) {
        try {
            return program.evaluate(point);
        } catch (Problem problem) {
            throw problem.pointer().startsWith("/loss")
                    ? problem
                    : problem.within(request.requiredModel().place());
        }
    }

    /** One iteration before its step: the evaluation and the reverse pass. */
    private final class Look {
        private final long t;
        private final Objective objective;
        private final Evaluation.Gradient reverse;
        private final Map<String, Tensor> gradient;
        private final double loss;
        private final double norm;

        Look(long t, Program program, Evaluation evaluation) {
            this.t = t;
            Node output = program.output(TrainingRunService.OBJECTIVE);
            this.objective = new Objective(program, output, point, evaluation);
            this.reverse = evaluation.gradient(output);
            this.gradient = reverse.byParameter();
            this.loss = objective.value();
            this.norm = norm(gradient);
        }

        ModelReading reading() {
            return new ModelReading(objective, reverse);
        }
    }

    private void report(Look look, boolean last, TrainingRunLog log) {
        if (look.t == 1 || last) {
            health.diagnose(look.t, look.reading());
        }
        log.add(look.t, look.loss, look.norm);
        health.report(look.t, look.gradient);
    }

    /** A step that could not be taken ends the run, so its iteration is the last. */
    private void reportFailure(Look look, boolean reported, boolean last, TrainingRunLog log) {
        if (!reported) {
            report(look, true, log);
        } else if (!last && look.t > 1) {
            health.diagnose(look.t, look.reading());
        }
        log.stepFailed(look.t);
    }

    private void note(Look look) {
        health.iteration(look.loss, look.norm);
        stale = look.loss < least ? 0 : stale + 1;
        least = Math.min(least, look.loss);
    }

    /** Only a plateau has to be measured, and only an epoch can end one. */
    private double learningRate(long t) {
        boolean kept = t > schedule.measuredFrom() && (t - 1) % batches.epochLength() != 0;
        return kept ? rate : course.rate(t);
    }

    /** An epoch that began before the schedule measures, during a warm-up, does not count. */
    private void closeEpoch(long t, double loss) {
        epochSum += loss;
        if (t % batches.epochLength() != 0) {
            return;
        }
        if (t - batches.epochLength() + 1 >= schedule.measuredFrom()) {
            course.measured(epochSum / batches.epochLength());
        }
        epochSum = 0;
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
