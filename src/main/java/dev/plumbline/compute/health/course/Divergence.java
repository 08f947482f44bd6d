package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.LayerHealth;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A run that grew over orders of magnitude before it overflowed, by steps beyond the band: its learning rate was too large.
 *
 * @param what grew: loss, gradient or weights
 * @param fromStep where it was least
 * @param toStep the last step at which it was finite
 * @param layer whose step was the first beyond the band
 * @param ratio {@code ||update|| / ||parameters||} of that step
 * @param end the first step with a value that is not finite
 */
record Divergence(
        String what, double from, long fromStep, double to, long toStep, String layer, double ratio, long end) {

    /** Three orders of magnitude: losses and norms that bounce do not reach that. */
    private static final double GROWN = 1e3;

    /** The upper end of the band of update ratios, and what is aimed at. */
    private static final double MOST = 1e-2;

    private static final double AIM = 1e-3;

    /** Null where nothing overflowed, or where it did without such a growth. */
    static @Nullable Divergence of(WindowCourse course) {
        Long end = end(course);
        if (end == null) {
            return null;
        }
        List<Snapshot> before = course.window().stream()
                .filter(snapshot -> snapshot.step() <= end)
                .toList();
        Map<String, ToDoubleFunction<Snapshot>> figures = Map.of(
                "loss", snapshot -> snapshot.loss() == null ? Double.NaN : Math.abs(snapshot.loss()),
                "gradient", Snapshot::norm,
                "weights", Snapshot::parameterNorm);
        for (String what : List.of("loss", "weights", "gradient")) {
            Divergence found =
                    of(course, what, Series.of(before, Snapshot::step, Objects.requireNonNull(figures.get(what))), end);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** The first step of those that have lasted since, of loss or gradients. */
    private static @Nullable Long end(WindowCourse course) {
        List<Running> all = new ArrayList<>(course.state().tensors().values());
        all.add(course.state().loss());
        Long first = null;
        for (Running running : all) {
            Long since = running.nonFiniteSince();
            first = since != null && (first == null || since < first) ? since : first;
        }
        return first;
    }

    private static @Nullable Divergence of(WindowCourse course, String what, Series values, long end) {
        int last = values.size() - 1;
        int least = 0;
        for (int i = 0; i <= last; i++) {
            least = values.at(i) < values.at(least) && values.at(i) > 0 ? i : least;
        }
        if (last < 1 || !(values.at(last) >= GROWN * values.at(least))) {
            return null;
        }
        for (Snapshot snapshot : course.window()) {
            if (snapshot.step() >= values.step(least) && snapshot.step() <= end && !snapshot.isSkipped()) {
                LayerHealth loud = loudest(course.condition(snapshot).layers());
                if (loud != null) {
                    return new Divergence(
                            what,
                            values.at(least),
                            values.step(least),
                            values.at(last),
                            values.step(last),
                            loud.name(),
                            ratio(loud),
                            end);
                }
            }
        }
        return null;
    }

    private static @Nullable LayerHealth loudest(List<LayerHealth> layers) {
        LayerHealth loudest = null;
        for (LayerHealth layer : layers) {
            double ratio = ratio(layer);
            boolean isLoud = layer.hasWeight() && ratio > MOST && Double.isFinite(ratio);
            loudest = isLoud && (loudest == null || ratio > ratio(loudest)) ? layer : loudest;
        }
        return loudest;
    }

    private static double ratio(LayerHealth layer) {
        return layer.updateRatio() == null ? Double.NaN : layer.updateRatio();
    }

    /** @param what is not finite since a step */
    String words(String what, long since) {
        String fact = "The %s is not finite since step %d.".formatted(what, since);
        return since == end
                ? "The learning rate is too large: the %s grew from %s at step %d to %s at step %d, by steps that changed %s by %s of its size and more. %s"
                        .formatted(
                                this.what,
                                Words.number(from),
                                fromStep,
                                Words.number(to),
                                toStep,
                                Words.layer(layer),
                                Words.number(ratio),
                                fact)
                : "The learning rate is too large, as said of step %d. %s".formatted(end, fact);
    }

    List<Remedy> remedies() {
        return List.of(
                new Remedy(
                        Remedy.Action.LEARNING_RATE,
                        "Start again with the learning rate multiplied by this factor: it brings the first of these"
                                + " steps to " + Words.number(AIM) + " of its layer. Or let it warm up.",
                        Map.of("factor", AIM / ratio)),
                Remedy.of(
                        Remedy.Action.CLIPPING,
                        "Clip the gradient's norm to what it was before the rise; it holds the step, not the cause."));
    }
}
