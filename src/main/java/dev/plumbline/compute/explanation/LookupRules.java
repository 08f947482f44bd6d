package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Gather;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Wrong rules for rows that are looked up more than once, whose gradients add up. */
final class LookupRules {

    private LookupRules() {}

    static List<FaultyRule> of(Operation operation) {
        Node y = operation.output();
        if (!(y.op() instanceof Gather gather) || operation.inputs().size() != 1) {
            return List.of();
        }
        return List.of(
                weighing(operation, gather, "overwritten", "lets the last use of a row overwrite the others"),
                weighing(operation, gather, "firstWins", "keeps the first use of a row only"),
                weighing(operation, gather, "averagedPerIndex", "averages over the uses of a row"));
    }

    private static FaultyRule weighing(Operation operation, Gather gather, String name, String words) {
        return new FaultyRule(
                name,
                (point, d) -> {
                    double[] weights = weights(indices(operation, point), name);
                    int inner = 1;
                    Node table = operation.output().inputs().get(0);
                    for (int axis = gather.axis() + 1; axis < table.rank(); axis++) {
                        inner *= table.shape().extent(axis);
                    }
                    double[] weighed = d.clone();
                    for (int i = 0; i < weighed.length; i++) {
                        weighed[i] *= weights[i / inner % weights.length];
                    }
                    return Replay.passedOn(operation, point, weighed);
                },
                words + "; the gradients of all uses of a row add up");
    }

    private static double[] indices(Operation operation, Evaluation point) {
        return FaultyRule.values(point, operation.output().inputs().get(1));
    }

    private static double[] weights(double[] indices, String name) {
        Map<Double, Integer> counts = new HashMap<>();
        Map<Double, Integer> chosen = new HashMap<>();
        for (int k = 0; k < indices.length; k++) {
            counts.merge(indices[k], 1, Integer::sum);
            int position = k;
            chosen.merge(indices[k], k, (before, now) -> name.equals("firstWins") ? before : position);
        }
        double[] weights = new double[indices.length];
        for (int k = 0; k < weights.length; k++) {
            weights[k] = name.equals("averagedPerIndex")
                    ? 1.0 / counts.getOrDefault(indices[k], 1)
                    : chosen.getOrDefault(indices[k], k) == k ? 1 : 0;
        }
        return weights;
    }
}
