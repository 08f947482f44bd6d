package dev.plumbline.check;

import dev.plumbline.compute.consistency.Finding;
import dev.plumbline.compute.difference.NumericTensor.Way;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.NoiseInjection;
import dev.plumbline.compute.judgement.Power;
import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.reader.Naming;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a gradient check. A failed check is a report like any other.
 *
 * @param verdict the worst of the tensors'
 * @param summary one plain sentence
 * @param power what a wrong gradient of each kind would have been noticed; empty without a claim that passes
 * @param settings resolved, with the seed: enough to repeat the check
 */
public record GradientCheckReport(
        String id,
        Verdict verdict,
        @Schema(description = "one plain sentence") String summary,

        ObjectiveReport objective,
        @Nullable ReferenceReport reference,
        List<TensorReport> tensors,

        @Schema(description = "how the names of the request were understood: which tensor of the file each one is")
        List<Naming> names,

        @Schema(
                description =
                        "how surely wrong gradients of each kind would have been noticed; empty for a check that fails")
        List<Power> power,

        @Schema(
                description =
                        "from which size on noise added to the claim would have been seen, relative to the claim: additive to its root mean square, multiplicative entry by entry; null for a check that fails")
        @Nullable
        NoiseInjection noiseInjection,

        @Schema(description = "a second opinion: Taylor's test along one random direction")
        TaylorReport taylor,

        @Schema(
                description =
                        "laws without differences, which judge the reference (Plumbline's own reverse pass) on this model; the caller's code cannot be called. holds is null where one could not be evaluated")
        List<Finding> consistency,

        List<Warning> warnings,
        Cost cost,

        @Schema(description = "resolved, with the seed: enough to repeat the check")
        CheckSettings settings) {

    /**
     * @param noise the standard deviation of the jitter in the objective's values
     * @param deterministic whether two evaluations give the same bits
     */
    public record ObjectiveReport(double value, double noise, boolean deterministic) {}

    /**
     * Our own reverse-mode gradient, which the claim is held against.
     *
     * @param certifiedTo a bound on the norm of its error
     * @param directions along which it was differenced; 0 where every entry was
     */
    public record ReferenceReport(double certifiedTo, double confidence, int directions) {}

    /**
     * @param relativeError {@code ||claimed - reference|| / ||reference||}; for coverage directional that of the derivative
     *     along the tensor's direction
     * @param entryVerdicts how many entries have which verdict
     * @param way how the tensor was differenced where every entry was
     */
    public record TensorReport(
            String name,
            List<Integer> shape,
            Verdict verdict,

            @Schema(description = "||claimed - reference|| / ||reference||")
            double relativeError,

            double cosine,
            double claimedNorm,
            double referenceNorm,
            @Nullable Mistake mistake,
            List<EntryReport> entries,

            @Schema(description = "how many entries have which verdict")
            Map<Verdict, Long> entryVerdicts,

            @Nullable Way way,
            @Nullable Long evaluations) {}

    /**
     * One entry with its numeric evidence.
     *
     * @param allowance what rounding in the claim's datatype explains
     * @param numeric the finite difference, {@code errorBound} what it may be off by, from {@code fPlus} and {@code
     *     fMinus} at {@code step}
     * @param left the slope from the left, {@code right} from the right, where they part
     */
    public record EntryReport(
            List<Integer> index,
            double claimed,
            double reference,

            @Schema(description = "what rounding in the claim's datatype explains")
            double allowance,

            @Schema(description = "the finite difference: from fPlus and fMinus at step")
            double numeric,

            @Schema(description = "what the finite difference may be off by")
            double errorBound,

            double fPlus,
            double fMinus,
            double step,
            @Nullable Double left,
            @Nullable Double right,
            Verdict verdict,
            Reason reason,
            String detail) {}

    public record Warning(String code, String detail) {}

    /**
     * @param evaluations of the objective, or of the part of it behind what was moved
     */
    public record Cost(long evaluations, int backwardPasses, long milliseconds) {}
}
