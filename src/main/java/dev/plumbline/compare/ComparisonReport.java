package dev.plumbline.compare;

import dev.plumbline.compute.comparison.Difference;
import dev.plumbline.compute.comparison.Noise;
import dev.plumbline.compute.comparison.Relation;
import dev.plumbline.compute.comparison.Side;
import dev.plumbline.compute.comparison.Tally;
import dev.plumbline.compute.comparison.TensorComparison;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Datatype;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a comparison. Dumps that differ are an answer like any other, and nobody says which is right.
 *
 * @param verdict PASS where no tensor differs, FAIL where one does, INCONCLUSIVE where there are only zeros
 * @param tensors those that differ first
 */
public record ComparisonReport(
        String id,
        @Nullable String label,
        Verdict verdict,
        @Schema(description = "one plain sentence") String summary,

        @Schema(description = "how many tensors stand to each other in which way")
        Map<Relation, Long> relations,

        @Schema(description = "those that differ first") List<ComparedTensor> tensors,

        ComparisonCost cost) {

    /**
     * @param bytes of all tensors in all files
     */
    public record ComparisonCost(long bytes, long milliseconds) {}

    /** @param norm of what is finite */
    public record ComparedSide(
            List<Integer> shape,
            Datatype datatype,
            @Nullable Double norm,

            @Schema(description = "entries that are NaN or infinite") @Nullable
            Long nonFinite) {}

    /**
     * @param largest difference of an entry in any repeat
     * @param relative to the norm of a, of the whole tensor
     * @param bound up to which a difference of an entry counts as noise
     */
    public record RunNoise(
            double largest,
            double relative,

            @Schema(description = "up to which a difference of an entry counts as noise")
            double bound) {}

    public record ComparedTensor(
            String name,
            Relation relation,

            @Schema(description = "in a, of all ranks together; absent where it is not there") @Nullable
            ComparedSide a,

            @Nullable ComparedSide b,

            @Schema(
                    description =
                            "||a - b|| / max(||a||, ||b||); absent where there is nothing to compare entry by entry")
            @Nullable
            Double relativeDistance,

            @Schema(description = "of any entry") @Nullable Double largestDifference,

            @Schema(description = "of the angle between both; absent where one is zero") @Nullable
            Double cosine,

            @Schema(description = "absent without repeats") @Nullable
            RunNoise noise,

            @Schema(description = "of several ranks' tensors") @Nullable
            LayoutSetting layout,

            @Schema(description = "whether the layout was told from the shapes; absent where there is none") @Nullable
            Boolean layoutGuessed,

            @Schema(description = "what the difference looks like; empty where there is none")
            List<NamedDifference> differences) {

        static ComparedTensor of(TensorComparison compared) {
            Tally tally = compared.tally();
            Noise noise = compared.noise();
            return new ComparedTensor(
                    compared.name(),
                    compared.relation(),
                    side(compared.a(), tally == null ? null : tally.normA(), tally == null ? null : tally.nonFiniteA()),
                    side(compared.b(), tally == null ? null : tally.normB(), tally == null ? null : tally.nonFiniteB()),
                    tally == null ? null : tally.relativeDistance(),
                    tally == null ? null : tally.largest(),
                    tally == null ? null : finite(tally.cosine()),
                    noise == null || tally == null
                            ? null
                            : new RunNoise(
                                    noise.largest(),
                                    noise.distance() == 0 ? 0 : noise.distance() / tally.normA(),
                                    noise.bound()),
                    compared.placement() == null ? null : LayoutSetting.of(compared.placement()),
                    compared.placement() == null ? null : compared.isGuessed(),
                    compared.differences().stream().map(NamedDifference::of).toList());
        }

        private static @Nullable ComparedSide side(
                TensorComparison.@Nullable Form form, @Nullable Double norm, @Nullable Long nonFinite) {
            return form == null ? null : new ComparedSide(form.shape().toList(), form.datatype(), norm, nonFinite);
        }

        private static @Nullable Double finite(double value) {
            return Double.isFinite(value) ? value : null;
        }
    }

    /**
     * @param kind that of a mistake in a gradient check, or missing, shape, replicas, notReduced, shardOrder
     * @param side the dump that is made from the other by it
     * @param ranks that it concerns; null for all
     * @param sampled how many entries it was held against, of a large tensor; null for all
     */
    public record NamedDifference(
            @Schema(
                    description =
                            "as mistake.kind of a gradient check; or missing, shape, replicas (ranks that should hold the same do not), notReduced (the ranks hold terms whose sum or mean was not taken), shardOrder")
            String kind,

            @Schema(description = "the dump that the words begin with")
            Side side,

            @Schema(description = "what it looks like, and never who is right")
            String words,

            @Schema(description = "that it concerns; absent for all") @Nullable
            List<Integer> ranks,

            @Schema(
                    description =
                            "how many entries it was held against, of a tensor too large to be held in memory; absent for all")
            @Nullable
            Integer sampled,

            @Nullable Double factor,
            @Nullable Double offset,
            @Nullable Double limit,
            @Nullable String tensor,
            @Nullable Integer shift,
            @Nullable Integer axis,
            @Nullable String slice,
            @Nullable List<List<Integer>> entries,
            @Nullable Datatype datatype) {

        static NamedDifference of(Difference difference) {
            Mistake mistake = difference.mistake();
            List<Integer> ranks = difference.ranks().isEmpty() ? null : difference.ranks();
            return new NamedDifference(
                    difference.kind(),
                    difference.side(),
                    difference.words(),
                    ranks,
                    difference.sampled(),
                    mistake == null ? null : mistake.multiple(),
                    mistake instanceof Mistake.Offset offset ? offset.offset() : null,
                    mistake instanceof Mistake.Clipped clipped ? clipped.limit() : null,
                    mistake instanceof Mistake.Swapped swapped ? swapped.tensor() : null,
                    mistake instanceof Mistake.Shifted shifted ? shifted.shift() : null,
                    mistake instanceof Mistake.Shifted shifted ? shifted.axis() : null,
                    mistake instanceof Mistake.Slice slice ? slice.slice() : null,
                    entries(mistake),
                    mistake instanceof Mistake.Rounded rounded ? rounded.datatype() : null);
        }

        private static @Nullable List<List<Integer>> entries(@Nullable Mistake mistake) {
            if (mistake instanceof Mistake.NonFinite nonFinite) {
                return nonFinite.entries();
            }
            return mistake instanceof Mistake.Sparse sparse ? sparse.entries() : null;
        }
    }
}
