package dev.plumbline.compute.verification;

import dev.plumbline.compute.program.Convention;
import dev.plumbline.compute.program.Pieces;
import dev.plumbline.tensor.Tensor;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The gradients that frameworks' conventions give where an objective bends, each convention throughout the program. */
record ConventionalGradients(Map<Convention, Map<String, Tensor>> gradients) {

    /** Conventions are not worth more reverse passes than this. */
    private static final int MOST = 27;

    static ConventionalGradients of(Neighbourhood around) {
        Map<Convention, Map<String, Tensor>> gradients = new LinkedHashMap<>();
        for (Convention convention : Convention.of(around.objective().program(), around.edges())) {
            if (gradients.size() < MOST) {
                gradients.put(convention, Pieces.gradient(around.objective(), around.edges(), convention));
            }
        }
        return new ConventionalGradients(gradients);
    }

    /** The work of them, in forward passes. */
    double passes() {
        return 2.0 * gradients.size();
    }

    /** The convention that explains most tensors whole, with those entries of the others that it does not. */
    @Nullable
    Admission explaining(Claims claims, Map<String, Tensor> allowances, Differentiability found) {
        Admission best = null;
        for (Map.Entry<Convention, Map<String, Tensor>> convention : gradients.entrySet()) {
            Map<String, BitSet> outside = new LinkedHashMap<>();
            claims.tensors().forEach((name, claim) -> {
                Tensor given = Objects.requireNonNull(convention.getValue().get(name));
                Tensor allowance = Objects.requireNonNull(allowances.get(name));
                BitSet off = new BitSet();
                for (int i = 0; i < claim.size(); i++) {
                    off.set(
                            i,
                            claims.mask(name).judges(i)
                                    && mayDiffer(name, i, found)
                                    && !(Math.abs(claim.at(i) - given.at(i)) <= allowance.at(i)));
                }
                if (!off.isEmpty()) {
                    outside.put(name, off);
                }
            });
            if (best == null || outside.size() < best.outside().size()) {
                best = new Admission(convention.getKey(), outside);
            }
        }
        return best;
    }

    /** Whether a framework may have another value than the reference there. */
    boolean mayDiffer(String name, int position, Differentiability found) {
        if (Objects.requireNonNull(found.bent().get(name)).get(position)) {
            return true;
        }
        double reference = Objects.requireNonNull(found.gradient().get(name)).at(position);
        for (Map<String, Tensor> gradient : gradients.values()) {
            double other = Objects.requireNonNull(gradient.get(name)).at(position);
            if (!(Math.abs(other - reference) <= Neighbourhood.ALIKE * Math.abs(reference))) {
                return true;
            }
        }
        return false;
    }

    /** Entries that do not bend, and where some convention has another value all the same. */
    boolean isOnlyConventional(String name, int position, Differentiability found) {
        return !Objects.requireNonNull(found.bent().get(name)).get(position) && mayDiffer(name, position, found);
    }
}
