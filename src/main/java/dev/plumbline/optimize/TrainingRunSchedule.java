package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.schedule.Constant;
import dev.plumbline.compute.optimizer.schedule.Cosine;
import dev.plumbline.compute.optimizer.schedule.Exponential;
import dev.plumbline.compute.optimizer.schedule.InverseSquareRoot;
import dev.plumbline.compute.optimizer.schedule.LinearWarmup;
import dev.plumbline.compute.optimizer.schedule.ReduceOnPlateau;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import dev.plumbline.compute.optimizer.schedule.StepDecay;
import dev.plumbline.problem.Problem;
import java.lang.reflect.RecordComponent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A schedule of the learning rate by its kind. Steps are iterations, counted from 1; {@code reduceOnPlateau} looks at the
 * mean loss of each epoch, which is one iteration where there are no mini-batches; after a warm-up, at the epochs that
 * begin when it is over.
 *
 * @param every step: iterations between two reductions
 * @param factor step (0.1), exponential, reduceOnPlateau (0.1)
 * @param steps cosine (all iterations), linearWarmup
 * @param minimumRate cosine (0), reduceOnPlateau (0)
 * @param startFactor linearWarmup (1/3)
 * @param warmup inverseSquareRoot: the step of the highest rate
 * @param next linearWarmup: what follows (constant)
 * @param patience reduceOnPlateau (10)
 * @param threshold reduceOnPlateau (1e-4), relative
 * @param cooldown reduceOnPlateau (0)
 */
public record TrainingRunSchedule(
        Kind kind,
        @Nullable Long every,
        @Nullable Double factor,
        @Nullable Long steps,
        @Nullable Double minimumRate,
        @Nullable Double startFactor,
        @Nullable Long warmup,
        @Nullable TrainingRunSchedule next,
        @Nullable Integer patience,
        @Nullable Double threshold,
        @Nullable Integer cooldown) {

    public enum Kind {
        CONSTANT(),
        STEP("every", "factor"),
        EXPONENTIAL("factor"),
        COSINE("steps", "minimumRate"),
        LINEAR_WARMUP("steps", "startFactor", "next"),
        INVERSE_SQUARE_ROOT("warmup"),
        REDUCE_ON_PLATEAU("factor", "patience", "threshold", "cooldown", "minimumRate");

        private final List<String> names;

        Kind(String... names) {
            this.names = List.of(names);
        }
    }

    public TrainingRunSchedule {
        Object[] values = {every, factor, steps, minimumRate, startFactor, warmup, next, patience, threshold, cooldown};
        RecordComponent[] components = TrainingRunSchedule.class.getRecordComponents();
        for (int i = 0; i < values.length; i++) {
            String name = components[i + 1].getName();
            if (values[i] != null && !kind.names.contains(name)) {
                throw Problem.invalid(
                        Problem.pointer(name), "this kind of schedule has no such attribute", name, kind.names);
            }
        }
    }

    /** The schedule of a run of so many iterations. */
    Schedule schedule(long iterations) {
        return switch (kind) {
            case CONSTANT -> new Constant();
            case STEP -> new StepDecay(required("every", every), or(factor, 0.1));
            case EXPONENTIAL -> new Exponential(required("factor", factor));
            case COSINE -> new Cosine(steps == null ? iterations : steps, or(minimumRate, 0));
            case LINEAR_WARMUP -> warmup(iterations);
            case INVERSE_SQUARE_ROOT -> new InverseSquareRoot(required("warmup", warmup));
            case REDUCE_ON_PLATEAU ->
                new ReduceOnPlateau(
                        or(factor, 0.1),
                        patience == null ? 10 : patience,
                        or(threshold, 1e-4),
                        cooldown == null ? 0 : cooldown,
                        or(minimumRate, 0));
        };
    }

    private Schedule warmup(long iterations) {
        long rise = required("steps", steps);
        Schedule after = next == null ? new Constant() : next.schedule(Math.max(1, iterations - rise));
        return new LinearWarmup(rise, or(startFactor, 1.0 / 3), after);
    }

    private static double or(@Nullable Double value, double absent) {
        return value == null ? absent : value;
    }

    private static <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw Problem.invalid(Problem.pointer(name), "this schedule needs it", "nothing", "a value");
        }
        return value;
    }
}
