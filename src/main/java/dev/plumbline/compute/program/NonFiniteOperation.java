package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The first operation that makes NaN or infinity out of numbers: of finite ones, or NaN where none came in.
 *
 * @param node its result
 * @param reason what it does, in words: "takes the logarithm of -0.3"
 * @param cure what is usually done about it
 */
public record NonFiniteOperation(Node node, String reason, String cure) {

    private static final String ABOVE_0 =
            "Keep what goes into it above 0, as by a small constant added; of probabilities, use the loss that takes logits.";
    private static final String SHIFT =
            "Subtract the largest value before, as softmax and logSumExp do, or use the loss that takes logits.";
    private static final String NOT_0 = "Keep the divisor away from 0, as by a small constant added to it.";
    private static final String SMALLER = "Make what goes into it smaller.";

    /** In the order of computation, among the values that the objective has its own from; null where that is finite. */
    public static @Nullable NonFiniteOperation ofValue(Objective objective) {
        if (Double.isFinite(objective.value())) {
            return null;
        }
        Evaluation base = objective.base();
        List<Node> nodes = objective.program().nodes();
        BitSet reached = new BitSet();
        reached.set(objective.output().id());
        for (int id = objective.output().id(); id >= 0; id--) {
            if (reached.get(id)) {
                nodes.get(id).inputs().stream()
                        .filter(input -> base.value(input).firstNonFinite() >= 0)
                        .forEach(input -> reached.set(input.id()));
            }
        }
        return reached.stream()
                .mapToObj(nodes::get)
                .filter(node -> makesNonFinite(node, base))
                .map(node -> ofValue(node, base))
                .findFirst()
                .orElse(null);
    }

    private static boolean makesNonFinite(Node node, Evaluation base) {
        if (node.inputs().isEmpty()) {
            return false;
        }
        boolean fromFinite =
                node.inputs().stream().allMatch(input -> base.value(input).firstNonFinite() < 0);
        boolean isNaN =
                hasNaN(base.value(node)) && node.inputs().stream().noneMatch(input -> hasNaN(base.value(input)));
        return fromFinite || isNaN;
    }

    /** In the order of the reverse pass: whose cotangent is finite, but not what it hands on; null where there is none. */
    public static @Nullable NonFiniteOperation ofDerivative(Objective objective, Evaluation.Gradient gradient) {
        List<Node> nodes = objective.program().nodes();
        for (int id = objective.output().id(); id >= 0; id--) {
            Node node = nodes.get(id);
            Tensor cotangent = gradient.by(node);
            if (cotangent.firstNonFinite() < 0 && handsOnNonFinite(node, cotangent, objective.base(), gradient)) {
                return ofDerivative(node, objective.base());
            }
        }
        return null;
    }

    private static boolean handsOnNonFinite(
            Node node, Tensor cotangent, Evaluation base, Evaluation.Gradient gradient) {
        if (node.inputs().stream().allMatch(input -> gradient.by(input).firstNonFinite() < 0)) {
            return false;
        }
        List<Tensor> inputs = node.inputs().stream().map(base::value).toList();
        double[][] into = inputs.stream().map(input -> new double[input.size()]).toArray(double[][]::new);
        node.op().pullBack(inputs, base.value(node), cotangent.values(), into);
        for (double[] derivative : into) {
            if (Tensor.vector(derivative).firstNonFinite() >= 0) {
                return true;
            }
        }
        return false;
    }

    private static NonFiniteOperation ofValue(Node node, Evaluation base) {
        Tensor value = base.value(node);
        Tensor last = base.value(node.inputs().get(node.inputs().size() - 1));
        String overflow = hasNaN(value) ? "has no value where numbers have become infinite" : "overflows";
        if (node.op() instanceof Unary unary) {
            double at = last.at(value.firstNonFinite());
            String argument = at == 0 ? "0" : String.format(Locale.ROOT, "%.3g", at);
            return switch (unary.function()) {
                case LOG -> new NonFiniteOperation(node, "takes the logarithm of " + argument, ABOVE_0);
                case LOG1P -> new NonFiniteOperation(node, "takes the logarithm of 1 + " + argument, ABOVE_0);
                case SQRT -> new NonFiniteOperation(node, "takes the square root of " + argument, ABOVE_0);
                case EXP -> new NonFiniteOperation(node, "overflows: the exponential of " + argument, SHIFT);
                default -> new NonFiniteOperation(node, overflow, SMALLER);
            };
        }
        if (isDivision(node) && hasZero(last)) {
            return new NonFiniteOperation(node, hasNaN(value) ? "divides 0 by 0" : "divides by 0", NOT_0);
        }
        return node.op() instanceof Binary binary && binary.function() == BinaryFunction.POWER && hasNaN(value)
                ? new NonFiniteOperation(node, "takes a power of a negative number that is not whole", ABOVE_0)
                : new NonFiniteOperation(node, overflow, SMALLER);
    }

    private static NonFiniteOperation ofDerivative(Node node, Evaluation base) {
        Tensor first = base.value(node.inputs().get(0));
        boolean isRoot = node.op() instanceof Unary unary && unary.function() == UnaryFunction.SQRT
                || node.op() instanceof Binary binary && binary.function() == BinaryFunction.POWER;
        if (isRoot && hasZero(first)) {
            return new NonFiniteOperation(node, "is taken at 0, where its derivative is infinite", ABOVE_0);
        }
        return isDivision(node)
                ? new NonFiniteOperation(node, "divides by so little that its derivative overflows", NOT_0)
                : new NonFiniteOperation(node, "has a derivative that overflows", SMALLER);
    }

    private static boolean isDivision(Node node) {
        return node.op() instanceof Binary binary && binary.function() == BinaryFunction.DIVIDE;
    }

    private static boolean hasNaN(Tensor tensor) {
        int first = tensor.firstNonFinite();
        for (int i = first; i >= 0 && i < tensor.size(); i++) {
            if (Double.isNaN(tensor.at(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasZero(Tensor tensor) {
        for (double value : tensor.values()) {
            if (value == 0) {
                return true;
            }
        }
        return false;
    }

    /** The operation by its label and kind. */
    public String name() {
        return node.label() + " (" + node.op().title() + ")";
    }
}
