package dev.plumbline.compute.program;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The element that is the largest of its window in float64, the first of those that tie. */
record ExtendedMaxPool(MaxPool op) implements ExtendedRule {

    private int[] winners(Choices choices) {
        return op.winners(choices.inputs().get(0), choices.output().shape());
    }

    @Override
    public DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs) {
        int[] winners = winners(choices);
        return DoubleDoubles.of(
                winners.length,
                i -> winners[i] < 0
                        ? DoubleDouble.of(choices.output().at(i))
                        : inputs.get(0).at(winners[i]));
    }

    @Override
    public void pullBack(
            Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into) {
        DoubleDoubles dx = into[0];
        int[] winners = winners(choices);
        for (int i = 0; dx != null && i < winners.length; i++) {
            if (winners[i] >= 0) {
                dx.add(winners[i], cotangent.at(i));
            }
        }
    }
}
