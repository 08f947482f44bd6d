package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.schedule.Chained;
import dev.plumbline.compute.optimizer.schedule.Constant;
import dev.plumbline.compute.optimizer.schedule.Cosine;
import dev.plumbline.compute.optimizer.schedule.CosineRestarts;
import dev.plumbline.compute.optimizer.schedule.Cyclic;
import dev.plumbline.compute.optimizer.schedule.Exponential;
import dev.plumbline.compute.optimizer.schedule.InverseSquareRoot;
import dev.plumbline.compute.optimizer.schedule.LinearWarmup;
import dev.plumbline.compute.optimizer.schedule.MomentumCycle;
import dev.plumbline.compute.optimizer.schedule.MultiStep;
import dev.plumbline.compute.optimizer.schedule.OneCycle;
import dev.plumbline.compute.optimizer.schedule.Polynomial;
import dev.plumbline.compute.optimizer.schedule.ReduceOnPlateau;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import dev.plumbline.compute.optimizer.schedule.StepDecay;
import dev.plumbline.problem.Problem;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
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
 * @param milestones multiStep: steps after which the rate is reduced; chained: after which the next schedule begins
 * @param power polynomial (1, which is linear)
 * @param multiplier cosineRestarts (1)
 * @param rises cosine (false): PyTorch's goes up again after {@code steps}
 * @param first inverseSquareRoot (1): what the first step counts as; 0 in Transformers
 * @param rise oneCycle (0.3): share of steps
 * @param startDivisor oneCycle (25)
 * @param endDivisor oneCycle (10000)
 * @param anneal oneCycle (cosine)
 * @param threePhases oneCycle (false)
 * @param counting oneCycle (pytorch): whose ends of phases
 * @param up cyclic: steps; the base rate is the peak
 * @param down cyclic (as many as up)
 * @param mode cyclic (triangular)
 * @param baseMomentum oneCycle (0.85), cyclic (0.8): where the rate is highest; without maxMomentum too: not cycled
 * @param maxMomentum oneCycle (0.95), cyclic (0.9): where the rate is lowest
 * @param schedules chained: one after the other
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
        @Nullable Integer cooldown,
        @Nullable List<Long> milestones,
        @Nullable Double power,
        @Nullable Long multiplier,
        @Nullable Boolean rises,
        @Nullable Long first,
        @Nullable Double rise,
        @Nullable Double startDivisor,
        @Nullable Double endDivisor,
        OneCycle.@Nullable Anneal anneal,
        @Nullable Boolean threePhases,
        OneCycle.@Nullable Counting counting,
        @Nullable Long up,
        @Nullable Long down,
        Cyclic.@Nullable Mode mode,
        @Nullable Double baseMomentum,
        @Nullable Double maxMomentum,
        @Nullable List<TrainingRunSchedule> schedules) {

    public enum Kind {
        CONSTANT(),
        STEP("every", "factor"),
        MULTI_STEP("milestones", "factor"),
        EXPONENTIAL("factor"),
        POLYNOMIAL("steps", "power", "minimumRate"),
        COSINE("steps", "minimumRate", "rises"),
        COSINE_RESTARTS("steps", "multiplier", "minimumRate"),
        ONE_CYCLE(
                "steps",
                "rise",
                "startDivisor",
                "endDivisor",
                "anneal",
                "threePhases",
                "counting",
                "baseMomentum",
                "maxMomentum"),
        CYCLIC("up", "down", "minimumRate", "mode", "factor", "baseMomentum", "maxMomentum"),
        CHAINED("schedules", "milestones"),
        LINEAR_WARMUP("steps", "startFactor", "next"),
        INVERSE_SQUARE_ROOT("warmup", "first"),
        REDUCE_ON_PLATEAU("factor", "patience", "threshold", "cooldown", "minimumRate");

        private final List<String> names;

        Kind(String... names) {
            this.names = List.of(names);
        }
    }

    public TrainingRunSchedule {
        Object[] values = {
            every,
            factor,
            steps,
            minimumRate,
            startFactor,
            warmup,
            next,
            patience,
            threshold,
            cooldown,
            milestones,
            power,
            multiplier,
            rises,
            first,
            rise,
            startDivisor,
            endDivisor,
            anneal,
            threePhases,
            counting,
            up,
            down,
            mode,
            baseMomentum,
            maxMomentum,
            schedules
        };
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
    public Schedule schedule(long iterations) {
        return switch (kind) {
            case CONSTANT -> new Constant();
            case STEP -> new StepDecay(required("every", every), or(factor, 0.1));
            case EXPONENTIAL -> new Exponential(required("factor", factor));
            case MULTI_STEP -> new MultiStep(required("milestones", milestones), or(factor, 0.1));
            case POLYNOMIAL -> new Polynomial(or(steps, iterations), or(power, 1.0), or(minimumRate, 0.0));
            case COSINE -> new Cosine(or(steps, iterations), or(minimumRate, 0.0), or(rises, false));
            case COSINE_RESTARTS ->
                new CosineRestarts(required("steps", steps), or(multiplier, 1L), or(minimumRate, 0.0));
            case ONE_CYCLE -> oneCycle(iterations);
            case CYCLIC ->
                new Cyclic(
                        required("up", up),
                        or(down, required("up", up)),
                        or(minimumRate, 0.0),
                        or(mode, Cyclic.Mode.TRIANGULAR),
                        or(factor, 1.0),
                        momenta(Cyclic.USUAL_MOMENTA));
            case CHAINED -> chained(iterations);
            case LINEAR_WARMUP -> warmup(iterations);
            case INVERSE_SQUARE_ROOT -> new InverseSquareRoot(required("warmup", warmup), or(first, 1L));
            case REDUCE_ON_PLATEAU ->
                new ReduceOnPlateau(
                        or(factor, 0.1),
                        patience == null ? 10 : patience,
                        or(threshold, 1e-4),
                        cooldown == null ? 0 : cooldown,
                        or(minimumRate, 0.0));
        };
    }

    private Schedule warmup(long iterations) {
        long rise = required("steps", steps);
        Schedule after = next == null ? new Constant() : next.schedule(Math.max(1, iterations - rise));
        return new LinearWarmup(rise, or(startFactor, 1.0 / 3), after);
    }

    private Schedule oneCycle(long iterations) {
        return new OneCycle(
                or(steps, iterations),
                or(rise, 0.3),
                or(startDivisor, 25.0),
                or(endDivisor, 1e4),
                or(anneal, OneCycle.Anneal.COSINE),
                or(threePhases, false),
                or(counting, OneCycle.Counting.PYTORCH),
                momenta(OneCycle.USUAL_MOMENTA));
    }

    /** Null where nothing is said of them. */
    private @Nullable MomentumCycle momenta(MomentumCycle usual) {
        return baseMomentum == null && maxMomentum == null
                ? null
                : new MomentumCycle(or(baseMomentum, usual.base()), or(maxMomentum, usual.max()));
    }

    /** Refuses a schedule of the momentum for an optimizer that has none, as PyTorch does. */
    public void requireMomentum(Optimizer optimizer) {
        String said = baseMomentum != null ? "baseMomentum" : "maxMomentum";
        if (baseMomentum != null || maxMomentum != null) {
            HyperParameters.requireMomentum(optimizer, Problem.pointer(said));
        }
        boolean nesterov = Boolean.TRUE.equals(HyperParameters.of(optimizer).get("nesterov"));
        if (nesterov && baseMomentum != null && baseMomentum == 0) {
            throw Problem.invalid(
                    Problem.pointer("baseMomentum"), "Nesterov's momentum cannot be none", baseMomentum, "above 0");
        }
        if (next != null) {
            next.requireMomentum(optimizer, Problem.pointer("next"));
        }
        List<TrainingRunSchedule> chained = schedules == null ? List.of() : schedules;
        for (int i = 0; i < chained.size(); i++) {
            chained.get(i).requireMomentum(optimizer, Problem.pointer("schedules", i));
        }
    }

    private void requireMomentum(Optimizer optimizer, String place) {
        try {
            requireMomentum(optimizer);
        } catch (Problem problem) {
            throw problem.within(place);
        }
    }

    /** Each schedule has what is left of the run from where it begins. */
    private Schedule chained(long iterations) {
        List<Schedule> parts = new ArrayList<>();
        List<TrainingRunSchedule> given = required("schedules", schedules);
        List<Long> begins = required("milestones", milestones);
        for (int i = 0; i < given.size(); i++) {
            long begin = i == 0 || i > begins.size() ? 0 : begins.get(i - 1);
            try {
                parts.add(given.get(i).schedule(Math.max(1, iterations - begin)));
            } catch (Problem problem) {
                throw problem.within(Problem.pointer("schedules", i));
            }
        }
        return new Chained(parts, begins);
    }

    private static <T> T or(@Nullable T value, T absent) {
        return value == null ? absent : value;
    }

    private static <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw Problem.invalid(Problem.pointer(name), "this schedule needs it", "nothing", "a value");
        }
        return value;
    }
}
