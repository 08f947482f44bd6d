package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.compute.optimizer.schedule.MomentumCycle;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Optimizers and numbers in words. */
final class Wording {

    private Wording() {}

    /** Kind, learning rate, and whatever is not PyTorch's default: "sgd with learning rate 0.1, momentum 0.9, nesterov". */
    static String of(Optimizer optimizer) {
        List<String> parts = new ArrayList<>(List.of("learning rate " + number(optimizer.learningRate())));
        parts.addAll(peculiarities(optimizer));
        return optimizer.kind() + " with " + String.join(", ", parts);
    }

    /** The same without a learning rate. */
    static String atAnyRate(Optimizer optimizer) {
        List<String> parts = peculiarities(optimizer);
        return optimizer.kind() + (parts.isEmpty() ? "" : " with " + String.join(", ", parts));
    }

    /** Six digits at most, and none that says nothing. */
    static String number(double value) {
        return number(value, 6);
    }

    static String number(double value, int digits) {
        double rounded = new BigDecimal(value).round(new MathContext(digits)).doubleValue();
        return Double.toString(rounded)
                .replaceAll("\\.0$", "")
                .replace(".0E", "E")
                .replace('E', 'e');
    }

    static String capitalised(String sentence) {
        return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
    }

    private static List<String> peculiarities(Optimizer optimizer) {
        Map<String, Object> usual = HyperParameters.of(optimizer.kind().preset(Preset.PYTORCH));
        List<String> peculiarities = new ArrayList<>();
        HyperParameters.of(optimizer).forEach((name, value) -> {
            boolean told = List.of("kind", "learningRate", "buffer").contains(name);
            if (!told && !value.equals(usual.get(name))) {
                peculiarities.add(name.equals("weightDecay") ? decay(optimizer.weightDecay()) : part(name, value));
            }
        });
        return peculiarities;
    }

    private static String part(String name, Object value) {
        String words = words(name);
        if (value instanceof Boolean on) {
            return on ? words : "not " + words;
        }
        return words + " " + (value instanceof Double number ? number(number) : value);
    }

    /** What PyTorch does of a claim that says nothing of momentum. */
    static String cycled(Claim claim) {
        MomentumCycle momenta =
                requireNonNull(requireNonNull(claim.circumstances().schedule()).momenta());
        return "with its momentum cycled between %s and %s against the learning rate, as PyTorch does by default"
                .formatted(number(momenta.base()), number(momenta.max()));
    }

    static String decay(WeightDecay decay) {
        return switch (decay.kind()) {
            case NONE -> "no weight decay";
            case L2 -> "weight decay " + number(decay.rate()) + " (into the gradient)";
            case DECOUPLED -> "decoupled weight decay " + number(decay.rate());
        };
    }

    private static String words(String camelCase) {
        return camelCase.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
    }
}
