package dev.plumbline.compute.program;

import dev.plumbline.compute.program.MatrixProduct.Matrix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The matrix product in double-double; the float64 one says which matrices meet. */
record ExtendedMatMul(MatMul op) implements ExtendedRule {

    @Override
    public DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs) {
        DoubleDoubles c = DoubleDoubles.zeros(choices.output().size());
        op.forEach(choices.inputs(), choices.output().shape(), (a, b, start) -> {
            DoubleDoubleMatrix first = matrix(a, inputs.get(0));
            DoubleDoubleMatrix second = matrix(b, inputs.get(1));
            first.times(second).addTo(DoubleDoubleMatrix.of(c, start, a.outer(), b.inner()));
        });
        return c;
    }

    private static DoubleDoubleMatrix matrix(Matrix place, DoubleDoubles values) {
        DoubleDoubleMatrix stored = DoubleDoubleMatrix.of(values, place.offset(), place.rows(), place.columns());
        return place.transposed() ? stored.transposed() : stored;
    }

    /** dA = dC B', dB = A' dC. */
    @Override
    public void pullBack(
            Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into) {
        DoubleDoubles da = into[0];
        DoubleDoubles db = into[1];
        op.forEach(choices.inputs(), choices.output().shape(), (a, b, start) -> {
            DoubleDoubleMatrix dc = DoubleDoubleMatrix.of(cotangent, start, a.outer(), b.inner());
            if (da != null) {
                dc.pulledBackBy(matrix(b, inputs.get(1)).transposed()).addTo(matrix(a, da));
            }
            if (db != null) {
                dc.transposed()
                        .pulledBackBy(matrix(a, inputs.get(0)))
                        .addTo(matrix(b, db).transposed());
            }
        });
    }
}
