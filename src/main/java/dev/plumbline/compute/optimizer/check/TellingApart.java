package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** What would show a difference that the observed steps do not show. */
final class TellingApart {

    private TellingApart() {}

    static String of(Explanation chosen, Explanation other) {
        Optimizer one = chosen.optimizer();
        Optimizer two = other.optimizer();
        if (one == null || two == null) {
            return "";
        }
        if (one.kind() != two.kind()) {
            return "one more step, with a gradient of another size";
        }
        Set<String> differing = differing(HyperParameters.of(one), HyperParameters.of(two));
        if (differing.isEmpty()) {
            return of(chosen.faults().contains(Fault.RIGHT) ? other : chosen);
        }
        String name = differing.iterator().next();
        return switch (name) {
            case "epsilon", "epsilonConvention", "epsilonPlace", "rootEpsilon" ->
                "a gradient as small as epsilon, 1e-8 or so";
            case "weightDecay", "decayScale", "decayPlace" -> "a step from large parameters with small gradients";
            case "learningRate" -> "a step whose gradients are larger or smaller than these all together";
            case "variant" -> "a step with a gradient much smaller than the one before";
            default -> "one more step from where the last has ended, with another gradient (" + name + " differs)";
        };
    }

    private static String of(Explanation fault) {
        return switch (fault.fault()) {
            case CLIPPING, UNSCALING -> "a step with a gradient ten times as large";
            case SCHEDULE -> "a step after which the schedule changes the rate";
            case SKIPPED -> "a step that was taken";
            default -> "one more step from where the last has ended, with another gradient";
        };
    }

    private static Set<String> differing(Map<String, Object> one, Map<String, Object> two) {
        Set<String> names = new TreeSet<>(one.keySet());
        names.removeIf(name -> Objects.equals(one.get(name), two.get(name)));
        return names;
    }
}
