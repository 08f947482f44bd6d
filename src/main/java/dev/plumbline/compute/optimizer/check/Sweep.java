package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Float32Numbers;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a sample has named, held against every number of a recording, window by window: the explanation takes each window's
 * steps again, as {@link Replay} does. Its alternatives do so in some sixty windows, evenly spread, for nothing rests on them.
 */
final class Sweep {

    /** Entries that are stepped at once: an array of them is 128 kB. */
    private static final int WINDOW = 1 << 14;

    /** Windows that alternatives are held against: a million entries, beside which an alternative is only a word. */
    private static final int OF_ALTERNATIVES = 64;

    private final Recording recording;
    private final Survey survey;
    private final Judged judged;
    private final Runnable alive;
    private final List<Integer> seen;
    private final List<Named> named = new ArrayList<>();

    /** Parameters that are judged as float32 because the sample's numbers are. */
    private final Set<String> narrowed = new HashSet<>();

    /** Of these, the first entry that is no float32 number: what is named of the sample is of other numbers. */
    private final Map<String, Integer> wide = new LinkedHashMap<>();

    /** An explanation, and the largest disagreement with it so far. */
    private static final class Named {
        private final Fit fit;
        private final Hypothesis hypothesis;
        private double ulps;
        private String tensor = "";
        private int position;

        Named(Fit fit) {
            this.fit = fit;
            Hypothesis chosen = fit.hypothesis();
            this.hypothesis = chosen.rateFree()
                    ? chosen.with(fit.optimizer()).atRate(fit.optimizer().learningRate())
                    : chosen.with(fit.optimizer());
        }

        boolean holds() {
            return ulps <= OptimizerCheck.ROUNDING_ULPS;
        }

        Fit measured() {
            Explanation explanation = fit.explanation();
            return new Fit(
                    fit.hypothesis(),
                    new Explanation(
                            explanation.fault(),
                            explanation.faults(),
                            explanation.optimizer(),
                            ulps,
                            explanation.advice()),
                    fit.digits());
        }
    }

    private Sweep(Recording recording, Survey survey, OptimizerCheck check, Runnable alive) {
        this.alive = alive;
        this.recording = recording;
        this.survey = survey;
        this.judged = check.judged(alive);
        this.seen = check.seen();
    }

    /** @param alive asked between two windows; throws where nobody waits any longer */
    static Sweep of(Recording recording, Survey survey, OptimizerCheck check, Runnable alive) {
        Sweep sweep = new Sweep(recording, survey, check, alive);
        sweep.judged.choice().ifPresent(choice -> {
            sweep.named.add(new Named(choice.chosen()));
            choice.others().forEach(other -> sweep.named.add(new Named(other)));
        });
        sweep.judged.judgement().steps().get(0).before().forEach((name, tensor) -> {
            if (tensor.datatype() == Datatype.FP32 && sweep.isAllFloat64(name)) {
                sweep.narrowed.add(name);
            }
        });
        if (!sweep.named.isEmpty() || !sweep.narrowed.isEmpty()) {
            sweep.look();
        }
        return sweep;
    }

    private boolean isAllFloat64(String name) {
        return seen.stream()
                .map(recording.steps()::get)
                .flatMap(step -> Stream.of(step.before(), step.after()))
                .allMatch(tensors -> requireNonNull(tensors.get(name)).datatype() == Datatype.FP64);
    }

    private void look() {
        List<Cut.Window> windows = windows(recording.steps().get(0).before());
        int stride = Math.max(1, windows.size() / OF_ALTERNATIVES);
        for (int i = 0; i < windows.size(); i++) {
            alive.run();
            look(windows.get(i), i % stride == 0 || named.isEmpty() ? named : named.subList(0, 1));
        }
    }

    private static List<Cut.Window> windows(Map<String, ? extends TensorSource> parameters) {
        List<Cut.Window> windows = new ArrayList<>();
        List<Cut.Span> spans = new ArrayList<>();
        int filled = 0;
        for (Map.Entry<String, ? extends TensorSource> each : parameters.entrySet()) {
            int size = each.getValue().shape().size();
            for (int from = 0; from < size; ) {
                int length = Math.min(size - from, WINDOW - filled);
                spans.add(new Cut.Span(each.getKey(), from, length));
                from += length;
                filled += length;
                if (filled == WINDOW) {
                    windows.add(new Cut.Window(List.copyOf(spans)));
                    spans.clear();
                    filled = 0;
                }
            }
        }
        if (!spans.isEmpty()) {
            windows.add(new Cut.Window(List.copyOf(spans)));
        }
        return windows;
    }

    private void look(Cut.Window window, List<Named> held) {
        Checkpoint start = recording.start();
        OptimizerState state = start == null ? null : window.of(start.step(), start.slots());
        List<ObservedStep> steps = new ArrayList<>();
        for (int k : seen) {
            ObservedStep step = recording.steps().get(k).cut(window);
            lookForWide(window, step.before());
            lookForWide(window, step.after());
            steps.add(asJudged(step));
        }
        List<Map<String, Double>> norms = seen.stream().map(survey.norms()::get).toList();
        for (Named each : held) {
            look(each, window, replay(each, steps, norms, state), steps);
        }
    }

    private void lookForWide(Cut.Window window, Map<String, Tensor> tensors) {
        for (Cut.Span span : window.spans()) {
            if (narrowed.contains(span.name()) && !wide.containsKey(span.name())) {
                int first = Float32Numbers.firstOther(
                        requireNonNull(tensors.get(span.name())).values());
                if (first >= 0) {
                    wide.put(span.name(), span.from() + first);
                }
            }
        }
    }

    /** Downhill, and in the datatypes of the judgement. */
    private ObservedStep asJudged(ObservedStep step) {
        ObservedStep downhill = recording.claim().circumstances().maximizes() ? step.negated() : step;
        Map<String, Tensor> alike = judged.judgement().steps().get(0).before();
        return new ObservedStep(
                as(downhill.before(), alike), downhill.gradients(), as(downhill.after(), alike), downhill.said());
    }

    private static Map<String, Tensor> as(Map<String, Tensor> tensors, Map<String, Tensor> alike) {
        Map<String, Tensor> same = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            Datatype datatype = requireNonNull(alike.get(name)).datatype();
            same.put(name, tensor.datatype() == datatype ? tensor : tensor.as(datatype));
        });
        return same;
    }

    private Replay replay(
            Named each, List<ObservedStep> steps, List<Map<String, Double>> norms, @Nullable OptimizerState state) {
        Trials trials = judged.judgement().trials();
        return new Replay(
                trials.path(each.hypothesis).of(steps, norms), state, trials.parts(), trials.profile(), trials.still());
    }

    private void look(Named each, Cut.Window window, Replay replay, List<ObservedStep> steps) {
        List<Map<String, Tensor>> predicted = predicted(each, replay);
        for (int k = 0; k < predicted.size(); k++) {
            for (Cut.Span span : window.spans()) {
                Disagreement.Worst worst = Disagreement.worst(
                        requireNonNull(steps.get(k).before().get(span.name())),
                        requireNonNull(steps.get(k).after().get(span.name())),
                        requireNonNull(predicted.get(k).get(span.name())),
                        new Disagreement.Known(
                                requireNonNull(survey.largest().get(seen.get(k)).get(span.name())), each.ulps));
                if (worst.position() >= 0) {
                    each.ulps = worst.ulps();
                    each.tensor = span.name();
                    each.position = span.from() + worst.position();
                }
            }
        }
        if (predicted.isEmpty()) {
            each.ulps = Double.POSITIVE_INFINITY;
            each.tensor = window.spans().get(0).name();
            each.position = window.spans().get(0).from();
        }
    }

    /** As near to the observed steps as rounding may bring them, while all before were explained. */
    private static List<Map<String, Tensor>> predicted(Named each, Replay replay) {
        List<Map<String, Tensor>> predicted =
                replay.run(each.hypothesis, Double.POSITIVE_INFINITY).orElse(List.of());
        boolean off = each.holds()
                && each.hypothesis.fault() == Fault.RIGHT
                && !predicted.isEmpty()
                && Disagreement.ulps(replay.steps(), predicted) > OptimizerCheck.ROUNDING_ULPS;
        return off
                ? new Rounding(replay, replay.wide())
                        .nearest(each.hypothesis, predicted)
                        .orElse(predicted)
                : predicted;
    }

    boolean confirms() {
        return wide.isEmpty() && named.stream().allMatch(Named::holds);
    }

    /** Where those that do not hold are off most, and where numbers are not as the sample's. */
    Map<String, Set<Integer>> counterexamples() {
        Map<String, Set<Integer>> positions = new HashMap<>();
        named.stream().filter(each -> !each.holds()).forEach(each -> positions
                .computeIfAbsent(each.tensor, any -> new TreeSet<>())
                .add(each.position));
        wide.forEach((name, position) ->
                positions.computeIfAbsent(name, any -> new TreeSet<>()).add(position));
        return positions;
    }

    /** Without the alternatives that do not hold; what is chosen should. */
    OptimizerVerdict verdict() {
        if (named.isEmpty()) {
            return judged.verdict();
        }
        if (!wide.isEmpty() || !named.get(0).holds()) {
            return judged.judgement().unexplained(named.get(0).ulps).verdict();
        }
        Judgement.Choice choice = judged.choice().orElseThrow();
        boolean claimed = choice.chosen().hypothesis().fault() == Fault.RIGHT
                && recording.claim().optimizer() != null;
        return judged.judgement()
                .verdict(new Judgement.Choice(
                        named.get(0).measured(),
                        named.stream()
                                .skip(1)
                                .filter(Named::holds)
                                .map(Named::measured)
                                .toList(),
                        claimed ? named.get(0).ulps : choice.claimResidual()));
    }
}
