package dev.plumbline.optimize.check;

import dev.plumbline.compute.optimizer.check.Circumstances;
import dev.plumbline.compute.optimizer.check.Claim;
import dev.plumbline.compute.optimizer.check.RecordedStep;
import dev.plumbline.compute.optimizer.check.Recording;
import dev.plumbline.compute.optimizer.check.Said;
import dev.plumbline.optimize.CheckStateSource;
import dev.plumbline.optimize.NamedTensors;
import dev.plumbline.optimize.ReadState;
import dev.plumbline.optimize.StateSource;
import dev.plumbline.optimize.TensorPart;
import dev.plumbline.optimize.check.OptimizerCheckRequest.Step;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.ParameterNames;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.OptimizerDict;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.TensorSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The steps of a check, each tensor in the request or in a file beside it. */
final class CheckedSteps {

    private static final Step NOTHING_SAID = new Step(null, null, null, null, null, null, null);

    private final OptimizerCheckRequest request;
    private final CheckFiles files;
    private final int count;
    private final Map<String, Shape> expected = new LinkedHashMap<>();
    private List<String> left = List.of();
    private boolean stepUnknown;
    private boolean courseUnsaid;
    private boolean refutable;

    CheckedSteps(OptimizerCheckRequest request, CheckFiles files) {
        this.request = request;
        this.files = files;
        this.count = Math.max(request.given().size(), files.after().size());
        if (count == 0) {
            throw Problem.invalid("/steps", "there is no step to check", "none", "1 or more");
        }
        requireOfEach("before", files.before(), true);
        requireOfEach("gradients", files.gradients(), false);
        requireOfEach("after", files.after(), false);
    }

    private void requireOfEach(String part, List<TensorPart> parts, boolean mayGoOn) {
        if (!parts.isEmpty() && parts.size() != count && !(mayGoOn && parts.size() == 1)) {
            throw Problem.invalid(
                    part,
                    "the files are not as many as the steps",
                    parts.size() + " files",
                    count + ", one a step, in order" + (mayGoOn ? ", or the first step's alone" : ""));
        }
    }

    /** Names of tensors that came without a gradient and were left out, as an optimizer does. */
    List<String> left() {
        return left;
    }

    /** Whether the schedule begins at a step that nobody knows. */
    boolean stepUnknown() {
        return stepUnknown;
    }

    /** Whether the state says that something schedules the rate, and perhaps the momentum, and nobody says what. */
    boolean courseUnsaid() {
        return courseUnsaid;
    }

    /** Whether a number is claimed that steps could refute. */
    boolean refutable() {
        return refutable;
    }

    private static boolean saysNumbers(RecordedStep step) {
        return step.said().lossScale() != 1 || !Double.isNaN(step.said().momentum());
    }

    Recording recording() {
        List<RecordedStep> steps = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            steps.add(step(k, k == 0 ? null : steps.get(k - 1)));
        }
        List<String> names = List.copyOf(steps.get(0).before().keySet());
        ReadState read = start(names);
        Claim claim = request.claim(read, names);
        boolean unsaid =
                steps.stream().anyMatch(step -> Double.isNaN(step.said().learningRate()));
        courseUnsaid = unsaid
                && claim.circumstances().schedule() == null
                && claim.circumstances().leaves(Circumstances.Open.COURSE);
        boolean saysNumbers = claim.saysNumbers() || steps.stream().anyMatch(CheckedSteps::saysNumbers);
        refutable = saysNumbers && !courseUnsaid && claim.optimizer() != null;
        stepUnknown = unsaid && claim.circumstances().varies() && read.stepUnknown(claim.optimizer());
        try {
            return new Recording(claim, read.state(), steps);
        } catch (Problem problem) {
            throw byPositions() && problem.pointer().matches("/state/slots/[^/]+/.*")
                    ? inAnotherOrder(problem)
                    : problem;
        }
    }

    /** Whether the state knows parameters by positions, and nobody says whose they are. */
    private boolean byPositions() {
        CheckStateSource given = request.state();
        boolean inFile =
                files.state() != null && files.state().file().optimizer().isPresent();
        return request.parameterNames() == null && (inFile || (given != null && given.state() != null));
    }

    private static Problem inAnotherOrder(Problem problem) {
        return new Problem(
                problem.code(),
                problem.pointer(),
                problem.explanation(),
                problem.got(),
                problem.expected()
                        + ", if the optimizer has the parameters in the order of the first step; else, as with"
                        + " groups of its own, say its order in parameterNames, one group after another");
    }

    private RecordedStep step(int k, @Nullable RecordedStep last) {
        Step said = k < request.given().size() ? request.given().get(k) : NOTHING_SAID;
        String pointer = Problem.pointer("steps", k);
        String beforeAt = place("before", k, files.before());
        String gradientsAt = place("gradients", k, files.gradients());
        String afterAt = place("after", k, files.after());
        Map<String, TensorSource> before = tensors("before", k, files.before(), said.before(), last);
        Map<String, TensorSource> gradients = tensors("gradients", k, files.gradients(), said.gradients(), null);
        Map<String, TensorSource> after = tensors("after", k, files.after(), said.after(), null);
        ParameterNames names = ParameterNames.of(k == 0 ? before.keySet() : expected.keySet());
        before = names.of(before, beforeAt);
        gradients = names.of(gradients, gradientsAt);
        after = names.of(after, afterAt);
        if (!files.gradients().isEmpty()) { // running statistics and frozen parameters have none, and are not stepped
            Map<String, TensorSource> with = gradients;
            left = before.keySet().stream()
                    .filter(name -> !with.containsKey(name))
                    .toList();
            before.keySet().retainAll(gradients.keySet());
            after.keySet().retainAll(gradients.keySet());
        }
        if (k == 0) {
            expected.putAll(NamedTensors.inOrder(before));
        }
        requireSteppable(beforeAt, before);
        require(beforeAt, before);
        require(gradientsAt, gradients);
        require(afterAt, after);
        return new RecordedStep(before, gradients, after, said(said, pointer));
    }

    /** The part, and which of several, or where it stands in the request. */
    private static String place(String part, int k, List<TensorPart> parts) {
        return k >= parts.size() ? Problem.pointer("steps", k, part) : parts.size() == 1 ? part : part + "/" + k;
    }

    private static Map<String, TensorSource> tensors(
            String part,
            int k,
            List<TensorPart> parts,
            @Nullable Map<String, ? extends TensorSource> given,
            @Nullable RecordedStep last) {
        Map<String, TensorSource> tensors = new LinkedHashMap<>();
        if (k < parts.size()) {
            parts.get(k).parameters().forEach((name, tensor) -> tensors.put(name, TensorPart.piecewise(tensor)));
            if (given != null && !given.isEmpty()) {
                throw Problem.invalid(
                        "request" + Problem.pointer("steps", k, part),
                        "these tensors came twice",
                        "in a file and in the request",
                        "one of them");
            }
        } else if (given != null) {
            tensors.putAll(given);
        } else if (last != null) {
            tensors.putAll(last.after());
        } else {
            throw Problem.invalid(
                    Problem.pointer("steps", k, part),
                    "this step has no " + part,
                    "nothing",
                    "tensors by name, or a part named " + part);
        }
        return tensors;
    }

    // ── the state before the first step ──

    private ReadState start(List<String> names) {
        TensorPart part = files.state();
        CheckStateSource given = request.state();
        if (part == null) {
            return ReadState.of(given, ordered(names, null), "/state");
        }
        Optional<OptimizerDict> dictionary = part.file().optimizer();
        if (dictionary.isPresent()) {
            if (given != null && !given.onlyCounts()) {
                throw Problem.invalid(
                        "request/state",
                        "the state came twice",
                        "in a file and in the request",
                        "one of them; beside a file only step");
            }
            List<String> order = ordered(names, dictionary.get());
            ReadState read;
            try {
                read = ReadState.of(dictionary.get(), order);
            } catch (Problem problem) {
                throw problem.within("state");
            }
            return given == null ? read : read.at(given.step(), "request/state/step");
        }
        StateSource step = given == null || given.step() == null ? null : new StateSource(given.step(), given.slots());
        return ReadState.ofFile(part, part.step(step));
    }

    /** As the optimizer has them. */
    private List<String> ordered(List<String> names, @Nullable OptimizerDict dictionary) {
        List<String> order = request.parameterNames();
        if (order != null) {
            if (order.size() != names.size() || !new HashSet<>(order).equals(new HashSet<>(names))) {
                throw Problem.invalid(
                        "/parameterNames", "these are not the parameters of the first step", order, names);
            }
            return order;
        }
        boolean sorted =
                !files.before().isEmpty() && !files.before().get(0).file().ordered();
        return dictionary == null || !sorted ? names : ReadState.byShape(expected, dictionary);
    }

    // ── what each step must be ──

    private Said said(Step step, String pointer) {
        Double own = step.lossScale() == null ? request.lossScale() : step.lossScale();
        double scale = own == null ? 1 : own;
        if (!(scale > 0) || Double.isInfinite(scale)) {
            String at = step.lossScale() == null ? "" : pointer;
            throw Problem.invalid(at + "/lossScale", "gradients cannot be divided by it", scale, "a number above 0");
        }
        double rate = step.learningRate() == null ? Double.NaN : step.learningRate();
        if (rate < 0 || Double.isInfinite(rate)) {
            throw Problem.invalid(
                    pointer + "/learningRate", "this is no learning rate", rate, "a finite number, 0 or more");
        }
        double momentum = step.momentum() == null ? Double.NaN : step.momentum();
        if (momentum < 0 || momentum >= 1) {
            throw Problem.invalid(pointer + "/momentum", "this is no momentum", momentum, "a number in [0, 1)");
        }
        if (step.state() == null) {
            return new Said(null, rate, momentum, scale, null);
        }
        ReadState read = ReadState.of(step.state(), ordered(List.copyOf(expected.keySet()), null), pointer + "/state");
        return new Said(read.state() == null ? null : read.state().state(), rate, momentum, scale, null);
    }

    private static void requireSteppable(String pointer, Map<String, TensorSource> parameters) {
        if (parameters.values().stream().mapToInt(each -> each.shape().size()).sum() == 0) {
            throw Problem.invalid(pointer, "there is no parameter that could move", parameters.keySet(), "1 or more");
        }
        parameters.forEach((name, parameter) -> {
            if (parameter.datatype() != Datatype.FP64 && parameter.datatype() != Datatype.FP32) {
                throw Problem.unsupported(
                        pointer + Problem.pointer(name),
                        "optimizers step in FP32 or FP64: rounding to less hides what they do",
                        parameter.datatype(),
                        "FP32 or FP64");
            }
        });
    }

    /** Every step is of the same parameters, before and after, with a gradient for each. */
    private void require(String pointer, Map<String, TensorSource> tensors) {
        Map<String, Shape> got = NamedTensors.shapes(tensors);
        if (!got.equals(expected)) {
            throw Problem.invalid(pointer, "names and shapes are not those of the first parameters", got, expected);
        }
    }
}
