package dev.plumbline.compare;

import dev.plumbline.compute.comparison.Placement;
import dev.plumbline.problem.Problem;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How several ranks' tensors of one name make one.
 *
 * @param axis of a shard, negative from the end
 * @param reduction of a partial; the sum where it is not said
 */
record LayoutSetting(
        Kind kind,

        @Schema(
                description =
                        "of a shard: the axis along which the ranks' tensors lie behind each other; negative from the end")
        @Nullable
        Integer axis,

        @Schema(description = "of a partial: what makes one tensor of the ranks' terms; the sum where it is not said")
        @Nullable
        Reduction reduction) {

    enum Kind {
        REPLICATE,
        SHARD,
        PARTIAL
    }

    enum Reduction {
        SUM,
        MEAN
    }

    LayoutSetting {
        if (axis == null && kind == Kind.SHARD) {
            throw Problem.invalid("/axis", "a shard lies along an axis", null, "its number, from 0");
        }
        if (axis != null && kind != Kind.SHARD) {
            throw Problem.invalid("/axis", "only a shard has an axis", axis, "no axis, or the kind shard");
        }
        if (reduction != null && kind != Kind.PARTIAL) {
            throw Problem.invalid(
                    "/reduction", "only partial terms are reduced", reduction, "no reduction, or the kind partial");
        }
    }

    static LayoutSetting of(Placement placement) {
        if (placement instanceof Placement.Shard shard) {
            return new LayoutSetting(Kind.SHARD, shard.axis(), null);
        }
        return placement instanceof Placement.Partial partial
                ? new LayoutSetting(Kind.PARTIAL, null, partial.isMean() ? Reduction.MEAN : Reduction.SUM)
                : new LayoutSetting(Kind.REPLICATE, null, null);
    }

    Placement placement() {
        return switch (kind) {
            case REPLICATE -> new Placement.Replicate();
            case SHARD -> new Placement.Shard(axis == null ? 0 : axis);
            case PARTIAL -> new Placement.Partial(reduction == Reduction.MEAN);
        };
    }
}
