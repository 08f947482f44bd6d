package dev.plumbline.compute.comparison;

/** How the ranks' tensors of one name make one tensor, in the words of PyTorch's DTensor (2023). */
public sealed interface Placement {

    /** Every rank holds all of it. */
    record Replicate() implements Placement {}

    /** Every rank holds its part along an axis, in the order of the ranks. */
    record Shard(int axis) implements Placement {}

    /** Every rank holds a term: their sum is the tensor, or their mean. */
    record Partial(boolean isMean) implements Placement {}
}
