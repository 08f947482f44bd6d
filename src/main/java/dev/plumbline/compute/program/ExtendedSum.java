package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sum over axes in double-double. */
record ExtendedSum(Reduce op) implements ExtendedRule {

    /** Where an element of the source is, and where the result is that it is part of. */
    interface Member {
        void at(int from, int to);
    }

    static void forEach(Reduce op, Choices choices, Member member) {
        Shape source = choices.inputs().get(0).shape();
        int[] result = op.resultStrides(source, choices.output().shape());
        StridedRows rows = StridedRows.of(source, source.strides(), result);
        rows.forEach(at -> {
            for (int i = 0; i < rows.length(); i++) {
                member.at(at[0] + i * rows.step(0), at[1] + i * rows.step(1));
            }
        });
    }

    @Override
    public DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs) {
        DoubleDoubles y = DoubleDoubles.zeros(choices.output().size());
        forEach(op, choices, (from, to) -> y.add(to, inputs.get(0).at(from)));
        return y;
    }

    @Override
    public void pullBack(
            Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into) {
        DoubleDoubles dx = into[0];
        if (dx != null) {
            forEach(op, choices, (from, to) -> dx.add(from, cotangent.at(to)));
        }
    }
}
