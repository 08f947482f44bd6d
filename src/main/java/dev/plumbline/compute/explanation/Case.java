package dev.plumbline.compute.explanation;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Datatype;
import java.util.List;

/**
 * A wrong claim to be explained.
 *
 * @param gradient our own, with its cotangents
 * @param comparisons of the claims with what they should be
 * @param arithmetic what the claims were computed in
 * @param seed of everything random
 */
public record Case(
        Objective objective,
        Evaluation.Gradient gradient,
        List<Comparison> comparisons,
        Datatype arithmetic,
        long seed) {

    public Case {
        comparisons = List.copyOf(comparisons);
    }
}
