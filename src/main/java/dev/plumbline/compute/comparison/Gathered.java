package dev.plumbline.compute.comparison;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.TensorSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One tensor of one dump, of all ranks together.
 *
 * @param side of which dump
 * @param held what each rank holds; null where a rank has none
 * @param placement null where there is one rank
 * @param whole what they make together, or those of them that there are; null where there are none, or their shapes do not fit
 */
record Gathered(
        Side side,
        List<@Nullable Numbers> held,
        @Nullable Placement placement,
        boolean isGuessed,
        @Nullable Numbers whole) {

    /** @param whole the shape that the tensor should have, where that is known */
    static Gathered of(
            Side side,
            String name,
            List<Map<String, TensorSource>> ranks,
            @Nullable Placement given,
            @Nullable Shape whole) {
        List<@Nullable Numbers> held = new ArrayList<>();
        for (int rank = 0; rank < ranks.size(); rank++) {
            TensorSource tensor = ranks.get(rank).get(name);
            held.add(tensor == null ? null : Numbers.of(tensor, side.wireName(), rank, name));
        }
        List<Numbers> present = present(held);
        if (ranks.size() == 1 || present.isEmpty()) {
            return new Gathered(side, held, null, false, present.isEmpty() ? null : present.get(0));
        }
        Placement said = given instanceof Placement.Shard shard
                ? shard.in(present.get(0).shape().rank())
                : given;
        Placement placement = said != null ? said : guessed(present, ranks.size(), whole);
        return new Gathered(side, held, placement, given == null, joined(present, placement));
    }

    private static List<Numbers> present(List<@Nullable Numbers> held) {
        List<Numbers> present = new ArrayList<>();
        for (Numbers numbers : held) {
            if (numbers != null) {
                present.add(numbers);
            }
        }
        return present;
    }

    List<Numbers> present() {
        return present(held);
    }

    /** The ranks that hold something, in order. */
    List<Integer> ranks() {
        List<Integer> ranks = new ArrayList<>();
        for (int rank = 0; rank < held.size(); rank++) {
            if (held.get(rank) != null) {
                ranks.add(rank);
            }
        }
        return ranks;
    }

    /** The ranks that hold nothing. */
    List<Integer> missing() {
        List<Integer> missing = new ArrayList<>();
        for (int rank = 0; rank < held.size(); rank++) {
            if (held.get(rank) == null) {
                missing.add(rank);
            }
        }
        return missing;
    }

    /** {@code a}, or {@code a[3]} of several ranks. */
    String label(int rank) {
        return held.size() == 1 ? side.wireName() : side.wireName() + "[" + rank + "]";
    }

    /** Shards where shapes differ along one axis, from each other or from the whole; else replicas. */
    private static Placement guessed(List<Numbers> present, int ranks, @Nullable Shape whole) {
        Shape first = present.get(0).shape();
        for (Numbers other : present) {
            int axis = onlyAxis(first, other.shape());
            if (axis >= 0) {
                return new Placement.Shard(axis);
            }
        }
        int axis = whole == null ? -1 : onlyAxis(first, whole);
        boolean isPart = whole != null && axis >= 0 && first.extent(axis) < whole.extent(axis);
        return isPart && ranks > 1 ? new Placement.Shard(axis) : new Placement.Replicate();
    }

    /** The one axis along which two shapes differ, or -1. */
    private static int onlyAxis(Shape one, Shape other) {
        if (one.rank() != other.rank()) {
            return -1;
        }
        int only = -1;
        for (int axis = 0; axis < one.rank(); axis++) {
            if (one.extent(axis) != other.extent(axis)) {
                if (only >= 0) {
                    return -1;
                }
                only = axis;
            }
        }
        return only;
    }

    private static @Nullable Numbers joined(List<Numbers> present, Placement placement) {
        Shape first = present.get(0).shape();
        if (placement instanceof Placement.Shard shard) {
            boolean fit = shard.isOf(first.rank())
                    && present.stream()
                            .allMatch(part -> along(part.shape(), shard.axis()).equals(along(first, shard.axis())));
            return fit ? Joined.of(present, shard.axis()) : null;
        }
        boolean same = present.stream().allMatch(part -> part.shape().equals(first));
        if (!same) {
            return null;
        }
        return placement instanceof Placement.Partial partial
                ? new Total(present, partial.isMean() ? 1.0 / present.size() : 1)
                : present.get(0);
    }

    /** The shape apart from an axis. */
    private static List<Integer> along(Shape shape, int axis) {
        int[] extents = shape.extents();
        if (axis < extents.length) {
            extents[axis] = -1;
        }
        return Arrays.stream(extents).boxed().toList();
    }
}
