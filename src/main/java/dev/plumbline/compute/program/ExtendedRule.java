package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operation does in double-double: its value and its vector-Jacobian product, as {@link Op} has them in float64. Every
 * choice (which branch, which maximum, which side of a comparison, which index) is the one that the float64 values made.
 * A cotangent that is exactly 0 contributes exactly 0, even where the derivative is infinite or NaN.
 */
interface ExtendedRule {

    /** An operation's inputs and result in float64: what decides. */
    record Choices(List<Tensor> inputs, Tensor output) {}

    DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs);

    /** Adds {@code cotangent} times the derivative by input i to {@code into[i]}, for each i where that is not null. */
    void pullBack(Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into);

    /** The rule of an operation; inputs and constants have none, since they are given. */
    static ExtendedRule of(Op op) {
        if (op.isMove()) {
            return new ExtendedMove(op);
        } else if (op instanceof Unary unary) {
            return new ExtendedUnary(unary.function());
        } else if (op instanceof LeakyRelu leaky) {
            return new ExtendedLeakyRelu(leaky.slope());
        } else if (op instanceof Binary binary) {
            return new ExtendedBinary(binary.function());
        } else if (op instanceof Select) {
            return new ExtendedSelect();
        } else if (op instanceof MatMul product) {
            return new ExtendedMatMul(product);
        } else if (op instanceof Convolution convolution) {
            return new ExtendedConvolution(convolution);
        } else if (op instanceof MaxPool pool) {
            return new ExtendedMaxPool(pool);
        } else if (op instanceof AveragePool pool) {
            return new ExtendedAveragePool(pool);
        } else if (op instanceof Reduce reduce) {
            return reduce.kind() == Reduce.Kind.SUM ? new ExtendedSum(reduce) : new ExtendedMaximum(reduce);
        } else if (op instanceof CumulativeSum sum) {
            return new ExtendedCumulativeSum(sum.axis());
        }
        throw new IllegalStateException("no double-double rule for " + op);
    }
}
