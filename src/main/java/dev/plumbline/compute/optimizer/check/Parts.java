package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tensors in parts that are stepped alike: one of each group and count of steps.
 *
 * @param of in the order of their first tensors
 */
record Parts(List<Part> of) {

    /**
     * Tensors of one group that have taken as many steps.
     *
     * @param ahead how many more than the state says
     * @param rateFactor what the learning rate of the group is multiplied by
     * @param others the group's other hyper-parameters
     */
    record Part(List<String> names, long ahead, double rateFactor, Map<String, Object> others) {

        /** @param not those of the group's hyper-parameters that it does not have */
        Optimizer of(Optimizer optimizer, Set<String> not) {
            if (rateFactor == 1 && others.isEmpty()) {
                return optimizer;
            }
            Map<String, Object> own = new LinkedHashMap<>(others);
            own.keySet().retainAll(HyperParameters.of(optimizer).keySet());
            own.keySet().removeAll(not);
            Optimizer with = HyperParameters.with(optimizer, own);
            return rateFactor == 1 || not.contains("learningRate")
                    ? with
                    : with.withLearningRate(with.learningRate() * rateFactor);
        }
    }

    static Parts of(Claim claim, Map<String, Tensor> parameters) {
        Circumstances circumstances = claim.circumstances();
        long step = claim.state() == null ? 0 : claim.state().step();
        Optimizer claimed = claim.optimizer();
        double rate = claimed == null ? 1 : claimed.learningRate();
        Map<String, Map<String, Object>> others = new HashMap<>();
        circumstances.groups().forEach(group -> group.names()
                .forEach(name -> others.computeIfAbsent(name, any -> new LinkedHashMap<>())
                        .putAll(group.hyperParameters())));
        Map<String, Part> parts = new LinkedHashMap<>();
        for (String name : parameters.keySet()) {
            Map<String, Object> own = others.getOrDefault(name, new LinkedHashMap<>());
            long ahead = circumstances.counts().getOrDefault(name, step) - step;
            double factor =
                    own.remove("learningRate") instanceof Number other && rate > 0 ? other.doubleValue() / rate : 1;
            parts.computeIfAbsent(ahead + " " + factor + own, any -> new Part(new ArrayList<>(), ahead, factor, own))
                    .names()
                    .add(name);
        }
        return new Parts(List.copyOf(parts.values()));
    }

    /** Each tensor for itself. */
    Parts each() {
        return new Parts(of.stream()
                .flatMap(part -> part.names().stream()
                        .map(name -> new Part(List.of(name), part.ahead(), part.rateFactor(), part.others())))
                .toList());
    }

    List<Part> single() {
        return each().of();
    }

    /** The hyper-parameters in which groups differ from the optimizer. */
    Set<String> differing() {
        Set<String> names = new TreeSet<>();
        for (Part part : of) {
            names.addAll(part.others().keySet());
            if (part.rateFactor() != 1) {
                names.add("learningRate");
            }
        }
        return names;
    }

    /** Whether some are not as the optimizer says. */
    boolean differ() {
        return of.stream()
                .anyMatch(part -> part.rateFactor() != 1 || !part.others().isEmpty());
    }

    /** Each part with what the next one has. */
    Parts rotated() {
        List<Part> rotated = new ArrayList<>();
        for (int i = 0; i < of.size(); i++) {
            Part other = of.get((i + 1) % of.size());
            rotated.add(new Part(of.get(i).names(), of.get(i).ahead(), other.rateFactor(), other.others()));
        }
        return new Parts(rotated);
    }
}
