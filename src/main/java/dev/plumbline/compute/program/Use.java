package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way in which the objective uses a parameter: a chain of operations, each affine in what comes along the chain, from
 * the parameter to a node. There the parameter's derivative is the node's, pulled back through the chain by the affine
 * maps' adjoints: {@code dL/dW = x' (dL/dz)} where {@code z = x W + b}.
 *
 * <p>The chain runs to the first operation that mixes the parameter with data, and on through additions to it, so that a
 * layer's weight and bias meet in the same node.
 */
public final class Use {

    /** A chain may end anywhere: a longer one only saves work, and those of 10,000 summands would be a square of steps. */
    private static final int LONGEST = 100;

    private record Step(Node node, int operand) {}

    private final Node parameter;
    private final List<Step> steps;

    private Use(Node parameter, List<Step> steps) {
        this.parameter = parameter;
        this.steps = List.copyOf(steps);
    }

    /** The affine uses of a parameter, and the consumers through which it is used in any other way. */
    public record Uses(List<Use> affine, List<Node> others) {}

    /** Every use of a parameter on the way to the objective. */
    public static Uses of(Objective objective, Node parameter) {
        List<Use> affine = new ArrayList<>();
        List<Node> others = new ArrayList<>();
        for (Node consumer : objective.consumers(parameter)) {
            int operand = consumer.inputs().indexOf(parameter);
            if (isAffine(consumer, operand)) {
                affine.add(new Use(parameter, chain(objective, new Step(consumer, operand))));
            } else {
                others.add(consumer);
            }
        }
        return new Uses(affine, others);
    }

    private static List<Step> chain(Objective objective, Step first) {
        List<Step> steps = new ArrayList<>(List.of(first));
        boolean mixed = mixes(first.node());
        while (true) {
            Node node = steps.get(steps.size() - 1).node();
            List<Node> consumers = objective.consumers(node);
            if (steps.size() == LONGEST
                    || consumers.size() != 1
                    || node == objective.output()
                    || objective.isHeld(node)) {
                return steps;
            }
            Node next = consumers.get(0);
            int operand = next.inputs().indexOf(node);
            if (!isAffine(next, operand) || mixed && !isSlide(next, node)) {
                return steps;
            }
            mixed |= mixes(next);
            steps.add(new Step(next, operand));
        }
    }

    /** Whether a node is affine in one operand, the others held fixed. */
    private static boolean isAffine(Node node, int operand) {
        Node input = node.inputs().get(operand);
        if (node.inputs().stream().filter(other -> other == input).count() > 1) {
            return false;
        }
        Op op = node.op();
        if (op instanceof Binary binary) {
            return switch (binary.function()) {
                case ADD, SUBTRACT, MULTIPLY -> true;
                case DIVIDE -> operand == 0;
                default -> false;
            };
        }
        if (op instanceof Gather || op instanceof GatherElements) {
            return operand == 0;
        }
        return op instanceof MatMul
                || op instanceof Convolution
                || op instanceof AveragePool
                || op instanceof Reshape
                || op instanceof Transpose
                || op instanceof Broadcast
                || op instanceof Slice
                || op instanceof Concat
                || op instanceof Pad
                || op instanceof CumulativeSum
                || (op instanceof Select && operand > 0)
                || (op instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM)
                || (op instanceof Unary unary && unary.function() == UnaryFunction.NEGATE);
    }

    private static boolean mixes(Node node) {
        return node.inputs().stream().filter(input -> !input.isConstant()).count() > 1;
    }

    /** Whether a node only adds something to its input, or only renames its axes. */
    private static boolean isSlide(Node node, Node input) {
        boolean adds = node.op() instanceof Binary binary
                && (binary.function() == BinaryFunction.ADD || binary.function() == BinaryFunction.SUBTRACT)
                && node.shape().equals(input.shape());
        return adds || node.op() instanceof Reshape;
    }

    /** The node at the end of the chain. */
    public Node end() {
        return steps.get(steps.size() - 1).node();
    }

    /** A matrix product or convolution, and which of its operands comes from the parameter. */
    record Factor(Node product, int operand) {}

    /** Where the parameter, perhaps reshaped or scaled, meets data in a product; null where it never does. */
    @Nullable
    Factor factor() {
        for (Step step : steps) {
            if (step.node().op() instanceof MatMul || step.node().op() instanceof Convolution) {
                return new Factor(step.node(), step.operand());
            }
        }
        return null;
    }

    /** The derivative by the parameter along this use, from the derivative by {@link #end}. */
    public double[] pullBack(Evaluation point, double[] cotangent) {
        double[] arriving = cotangent;
        for (int i = steps.size() - 1; i >= 0; i--) {
            Step step = steps.get(i);
            arriving = pullBack(step, inputs(step, point), point.value(step.node()), arriving);
        }
        return arriving;
    }

    /** The same with absolute values throughout: error bounds of the cotangent become those of the derivative. */
    public double[] pullBackBounds(Evaluation point, double[] bounds) {
        double[] arriving = bounds;
        for (int i = steps.size() - 1; i >= 0; i--) {
            Step step = steps.get(i);
            arriving = pullBack(step, sizes(step, point), point.value(step.node()), arriving);
            for (int k = 0; k < arriving.length; k++) {
                arriving[k] = Math.abs(arriving[k]);
            }
        }
        return arriving;
    }

    private static List<Tensor> inputs(Step step, Evaluation point) {
        return step.node().inputs().stream().map(point::value).toList();
    }

    /** The factors of a product by size; what only chooses or moves elements stays as it is. */
    private static List<Tensor> sizes(Step step, Evaluation point) {
        Op op = step.node().op();
        boolean multiplies = op instanceof MatMul || op instanceof Convolution || op instanceof Binary;
        List<Tensor> inputs = inputs(step, point);
        return multiplies ? inputs.stream().map(tensor -> tensor.map(Math::abs)).toList() : inputs;
    }

    private static double[] pullBack(Step step, List<Tensor> inputs, Tensor output, double[] cotangent) {
        double[][] into = new double[inputs.size()][];
        into[step.operand()] = new double[inputs.get(step.operand()).size()];
        step.node().op().pullBack(inputs, output, cotangent, into);
        return into[step.operand()];
    }

    @Override
    public String toString() {
        return parameter.label() + " up to " + end().label();
    }
}
