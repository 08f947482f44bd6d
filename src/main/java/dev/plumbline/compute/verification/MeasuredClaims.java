package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import java.util.function.Function;

/**
 * Claims with as much measured as they need. Rounding runs are half of a check, and eight of them tell how far a right claim
 * may be off; three tell it well enough to see that a claim is nowhere near that. So there are three at first, and unless every
 * entry passes all is measured anew with eight: nothing is refuted, doubted or excused by three.
 *
 * <p>Bad: a mistake far below a hundredth of its entry, and between what three and what eight runs allow, may pass.
 *
 * @param measurement the one that sufficed
 */
public record MeasuredClaims(Measurement measurement, Claims claims) {

    /**
     * @param gradient the objective's own, of its parameters
     * @param claimed the claims; without any, what was measured
     */
    public static MeasuredClaims of(
            Objective objective,
            Evaluation.Gradient gradient,
            CheckPlan plan,
            Function<Measurement, Claims> claimed,
            Progress progress) {
        if (!mayDoWithThree(plan)) {
            return of(Measurement.of(objective, gradient, plan, progress), claimed);
        }
        MeasuredClaims first = of(Measurement.atFirst(objective, gradient, plan, progress), claimed);
        return Examination.of(first.measurement, first.claims).isPassed()
                ? first
                : of(Measurement.of(objective, gradient, plan, progress).after(first.measurement), claimed);
    }

    private static MeasuredClaims of(Measurement measurement, Function<Measurement, Claims> claimed) {
        return new MeasuredClaims(measurement, claimed.apply(measurement));
    }

    private static boolean mayDoWithThree(CheckPlan plan) {
        return plan.coverage() == Coverage.CERTIFIED
                && plan.scheme() == null
                && plan.arithmetic().precision() == null;
    }
}
