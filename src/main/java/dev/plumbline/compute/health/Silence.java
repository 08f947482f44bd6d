package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Layer;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Stage;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Why the units of an activation are 0: whether the affine values before it are negative, or are 0 themselves.
 *
 * @param negative whether some affine value of a unit that is always 0 is below 0
 */
record Silence(boolean negative) {

    /** Null where the affine values are not known. */
    static @Nullable Silence of(Condition condition, String name) {
        Objective objective = condition.around().objective();
        if (objective == null) {
            return null;
        }
        return condition.around().layers().stream()
                .filter(layer -> layer.name().equals(name))
                .findFirst()
                .map(layer -> of(layer, objective.base()))
                .orElse(null);
    }

    private static Silence of(Layer layer, Evaluation base) {
        int axis = layer.product() == null ? 1 : layer.product().unitAxis();
        for (Stage stage : layer.stages()) {
            Tensor before = base.value(stage.affine());
            Tensor behind = base.value(stage.activation());
            if (before.shape().equals(behind.shape()) && isNegative(before, behind, axis)) {
                return new Silence(true);
            }
        }
        return new Silence(false);
    }

    private static boolean isNegative(Tensor before, Tensor behind, int axis) {
        Shape shape = behind.shape();
        boolean known = axis < shape.rank();
        int units = known ? shape.extent(axis) : 1;
        int inner = known ? shape.strides()[axis] : 1;
        boolean[] alive = new boolean[units];
        boolean[] below = new boolean[units];
        for (int i = 0; i < behind.size(); i++) {
            int unit = i / inner % units;
            alive[unit] |= behind.at(i) != 0;
            below[unit] |= before.at(i) < 0;
        }
        for (int unit = 0; unit < units; unit++) {
            if (!alive[unit] && below[unit]) {
                return true;
            }
        }
        return false;
    }
}
