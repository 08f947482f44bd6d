package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mean of each window in double-double. */
record ExtendedAveragePool(AveragePool op) implements ExtendedRule {

    @Override
    public DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs) {
        DoubleDoubles y = DoubleDoubles.zeros(choices.output().size());
        Shape source = choices.inputs().get(0).shape();
        op.forEach(
                source,
                choices.output().shape(),
                (from, to, share) -> y.add(to, inputs.get(0).at(from).over(members(share))));
        return y;
    }

    @Override
    public void pullBack(
            Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into) {
        DoubleDoubles dx = into[0];
        if (dx != null) {
            Shape source = choices.inputs().get(0).shape();
            op.forEach(
                    source,
                    choices.output().shape(),
                    (from, to, share) -> dx.add(from, cotangent.at(to).over(members(share))));
        }
    }

    /** The share is a whole number's inverse, rounded. */
    private static double members(double share) {
        return Math.rint(1 / share);
    }
}
