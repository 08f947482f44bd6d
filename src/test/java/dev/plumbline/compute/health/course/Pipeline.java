package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.TensorNorms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A run that posts its snapshots, and keeps what a monitor would keep. */
final class Pipeline {

    static final int WINDOW = 200;

    final List<RunFinding> arisen = new ArrayList<>();
    final List<RunFinding> ended = new ArrayList<>();
    final Watched watched;
    RunState state = RunState.NEW;
    List<Snapshot> window = new ArrayList<>();
    List<RunFinding> open = new ArrayList<>();

    Pipeline(Profile profile) {
        this(profile, WINDOW);
    }

    Pipeline(Profile profile, int snapshots) {
        this.watched = new Watched(snapshots, List.of(), profile);
    }

    static Pipeline ours() {
        return new Pipeline(Profile.PLUMBLINE);
    }

    List<RunFinding> post(long step, @Nullable Double loss, Map<String, TensorNorms> tensors) {
        return post(Snapshot.of(step, loss, tensors));
    }

    List<RunFinding> post(Snapshot next) {
        Watch watch = Watch.advance(watched, state, window, open, next);
        state = watch.state();
        window.add(watch.snapshot());
        window = new ArrayList<>(window.subList(Math.max(window.size() - watched.window(), 0), window.size()));
        arisen.addAll(watch.arisen());
        watch.changed().forEach(changed -> {
            open.removeIf(known -> known.number() == changed.number());
            (changed.open() ? open : ended).add(changed);
        });
        open.addAll(watch.arisen());
        return watch.arisen();
    }

    WindowCourse course() {
        return new WindowCourse(watched, state, window);
    }

    /** A norm for each of the tensors fc1.weight, fc2.weight, ... */
    static Map<String, TensorNorms> norms(double... norms) {
        Map<String, TensorNorms> tensors = new LinkedHashMap<>();
        IntStream.range(0, norms.length)
                .forEach(i -> tensors.put("fc" + (i + 1) + ".weight", new TensorNorms(norms[i], null, null, null)));
        return tensors;
    }

    /**
     * Six layers that learn as networks do: the loss falls by a power law under noise of a tenth, norms with it under
     * noise of a third, and steps of a thousandth.
     */
    static Snapshot healthy(int step, Random random) {
        double level = Math.pow(step + 10, -0.3);
        double loss = 5 * level * Math.exp(0.1 * random.nextGaussian());
        Map<String, TensorNorms> tensors = new LinkedHashMap<>();
        for (int layer = 1; layer <= 6; layer++) {
            double norm = Math.pow(0.8, layer) * level * Math.exp(0.3 * random.nextGaussian());
            double update = 0.02 * Math.exp(0.3 * random.nextGaussian());
            tensors.put("fc" + layer + ".weight", new TensorNorms(norm, 20.0, update, 0.01));
            tensors.put("fc" + layer + ".bias", new TensorNorms(norm / 10, 0.1, update / 100, 0.0));
        }
        return Snapshot.of(step, loss, tensors);
    }
}
