package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import java.util.List;

/** A verdict in plain sentences. */
final class Summary {

    private Summary() {}

    static String of(Claim claim, Fit fit, List<Explanation> others, int steps) {
        Explanation chosen = fit.explanation();
        Optimizer optimizer = fit.optimizer();
        String ulps = chosen.residualUlps() == 1 ? "1 ulp" : Wording.number(chosen.residualUlps(), 2) + " ulps";
        if (chosen.fault() != Fault.RIGHT) {
            return "%s. That fits to %s%s.".formatted(Wording.capitalised(chosen.advice()), ulps, tail(others, steps));
        }
        String words = Wording.of(optimizer) + course(fit.hypothesis());
        if (claim.optimizer() != null || others.isEmpty()) {
            return "This is %s, to %s.".formatted(words, ulps);
        }
        return "%s explains it, to %s%s.".formatted(words, ulps, tail(others, steps));
    }

    /** What an explanation has to add: how it was used, or how its rate goes on. */
    private static String course(Hypothesis hypothesis) {
        if (hypothesis.detail().isEmpty()) {
            return "";
        }
        return hypothesis.coursed()
                ? " in the first step (in all: " + hypothesis.detail() + ")"
                : ", " + hypothesis.detail();
    }

    private static String tail(List<Explanation> others, int steps) {
        if (others.isEmpty()) {
            return "";
        }
        String more = steps == 1 ? "a second step would tell them apart" : "more steps may tell them apart";
        return others.size() == 1
                ? ", and so does another; " + more.replace("them", "the two")
                : ", and so do %d others; %s".formatted(others.size(), more);
    }
}
