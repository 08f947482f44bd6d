package dev.plumbline.compute.judgement;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The factors by which a backward pass is usually wrong, and what each of them says. */
final class Factors {

    private static final String TWICE = "The factor 2 of a square's derivative is there twice";

    private static final String HALF =
            "The factor 2 of a square's derivative is missing, or there is a 1/2 that the loss does not have.";

    private final Map<Double, String> meanings = new LinkedHashMap<>();

    Factors(Setting setting) {
        Map<Double, String> means = new LinkedHashMap<>();
        counts(setting).forEach((count, things) -> {
            means.put(
                    1.0 * count,
                    "The loss is averaged over the %s, your backward pass sums over them: divide by %d."
                            .formatted(things, count));
            means.put(
                    1.0 / count,
                    "The loss is summed over the %s, your backward pass averages over them, or it averages twice: multiply by %d."
                            .formatted(things, count));
        });
        meanings.put(
                2.0,
                TWICE + ", or the gradients of two backward passes were added up without being zeroed in between.");
        meanings.put(0.5, HALF);
        means.forEach((factor, mean) -> meanings.merge(factor, mean, (one, other) -> one + " Or: " + other));
        means.forEach((factor, mean) -> {
            // Only where nothing simpler has this size.
            meanings.putIfAbsent(2 * factor, mean + " And: " + TWICE + ".");
            meanings.putIfAbsent(factor / 2, mean + " And: " + HALF);
        });
        meanings.remove(1.0);
    }

    /** Every product of the counts, with the things counted. */
    private static Map<Integer, String> counts(Setting setting) {
        Map<Integer, String> counts = new LinkedHashMap<>();
        List<Map.Entry<Integer, String>> factors = List.of(
                Map.entry(setting.batch(), "samples of the batch"),
                Map.entry(setting.outputs(), "outputs"),
                Map.entry(setting.sequenceLength(), "time steps"));
        for (int chosen : new int[] {1, 2, 4, 3, 5, 6, 7}) {
            long product = 1;
            List<String> things = new ArrayList<>();
            for (int f = 0; f < factors.size(); f++) {
                int count = factors.get(f).getKey();
                if ((chosen >> f & 1) == 1) {
                    product = count == 1 ? 0 : product * count;
                    things.add(count + " " + factors.get(f).getValue());
                }
            }
            if (product > 1 && product <= Integer.MAX_VALUE) {
                counts.merge(
                        (int) product, String.join(" x ", things), (one, other) -> one + " (or the " + other + ")");
            }
        }
        return counts;
    }

    /** The simplest factor that the fit allows. */
    Figure of(Fit fit) {
        double slope = fit.slope();
        if (fit.allows(-1)) {
            return new Figure(-1, Explanation.PLAIN, "");
        }
        String turned = slope < 0 ? " The sign is turned round as well." : "";
        double sign = Math.signum(slope);
        return meanings.entrySet().stream()
                .filter(meaning -> fit.allows(sign * meaning.getKey()))
                .min((one, other) -> Double.compare(
                        Math.abs(one.getKey() - Math.abs(slope)), Math.abs(other.getKey() - Math.abs(slope))))
                .map(meaning -> new Figure(sign * meaning.getKey(), Explanation.NAMED, meaning.getValue() + turned))
                .orElseGet(() -> counted(fit, turned));
    }

    private static Figure counted(Fit fit, String turned) {
        double slope = fit.slope();
        boolean large = Math.abs(slope) > 1;
        double count = Math.rint(large ? slope : 1 / slope);
        double value = large ? count : 1 / count;
        if (!fit.isKnownTo(1e-3) || !fit.allows(value)) {
            return Figure.shortest(fit);
        }
        if (Math.abs(count) >= 256 && Math.abs(count) == Math.scalb(1.0, Math.getExponent(count))) {
            String meaning = large
                    ? "A power of two: the loss scale of mixed precision is still in the gradient."
                    : "A power of two: the gradient was divided by a loss scale that was never applied.";
            return new Figure(value, Explanation.COUNTED, meaning + turned);
        }
        if (!fit.isKnownTo(1e-2 / Math.abs(count))) {
            return Figure.shortest(fit); // some whole number is always near
        }
        return new Figure(
                value,
                Explanation.COUNTED,
                "A whole number usually counts something: samples, outputs, time steps, devices." + turned);
    }
}
