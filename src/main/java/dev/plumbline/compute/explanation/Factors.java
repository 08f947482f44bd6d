package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.AveragePool;
import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Counts;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.tensor.Tensor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names for a fitted factor from the numbers at hand: plain ones, the operation's own constants, extents, the batch. */
final class Factors {

    private static final double EXACT = 1e-9;

    /** Words for one factor that are given, where several numbers at hand have its size. */
    private static final int MOST_NAMED = 3;

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
        List<Map.Entry<String, Double>> fitting = factors.candidates.entrySet().stream()
                .filter(candidate -> fits(factor, candidate, tolerance))
                .limit(MOST_NAMED)
                .toList();
        return fitting.isEmpty()
                ? null
                : new Named(
                        fitting.get(0).getValue(),
                        String.join(
                                "; or ", fitting.stream().map(Map.Entry::getKey).toList()),
                        isOwn(fitting.get(0).getKey()));
    }

    private static boolean fits(double factor, Map.Entry<String, Double> candidate, double tolerance) {
        double allowed = isOwn(candidate.getKey()) ? Math.max(FROM_FILE, tolerance) : tolerance;
        return Math.abs(factor / candidate.getValue() - 1) <= Math.min(allowed, 1e-2);
    }

    private static boolean isOwn(String words) {
        return words.startsWith("the constant");
    }

    private void collect(Operation operation, Objective objective) {
        put("-1: the sign", -1);
        if (isSquare(operation.output())) {
            put("the constant 2 of a square's derivative (one over it)", 0.5);
        }
        if (operation.output().op() instanceof AveragePool pool) {
            int area = pool.window().kernel().get(0) * pool.window().kernel().get(1);
            putBoth("the constant " + area + ", its window", area);
        }
        Set<Double> constants = constants(operation, objective);
        constants.forEach(constant -> putBoth("the constant " + words(constant), constant));
        if (operation.kind() == Operation.Kind.SCALING) { // divided where it multiplies
            constants.forEach(constant -> putBoth("the constant " + words(constant) + " squared", constant * constant));
        }
        put("2", 2);
        put("1/2", 0.5);
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

    private static boolean isSquare(Node node) {
        return node.op() instanceof Binary binary
                && binary.function() == BinaryFunction.MULTIPLY
                && node.inputs().get(0) == node.inputs().get(1);
    }

    /** What an operation multiplies or divides by, or raises to: numbers, and masks that are a number or 0. */
    private static Set<Double> constants(Operation operation, Objective objective) {
        Set<Double> constants = new LinkedHashSet<>();
        for (Node node : operation.nodes()) {
            for (Node input : node.inputs()) {
                boolean adds = node.op() instanceof Binary binary
                        && (binary.function() == BinaryFunction.ADD || binary.function() == BinaryFunction.SUBTRACT);
                if (!adds && ValueWords.bare(input).inputs().isEmpty()) {
                    constants.addAll(number(input, objective.base().value(input)));
                }
            }
        }
        return constants;
    }

    /** The number that a constant holds, or a mask beside zeros, if it is one. */
    private static Set<Double> number(Node node, Tensor tensor) {
        Set<Double> numbers = new HashSet<>();
        for (int i = 0; i < tensor.size() && numbers.size() < 3; i++) {
            numbers.add(tensor.at(i));
        }
        boolean isMask = numbers.removeIf(number -> number == 0);
        return numbers.size() == 1 && (isMask || ValueWords.bare(node).isConstant()) ? numbers : Set.of();
    }

    private static String words(double constant) {
        return String.format(Locale.ROOT, "%.6g", constant);
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
