package dev.plumbline.compute.consistency;

import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Laws that a reverse pass obeys by itself, without a single difference. The pass takes the cotangent {@code c} of the
 * loss L to the gradient {@code g(c)} by every parameter.
 *
 * <pre>
 *   g(c L) = c g(L)     c = -2: floating point doubles without rounding, so the bits agree
 *   g(0 L) = 0
 *   g(L) twice          the same bits, as those of -2 L say
 * </pre>
 *
 * <p>A pass that starts from 1 whatever arrives, that adds to what an earlier call left, or whose sums depend on the order
 * of threads breaks one of them; one that is wrong in the same way every time breaks none. Only numbers below 2^-1021,
 * whose halves round, may differ in the last place.
 */
public final class ReversePassLaws {

    private static final double FACTOR = -2;

    private ReversePassLaws() {}

    /** A reverse pass, which shows the derivatives by each parameter to a taker; safe to run in several threads. */
    public interface Pass {
        void from(double cotangent, BiConsumer<String, double[]> taker);
    }

    /**
     * Two passes, and a third where -2 L is not as it should be: bits that are exactly as many times the first ones are
     * the same bits again.
     *
     * @param gradient of the loss, computed before with cotangent 1
     */
    public static List<Finding> of(Map<String, Tensor> gradient, Pass pass) {
        List<String> places = Stream.of(FACTOR, 0.0)
                .parallel()
                .map(factor -> firstDifference(gradient, pass, factor))
                .toList();
        String again = places.get(0).isEmpty() ? "" : firstDifference(gradient, pass, 1);
        return List.of(scaledLoss(places.get(0)), zeroCotangent(places.get(1)), repeatable(again));
    }

    private static Finding scaledLoss(String place) {
        return place.isEmpty()
                ? new Finding("scaledLoss", true, "The gradient of -2 L is -2 times that of L, to the bit.")
                : new Finding("scaledLoss", false, "The gradient of -2 L is not -2 times that of L: " + place + ".");
    }

    private static Finding zeroCotangent(String place) {
        return place.isEmpty()
                ? new Finding("zeroCotangent", true, "The gradient of 0 L is 0 in every entry.")
                : new Finding("zeroCotangent", false, "The gradient of 0 L is not 0: " + place + ".");
    }

    private static Finding repeatable(String place) {
        return place.isEmpty()
                ? new Finding("repeatable", true, "The pass gave the same bits when it was made again, of -2 L.")
                : new Finding("repeatable", false, "The same call gave other bits: " + place + ".");
    }

    /** An entry where the pass does not show {@code factor} times the gradient; empty where there is none. */
    private static String firstDifference(Map<String, Tensor> gradient, Pass pass, double factor) {
        Map<String, String> places = new HashMap<>(); // empty where a parameter's are as they should be
        pass.from(factor, (name, others) -> {
            Tensor own = gradient.get(name);
            places.put(name, own == null ? "" : firstDifference(name, own.values(), others, factor));
        });
        for (Map.Entry<String, Tensor> tensor : gradient.entrySet()) {
            String place = places.get(tensor.getKey());
            if (place == null) { // as a parameter that the loss does not depend on
                double[] zeros = new double[tensor.getValue().size()];
                place = firstDifference(tensor.getKey(), tensor.getValue().values(), zeros, factor);
            }
            if (!place.isEmpty()) {
                return place;
            }
        }
        return "";
    }

    private static String firstDifference(String name, double[] values, double[] others, double factor) {
        for (int i = 0; i < values.length; i++) {
            double expected = factor == 0 ? 0 : factor * values[i];
            double got = others[i];
            if (!(Math.abs(got - expected) <= 2 * Double.MIN_VALUE) && !isSame(got, expected)) {
                return "%s has %s and not %s in position %d".formatted(name, got, expected, i);
            }
        }
        return "";
    }

    /** Infinities and NaN of the same kind, which no difference tells. */
    private static boolean isSame(double got, double expected) {
        return !Double.isFinite(expected) && Double.compare(got, expected) == 0;
    }
}
