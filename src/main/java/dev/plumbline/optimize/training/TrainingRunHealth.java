package dev.plumbline.optimize.training;

import dev.plumbline.compute.health.Condition;
import dev.plumbline.compute.health.Diagnosis;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.LayerHealth;
import dev.plumbline.compute.health.ModelReading;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.SampleNorms;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.course.LossCurve;
import dev.plumbline.compute.health.course.NormCurve;
import dev.plumbline.compute.health.course.RunCourse;
import dev.plumbline.compute.health.course.RunDiagnosis;
import dev.plumbline.optimize.training.TrainingRunProgress.ShortHealth;
import dev.plumbline.optimize.training.TrainingRunReport.Health;
import dev.plumbline.optimize.training.TrainingRunReport.LayerCourse;
import dev.plumbline.optimize.training.TrainingRunReport.PointHealth;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a run's gradient fares. Of each iteration only the loss and the norm are looked at; of those that are reported, the
 * norms by layer too; and only the first and the last get a diagnosis, out of the evaluation and the reverse pass that the
 * run takes anyway.
 */
final class TrainingRunHealth {

    private record Kept(
            String name,
            Set<String> parameters,
            boolean hasWeight,
            List<Double> norms,
            List<@Nullable Double> ratios) {}

    private final Profile profile;
    private final LossCurve losses;
    private final NormCurve norms = new NormCurve();
    private final List<Long> iterations = new ArrayList<>();
    private List<Kept> layers = List.of();
    private @Nullable PointHealth start;
    private @Nullable PointHealth end;

    /** @param epochLength batches in an epoch */
    TrainingRunHealth(Profile profile, int epochLength) {
        this.profile = profile;
        this.losses = new LossCurve(epochLength);
    }

    void iteration(double loss, double norm) {
        losses.add(loss);
        norms.add(norm);
    }

    /** All but the diagnosis of the first iteration, which is made anew. */
    void write(TrainingRunState state) {
        state.add(losses.state());
        state.add(norms.state());
        state.add(iterations.stream().mapToDouble(t -> t).toArray());
        for (Kept layer : layers) {
            state.add(layer.norms().stream().mapToDouble(norm -> norm).toArray());
            state.add(layer.ratios().stream()
                    .mapToDouble(ratio -> ratio == null ? Double.NaN : ratio)
                    .toArray());
        }
    }

    /** The same, once the first iteration is diagnosed. */
    void read(TrainingRunState state) {
        losses.resume(state.take());
        norms.resume(state.take());
        for (double t : state.take()) {
            iterations.add((long) t);
        }
        for (Kept layer : layers) {
            for (double norm : state.take()) {
                layer.norms().add(norm);
            }
            for (double ratio : state.take()) {
                layer.ratios().add(Double.isNaN(ratio) ? null : (Double) ratio);
            }
        }
    }

    /** Diagnoses the first iteration, or the last one. */
    void diagnose(long t, ModelReading reading) {
        Condition condition = reading.condition(Map.of(), SampleNorms.none("judged over the run"));
        Diagnosis diagnosis = Diagnosis.of(condition, profile, RunDiagnosis.NOT_AT_A_POINT);
        PointHealth point = new PointHealth(
                t, diagnosis.verdict(), diagnosis.summary(), diagnosis.findings(), diagnosis.notEvaluated());
        if (start == null) {
            start = point;
            layers = condition.layers().stream().map(TrainingRunHealth::kept).toList();
        } else {
            end = point;
        }
    }

    private static Kept kept(LayerHealth layer) {
        return new Kept(
                layer.name(), layer.tensors().keySet(), layer.hasWeight(), new ArrayList<>(), new ArrayList<>());
    }

    /** The norms of an iteration that is reported, before its step. */
    void report(long t, Map<String, Tensor> gradient) {
        iterations.add(t);
        for (Kept layer : layers) {
            double norm = 0;
            for (String parameter : layer.parameters()) {
                norm = Math.hypot(
                        norm, Objects.requireNonNull(gradient.get(parameter)).norm());
            }
            layer.norms().add(norm);
            layer.ratios().add(null);
        }
    }

    /** The step of the iteration that was reported last has been taken. */
    void stepped(TrainingRunStepper stepper) {
        for (Kept layer : layers) {
            double ratio = stepper.updateRatio(layer.parameters());
            layer.ratios().set(layer.ratios().size() - 1, Double.isNaN(ratio) ? null : (Double) ratio);
        }
    }

    /** The iteration that was reported last, in short. */
    ShortHealth brief() {
        Map<String, Double> gradientNorms = new LinkedHashMap<>();
        Map<String, Double> updateRatios = new LinkedHashMap<>();
        for (Kept layer : layers) {
            int last = layer.norms().size() - 1;
            gradientNorms.put(layer.name(), layer.norms().get(last));
            Double ratio = layer.ratios().get(last);
            if (ratio != null) {
                updateRatios.put(layer.name(), ratio);
            }
        }
        List<Symptom> found = start == null
                ? List.of()
                : start.findings().stream().map(HealthFinding::rule).distinct().toList();
        return new ShortHealth(gradientNorms, updateRatios, found);
    }

    Health health() {
        PointHealth first = Objects.requireNonNull(start);
        RunDiagnosis run = RunDiagnosis.of(new RunCourse(losses, norms, ratios()), profile);
        List<HealthFinding> all = new ArrayList<>(first.findings());
        all.addAll(run.findings());
        all.addAll(end == null ? List.of() : end.findings());
        return new Health(
                Diagnosis.verdict(all),
                summary(first, run.findings()),
                profile,
                iterations,
                layers.stream()
                        .map(layer -> new LayerCourse(layer.name(), layer.norms(), layer.ratios()))
                        .toList(),
                first,
                end,
                run.findings(),
                run.notEvaluated());
    }

    private String summary(PointHealth first, List<HealthFinding> over) {
        List<String> sentences = new ArrayList<>();
        if (!first.findings().isEmpty()) {
            sentences.add("At the start: " + first.summary());
        }
        if (!over.isEmpty()) {
            sentences.add("Over the run: " + Diagnosis.sentences(over));
        }
        if (end != null && !end.findings().isEmpty()) {
            sentences.add("At the end: " + end.summary());
        }
        return sentences.isEmpty()
                ? "Nothing unhealthy at the start, over the run or at its end, by the rules that could be judged."
                : String.join(" ", sentences);
    }

    private Map<String, List<Double>> ratios() {
        Map<String, List<Double>> known = new LinkedHashMap<>();
        for (Kept layer : layers) {
            if (layer.hasWeight()) {
                known.put(
                        layer.name(),
                        layer.ratios().stream().filter(Objects::nonNull).toList());
            }
        }
        return known;
    }
}
