package dev.plumbline.compute.judgement;

import java.util.List;

/** What is known besides the suspect itself: the setting, the other tensors, the norms of both whole gradients. */
record Surroundings(Setting setting, List<Comparison> comparisons, double claimedNorm, double referenceNorm) {

    static Surroundings of(Setting setting, List<Comparison> comparisons) {
        double claimed = 0;
        double reference = 0;
        for (Comparison comparison : comparisons) {
            claimed = Math.hypot(claimed, comparison.claimedNorm());
            reference = Math.hypot(reference, comparison.referenceNorm());
        }
        return new Surroundings(setting, comparisons, claimed, reference);
    }
}
