package dev.plumbline.compute.health.course;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a run besides its last snapshots and its findings.
 *
 * @param snapshots how many came
 * @param step of the last one; -1 before the first
 * @param tensors gradient norms by parameter, in the order in which they were first seen
 * @param progress null before the first finite loss
 * @param findings how many there were
 * @param skips steps that a loss scaler left out
 * @param trace the whole run in outline
 */
public record RunState(
        long snapshots,
        long step,
        Map<String, Running> tensors,
        Running loss,
        @Nullable LossProgress progress,
        long findings,
        Skips skips,
        Trace trace) {

    public static final RunState NEW = new RunState(0, -1, Map.of(), Running.NONE, null, 0, Skips.NONE, Trace.NONE);

    /** What was kept before there were skips and traces has none. */
    public RunState {
        skips = Objects.requireNonNullElse(skips, Skips.NONE);
        trace = Objects.requireNonNullElse(trace, Trace.NONE);
    }

    /** What a snapshot's loss has to be better by, to count as progress. */
    static final double IMPROVEMENT = 0.01;

    RunState with(Snapshot next, int window) {
        Map<String, Running> series = new LinkedHashMap<>(tensors);
        next.tensors().forEach((name, norms) -> {
            boolean leftOut = next.isSkipped() && !Double.isFinite(norms.gradientNorm());
            Running known = running(name);
            series.put(name, leftOut ? known : known.with(next.step(), norms.gradientNorm(), window));
        });
        Double value = next.loss();
        Running losses = value == null ? loss : loss.with(next.step(), value, window);
        return new RunState(
                snapshots + 1,
                next.step(),
                series,
                losses,
                progress(next, losses, window),
                findings,
                skips.with(next),
                trace.with(next));
    }

    private Running running(String tensor) {
        Running known = tensors.get(tensor);
        return known == null ? Running.NONE : known;
    }

    private @Nullable LossProgress progress(Snapshot next, Running losses, int window) {
        Double value = next.loss();
        Double smoothed = losses.mean();
        if (value == null || smoothed == null || !Double.isFinite(value)) {
            return progress;
        }
        return progress == null
                ? LossProgress.begin(next.step(), value)
                : progress.with(next.step(), smoothed, IMPROVEMENT, losses.standardError(window));
    }

    RunState withFindings(long count) {
        return new RunState(snapshots, step, tensors, loss, progress, count, skips, trace);
    }
}
