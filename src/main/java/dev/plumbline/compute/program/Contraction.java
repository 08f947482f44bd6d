package dev.plumbline.compute.program;

import dev.plumbline.compute.program.MatrixProduct.Matrix;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operation whose value and derivatives are products of matrices, and which leaves to others how the terms of such a
 * product are added up.
 */
sealed interface Contraction extends Op permits MatMul, Convolution {

    /** {@code c += a b}, row-major from {@code start}. */
    @FunctionalInterface
    interface Products {
        void add(Matrix a, Matrix b, double[] c, int start);

        /** Nothing more is added to this array, which is copied elsewhere now and used again. */
        default void done(double[] c) {}
    }

    double[] value(List<Tensor> inputs, Shape shape, Products products);

    void pullBack(
            List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into, Products products);

    @Override
    default double[] value(List<Tensor> inputs, Shape shape) {
        return value(inputs, shape, MatrixProduct::add);
    }

    @Override
    default void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        pullBack(inputs, output, cotangent, into, MatrixProduct::add);
    }

    /** Each term is a product, so its size is the product of sizes. */
    @Override
    default void pullBackSizes(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        Tensor first = into[1] == null ? inputs.get(0) : inputs.get(0).map(Math::abs); // which only the second's needs
        Tensor second = into[0] == null ? inputs.get(1) : inputs.get(1).map(Math::abs);
        pullBack(List.of(first, second), output, cotangent, into);
    }
}
