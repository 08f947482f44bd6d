package dev.plumbline.optimize.check;

import dev.plumbline.compute.optimizer.check.Fault;
import dev.plumbline.compute.optimizer.check.OptimizerVerdict;
import dev.plumbline.compute.optimizer.check.Recording;
import dev.plumbline.limits.Deadline;
import dev.plumbline.limits.Limits;
import dev.plumbline.optimize.TensorPart;
import dev.plumbline.optimize.TensorParts;
import dev.plumbline.optimize.check.OptimizerCheckController.Uploads;
import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.stereotype.Service;

/** Reads steps that somebody took, judges them and keeps nothing. */
@Service
class OptimizerCheckService {

    /** Of an entry of a step: hypotheses that are tried, each a step of some twenty nanoseconds an entry, roughly. */
    private static final String COURSE_UNSAID =
            "By its state a schedule changes the learning rate, and perhaps the momentum"
                    + " (OneCycleLR and CyclicLR do): say schedule, or learningRate and momentum of each step.";

    private static final double SECONDS = 2_500 * 20e-9;

    /** Of entries that stay in their files: looked at twice, stepped once, and in part again. */
    private static final double SECONDS_IN_FILES = 60e-9;

    /** The same of searches where none holds: 250 steps of 570 entries took 96 s of a busy core. */
    private static final double SECONDS_OF_SEARCHES = 700e-6;

    /** Fewer are loaded, and every hypothesis is tried on all of them. */
    private static final double SMALL = 1 << 16;

    /** Of the heap for each entry that is loaded: as it came, as float64, in a piece, and what a step makes of it. */
    private static final double BYTES = 12 * Double.BYTES;

    private final Limits limits;
    private final TensorParts parts;

    OptimizerCheckService(Limits limits, TensorParts parts) {
        this.limits = limits;
        this.parts = parts;
    }

    OptimizerCheckReport report(OptimizerCheckRequest request) {
        Deadline deadline = limits.deadline();
        limits.requireTensors(request.positions());
        CheckedSteps steps = new CheckedSteps(request, CheckFiles.NONE);
        Recording recording = steps.recording();
        limits.requireSeconds(SECONDS * entries(recording));
        return report(steps, recording.loaded().judge(deadline::check));
    }

    OptimizerCheckReport report(OptimizerCheckRequest request, Uploads uploads) throws IOException {
        List<TensorPart> opened = new ArrayList<>();
        try {
            CheckFiles files = new CheckFiles(
                    parts.open("before", uploads.before(), opened),
                    parts.open("gradients", uploads.gradients(), opened),
                    parts.open("after", uploads.after(), opened),
                    parts.open("state", uploads.state()));
            if (files.state() != null) {
                opened.add(files.state());
            }
            parts.requireTogether(opened.toArray(TensorPart[]::new));
            limits.requireTensors(files.tensors());
            return report(request, files);
        } catch (Problem problem) {
            throw TensorParts.seen(
                    problem, opened.stream().map(TensorPart::name).collect(Collectors.toSet()));
        } finally {
            for (TensorPart part : opened) {
                part.close();
            }
        }
    }

    private static double entries(Recording recording) {
        return recording.steps().stream()
                .flatMap(step -> step.before().values().stream())
                .mapToDouble(tensor -> tensor.shape().size())
                .sum();
    }

    private static String words(List<String> names) {
        return (names.size() == 1 ? "A tensor" : names.size() + " tensors") + " without a gradient, such as "
                + names.get(0) + ", took no part.";
    }

    private OptimizerCheckReport report(OptimizerCheckRequest request, CheckFiles files) {
        Deadline deadline = limits.deadline();
        limits.requireTensors(request.positions());
        limits.requireBytes(files.bytes());
        CheckedSteps steps = new CheckedSteps(request, files);
        Recording recording = steps.recording();
        double entries = entries(recording);
        boolean small = entries <= SMALL;
        if (small || recording.needsAll()) {
            limits.requireSeconds(SECONDS * entries);
            limits.requireBytes(files.bytes() + BYTES * entries);
        } else {
            limits.requireSeconds(
                    Recording.MOST_ROUNDS * (SECONDS * recording.sampleEntries() + SECONDS_IN_FILES * entries)
                            + SECONDS_OF_SEARCHES * recording.sampleEntries());
        }
        OptimizerVerdict verdict = small ? recording.loaded().judge(deadline::check) : recording.judge(deadline::check);
        return report(steps, verdict);
    }

    private static OptimizerCheckReport report(CheckedSteps steps, OptimizerVerdict verdict) {
        boolean asks = steps.courseUnsaid() && verdict.explanation().fault() == Fault.UNEXPLAINED;
        OptimizerVerdict known =
                steps.stepUnknown() ? verdict.atUnknownStep() : asks ? verdict.adding(COURSE_UNSAID) : verdict;
        return OptimizerCheckReport.of(
                steps.left().isEmpty() ? known : known.adding(words(steps.left())), steps.refutable());
    }
}
