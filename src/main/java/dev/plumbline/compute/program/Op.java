package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
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
                Contraction,
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

    /**
     * How the result leaves the point along a direction, one-sided, from how the inputs do: the exact directional
     * derivative, and higher coefficients where asked for. At a bend it is the largest of the tangents that tie, at a jump
     * the limit from that side.
     */
    Germ germ(List<Germ> inputs, Side side);

    /** The linear part of the value, for operations that are linear but for constants they put in. */
    default double[] linear(List<Tensor> inputs, Shape shape) {
        return value(inputs, shape);
    }

    /**
     * The values in many copies of a program at once. Inputs that differ between the copies have one axis more in front,
     * of extent {@code copies}; so has the result. Here one copy at a time; operations that can do better say how.
     *
     * @param shape of the result in one copy
     */
    default double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        double[] y = new double[copies * shape.size()];
        for (int c = 0; c < copies; c++) {
            List<Tensor> own = new ArrayList<>(inputs.size());
            for (int k = 0; k < inputs.size(); k++) {
                own.add(differs[k] ? Copies.one(inputs.get(k), c) : inputs.get(k));
            }
            System.arraycopy(value(own, shape), 0, y, c * shape.size(), shape.size());
        }
        return y;
    }

    /**
     * The same where only the first input differs and nobody reads it afterwards: its array may take the result, which
     * saves the cache a second one. Returns whether it did.
     */
    default boolean overwrite(double[] x, int copies, List<Tensor> inputs, Shape shape) {
        return false;
    }

    /** The result as a column where input {@code operand} is one and the others are the point's; null where it is none. */
    default @Nullable Column column(Column x, int operand, List<Tensor> point, Shape shape) {
        return null;
    }

    /** The result in all copies, straight from a column; null where there is no short way. */
    default double @Nullable [] values(Column x, int operand, List<Tensor> point, Tensor result) {
        return null;
    }

    /**
     * As {@link #pullBack}, but every term counts by its size; {@code cotangent} holds sizes. It may leave an entry
     * negative whose terms all have one sign. What rounding does to a sum depends on these sizes, not on what is left
     * of them after cancellation.
     */
    default void pullBackSizes(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        pullBack(inputs, output, cotangent, into);
    }

    /** Whether the result only holds elements of the inputs, moved or repeated; its derivative then moves them back. */
    default boolean isMove() {
        return false;
    }

    /** Whether the operation has a derivative wherever its value is finite; where not, a step may cross a kink. */
    default boolean isSmooth() {
        return true;
    }

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
