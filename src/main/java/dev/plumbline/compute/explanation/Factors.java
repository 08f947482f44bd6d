package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.AveragePool;
import dev.plumbline.compute.program.Counts;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Operation;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names for a fitted factor from the numbers at hand: plain ones, the operation's own constants, extents, the batch. */
final class Factors {

    private static final double EXACT = 1e-9;

    /** A constant of a file is a float32 number. */
    private static final double FROM_FILE = 1e-7;

    /**
     * A factor that means something.
     *
     * @param isOwn whether it is the operation's own constant
     */
    record Named(double value, String words, boolean isOwn) {}

    private final Map<String, Double> candidates = new LinkedHashMap<>();

    private Factors() {}

    /** @param uncertainty of the fitted factor, absolute */
    static @Nullable Named named(double factor, double uncertainty, Operation operation, Objective objective) {
        Factors factors = new Factors();
        factors.collect(operation, objective);
        double tolerance = Math.max(EXACT, 3 * uncertainty / Math.max(Math.abs(factor), 1e-300));
        Named nearest = null;
        for (Map.Entry<String, Double> candidate : factors.candidates.entrySet()) {
            double off = Math.abs(factor / candidate.getValue() - 1);
            double allowed = candidate.getKey().startsWith("the constant") ? Math.max(FROM_FILE, tolerance) : tolerance;
            if (off <= Math.min(allowed, 1e-2) && nearest == null) {
                nearest = new Named(
                        candidate.getValue(),
                        candidate.getKey(),
                        candidate.getKey().startsWith("the constant"));
            }
        }
        return nearest;
    }

    private void collect(Operation operation, Objective objective) {
        put("-1: the sign", -1);
        put("2", 2);
        put("1/2", 0.5);
        if (operation.output().op() instanceof AveragePool pool) {
            int area = pool.window().kernel().get(0) * pool.window().kernel().get(1);
            putBoth("the constant " + area + ", its window", area);
        }
        for (Node node : operation.nodes()) {
            for (Node input : node.inputs()) {
                if (input.isConstant() && input.shape().size() == 1) {
                    double constant = objective.base().value(input).item();
                    String words = String.format(Locale.ROOT, "%.6g", constant);
                    putBoth("the constant " + words, constant);
                    putBoth("the constant " + words + " squared", constant * constant);
                }
            }
        }
        for (Node node : operation.nodes()) {
            extents(node);
            node.inputs().forEach(this::extents);
        }
        int batch = Counts.of(objective).batch();
        putBoth("the batch, " + batch, batch);
        putBoth("twice the batch, " + batch, 2.0 * batch);
        putBoth("half the batch, " + batch, 0.5 * batch);
        put("half the batch, " + batch + ", and the sign", -0.5 * batch);
        put("3", 3);
        put("-2", -2);
    }

    private void extents(Node node) {
        for (int axis = 0; axis < node.rank(); axis++) {
            int extent = node.shape().extent(axis);
            putBoth("the extent " + extent + " of " + node.label(), extent);
            putBoth("sqrt(" + extent + "), an extent of " + node.label(), Math.sqrt(extent));
        }
        putBoth(
                "the " + node.shape().size() + " elements of " + node.label(),
                node.shape().size());
    }

    private void putBoth(String words, double value) {
        put(words, value);
        put(words + " (one over it)", 1 / value);
    }

    private void put(String words, double value) {
        if (Double.isFinite(value) && value != 0 && value != 1) {
            candidates.putIfAbsent(words, value);
        }
    }
}
