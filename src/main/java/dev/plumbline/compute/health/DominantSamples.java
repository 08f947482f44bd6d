package dev.plumbline.compute.health;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Samples whose own gradient is more than {@code factor} times the median sample's, and five standard deviations away from
 * it in the logarithm: a network that has learnt its samples spreads their gradients over decades, and that is healthy. A
 * mislabelled sample among them stands out all the same. The deviation is the median absolute one, times 1.4826, as a
 * normal distribution has it, so that the outliers themselves do not widen it.
 */
record DominantSamples(double factor, int leastSamples) implements Rule {

    private static final double DEVIATIONS = 5;

    @Override
    public Judgement judge(Condition condition) {
        List<Double> norms = condition.samples().norms();
        if (norms == null) {
            String because = condition.samples().because();
            return Judgement.notEvaluated(Symptom.DATA, because == null ? "no gradients by sample" : because);
        }
        if (norms.size() < leastSamples) {
            return Judgement.notEvaluated(
                    Symptom.DATA, norms.size() + " samples are too few to tell which one is out of the ordinary");
        }
        double[] sizes = norms.stream()
                .mapToDouble(Double::doubleValue)
                .filter(norm -> norm > 0)
                .toArray();
        if (sizes.length < leastSamples) {
            return Judgement.notEvaluated(Symptom.DATA, "most samples have no gradient at all");
        }
        double typical = median(sizes);
        double[] distances = Arrays.stream(sizes)
                .map(norm -> Math.abs(Math.log(norm / typical)))
                .toArray();
        double bound = Math.max(factor, Math.exp(DEVIATIONS * 1.4826 * median(distances)));
        List<String> dominant = new ArrayList<>();
        double largest = 0;
        for (int i = 0; i < norms.size(); i++) {
            largest = Math.max(largest, norms.get(i));
            if (norms.get(i) > bound * typical) {
                dominant.add("sample " + i);
            }
        }
        // Many of them are a tail that the data has; a few are to be looked at.
        if (dominant.isEmpty() || dominant.size() > Math.max(1, norms.size() / 10)) {
            return Judgement.HEALTHY;
        }
        double observed = largest / typical;
        return Judgement.of(new HealthFinding(
                Symptom.DATA,
                Severity.WARNING,
                dominant,
                "largest norm of one sample's gradient over the median sample's",
                observed,
                bound,
                HealthFinding.above(observed, bound),
                "%s pulls %s times as hard as the median sample: mislabelled, out of range, or rare."
                        .formatted(Words.names(dominant), Words.number(observed)),
                List.of(
                        Remedy.of(Remedy.Action.DATA, "Look at these samples and their targets first."),
                        new Remedy(
                                Remedy.Action.CLIPPING,
                                "Clip each sample's gradient to this norm if they are right but rare.",
                                Map.of("clipNorm", factor * typical)))));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
