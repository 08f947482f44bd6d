package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Operands of kinks and ties, each moved by its spread to one side, so that what noise leaves open is decided: all units up,
 * or all down; of two operands the second goes the other way.
 *
 * @param spreads how far noise carries each element of a node; null where it does not
 * @param sign 1 or -1
 */
public record Leaning(Function<Node, double @Nullable []> spreads, int sign) {

    /** Leaning nowhere. */
    public static final Leaning NONE = new Leaning(node -> null, 0);

    List<Tensor> leaned(Node node, List<Tensor> inputs) {
        List<Tensor> leaned = new ArrayList<>(inputs.size());
        for (int k = 0; k < inputs.size(); k++) {
            double[] spread = spreads.apply(node.inputs().get(k));
            leaned.add(spread == null ? inputs.get(k) : moved(inputs.get(k), spread, k == 0 ? sign : -sign));
        }
        return leaned;
    }

    private static Tensor moved(Tensor input, double[] spread, int sign) {
        double[] moved = input.values().clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += sign * spread[i];
        }
        return Tensor.of(input.shape(), moved);
    }
}
