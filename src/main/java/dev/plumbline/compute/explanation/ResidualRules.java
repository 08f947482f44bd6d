package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Constant;
import dev.plumbline.compute.program.Input;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Wrong rules for the square of a residual, {@code (p - y)^2}: one of its two sides never enters the derivative. */
final class ResidualRules {

    private ResidualRules() {}

    static List<FaultyRule> of(Operation operation) {
        if (!isSquare(operation.output())) {
            return List.of();
        }
        Node residual = operation.output().inputs().get(0);
        boolean isDifference = residual.op() instanceof Binary binary && binary.function() == BinaryFunction.SUBTRACT;
        if (!isDifference || !operation.inputs().contains(residual)) {
            return List.of();
        }
        for (int side = 0; side < 2; side++) {
            if (isData(residual.inputs().get(side))) {
                return List.of(
                        without(
                                operation,
                                residual,
                                side,
                                "takes 2 p where 2 (p - y) belongs: the target y is missing"),
                        without(
                                operation,
                                residual,
                                1 - side,
                                "takes -2 y where 2 (p - y) belongs: the prediction p is missing"));
            }
        }
        return List.of();
    }

    /** The derivative of the square where one side of the residual is taken for 0. */
    private static FaultyRule without(Operation operation, Node residual, int side, String words) {
        return new FaultyRule(
                "lossDerivative",
                (point, d) -> {
                    Tensor[] sides = {
                        point.value(residual.inputs().get(0)),
                        point.value(residual.inputs().get(1))
                    };
                    sides[side] = Tensor.zeros(sides[side].shape());
                    double[] rest = residual.op().value(List.of(sides), residual.shape());
                    double[] passed = new double[d.length];
                    Arrays.setAll(passed, i -> 2 * rest[i] * d[i]);
                    return Map.of(residual, passed);
                },
                words);
    }

    private static boolean isSquare(Node node) {
        if (!(node.op() instanceof Binary binary)
                || !node.inputs().get(0).shape().equals(node.shape())) {
            return false;
        }
        Node second = node.inputs().get(1);
        return switch (binary.function()) {
            case MULTIPLY -> second == node.inputs().get(0);
            case POWER ->
                ValueWords.bare(second).op() instanceof Constant constant
                        && constant.tensor().at(0) == 2
                        && constant.tensor().size() == 1;
            default -> false;
        };
    }

    private static boolean isData(Node node) {
        return ValueWords.bare(node).op() instanceof Input input && input.role() == Input.Role.DATA;
    }
}
