package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNullElse;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleFunction;

/**
 * How exactly steps tell the numbers that nobody claimed: each is moved, the others staying where they are, until the steps
 * are explained no longer.
 */
record Estimates(Claim claim, Trials trials) {

    private static final Set<String> NUMBERS =
            Set.of("learningRate", "beta1", "beta2", "alpha", "rho", "momentum", "epsilon", "dampening");
    private static final int HALVINGS = 30;

    List<Estimate> of(Fit fit) {
        List<Estimate> estimates = new ArrayList<>();
        Hypothesis chosen = fit.hypothesis().with(fit.optimizer());
        Hypothesis fixed = chosen.rateFree() ? chosen.atRate(fit.optimizer().learningRate()) : chosen;
        Map<String, Object> claimed = claim.optimizer() == null ? Map.of() : HyperParameters.of(claim.optimizer());
        HyperParameters.of(fit.optimizer()).forEach((name, value) -> {
            boolean told = claim.optimizer() != null
                    && value.equals(claimed.get(name))
                    && (claim.circumstances().given() == null
                            || claim.circumstances().given().contains(name));
            boolean cycled = cycles(fixed)
                    && HyperParameters.cycled(fixed.optimizer())
                            .filter(name::equals)
                            .isPresent();
            if (!told && !cycled && NUMBERS.contains(name) && value instanceof Double number) {
                estimate(
                                name,
                                number,
                                other -> fixed.with(HyperParameters.with(fixed.optimizer(), Map.of(name, other))))
                        .ifPresent(estimates::add);
            }
        });
        WeightDecay decay = fit.optimizer().weightDecay();
        boolean claimedDecay =
                claim.optimizer() != null && claim.optimizer().weightDecay().equals(decay);
        boolean unsaid = claim.optimizer() == null
                || (claim.circumstances().given() != null
                        && !claim.circumstances().given().contains("weightDecay"));
        if (decay.rate() == 0 && unsaid && fixed.optimizer().kind() != Kind.MUON) {
            estimate(
                            "weightDecay",
                            0,
                            other -> fixed.with(Hypotheses.decayed(
                                    fixed.optimizer(), fixed.optimizer().kind().decay(other))))
                    .ifPresent(estimates::add);
        }
        if (!claimedDecay && decay.rate() > 0) {
            estimate(
                            "weightDecay",
                            decay.rate(),
                            other -> fixed.with(
                                    Hypotheses.decayed(fixed.optimizer(), new WeightDecay(decay.kind(), other))))
                    .ifPresent(estimates::add);
        }
        return estimates;
    }

    /** Whether the momentum is a schedule's, and the optimizer's own counts for nothing. */
    private boolean cycles(Hypothesis hypothesis) {
        return requireNonNullElse(hypothesis.manner().profile(), trials.profile())
                .cycles();
    }

    private Optional<Estimate> estimate(String name, double value, DoubleFunction<Hypothesis> turned) {
        boolean toOne = Set.of("beta1", "beta2", "alpha", "rho", "momentum").contains(name);
        double low = edge(value, 0, turned);
        double high = toOne ? edge(value, Math.nextDown(1.0), turned) : upper(value, turned);
        return Optional.of(new Estimate(name, value, low, high));
    }

    private double upper(double value, DoubleFunction<Hypothesis> turned) {
        double far = Math.max(value, 1e-20);
        for (int i = 0; i < 40 && holds(far * 4, turned); i++) {
            far *= 4;
        }
        return edge(value, far * 4, turned);
    }

    /** The value nearest to {@code end} at which the steps are still explained. */
    private double edge(double value, double end, DoubleFunction<Hypothesis> turned) {
        if (holds(end, turned)) {
            return end;
        }
        double held = value;
        double lost = end;
        for (int i = 0; i < HALVINGS; i++) {
            boolean farApart = held > 0 && lost > 0 && (held / lost > 4 || lost / held > 4);
            double middle = farApart ? Math.sqrt(held * lost) : (held + lost) / 2;
            if (holds(middle, turned)) {
                held = middle;
            } else {
                lost = middle;
            }
        }
        return held;
    }

    private boolean holds(double value, DoubleFunction<Hypothesis> turned) {
        Hypothesis hypothesis;
        try {
            hypothesis = turned.apply(value);
        } catch (Problem impossible) {
            return false;
        }
        return trials.holdsOnSample(hypothesis);
    }
}
