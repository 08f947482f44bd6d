package dev.plumbline.compute.explanation;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Hypotheses put to the test, against one deviation and within one budget. */
final class Trial {

    private final Case wrong;
    private final Deviation deviation;
    private final Arithmetic arithmetic;
    private final Budget budget;

    Trial(Case wrong, Deviation deviation, Budget budget) {
        this.wrong = wrong;
        this.deviation = deviation;
        this.arithmetic = new Arithmetic(wrong, deviation);
        this.budget = budget;
    }

    Case wrong() {
        return wrong;
    }

    Deviation deviation() {
        return deviation;
    }

    Budget budget() {
        return budget;
    }

    /** What a hypothesis does to the gradient; null once the budget is used up. */
    double @Nullable [] effect(Replay replay) {
        return budget.spend(1)
                ? deviation.vector(replay.effect(wrong.objective().base(), wrong.gradient()))
                : null;
    }

    /** The explanation that a hypothesis amounts to, or null where it does not make the claim. */
    @Nullable
    Cause explained(Replay replay, int free, Function<Fit, Cause> words) {
        double[] effect = effect(replay);
        return effect == null ? null : explained(replay, effect, free, words);
    }

    /** The same where its effect is known. */
    @Nullable
    Cause explained(Replay replay, double[] effect, int free, Function<Fit, Cause> words) {
        Fit fit = Fit.of(deviation, effect);
        if (!fit.isClose()
                || !Fit.isLarge(deviation, free)
                || !budget.spend(Arithmetic.passes())
                || !Fit.isWithin(deviation, effect, arithmetic.allowed(replay, effect))) {
            return null;
        }
        return words.apply(fit);
    }
}
