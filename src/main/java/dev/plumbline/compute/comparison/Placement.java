package dev.plumbline.compute.comparison;

/** How the ranks' tensors of one name make one tensor, in the words of PyTorch's DTensor (2023). */
public sealed interface Placement {

    /** Every rank holds all of it. */
    record Replicate() implements Placement {}

    /**
     * Every rank holds its part along an axis, in the order of the ranks.
     *
     * @param axis negative from the end
     */
    record Shard(int axis) implements Placement {

        /** Whether a tensor of so many axes can be cut like this. */
        public boolean isOf(int rank) {
            return axis >= -rank && axis < rank;
        }

        Shard in(int rank) {
            return axis < 0 ? new Shard(axis + rank) : this;
        }
    }

    /** Every rank holds a term: their sum is the tensor, or their mean. */
    record Partial(boolean isMean) implements Placement {}
}
