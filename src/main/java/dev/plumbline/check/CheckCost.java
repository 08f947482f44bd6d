package dev.plumbline.check;

import dev.plumbline.compute.difference.ExhaustiveGradient;
import dev.plumbline.compute.difference.Scheme;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.tensor.Shape;

/** What the coverages of a check take, in floating-point operations that last as long: an estimate before the work. */
record CheckCost(Objective objective) {

    /** The values by which each position is differenced. */
    private static final int FOUR_POINTS = 4;

    /** What one validated difference takes, in evaluations, with the noise along its line. */
    private static final double EVALUATIONS = 40;

    /** Every entry, and those again that a report shows. Infinite beyond {@code most}, and where memory does not suffice. */
    double exhaustive(double most) {
        double shown = differences(Coverage.DIRECTIONAL, 1);
        return FOUR_POINTS * ExhaustiveGradient.cost(objective, Math.max(0, most - shown) / FOUR_POINTS) + shown;
    }

    /** Every entry by a scheme with a fixed step. */
    double scheme(Scheme scheme) {
        return scheme.evaluations()
                * (double) objective.program().parameterCount()
                * objective.program().effort();
    }

    /** One line in each tensor, or some entries of each. */
    double differences(Coverage coverage, int samples) {
        double lines = 0;
        for (Node parameter : objective.program().parameters().values()) {
            Shape shape = parameter.shape();
            lines += coverage == Coverage.DIRECTIONAL ? 1 : Math.min(samples, shape.size());
        }
        return lines * EVALUATIONS * objective.program().effort();
    }
}
