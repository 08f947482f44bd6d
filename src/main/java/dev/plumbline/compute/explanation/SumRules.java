package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Reduce;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Wrong rules for sums and means along axes, whose gradient goes to all places that were added up: it goes to one only. */
final class SumRules {

    private SumRules() {}

    static List<FaultyRule> of(Operation operation) {
        Node y = operation.output();
        List<FaultyRule> rules = new ArrayList<>();
        if (operation.inputs().size() != 1 || y.shape().size() <= 1) {
            return rules; // of a loss: that are weights of samples
        }
        Node x = operation.inputs().get(0);
        List<Integer> axes = axes(operation, x);
        if (axes.size() > 1) {
            along(operation, x, axes, rules);
        }
        axes.forEach(axis -> along(operation, x, List.of(axis), rules));
        return rules;
    }

    private static void along(Operation operation, Node x, List<Integer> axes, List<FaultyRule> rules) {
        double count = axes.stream().mapToDouble(axis -> x.shape().extent(axis)).reduce(1, (a, b) -> a * b);
        String where = axes.size() > 1 ? "place" : "place along axis " + axes.get(0);
        for (boolean last : new boolean[] {false, true}) {
            String words = "passes the gradient on to the %s %s only; all were added up"
                    .formatted(last ? "last" : "first", where);
            String name = last ? "lastOnly" : "firstOnly";
            rules.add(new FaultyRule(name, (point, d) -> one(operation, point, d, axes, last, 1), words));
            rules.add(new FaultyRule(name, (point, d) -> one(operation, point, d, axes, last, count), words));
        }
    }

    /** Along which more than one element is added up. */
    private static List<Integer> axes(Operation operation, Node x) {
        return operation.nodes().stream()
                .filter(node -> node.op() instanceof Reduce reduce
                        && reduce.kind() == Reduce.Kind.SUM
                        && node.inputs().get(0) == x)
                .flatMap(node -> ((Reduce) node.op()).axes().stream())
                .filter(axis -> x.shape().extent(axis) > 1)
                .distinct()
                .toList();
    }

    private static Map<Node, double[]> one(
            Operation operation, Evaluation point, double[] d, List<Integer> axes, boolean last, double factor) {
        Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
        passed.replaceAll((node, right) -> {
            double[] kept = Places.only(right, node.shape(), axes, last);
            Arrays.setAll(kept, i -> factor * kept[i]);
            return kept;
        });
        return passed;
    }
}
