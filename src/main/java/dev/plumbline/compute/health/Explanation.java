package dev.plumbline.compute.health;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the activations' derivatives and the weights make of the loss's derivative on its way from the last layer to the
 * first, against what was observed.
 *
 * @param derivatives the product of the activations' root mean square derivatives
 * @param gains the product of the weights' gains
 * @param observed the first layer's norm over the last one's
 */
record Explanation(List<Passage> passages, double derivatives, double gains, double observed) {

    private static final String UNKNOWN =
            "Why cannot be told without the model: its activations' derivatives and weights.";

    /** What is to be said of a condition's change by depth. */
    static String words(Condition condition, @Nullable Explanation explanation) {
        if (explanation != null) {
            return explanation.words();
        }
        return condition.unexplained() == null ? UNKNOWN : condition.unexplained();
    }

    /** Null where the activations are not known between all layers. */
    static @Nullable Explanation of(Condition condition) {
        List<Passage> passages = condition.passages();
        DepthProfile cotangents = condition.cotangents();
        if (cotangents == null || passages.isEmpty() || passages.size() < cotangents.depth() - 1) {
            return null;
        }
        double derivatives = passages.stream().mapToDouble(Passage::derivative).reduce(1, (a, b) -> a * b);
        double gains = passages.stream().mapToDouble(Passage::weightGain).reduce(1, (a, b) -> a * b);
        return new Explanation(passages, derivatives, gains, cotangents.firstToLast());
    }

    double predicted() {
        return derivatives * gains;
    }

    /** Whether the product tells the observed change to within a quarter of its decades, and one decade more. */
    boolean explains() {
        if (observed == 0 || predicted() == 0) {
            return observed == predicted() || Math.max(observed, predicted()) < 1e-12;
        }
        double off = Math.abs(Math.log10(predicted() / observed));
        return off <= 1 + 0.25 * Math.abs(Math.log10(observed));
    }

    String words() {
        Passage least = passages.stream()
                .min(Comparator.comparingDouble(Passage::derivative))
                .orElseThrow();
        if (least.derivative() == 0) {
            return "The activation behind %s has derivative 0 everywhere: nothing passes it."
                    .formatted(Words.layer(least.to()));
        }
        double layers = passages.size();
        String product =
                ("The activations' derivatives (%s a layer on average) times the weights' gains (%s a layer) make %s from"
                                + " the last layer to the first; observed is %s.")
                        .formatted(
                                Words.number(Math.pow(derivatives, 1 / layers)),
                                Words.number(Math.pow(gains, 1 / layers)),
                                Words.number(predicted()),
                                Words.number(observed));
        return product + " " + (explains() ? blame() : "That product does not explain it.");
    }

    private String blame() {
        boolean shrinks = observed < 1;
        boolean activations = shrinks ? derivatives < gains : derivatives > gains;
        if (shrinks) {
            return activations
                    ? "It is the activations: their derivatives are too small."
                    : "It is the weights: they are too small.";
        }
        return activations ? "It is the activations." : "It is the weights: they are too large.";
    }
}
