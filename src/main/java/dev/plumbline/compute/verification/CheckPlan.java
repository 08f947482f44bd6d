package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.Scheme;
import dev.plumbline.compute.judgement.ClaimDatatype;
import dev.plumbline.compute.judgement.Tolerance;
import dev.plumbline.compute.program.Precision;
import dev.plumbline.tensor.Datatype;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a gradient is checked, every choice made.
 *
 * @param coverage decided: not {@link Coverage#AUTO}
 * @param scheme a difference scheme with a fixed step that gives the values to compare with, or null
 * @param step of that scheme
 * @param entries how many entries of a tensor are reported at most
 * @param samples how many entries of a tensor coverage sampled differences
 * @param arithmetic what the claims were computed in
 */
public record CheckPlan(
        Coverage coverage,
        Tolerance tolerance,
        @Nullable Scheme scheme,
        double step,
        long seed,
        int entries,
        int samples,
        Arithmetic arithmetic) {

    /**
     * What claims were computed in.
     *
     * @param datatypes by tensor that is judged
     * @param precision mixed precision, or null
     * @param float32Constants whether the model's file holds its constants in float32
     */
    public record Arithmetic(
            Map<String, Datatype> datatypes, @Nullable Precision precision, boolean float32Constants) {

        public Arithmetic {
            datatypes = Map.copyOf(datatypes);
        }

        /** What a tensor was computed in; one that is not judged is taken for as wide as any that is. */
        public Datatype of(String name) {
            Datatype own = datatypes.get(name);
            return own == null ? ClaimDatatype.widest(datatypes.values()) : own;
        }

        /** The smallest relative defect that matters in one number of the tensor. */
        double smallestDefect(String name) {
            return ClaimDatatype.smallestDefect(of(name));
        }
    }

    /** Coverage certified with everything else at its default. */
    public static CheckPlan certified(Arithmetic arithmetic, int entries) {
        return new CheckPlan(
                Coverage.CERTIFIED, new Tolerance.Calibrated(), null, Double.NaN, 42, entries, 20, arithmetic);
    }

    /** The same for claims in other arithmetic, certified: every entry, and no scheme of another tool's. */
    public CheckPlan certifying(Arithmetic other) {
        return new CheckPlan(Coverage.CERTIFIED, tolerance, null, Double.NaN, seed, entries, samples, other);
    }

    boolean isDirectional() {
        return coverage == Coverage.DIRECTIONAL;
    }

    /** Whether the numbers of another tool are to be reproduced: then its rule decides, and nothing else. */
    boolean reproduces() {
        return scheme != null;
    }
}
