package dev.plumbline.compute.program;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The element of the branch that the float64 condition takes. */
record ExtendedSelect() implements ExtendedRule {

    @Override
    public DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs) {
        return DoubleDoubles.of(
                inputs.get(0).size(), i -> inputs.get(branch(choices, i)).at(i));
    }

    private static int branch(Choices choices, int i) {
        return choices.inputs().get(0).at(i) != 0 ? 1 : 2;
    }

    @Override
    public void pullBack(
            Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into) {
        for (int i = 0; i < cotangent.size(); i++) {
            DoubleDoubles chosen = into[branch(choices, i)];
            if (chosen != null) {
                chosen.add(i, cotangent.at(i));
            }
        }
    }
}
