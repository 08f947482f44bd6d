package dev.plumbline.optimize.training;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.schedule.Constant;
import dev.plumbline.compute.optimizer.schedule.MomentumCycle;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import dev.plumbline.compute.program.Program;
import dev.plumbline.limits.Limits;
import dev.plumbline.limits.Pace;
import dev.plumbline.optimize.TrainingRunSchedule;
import dev.plumbline.optimize.training.TrainingRunStop.Reason;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.stereotype.Service;

/** The order of work of a training run: read the model for the batches, take the start, train, report. */
@Service
class TrainingRunService {

    static final String OBJECTIVE = ObjectiveReader.OBJECTIVE;

    /** A reverse pass costs about twice its evaluation. */
    private static final double PASSES = 3;

    /** That L-BFGS keeps. */
    private static final int MOST_PAIRS = 100;

    private final Limits limits;

    TrainingRunService(Limits limits) {
        this.limits = limits;
    }

    TrainingRunReport train(TrainingRunRequest request, TrainingRunHandle handle) {
        limits.requireTensors(
                request.parametersOrNone().size() + request.dataOrNone().size());
        long end = System.nanoTime() + (long) (1e9 * request.secondsWithin(limits.requestSeconds()));
        Optimizer optimizer = pointing("/optimizer", () -> request.optimizer().optimizer());
        Schedule schedule = pointing("/schedule", () -> schedule(request, optimizer));
        Clipping clipping =
                request.clipping() == null ? Clipping.NONE : request.clipping().clipping();
        LossSource loss = request.lossOrNone();
        TrainingRunBatches batches = new TrainingRunBatches(
                request.dataOrNone(),
                loss.target() == null ? "y" : loss.target(),
                request.batchSize(),
                request.shuffleSeed());
        Model model = request.requiredModel().read(limits.bytes());
        Map<Integer, Program> programs = new HashMap<>();
        Map<String, Tensor> initial = new LinkedHashMap<>();
        for (long t = 1; t <= Math.min(batches.epochLength(), request.iterations()); t++) {
            if (!programs.containsKey(batches.sizeOf(t))) {
                ObjectiveReader reader = new ObjectiveReader(model, loss, request.parametersOrNone(), batches.batch(t))
                        .within(limits.bytes())
                        .forAnyData();
                Program program = batches.explaining(() -> program(reader, request.iterations()));
                programs.put(batches.sizeOf(t), program);
                ObjectiveReader.requireIndices(program, request.dataOrNone());
                Map<String, Tensor> point = batches.explaining(() -> reader.point(program));
                program.parameters().keySet().forEach(name -> initial.putIfAbsent(name, value(point, name)));
            }
        }
        if (request.optimizer().kind() == Kind.LBFGS) {
            double entries = initial.values().stream().mapToDouble(Tensor::size).sum();
            limits.requireBytes(2.0 * MOST_PAIRS * Double.BYTES * entries);
        }
        MomentumCycle momenta = schedule.momenta();
        TrainingRunStepper stepper = new TrainingRunStepper(
                momenta == null ? optimizer : optimizer.withMomentum(momenta.max()), clipping, initial);
        TrainingRunLog log = new TrainingRunLog(request.iterations());
        TrainingRunHealth health = new TrainingRunHealth(request.profileOrOurs(), batches.epochLength());
        TrainingRun run =
                new TrainingRun(batches, size -> Objects.requireNonNull(programs.get(size)), stepper, schedule, health);
        Reason reason = run.run(request, end, log, handle);
        return log.report(reason, health.health(), stepper.parameters(), HyperParameters.of(optimizer));
    }

    /** What a run would take to its last iteration, in seconds of one core, by its first batch. */
    double seconds(TrainingRunRequest request) {
        limits.requireTensors(
                request.parametersOrNone().size() + request.dataOrNone().size());
        Optimizer optimizer = pointing("/optimizer", () -> request.optimizer().optimizer());
        pointing("/schedule", () -> schedule(request, optimizer));
        LossSource loss = request.lossOrNone();
        TrainingRunBatches batches = new TrainingRunBatches(
                request.dataOrNone(),
                loss.target() == null ? "y" : loss.target(),
                request.batchSize(),
                request.shuffleSeed());
        Model model = request.requiredModel().read(limits.bytes());
        ObjectiveReader reader = new ObjectiveReader(model, loss, request.parametersOrNone(), batches.batch(1))
                .within(limits.bytes())
                .forAnyData();
        Program program = batches.explaining(() -> program(reader, request.iterations()));
        double all = Pace.here(PASSES * request.iterations() * program.seconds());
        return Math.min(all, request.secondsWithin(limits.requestSeconds()));
    }

    private static Schedule schedule(TrainingRunRequest request, Optimizer optimizer) {
        TrainingRunSchedule said = request.schedule();
        if (said == null) {
            return new Constant();
        }
        said.requireMomentum(optimizer);
        return said.schedule(request.iterations());
    }

    private Program program(ObjectiveReader reader, int iterations) {
        Program program = reader.readOutputs(built -> {
            limits.requireBytes(PASSES * built.bytes());
            limits.requireSeconds(PASSES * iterations * built.seconds());
        });
        if (!program.outputs().containsKey(OBJECTIVE)) {
            throw Problem.invalid(
                    "/loss",
                    "training needs one number to make smaller",
                    "outputs " + program.outputs().keySet(),
                    "a kind of loss, or loss.output naming a single number");
        }
        if (program.parameters().isEmpty()) {
            throw Problem.invalid("/parameters", "there is nothing to train", "no parameters", "at least one");
        }
        return program;
    }

    private static Tensor value(Map<String, Tensor> point, String name) {
        Tensor value = point.get(name);
        if (value == null) {
            throw Problem.invalid("/parameters/" + name, "this parameter has no value", "nothing", "a tensor");
        }
        return value;
    }

    private static <T> T pointing(String front, Supplier<T> made) {
        try {
            return made.get();
        } catch (Problem problem) {
            throw problem.within(front);
        }
    }
}
