package dev.plumbline.check;

import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.verification.Examination;
import dev.plumbline.compute.verification.MeasuredClaims;

/**
 * A question with what was measured for it. Claims of short numbers, such as 0.5, may come from float64 or from float32, and
 * are held against float64's rounding first; what only that refutes is no mistake, but float32. A 0
 * has no datatype: one that is refuted stays so, or a gradient that is missing would pass for one that underflowed.
 */
record Measured(Question question, MeasuredClaims claims) {

    static Measured of(Question question, Objective objective, Progress progress) {
        Measured own = alone(question, objective, progress);
        Question narrower = question.inFloat32();
        if (narrower == null) {
            return own;
        }
        Examination examination = own.claims.examination();
        if (!examination.refutes() || examination.refutesZeros()) {
            return own;
        }
        Measured other = alone(narrower, objective, progress);
        return other.claims.examination().refutes() ? own : other;
    }

    private static Measured alone(Question question, Objective objective, Progress progress) {
        return new Measured(
                question,
                MeasuredClaims.of(
                        objective, objective.gradientOfParameters(), question.plan(), question::claims, progress));
    }
}
