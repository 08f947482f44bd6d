package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One way to have made the observed steps.
 *
 * @param faults what is off; the parts where {@code fault} is {@link Fault#SEVERAL}
 * @param optimizer with the hyper-parameters that make them; null if nothing does
 * @param residualUlps the largest disagreement, in units of the last place of the parameter, or of the largest step of its
 *     tensor if that is larger
 * @param advice what is off and what to do
 * @param estimates of numbers that nobody claimed; empty for an alternative
 * @param tellsApart what would tell an alternative from what was chosen; empty for that itself
 */
public record Explanation(
        Fault fault,
        List<Fault> faults,
        @Nullable Optimizer optimizer,
        double residualUlps,
        String advice,
        List<Estimate> estimates,
        String tellsApart) {

    Explanation(Fault fault, List<Fault> faults, @Nullable Optimizer optimizer, double residualUlps, String advice) {
        this(fault, faults, optimizer, residualUlps, advice, List.of(), "");
    }

    Explanation(Fault fault, @Nullable Optimizer optimizer, double residualUlps, String advice) {
        this(fault, List.of(fault), optimizer, residualUlps, advice);
    }

    Explanation by(UnaryOperator<Optimizer> change) {
        return optimizer == null
                ? this
                : new Explanation(fault, faults, change.apply(optimizer), residualUlps, advice, estimates, tellsApart);
    }

    Explanation with(List<Estimate> found) {
        return new Explanation(fault, faults, optimizer, residualUlps, advice, found, tellsApart);
    }

    /** The same as an alternative to another. */
    Explanation toldFrom(Explanation chosen) {
        return new Explanation(
                fault, faults, optimizer, residualUlps, advice, estimates, TellingApart.of(chosen, this));
    }

    /** The libraries whose defaults these are, but for the learning rate. */
    public List<Preset> defaultsOf() {
        return optimizer == null ? List.of() : Candidates.defaultsOf(optimizer);
    }
}
