package dev.plumbline.compute.explanation;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What fitted weights of samples or elements mean: some left out, with or without the mean over the others; some twice; means
 * of means over unequal parts.
 *
 * @param weights with the numbers of the pattern in place of the fitted ones
 * @param means in a few words; "unknown" where there is no pattern
 */
@SuppressWarnings("ArrayRecordComponent") // made once, read once
record WeightPattern(double[] weights, String means, String advice) {

    private static final double SAME = 1e-3;
    private static final int LISTED = 8;

    boolean isUnknown() {
        return means.equals("unknown");
    }

    static WeightPattern of(double[] weights, LossElements elements, Case wrong) {
        String word = elements.word();
        double[] values = Arrays.stream(weights).distinct().sorted().toArray();
        List<Integer> out = positions(weights, 0);
        if (!out.isEmpty() && out.size() < weights.length) {
            double[] others = Arrays.stream(weights)
                    .filter(weight -> weight != 0)
                    .distinct()
                    .toArray();
            if (others.length == 1) {
                return leftOut(weights, out, others[0], elements, wrong);
            }
        }
        if (values.length == 2 && values[0] == 1) {
            List<Integer> more = positions(weights, values[1]);
            String times = values[1] == 2 ? "twice" : String.format(Locale.ROOT, "%.6g times", values[1]);
            return new WeightPattern(
                    weights,
                    listed(more) + " counted " + times,
                    "The " + word + " " + listed(more) + " count " + times
                            + ": look for data that a rank, a loader or an accumulation saw more than once.");
        }
        WeightPattern blocks = meanOfMeans(weights, word);
        return blocks != null
                ? blocks
                : new WeightPattern(
                        weights,
                        "unknown",
                        "The " + word
                                + " count with other weights than the loss gives them; what the weights mean is unknown.");
    }

    private static WeightPattern leftOut(
            double[] weights, List<Integer> out, double rest, LossElements elements, Case wrong) {
        int all = weights.length;
        int kept = all - out.size();
        double renewed = (double) all / kept;
        boolean renews = Math.abs(rest / renewed - 1) < SAME;
        double[] exact = weights.clone();
        for (int k = 0; k < exact.length; k++) {
            exact[k] = exact[k] == 0 ? 0 : renews ? renewed : exact[k];
        }
        String marked = marked(out, elements, wrong);
        String which = marked != null ? "where " + marked : listed(out);
        String means = "%d of %d left out (%s)%s"
                .formatted(out.size(), all, which, renews ? " and the mean taken over the others" : "");
        String advice = marked != null
                ? "The gradient leaves out the %d of %d %s where %s%s; the loss you declared counts them. If they are padding that is meant to be ignored, declare it."
                        .formatted(out.size(), all, elements.word(), marked, renews ? ", and divides by " + kept : "")
                : "The %s %s add nothing to the gradient%s: look for a rank, a last batch or micro-batch whose gradient never arrived or was overwritten."
                        .formatted(
                                elements.word(),
                                listed(out),
                                renews
                                        ? ", and the others are averaged as if they were all (divided by " + kept + ")"
                                        : "");
        return new WeightPattern(exact, means, advice);
    }

    /** The data and value that mark exactly these positions: {@code target is 0}. */
    private static @Nullable String marked(List<Integer> out, LossElements elements, Case wrong) {
        for (Map.Entry<String, Tensor> data : wrong.objective().point().entrySet()) {
            Tensor values = data.getValue();
            boolean isData = wrong.objective().program().data().containsKey(data.getKey());
            if (isData && values.size() == elements.groups()) {
                double value = values.at(out.get(0));
                List<Integer> same = new ArrayList<>();
                for (int i = 0; i < values.size(); i++) {
                    if (values.at(i) == value) {
                        same.add(i);
                    }
                }
                if (same.equals(out) && (out.size() > 1 || value == Math.rint(value) && !elements.areSamples())) {
                    return data.getKey() + " is "
                            + (value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value));
                }
            }
        }
        return null;
    }

    /** {@code N / (G n_b)} in G parts of n_b samples each, one after the other. */
    private static @Nullable WeightPattern meanOfMeans(double[] weights, String word) {
        List<Integer> sizes = new ArrayList<>();
        for (int from = 0; from < weights.length; ) {
            // a run of one weight may be several parts of one size
            int to = from + 1; // even where a weight is no number, which equals nothing
            while (to < weights.length && weights[to] == weights[from]) {
                to++;
            }
            sizes.add(to - from);
            from = to;
        }
        if (sizes.size() < 2 || sizes.size() > weights.length / 2 + 1) {
            return null;
        }
        double[] exact = new double[weights.length];
        for (int parts = sizes.size(); parts <= weights.length; parts++) {
            List<Integer> found = new ArrayList<>();
            int from = 0;
            boolean fits = true;
            for (int run : sizes) {
                int own = (int) Math.round(weights.length / (parts * weights[from]));
                fits &= own >= 1 && run % own == 0;
                double weight = own < 1 ? Double.NaN : (double) weights.length / ((double) parts * own);
                fits &= Math.abs(weights[from] / weight - 1) < SAME;
                if (!fits) {
                    break;
                }
                Arrays.fill(exact, from, from + run, weight);
                for (int k = 0; k < run / own; k++) {
                    found.add(own);
                }
                from += run;
            }
            if (fits && found.size() == parts) {
                String split = found.size() > LISTED
                        ? found.size() + " parts"
                        : String.join(" + ", found.stream().map(String::valueOf).toList());
                return new WeightPattern(
                        exact,
                        "mean of means over " + split,
                        "The batch was split into %s %s and the means of the parts were averaged, so samples of small parts count more than others: weigh each part by its size."
                                .formatted(split, word));
            }
        }
        return null;
    }

    private static List<Integer> positions(double[] weights, double value) {
        List<Integer> positions = new ArrayList<>();
        for (int k = 0; k < weights.length; k++) {
            if (weights[k] == value) {
                positions.add(k);
            }
        }
        return positions;
    }

    private static String listed(List<Integer> positions) {
        int first = positions.get(0);
        int last = positions.get(positions.size() - 1);
        if (positions.size() > 2 && last - first == positions.size() - 1) {
            return first + " to " + last;
        }
        String few = String.join(
                ", ", positions.stream().limit(LISTED).map(String::valueOf).toList());
        return positions.size() > LISTED ? few + " and " + (positions.size() - LISTED) + " more" : few;
    }
}
