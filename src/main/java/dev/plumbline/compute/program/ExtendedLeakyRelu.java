package dev.plumbline.compute.program;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code x} where the float64 x > 0, else {@code slope x}. */
record ExtendedLeakyRelu(double slope) implements ExtendedRule {

    @Override
    public DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs) {
        DoubleDoubles x = inputs.get(0);
        return DoubleDoubles.of(x.size(), i -> x.at(i).times(slope(choices, i)));
    }

    private double slope(Choices choices, int i) {
        return choices.inputs().get(0).at(i) > 0 ? 1 : slope;
    }

    @Override
    public void pullBack(
            Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into) {
        DoubleDoubles dx = into[0];
        for (int i = 0; dx != null && i < dx.size(); i++) {
            dx.add(i, cotangent.at(i).times(slope(choices, i)));
        }
    }
}
