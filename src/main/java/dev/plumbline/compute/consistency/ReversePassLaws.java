package dev.plumbline.compute.consistency;

import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Laws that a reverse pass obeys by itself, without a single difference. The pass takes the cotangent {@code c} of the
 * loss L to the gradient {@code g(c)} by every parameter.
 *
 * <pre>
 *   g(c L) = c g(L)     c = -2: floating point doubles without rounding, so the bits agree
 *   g(0 L) = 0
 *   g(L) twice          the same bits
 * </pre>
 *
 * <p>A pass that starts from 1 whatever arrives, that adds to what an earlier call left, or whose sums depend on the order
 * of threads breaks one of them; one that is wrong in the same way every time breaks none. Only numbers below 2^-1021,
 * whose halves round, may differ in the last place.
 */
public final class ReversePassLaws {

    private static final double FACTOR = -2;

    private ReversePassLaws() {}

    /**
     * @param gradient of the loss, computed before with cotangent 1
     * @param pass the gradients by parameter for a cotangent; safe to run in several threads
     */
    public static List<Finding> of(Map<String, Tensor> gradient, DoubleFunction<Map<String, Tensor>> pass) {
        return Stream.<Supplier<Finding>>of(
                        () -> scaledLoss(gradient, pass.apply(FACTOR)),
                        () -> zeroCotangent(gradient, pass.apply(0)),
                        () -> repeatable(gradient, pass.apply(1)))
                .parallel()
                .map(Supplier::get)
                .toList();
    }

    private static Finding scaledLoss(Map<String, Tensor> gradient, Map<String, Tensor> scaled) {
        String place = firstDifference(gradient, scaled, FACTOR);
        return place.isEmpty()
                ? new Finding("scaledLoss", true, "The gradient of -2 L is -2 times that of L, to the bit.")
                : new Finding("scaledLoss", false, "The gradient of -2 L is not -2 times that of L: " + place + ".");
    }

    private static Finding zeroCotangent(Map<String, Tensor> gradient, Map<String, Tensor> zero) {
        String place = firstDifference(gradient, zero, 0);
        return place.isEmpty()
                ? new Finding("zeroCotangent", true, "The gradient of 0 L is 0 in every entry.")
                : new Finding("zeroCotangent", false, "The gradient of 0 L is not 0: " + place + ".");
    }

    private static Finding repeatable(Map<String, Tensor> gradient, Map<String, Tensor> again) {
        String place = firstDifference(gradient, again, 1);
        return place.isEmpty()
                ? new Finding("repeatable", true, "The same call gave the same bits twice.")
                : new Finding("repeatable", false, "The same call gave other bits: " + place + ".");
    }

    /** The first entry where {@code other} is not {@code factor} times the gradient; empty where there is none. */
    private static String firstDifference(Map<String, Tensor> gradient, Map<String, Tensor> other, double factor) {
        for (Map.Entry<String, Tensor> tensor : gradient.entrySet()) {
            double[] values = tensor.getValue().values();
            Tensor others = other.get(tensor.getKey());
            for (int i = 0; i < values.length; i++) {
                double expected = factor == 0 ? 0 : factor * values[i];
                double got = others == null ? Double.NaN : others.at(i);
                if (!(Math.abs(got - expected) <= 2 * Double.MIN_VALUE) && !isSame(got, expected)) {
                    return "%s has %s and not %s in position %d".formatted(tensor.getKey(), got, expected, i);
                }
            }
        }
        return "";
    }

    /** Infinities and NaN of the same kind, which no difference tells. */
    private static boolean isSame(double got, double expected) {
        return !Double.isFinite(expected) && Double.compare(got, expected) == 0;
    }
}
