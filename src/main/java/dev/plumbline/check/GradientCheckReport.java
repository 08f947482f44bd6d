package dev.plumbline.check;

import dev.plumbline.compute.consistency.Finding;
import dev.plumbline.compute.difference.NumericTensor;
import dev.plumbline.compute.difference.NumericTensor.Way;
import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.explanation.JudgedOperation;
import dev.plumbline.compute.explanation.Suspect;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.EntryJudgement;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.NoiseInjection;
import dev.plumbline.compute.judgement.Power;
import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.Slope;
import dev.plumbline.compute.program.Edge;
import dev.plumbline.compute.verification.BentOperation;
import dev.plumbline.compute.verification.DirectionalExamination;
import dev.plumbline.compute.verification.JudgedEntry;
import dev.plumbline.compute.verification.JudgedTensor;
import dev.plumbline.reader.Naming;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Arrays;
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

        @Schema(description = "the request's own name for this check; absent without one") @Nullable
        String label,

        @Schema(description = "against the earlier report that the request names; absent without one") @Nullable
        Changes changes,

        @Schema(description = "absent where products alone were judged, of a model without a loss") @Nullable
        ObjectiveReport objective,

        @Nullable ReferenceReport reference,
        List<TensorReport> tensors,

        @Schema(description = "how the names of the request were understood: which tensor of the file each one is")
        List<Naming> names,

        @Schema(
                description =
                        "operations of the model that sit on a bend, a jump or a root at this point, and whose convention the claim follows there")
        List<BendReport> bends,

        @Schema(
                description =
                        "where a wrong gradient comes from: which operation, which rule, which path or which samples. Only what makes the claim, entry by entry, is named; absent where nothing does")
        @Nullable
        Cause explanation,

        @Schema(
                description =
                        "for a wrong gradient, the operations whose backward rule alone could be at fault, the likeliest first")
        List<Suspect> suspects,

        @Schema(
                description =
                        "every operation judged by itself, where hooks saw values or gradients on the way: its value from its claimed inputs, what it passes on from its claimed incoming gradient; errors do not travel. Empty where nothing was seen")
        List<JudgedOperation> operations,

        @Schema(
                description =
                        "how surely wrong gradients of each kind would have been noticed; empty for a check that fails")
        List<Power> power,

        @Schema(
                description =
                        "from which size on noise added to the claim would have been seen, relative to the claim: additive to its root mean square, multiplicative entry by entry; absent for a check that fails")
        @Nullable
        NoiseInjection noiseInjection,

        @Schema(
                description =
                        "a second opinion: Taylor's test along one random direction; absent where no gradient was judged")
        @Nullable
        TaylorReport taylor,

        @Schema(
                description =
                        "laws without differences, which judge the reference (Plumbline's own reverse pass) on this model; the caller's code cannot be called. holds is absent where one could not be evaluated")
        List<Finding> consistency,

        @Schema(
                description =
                        "the claimed products, each judged by rounding as gradients are; empty where none was claimed")
        List<ProductReport> products,

        @Schema(
                description =
                        "the dot test of each vector-Jacobian with each Jacobian-vector product, and the symmetry of each pair of Hessian-vector products: made of claims alone, judged by rounding")
        List<ProductReport.LawReport> productLaws,

        @Schema(description = "the claimed sparsity patterns of Jacobians; empty where none was claimed")
        List<SparsityReport> jacobianSparsity,

        List<Warning> warnings,
        Cost cost,

        @Schema(description = "resolved, with the seed: enough to repeat the check")
        CheckSettings settings) {

    /** The loss at the point; NaN where the model has none. */
    public double loss() {
        return objective == null ? Double.NaN : objective.value();
    }

    /** The jitter of the loss; NaN where the model has none. */
    public double noise() {
        return objective == null ? Double.NaN : objective.noise();
    }

    /** The same with products, judged after the gradients. */
    GradientCheckReport with(ProductCheck.Result result) {
        return new GradientCheckReport(
                id,
                verdict.worse(result.verdict()),
                summary + " " + ProductWords.of(result),
                label,
                changes,
                objective,
                reference,
                tensors,
                names,
                bends,
                explanation,
                suspects,
                operations,
                power,
                noiseInjection,
                taylor,
                consistency,
                result.products(),
                result.laws(),
                result.sparsity(),
                warnings,
                cost.and(result.passes()),
                settings);
    }

    /** The same with what the request calls it, and what has changed since an earlier one. */
    GradientCheckReport of(@Nullable String name, @Nullable Changes since) {
        return new GradientCheckReport(
                id,
                verdict,
                summary,
                name,
                since,
                objective,
                reference,
                tensors,
                names,
                bends,
                explanation,
                suspects,
                operations,
                power,
                noiseInjection,
                taylor,
                consistency,
                products,
                productLaws,
                jacobianSparsity,
                warnings,
                cost,
                settings);
    }

    /**
     * @param noise the standard deviation of the jitter in the objective's values
     * @param deterministic whether two evaluations give the same bits
     */
    public record ObjectiveReport(double value, double noise, boolean deterministic) {}

    /**
     * Our own reverse-mode gradient, which the claim is held against.
     *
     * @param certifiedTo a bound on the norm of its error
     * @param directions over all tensors along which forward mode confirms it
     */
    public record ReferenceReport(double certifiedTo, double confidence, int directions) {}

    /**
     * @param relativeError {@code ||claimed - reference|| / ||reference||}; for coverage directional that of the derivative
     *     along the tensor's direction
     * @param entryVerdicts how many entries have which verdict; for coverage directional how many the tensor's verdict stands for
     * @param way how the tensor was differenced where every entry was
     * @param timesBaseline how many times further from the reference the claim is than the baseline
     */
    public record TensorReport(
            String name,
            List<Integer> shape,
            Datatype datatype,
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
            @Nullable Long evaluations,

            @Schema(description = "how many times further from the reference the claim is than the baseline") @Nullable
            Double timesBaseline) {

        static TensorReport of(JudgedTensor tensor, @Nullable Mistake mistake, @Nullable Double timesBaseline) {
            Comparison comparison = tensor.comparison();
            NumericTensor differenced = tensor.differenced();
            return new TensorReport(
                    tensor.name(),
                    comparison.claimed().shape().toList(),
                    tensor.datatype(),
                    tensor.verdict(),
                    comparison.relativeError(),
                    comparison.cosine(),
                    comparison.claimedNorm(),
                    comparison.referenceNorm(),
                    tensor.verdict() == Verdict.FAIL ? mistake : null,
                    tensor.entries().stream()
                            .map(entry ->
                                    EntryReport.of(entry, comparison.claimed().shape()))
                            .toList(),
                    tensor.counts(),
                    differenced == null ? null : differenced.way(),
                    differenced == null ? null : differenced.evaluations(),
                    timesBaseline);
        }

        static TensorReport of(DirectionalExamination.Line line, Tensor reference, long entries) {
            Slope slope = line.slope();
            double size = Math.max(Math.abs(slope.value()), Math.abs(line.claimed()));
            return new TensorReport(
                    line.name(),
                    line.claim().shape().toList(),
                    line.claim().datatype(),
                    line.verdict(),
                    size == 0 ? 0 : Math.abs(slope.value() - line.claimed()) / Math.abs(slope.value()),
                    Math.signum(slope.value()) * Math.signum(line.claimed()),
                    line.claim().norm(),
                    reference.norm(),
                    null,
                    List.of(),
                    Map.of(line.verdict(), entries),
                    null,
                    null,
                    null);
        }
    }

    /**
     * An operation that sits on a bend, a jump or a root.
     *
     * @param positions of its result, samples included; the first twenty
     * @param count how many there are
     * @param convention what the claim takes for the derivative there, where one convention explains it
     */
    public record BendReport(
            String node,
            String operation,
            Edge.Kind kind,
            List<List<Integer>> positions,
            int count,
            @Nullable String convention) {

        static List<BendReport> of(List<BentOperation> bends, @Nullable String convention) {
            return bends.stream()
                    .map(bend -> new BendReport(
                            bend.node(), bend.operation(), bend.kind(), bend.positions(), bend.count(), convention))
                    .toList();
        }
    }

    /**
     * One entry with its numeric evidence.
     *
     * @param allowance what rounding in the claim's datatype explains
     * @param numeric the finite difference, from {@code fPlus} and {@code fMinus} at {@code step}; all null where none
     *     was taken
     * @param errorBound what it may be off by; null where none was taken, or where nothing bounds it
     * @param left the slope from the left, {@code right} from the right, where they part
     */
    public record EntryReport(
            List<Integer> index,
            double claimed,
            double reference,

            @Schema(description = "what rounding in the claim's datatype explains")
            double allowance,

            @Schema(
                    description =
                            "the finite difference: from fPlus and fMinus at step; absent where none was taken, as for entries that agree unless coverage asks for more")
            @Nullable
            Double numeric,

            @Schema(
                    description =
                            "what the finite difference may be off by; absent where nothing bounds it, and then it is evidence for nothing")
            @Nullable
            Double errorBound,

            @Nullable Double fPlus,
            @Nullable Double fMinus,
            @Nullable Double step,
            @Nullable Double left,
            @Nullable Double right,
            Verdict verdict,
            Reason reason,
            String detail) {

        static EntryReport of(JudgedEntry entry, Shape shape) {
            EntryJudgement judgement = entry.judgement();
            Slope slope = entry.slope();
            boolean isTaken = slope.step() > 0;
            boolean bends = slope.sidesDiffer();
            return new EntryReport(
                    Arrays.stream(shape.index(entry.position())).boxed().toList(),
                    judgement.claimed(),
                    judgement.reference(),
                    judgement.allowance(),
                    entry.numeric(),
                    entry.errorBound(),
                    isTaken ? Double.valueOf(slope.fPlus()) : null,
                    isTaken ? Double.valueOf(slope.fMinus()) : null,
                    isTaken ? Double.valueOf(slope.step()) : null,
                    bends ? slope.left() : null,
                    bends ? slope.right() : null,
                    judgement.verdict(),
                    judgement.reason(),
                    judgement.sentence());
        }
    }

    /**
     * What is another than in an earlier report, by tensor.
     *
     * @param comparedWith the earlier report's id
     * @param tensors whose verdict is another, or whose relative error is ten times larger or smaller; at most 200
     * @param added tensors that only this report has, removed those that only the earlier one has; at most 200
     */
    public record Changes(
            String comparedWith,
            Verdict before,
            Verdict now,
            List<Change> tensors,
            List<String> added,
            List<String> removed) {}

    /** One tensor, then and now. */
    public record Change(
            String tensor, Verdict before, Verdict now, double relativeErrorBefore, double relativeErrorNow) {}

    public record Warning(String code, String detail) {}

    /**
     * @param evaluations of the objective, or of the part of it behind what was moved
     * @param forwardPasses all work, in forward passes of the model
     */
    public record Cost(
            long evaluations,
            int backwardPasses,

            @Schema(description = "all work, in forward passes of the model")
            double forwardPasses,

            long milliseconds) {

        Cost and(double passes) {
            return new Cost(evaluations, backwardPasses, forwardPasses + passes, milliseconds);
        }
    }
}
