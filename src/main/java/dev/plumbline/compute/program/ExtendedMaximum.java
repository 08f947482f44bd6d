package dev.plumbline.compute.program;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The element over axes that is the largest in float64. Those that tie share the gradient; the first gives the value. */
record ExtendedMaximum(Reduce op) implements ExtendedRule {

    private static final int NONE = -1;

    private interface Winner {
        void at(int from, int to);
    }

    private void forEachWinner(Choices choices, Winner winner) {
        double[] x = choices.inputs().get(0).values();
        double[] y = choices.output().values();
        ExtendedSum.forEach(op, choices, (from, to) -> {
            if (x[from] == y[to]) {
                winner.at(from, to);
            }
        });
    }

    @Override
    public DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs) {
        int[] first = new int[choices.output().size()];
        Arrays.fill(first, NONE);
        forEachWinner(choices, (from, to) -> first[to] = first[to] == NONE ? from : Math.min(first[to], from));
        return DoubleDoubles.of(
                first.length,
                i -> first[i] == NONE
                        ? DoubleDouble.of(choices.output().at(i))
                        : inputs.get(0).at(first[i]));
    }

    @Override
    public void pullBack(
            Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into) {
        DoubleDoubles dx = into[0];
        if (dx == null) {
            return;
        }
        int[] ties = new int[choices.output().size()];
        forEachWinner(choices, (from, to) -> ties[to]++);
        forEachWinner(choices, (from, to) -> dx.add(from, cotangent.at(to).over(ties[to])));
    }
}
