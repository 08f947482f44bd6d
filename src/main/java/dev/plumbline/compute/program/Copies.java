package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tensors that hold one node's values in many copies of a program, the copies along a first axis. */
final class Copies {

    private Copies() {}

    static List<Integer> inFront(int first, List<Integer> rest) {
        List<Integer> longer = new ArrayList<>(List.of(first));
        longer.addAll(rest);
        return longer;
    }

    /** The shape of one copy. */
    static Shape one(Shape all) {
        return Shape.of(Arrays.copyOfRange(all.extents(), 1, all.rank()));
    }

    /** The values of one copy. */
    static Tensor one(Tensor all, int copy) {
        Shape shape = one(all.shape());
        return Tensor.of(shape, Arrays.copyOfRange(all.values(), copy * shape.size(), (copy + 1) * shape.size()));
    }

    /** Inputs whose own axes line up at the end with a result of {@code rank}, so that they broadcast behind the copies. */
    static List<Tensor> aligned(List<Tensor> inputs, boolean[] differs, int rank) {
        Tensor[] aligned = inputs.toArray(Tensor[]::new);
        for (int k = 0; k < aligned.length; k++) {
            int own = aligned[k].shape().rank() - 1;
            if (differs[k] && own < rank) {
                int[] extents = new int[rank + 1];
                Arrays.fill(extents, 1);
                extents[0] = aligned[k].shape().extent(0);
                for (int axis = 1; axis <= own; axis++) {
                    extents[rank - own + axis] = aligned[k].shape().extent(axis);
                }
                aligned[k] = aligned[k].reshape(Shape.of(extents));
            }
        }
        return List.of(aligned);
    }

    /** A tensor that does not differ between copies, once for each of them. */
    static Tensor repeated(Tensor tensor, int copies) {
        double[] all = new double[copies * tensor.size()];
        for (int c = 0; c < copies; c++) {
            System.arraycopy(tensor.values(), 0, all, c * tensor.size(), tensor.size());
        }
        return Tensor.of(tensor.shape().prepend(copies), all);
    }

    /** Every input with the copies in front. */
    static List<Tensor> all(int copies, List<Tensor> inputs, boolean[] differs) {
        Tensor[] all = inputs.toArray(Tensor[]::new);
        for (int k = 0; k < all.length; k++) {
            all[k] = differs[k] ? all[k] : repeated(all[k], copies);
        }
        return List.of(all);
    }

    /** The copies folded into the first axis, where an operation treats what lies along it one by one anyway. */
    static Tensor folded(Tensor all) {
        int[] extents = all.shape().extents();
        extents[1] *= extents[0];
        return all.reshape(Shape.of(Arrays.copyOfRange(extents, 1, extents.length)));
    }

    /** The shape with the copies folded into its first axis. */
    static Shape folded(int copies, Shape shape) {
        int[] extents = shape.extents();
        extents[0] *= copies;
        return Shape.of(extents);
    }
}
