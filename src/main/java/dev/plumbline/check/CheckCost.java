package dev.plumbline.check;

import dev.plumbline.compute.difference.ExhaustiveGradient;
import dev.plumbline.compute.difference.Scheme;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.NotSmooth;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.verification.Coverage;

/**
 * What a check takes, in seconds of the core of {@link Program#seconds}: an estimate before the work, of a right gradient and of
 * code that has been compiled. Half of what {@code EstimatesTests} measures is within twice of it, all within four times.
 * Bad, and too low, for what is small and the first of its kind: compiling takes more than computing there.
 */
record CheckCost(Objective objective) {

    /** What a check of nothing takes: names, roundings, and the report. */
    private static final double LEAST = 0.0015;

    /** What a certified check takes as long as, in forward passes: its rays and rounding runs are dearer than those. */
    private static final double PASSES = 50;

    /** The same where something may bend, and gradients of its pieces are taken. */
    private static final double PASSES_AT_BENDS = 110;

    /** Likewise one validated difference, with the noise along its line. */
    private static final double PASSES_OF_A_LINE = 10;

    /** What a certified check of this program takes, which every check begins with. */
    static double certified(Program program) {
        return LEAST + (NotSmooth.of(program).isEmpty() ? PASSES : PASSES_AT_BENDS) * program.seconds();
    }

    /** By coverage; infinite where memory does not suffice. */
    double of(Coverage coverage, int samples) {
        return switch (coverage) {
            case AUTO, CERTIFIED -> certified(objective.program());
            case DIRECTIONAL -> lines(1);
            case SAMPLED -> lines(samples);
            case EXHAUSTIVE -> exhaustive(Double.POSITIVE_INFINITY);
        };
    }

    /** Every entry, and one of each tensor again, which a report shows. Infinite beyond {@code most} too. */
    double exhaustive(double most) {
        double shown = lines(1);
        return ExhaustiveGradient.seconds(objective, Math.max(0, most - shown)) + shown;
    }

    /** Every entry by a scheme with a fixed step. */
    double scheme(Scheme scheme) {
        Program program = objective.program();
        return certified(program) + scheme.evaluations() * (double) program.parameterCount() * program.seconds();
    }

    /** So many differences in each tensor, where it has as many entries. */
    private double lines(int each) {
        double lines = 0;
        for (Node parameter : objective.program().parameters().values()) {
            lines += Math.min(each, parameter.shape().size());
        }
        return certified(objective.program())
                + lines * PASSES_OF_A_LINE * objective.program().seconds();
    }
}
