package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.ReversePass;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.Stream;

/**
 * A backward rule that people write in place of the right one.
 *
 * @param name in the catalogue
 * @param rule what it passes on
 * @param words what the faulty code does, to be read after the operation's name
 */
record FaultyRule(String name, ReversePass.Rule rule, String words) {

    /** Every rule of the catalogue for an operation. */
    static List<FaultyRule> of(Operation operation, Objective objective) {
        return switch (operation.kind()) {
            case ACTIVATION -> ActivationRules.of(operation);
            case NORMALISATION -> NormalisationRules.of(operation);
            case SOFTMAX -> SoftmaxRules.of(operation);
            case LOG_SOFTMAX -> LogSoftmaxRules.of(operation, objective);
            case POOL -> MaximumRules.of(operation);
            case REDUCTION -> joined(MaximumRules.of(operation), SumRules.of(operation));
            case LOOKUP -> LookupRules.of(operation);
            case PRODUCT -> ProductRules.of(operation);
            case CONVOLUTION -> ConvolutionRules.of(operation);
            case COMBINATION -> joined(BroadcastRules.of(operation), MultiplicationRules.of(operation, objective));
            case MOVE -> joined(MoveRules.of(operation), BroadcastRules.of(operation));
            case SCALING -> List.of();
        };
    }

    private static List<FaultyRule> joined(List<FaultyRule> some, List<FaultyRule> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /** The right rule of an operation's own primitives, with some of its inner values held constant. */
    static ReversePass.Rule holding(Operation operation, List<Node> held) {
        Set<Node> within = new HashSet<>(operation.nodes());
        held.forEach(within::remove);
        return (point, cotangent) -> ReversePass.over(point)
                .within(within)
                .from(Map.of(operation.output(), cotangent))
                .at(operation.inputs());
    }

    /** A rule for an operation with one input of the result's shape, element by element from the right one's and the cotangent. */
    static ReversePass.Rule elementwise(Operation operation, DoubleBinaryOperator ofRightAndCotangent) {
        return (point, cotangent) -> {
            Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, cotangent));
            passed.replaceAll((node, right) -> {
                double[] values = new double[right.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = ofRightAndCotangent.applyAsDouble(right[i], cotangent[i]);
                }
                return values;
            });
            return passed;
        };
    }

    /** The values of a node where a rule is replayed. */
    static double[] values(Evaluation point, Node node) {
        return point.value(node).values();
    }
}
