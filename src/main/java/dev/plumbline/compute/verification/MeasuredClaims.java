package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.NativeFactors;
import dev.plumbline.compute.program.Objective;
import java.util.BitSet;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Claims with as much measured as they need. Rounding runs are half of a check, and eight of them tell how far a right claim
 * may be off; three tell it well enough to see that a claim is nowhere near that. So there are three at first. Of millions of
 * entries three runs are unlucky in some: where few do not pass, and none by far, those alone are looked at again. Unless every
 * entry passes then, all is measured anew with eight: nothing is refuted, doubted or excused by three.
 *
 * <p>Bad: a mistake far below a hundredth of its entry, and between what three and what eight runs allow, may pass; so may one
 * below half a hundredth in a tensor of a large model most of which hangs on units that float32's rounding switches.
 */
public final class MeasuredClaims {

    private final Measurement measurement;
    private final Claims claims;
    private @Nullable Examination examination; // when asked for

    private MeasuredClaims(Measurement measurement, Claims claims) {
        this.measurement = measurement;
        this.claims = claims;
    }

    /**
     * As much as the claims need.
     *
     * @param gradient the objective's own, of its parameters
     * @param claimed the claims; without any, what was measured
     */
    public static MeasuredClaims of(
            Objective objective,
            Evaluation.Gradient gradient,
            CheckPlan plan,
            Function<Measurement, Claims> claimed,
            Progress progress) {
        try (NativeFactors factors = NativeFactors.of(objective)) {
            return measured(objective, gradient, plan, claimed, progress);
        }
    }

    private static MeasuredClaims measured(
            Objective objective,
            Evaluation.Gradient gradient,
            CheckPlan plan,
            Function<Measurement, Claims> claimed,
            Progress progress) {
        if (!mayDoWithThree(plan)) {
            return of(Measurement.of(objective, gradient, plan, progress), claimed);
        }
        @Nullable MeasuredClaims first = of(Measurement.atFirst(objective, gradient, plan, progress), claimed);
        if (first.examination().isPassed()) {
            return first;
        }
        Map<String, BitSet> unlucky = NearMisses.of(first.examination());
        if (!unlucky.isEmpty()) {
            Measurement three = first.measurement;
            first = null; // its rulings
            first = of(three.again(unlucky), claimed);
            if (first.examination().isPassed()) {
                return first;
            }
        }
        double before = first.measurement.passes();
        first = null; // allowances are as large as the parameters
        return of(Measurement.of(objective, gradient, plan, progress).after(before), claimed);
    }

    private static MeasuredClaims of(Measurement measurement, Function<Measurement, Claims> claimed) {
        return new MeasuredClaims(measurement, claimed.apply(measurement));
    }

    private static boolean mayDoWithThree(CheckPlan plan) {
        return plan.coverage() == Coverage.CERTIFIED
                && plan.scheme() == null
                && plan.arithmetic().precision() == null;
    }

    /** The one that sufficed. */
    public Measurement measurement() {
        return measurement;
    }

    public Claims claims() {
        return claims;
    }

    /** The claims held against it. */
    public Examination examination() {
        if (examination == null) {
            examination = Examination.of(measurement, claims);
        }
        return examination;
    }
}
