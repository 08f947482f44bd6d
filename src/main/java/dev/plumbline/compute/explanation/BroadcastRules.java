package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Wrong rules for an operand that is broadcast, whose gradient is a sum over the places where it is used. */
final class BroadcastRules {

    private BroadcastRules() {}

    static List<FaultyRule> of(Operation operation) {
        List<FaultyRule> rules = new ArrayList<>();
        for (Node input : operation.inputs()) {
            if (input.shape().size() < operation.output().shape().size()) {
                rules.add(oneOnly(operation, input, false));
                rules.add(oneOnly(operation, input, true));
            }
        }
        return rules;
    }

    private static FaultyRule oneOnly(Operation operation, Node input, boolean last) {
        return new FaultyRule(
                last ? "lastOnly" : "firstOnly",
                (point, d) -> {
                    Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                    double[] masked = masked(d, operation.output().shape(), input.shape(), last);
                    double[] one = Replay.passedOn(operation, point, masked).get(input);
                    if (one != null) {
                        passed.put(input, one);
                    }
                    return passed;
                },
                "gives %s the gradient of the %s place where it is used only; it is the sum over all of them"
                        .formatted(input.label(), last ? "last" : "first"));
    }

    /** Zero but at the first (or last) position of the axes that the operand is repeated along. */
    private static double[] masked(double[] d, Shape whole, Shape part, boolean last) {
        double[] masked = new double[d.length];
        int missing = whole.rank() - part.rank();
        for (int i = 0; i < d.length; i++) {
            int[] index = whole.index(i);
            boolean kept = true;
            for (int axis = 0; axis < index.length; axis++) {
                boolean repeated = whole.extent(axis) > 1 && (axis < missing || part.extent(axis - missing) == 1);
                kept &= !repeated || index[axis] == (last ? whole.extent(axis) - 1 : 0);
            }
            masked[i] = kept ? d[i] : 0;
        }
        return masked;
    }
}
