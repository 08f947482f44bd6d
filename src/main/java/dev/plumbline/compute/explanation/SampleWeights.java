package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Cause.Kind;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Samples, or elements of the loss, that count more or less than the loss says: {@code a = sum_k c_k C_k}, where every c is 1
 * in a right gradient.
 */
final class SampleWeights {

    /** A weight that is less sure than this says nothing. */
    private static final double SURE = 0.01;

    /** More weights than that are neither solved for nor told. */
    private static final int MOST = 600;

    private static final double EXACT = 1e-9;
    private static final double[] PLAIN = {1, 0, 2, 0.5, -1, 3};

    private final Trial trial;

    SampleWeights(Trial trial) {
        this.trial = trial;
    }

    /** What weights explain, samples before elements. */
    List<Found> found() {
        List<Found> found = new ArrayList<>();
        for (LossElements elements : LossElements.of(trial.wrong().objective())) {
            if (found.isEmpty() && Fit.isLarge(trial.deviation(), 0)) {
                found.addAll(marked(elements));
            }
            if (found.isEmpty()
                    && elements.groups() <= MOST
                    && trial.deviation().off().length >= elements.groups()
                    && Fit.isLarge(trial.deviation(), 0)) {
                Found one = of(elements);
                if (one != null) {
                    found.add(one);
                }
            }
        }
        return found;
    }

    /** Those left out where data has one value, as padding is, however many they are: nothing is fitted. */
    private List<Found> marked(LossElements elements) {
        List<Found> found = new ArrayList<>();
        for (double[] weights : MarkedElements.leftOut(elements, trial.wrong())) {
            WeightPattern pattern = WeightPattern.of(weights, elements, trial.wrong());
            Cause cause = explained(elements, pattern.weights(), pattern);
            if (cause != null) {
                found.add(new Found(cause, order(elements, pattern), Integer.MAX_VALUE));
            }
        }
        return found;
    }

    private static int order(LossElements elements, WeightPattern pattern) {
        return pattern.isUnknown() ? Found.UNKNOWN : elements.areSamples() ? Found.SAMPLES : Found.ELEMENTS;
    }

    private @Nullable Found of(LossElements elements) {
        Found found = of(elements, false);
        return found == null ? of(elements, true) : found;
    }

    private @Nullable Found of(LossElements elements, boolean all) {
        Sketch.Weights fitted = new Sketch(trial, elements).weights(all);
        if (fitted == null
                || Arrays.stream(fitted.uncertainties()).anyMatch(sigma -> !(sigma <= SURE))
                || Arrays.stream(fitted.weights()).anyMatch(weight -> !Double.isFinite(weight))) {
            return null;
        }
        double[] weights = fitted.weights().clone();
        double[] tolerances = new double[weights.length];
        for (int k = 0; k < weights.length; k++) {
            weights[k] += 1;
            tolerances[k] = Math.max(EXACT, 5 * fitted.uncertainties()[k]);
        }
        double[] snapped = snapped(weights, tolerances);
        WeightPattern pattern = WeightPattern.of(snapped, elements, trial.wrong());
        if (pattern.isUnknown() && !elements.areSamples()) {
            return null; // one weight for each element fits any other derivative of the loss
        }
        Cause cause = explained(elements, pattern.weights(), pattern);
        if (cause == null) {
            cause = explained(elements, weights, pattern);
        }
        return cause == null ? null : new Found(cause, order(elements, pattern), Integer.MAX_VALUE);
    }

    /** Plain numbers where a weight may be one, and one number for all that may be the same. */
    private static double[] snapped(double[] weights, double[] tolerances) {
        double[] snapped = weights.clone();
        for (int k = 0; k < snapped.length; k++) {
            for (double plain : PLAIN) {
                if (Math.abs(weights[k] - plain) <= tolerances[k]) {
                    snapped[k] = plain;
                    break;
                }
            }
        }
        boolean[] seen = new boolean[snapped.length];
        for (int k = 0; k < snapped.length; k++) {
            double sum = 0;
            int count = 0;
            for (int m = k; m < snapped.length; m++) {
                if (!seen[m] && Math.abs(snapped[m] - snapped[k]) <= tolerances[m] + tolerances[k]) {
                    sum += snapped[m];
                    count++;
                }
            }
            for (int m = snapped.length - 1; m >= k && count > 1; m--) {
                if (!seen[m] && Math.abs(snapped[m] - snapped[k]) <= tolerances[m] + tolerances[k]) {
                    seen[m] = true;
                    snapped[m] = sum / count;
                }
            }
        }
        return snapped;
    }

    private @Nullable Cause explained(LossElements elements, double[] weights, WeightPattern pattern) {
        Node terms = elements.terms();
        int each = elements.each();
        Replay replay = (pass, gradient) -> {
            double[] excess = gradient.by(terms).values().clone();
            for (int i = 0; i < excess.length; i++) {
                excess[i] *= weights[i / each] - 1;
            }
            return pass.from(Map.of(terms, excess)).byParameter();
        };
        return trial.explained(replay, pattern.isUnknown() ? 1 : 0, fit -> words(elements, weights, pattern, fit));
    }

    private Cause words(LossElements elements, double[] weights, WeightPattern pattern, Fit fit) {
        Operation loss = trial.wrong().objective().operations().stream()
                .filter(operation -> operation.output() == elements.terms())
                .findFirst()
                .orElse(null);
        return new Cause(
                elements.areSamples() ? Kind.SAMPLE_WEIGHTS : Kind.ELEMENT_WEIGHTS,
                null,
                loss == null ? elements.terms().label() : loss.name(),
                loss == null ? elements.terms().op().title() : loss.title(),
                null,
                null,
                null,
                pattern.means(),
                weights.length > MOST ? null : Arrays.stream(weights).boxed().toList(),
                fit.touched(),
                fit.residual(),
                pattern.advice(),
                List.of());
    }
}
