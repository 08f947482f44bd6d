package dev.plumbline.compute.product;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.EntryJudgement;
import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.Slope;
import dev.plumbline.compute.verification.JudgedEntry;
import dev.plumbline.compute.verification.JudgedTensor;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Tensors whose entries are ruled on one by one, without a measurement of an objective. */
final class Entries {

    private Entries() {}

    /** The ruling on one entry, and what it rests on. */
    record Ruled(Verdict verdict, Reason reason) {

        static final Ruled PASS = new Ruled(Verdict.PASS, Reason.AGREES_WITH_REFERENCE);
        static final Ruled FAIL = new Ruled(Verdict.FAIL, Reason.DIFFERS_FROM_REFERENCE);
        static final Ruled NOT_FINITE = new Ruled(Verdict.FAIL, Reason.CLAIM_NOT_FINITE);

        static final Ruled DISCONTINUOUS = new Ruled(Verdict.INCONCLUSIVE, Reason.DISCONTINUOUS);

        static final Ruled OPEN = new Ruled(Verdict.INCONCLUSIVE, Reason.OBJECTIVE_NOT_FINITE);

        /** Claim against reference, within the allowance. */
        static Ruled compared(double claim, double reference, double allowance) {
            if (!Double.isFinite(claim)) {
                return NOT_FINITE;
            }
            return Math.abs(claim - reference) <= allowance ? PASS : FAIL;
        }
    }

    /** @param most entries shown */
    static JudgedTensor judged(
            String name,
            Datatype datatype,
            Tensor claim,
            Tensor reference,
            Tensor allowance,
            int most,
            IntFunction<Ruled> rulings) {
        double[] held = reference.values().clone();
        double[] allowed = allowance.values().clone();
        Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
        Verdict verdict = Verdict.PASS;
        List<Integer> order = new ArrayList<>();
        Ruled[] own = new Ruled[claim.size()];
        for (int i = 0; i < own.length; i++) {
            own[i] = rulings.apply(i);
            verdict = verdict.worse(own[i].verdict());
            counts.merge(own[i].verdict(), 1L, Long::sum);
            order.add(i);
            if (own[i].verdict() == Verdict.KINK) {
                held[i] = claim.at(i);
            } else if (own[i].verdict() == Verdict.INCONCLUSIVE) {
                allowed[i] = Double.POSITIVE_INFINITY;
            }
        }
        Tensor heldAgainst = Tensor.of(claim.shape(), held);
        Comparison comparison = new Comparison(name, claim, heldAgainst, Tensor.of(claim.shape(), allowed));
        order.sort(Comparator.comparing((Integer i) -> own[i].verdict())
                .thenComparing((Integer i) -> Math.abs(claim.at(i) - held[i]) - allowance.at(i))
                .reversed());
        int shown = verdict == Verdict.PASS ? Math.min(1, most) : most;
        List<JudgedEntry> entries = order.stream()
                .limit(shown)
                .map(i -> new JudgedEntry(
                        i,
                        new EntryJudgement(
                                own[i].verdict(),
                                own[i].reason(),
                                null,
                                claim.at(i),
                                reference.at(i),
                                allowance.at(i),
                                null),
                        Slope.blind()))
                .toList();
        return new JudgedTensor(name, datatype, verdict, comparison, counts, entries, null);
    }

    /** A product that is 0 but for the jump that the point sits on. */
    static JudgedTensor discontinuous(String name, Datatype datatype, Tensor claim, int most) {
        Tensor zeros = Tensor.zeros(claim.shape());
        return judged(
                name,
                datatype,
                claim,
                zeros,
                zeros,
                most,
                i -> Double.isFinite(claim.at(i)) ? Ruled.DISCONTINUOUS : Ruled.NOT_FINITE);
    }

    /** A product that is 0 whatever the values are. */
    static JudgedTensor zero(String name, Datatype datatype, Tensor claim, int most) {
        Tensor zeros = Tensor.zeros(claim.shape());
        return judged(name, datatype, claim, zeros, zeros, most, i -> Ruled.compared(claim.at(i), 0, 0));
    }
}
