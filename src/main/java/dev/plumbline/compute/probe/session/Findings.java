package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.judgement.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session has found.
 *
 * @param localised whether wrong tensors were searched for what is wrong in them
 * @param directions along which the function was differenced over several levels
 */
public record Findings(
        Verdict verdict,
        boolean localised,
        Point point,
        List<OfTensor> tensors,
        List<Caveat> caveats,
        int directions,
        int evaluations,
        int rounds)
        implements Step {

    /** The largest share of a tensor's part that a PASS may have missed. */
    public static final double SEEN = 0.1;

    public Findings {
        tensors = List.copyOf(tensors);
        caveats = List.copyOf(caveats);
    }

    /**
     * One tensor.
     *
     * @param numeric the derivative along a direction that moves it, the one where it disagrees most where it is wrong
     * @param claimed the claim's along the same direction
     * @param bound what {@code numeric} may be off by
     * @param alone whether that direction moves nothing else
     * @param fault null where it is not wrong
     */
    public record OfTensor(
            Verdict verdict,
            double numeric,
            double claimed,
            double bound,
            boolean alone,
            @Nullable Fault fault,
            List<OfEntry> entries,
            Limits limits) {
        public OfTensor {
            entries = List.copyOf(entries);
        }
    }

    /** One entry: the numbers of the difference at {@code step}. */
    public record OfEntry(
            List<Integer> index,
            double claimed,
            double numeric,
            double errorBound,
            double fPlus,
            double fMinus,
            double step,
            Verdict verdict) {
        public OfEntry {
            index = List.copyOf(index);
        }
    }

    /**
     * The smallest defects that would have been seen, relative to the tensor's own contribution; infinite where none would.
     *
     * @param general in any direction
     * @param along along the claim itself: its scale, its sign, a missing part
     * @param floor what the noise of the function's values alone would hide
     * @param absolute {@code general} as a derivative, for claims of zero
     */
    public record Limits(double general, double along, double floor, double absolute) {}

    /** A warning: a code, and a sentence. */
    public record Caveat(String code, String detail) {}
}
