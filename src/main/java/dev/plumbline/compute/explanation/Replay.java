package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.ReversePass;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A faulty backward pass played again at some evaluation: what it adds to the gradient, by parameter. */
@FunctionalInterface
interface Replay {

    /**
     * @param pass over the evaluation; toward some parameters only, where only they are looked at
     * @param gradient the right one at the point, with its cotangents
     */
    Map<String, double[]> effect(ReversePass pass, Evaluation.Gradient gradient);

    /** Backward passes of a single operation go on from what it passes on too much. */
    @FunctionalInterface
    interface Excess {
        Map<Node, double[]> of(Evaluation point, double[] cotangent);
    }

    /** The operation passes on {@code excess} beside what it should. */
    static Replay of(Operation operation, Excess excess) {
        return (pass, gradient) -> {
            pass.alsoDid(operation.nodes());
            return pass.from(excess.of(
                            pass.point(), gradient.by(operation.output()).values()))
                    .byParameter();
        };
    }

    /** The operation's own rule is another: what that passes on, less what is right. */
    static Replay replacing(Operation operation, ReversePass.Rule rule) {
        return of(operation, (point, cotangent) -> {
            Map<Node, double[]> excess = new HashMap<>();
            rule.pullBack(point, cotangent).forEach((node, values) -> excess.put(node, values.clone()));
            passedOn(operation, point, cotangent).forEach((node, right) -> {
                double[] sum = excess.computeIfAbsent(node, key -> new double[right.length]);
                for (int i = 0; i < right.length; i++) {
                    sum[i] -= right[i];
                }
            });
            excess.values()
                    .removeIf(values -> Arrays.stream(values).allMatch(value -> value == 0)); // and so nothing goes on
            return excess;
        });
    }

    /** Several operations have other rules: the whole pass again, less the right one. */
    static Replay everywhere(Node output, Map<Node, ReversePass.Rule> rules) {
        return (pass, gradient) -> {
            Map<String, double[]> faulty =
                    pass.replacing(rules).from(Map.of(output, new double[] {1})).byParameter();
            Map<String, double[]> excess = new HashMap<>();
            pass.point().parameters().forEach((name, parameter) -> {
                if (pass.leadsTo(parameter)) {
                    Tensor right = gradient.by(parameter);
                    double[] sum =
                            faulty.getOrDefault(name, new double[right.size()]).clone();
                    for (int i = 0; i < sum.length; i++) {
                        sum[i] -= right.at(i);
                    }
                    excess.put(name, sum);
                }
            });
            return excess;
        };
    }

    /** What one edge passes on is multiplied by a factor. */
    static Replay scaling(Operation operation, Node input, double factor) {
        return of(operation, (point, cotangent) -> {
            double[] right = passedOn(operation, point, cotangent).get(input);
            double[] excess = right == null ? new double[input.shape().size()] : right.clone();
            for (int i = 0; i < excess.length; i++) {
                excess[i] *= factor - 1;
            }
            return Map.of(input, excess);
        });
    }

    /** What an operation passes on to its inputs by the right rules. */
    static Map<Node, double[]> passedOn(Operation operation, Evaluation point, double[] cotangent) {
        return ReversePass.over(point)
                .within(operation.nodes())
                .from(Map.of(operation.output(), cotangent))
                .at(operation.inputs());
    }
}
