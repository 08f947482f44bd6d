package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The extents of a tensor, outermost first; rank 0 is a number. The product of the extents fits an {@code int}.
 *
 * <p>A shape is a fact about a tensor that exists or will exist in memory, so a product beyond 2^31 - 1 is refused here,
 * once, with {@link ArithmeticException}; readers of foreign sizes ask {@link #fits} first.
 */
public final class Shape {

    public static final Shape SCALAR = new Shape(new int[0]);

    private final int[] extents;
    private final int size;

    private Shape(int[] extents) {
        this.extents = extents;
        this.size = product(extents);
    }

    public static Shape of(int... extents) {
        return new Shape(extents.clone());
    }

    /**
     * Whether these extents are none negative and make a tensor of at most 2^31 - 1 elements. Extents of 0 count as 1
     * here, so that an empty tensor's strides, and its shape without the empty axis, fit too.
     */
    public static boolean fits(long... extents) {
        long size = 1;
        for (long extent : extents) {
            if (extent < 0 || extent > Integer.MAX_VALUE) {
                return false;
            }
            size = Math.min(size * Math.max(extent, 1), 1L << 32);
        }
        return size <= Integer.MAX_VALUE;
    }

    /** A shape that a file or a request states; one that no tensor can have is a {@link Problem} at {@code pointer}. */
    static Shape ofForeign(String pointer, long... extents) {
        if (!fits(extents)) {
            throw Problem.invalid(
                    pointer,
                    "no tensor has this shape",
                    Arrays.toString(extents),
                    "extents from 0 whose product is at most 2147483647");
        }
        return new Shape(Arrays.stream(extents).mapToInt(Math::toIntExact).toArray());
    }

    private static int product(int[] extents) {
        int product = 1;
        boolean empty = false;
        for (int extent : extents) {
            if (extent < 0) {
                throw new ArithmeticException("negative extent in " + Arrays.toString(extents));
            }
            product = Math.multiplyExact(product, Math.max(extent, 1));
            empty |= extent == 0;
        }
        return empty ? 0 : product;
    }

    public int rank() {
        return extents.length;
    }

    /** The number of elements: 1 for a number, 0 where an extent is 0. */
    public int size() {
        return size;
    }

    /** The extent of an axis; a negative axis counts from the end. */
    public int extent(int axis) {
        return extents[axis < 0 ? axis + extents.length : axis];
    }

    public int[] extents() {
        return extents.clone();
    }

    public List<Integer> toList() {
        return Arrays.stream(extents).boxed().toList();
    }

    /** Elements to skip for one step along each axis, in row-major order. */
    public int[] strides() {
        int[] strides = new int[extents.length];
        int stride = 1;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= Math.max(extents[axis], 1);
        }
        return strides;
    }

    /** The same shape with one axis more in front. */
    public Shape prepend(int extent) {
        int[] longer = new int[extents.length + 1];
        longer[0] = extent;
        System.arraycopy(extents, 0, longer, 1, extents.length);
        return new Shape(longer);
    }

    /** The multi-index of an element, given its row-major position. */
    public int[] index(int position) {
        int[] index = new int[extents.length];
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            index[axis] = position % extents[axis];
            position /= extents[axis];
        }
        return index;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(extents, shape.extents);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(extents);
    }

    /** As on the wire: {@code [2, 3]}. */
    @Override
    public String toString() {
        return Arrays.stream(extents).mapToObj(Integer::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
