package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A primitive operation: its shape rule, its value and its vector-Jacobian product, in one place.
 *
 * <p>All of it is float64. The shape rule judges attributes and shapes and throws a {@link
 * dev.plumbline.problem.Problem} before any value exists; the other methods may rely on it. Adding an operation is adding
 * one record here and its rows to the table of laws that every operation passes ({@code OperationLawsTests}).
 */
public sealed interface Op
        permits Input,
                Constant,
                Unary,
                LeakyRelu,
                Binary,
                Select,
                MatMul,
                Convolution,
                MaxPool,
                AveragePool,
                Reduce,
                Reshape,
                Transpose,
                Broadcast,
                Slice,
                Concat,
                Pad,
                Gather,
                GatherElements,
                CumulativeSum {

    /** The shape of the result for inputs of these shapes; a problem where they do not fit. */
    Shape shape(List<Shape> inputs);

    /** The value; {@code shape} is what {@link #shape} gave for these inputs. */
    double[] value(List<Tensor> inputs, Shape shape);

    /**
     * The vector-Jacobian product: adds {@code cotangent} times the derivative by input i to {@code into[i]}, for each i
     * where that is not null. At a kink it gives one element of the subdifferential.
     */
    void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into);

    /** Floating-point operations of one evaluation, roughly. */
    default double cost(List<Shape> inputs, Shape output) {
        return output.size();
    }

    /** What the operation is called in messages. */
    default String title() {
        String name = getClass().getSimpleName();
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }
}
