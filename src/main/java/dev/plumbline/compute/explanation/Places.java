package dev.plumbline.compute.explanation;

import dev.plumbline.tensor.Shape;
import java.util.List;

/** Places along axes of a tensor. */
final class Places {

    private Places() {}

    /** A copy that is zero but at the first, or the last, place along some axes. */
    static double[] only(double[] values, Shape shape, List<Integer> axes, boolean last) {
        double[] kept = values.clone();
        for (int axis : axes) {
            int inner = shape.strides()[axis];
            int extent = shape.extent(axis);
            for (int i = 0; i < kept.length; i++) {
                kept[i] = i / inner % extent == (last ? extent - 1 : 0) ? kept[i] : 0;
            }
        }
        return kept;
    }

    /** For each element the number of its group: those that differ along these axes only share one. */
    static int[] groups(Shape shape, List<Integer> axes) {
        int[] groups = new int[shape.size()];
        for (int i = 0; i < groups.length; i++) {
            int[] index = shape.index(i);
            int group = 0;
            for (int axis = 0; axis < index.length; axis++) {
                if (!axes.contains(axis)) {
                    group = group * shape.extent(axis) + index[axis];
                }
            }
            groups[i] = group;
        }
        return groups;
    }
}
