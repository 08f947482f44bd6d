package dev.plumbline.diagnose;

import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Datatype;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether the claimed gradient is this model's: a gradient check of coverage {@code certified}, in short.
 *
 * @param verdict the worst of the tensors'
 * @param summary one plain sentence
 * @param claimDatatype whose rounding the claim was allowed
 * @param certifiedTo a bound on the norm of the reference's own error, with {@code confidence}
 * @param notClaimed the parameters without a claim; their gradient is the model's
 */
public record Correctness(
        Verdict verdict,
        String summary,
        Datatype claimDatatype,
        double certifiedTo,
        double confidence,
        List<ClaimedTensor> tensors,
        List<String> notClaimed) {

    /**
     * @param relativeError {@code ||claimed - reference|| / ||reference||}
     * @param mistake null where there is none
     * @param entries the worst, with numeric evidence; none where all agree
     */
    public record ClaimedTensor(
            String name,
            Verdict verdict,
            double relativeError,
            double cosine,
            double claimedNorm,
            double referenceNorm,
            @Nullable Mistake mistake,
            List<ClaimedEntry> entries) {}

    /**
     * @param allowance what rounding in the claim's datatype explains
     * @param numeric the finite difference, {@code errorBound} what it may be off by
     */
    public record ClaimedEntry(
            List<Integer> index,
            double claimed,
            double reference,
            double allowance,
            double numeric,
            double errorBound,
            Verdict verdict,
            String detail) {}

    boolean isRefuted() {
        return verdict == Verdict.FAIL;
    }
}
