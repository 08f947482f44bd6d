package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Mistakes that an earlier gradient p, where the caller gives it, explains: the claim is p itself (<em>stale</em>), or the
 * reference with p added (<em>accumulated</em>). There is nothing to choose or to fit in either.
 *
 * @param gradients by parameter, of an earlier step
 */
record Earlier(Map<String, Tensor> gradients) {

    List<Explanation> explain(Suspect suspect) {
        @Nullable Tensor earlier = gradients.get(suspect.name());
        if (earlier == null || !earlier.shape().equals(suspect.shape())) {
            return List.of();
        }
        if (suspect.support(earlier::at, i -> suspect.rounding(earlier.at(i))).affords(0)) {
            return List.of(
                    explanation(
                            new Mistake.Stale(
                                    "The claim is the earlier gradient: it was not computed again, or read before the backward pass.")));
        }
        Support sum = suspect.support(
                i -> suspect.reference(i) + earlier.at(i),
                i -> suspect.allowance(i) + suspect.rounding(Math.abs(suspect.reference(i)) + Math.abs(earlier.at(i))));
        return sum.affords(0)
                ? List.of(explanation(new Mistake.Accumulated(
                        "The claim is the reference plus the earlier gradient: it was not zeroed in between.")))
                : List.of();
    }

    private static Explanation explanation(Mistake mistake) {
        return new Explanation(mistake, Explanation.PLAIN);
    }
}
