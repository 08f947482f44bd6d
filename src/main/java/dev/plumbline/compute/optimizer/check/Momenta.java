package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.RmsProp;
import dev.plumbline.compute.optimizer.Sgd;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The momenta worth trying: the usual ones, and what {@link MomentumEstimate} reads off the steps. */
record Momenta(Set<Double> momenta, Set<Double> dampenings) {

    private static final List<Double> USUAL = List.of(0.9, 0.95, 0.99, 0.8, 0.5);

    /** In its first step momentum has nothing to go on with: whichever it is makes the same step. */
    static Momenta ofFirstStep() {
        return new Momenta(Set.of(0.9), Set.of(0.0));
    }

    static Momenta of(List<ObservedStep> steps) {
        Set<Double> momenta = new LinkedHashSet<>(USUAL);
        Set<Double> dampenings = new LinkedHashSet<>(Set.of(0.0));
        momenta.addAll(MomentumEstimate.momenta(steps));
        dampenings.addAll(MomentumEstimate.dampenings(steps));
        return new Momenta(momenta, dampenings);
    }

    /** The optimizer with each momentum in each form it has them; without momentum too. Nothing for one that has none. */
    List<Optimizer> variants(Optimizer optimizer) {
        List<Optimizer> variants = new ArrayList<>();
        if (optimizer instanceof Sgd) {
            variants.add(HyperParameters.with(
                    optimizer, Map.<String, Object>of("momentum", 0, "dampening", 0, "nesterov", false)));
            momenta.forEach(momentum -> addDescents(optimizer, momentum, variants));
        }
        if (optimizer instanceof RmsProp) {
            for (boolean centered : List.of(false, true)) {
                variants.add(
                        HyperParameters.with(optimizer, Map.<String, Object>of("momentum", 0, "centered", centered)));
                USUAL.forEach(momentum -> variants.add(HyperParameters.with(
                        optimizer, Map.<String, Object>of("momentum", momentum, "centered", centered))));
            }
        }
        return variants;
    }

    private void addDescents(Optimizer sgd, double momentum, List<Optimizer> variants) {
        Set<Double> tried = new LinkedHashSet<>(dampenings);
        tried.add(momentum);
        for (double dampening : tried) {
            variants.add(HyperParameters.with(
                    sgd, Map.<String, Object>of("momentum", momentum, "dampening", dampening, "nesterov", false)));
        }
        variants.add(HyperParameters.with(
                sgd, Map.<String, Object>of("momentum", momentum, "dampening", 0, "nesterov", true)));
    }
}
