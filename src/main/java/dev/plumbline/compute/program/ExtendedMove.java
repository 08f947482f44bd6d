package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Elements moved or repeated, of any operation that {@linkplain Op#isMove does nothing else}. Where each came from the
 * operation says itself: its inputs' elements are numbered through and moved twice, the second time with all numbers
 * raised by one more than their count. What was raised is an element's number; what was not is a fill.
 */
record ExtendedMove(Op op) implements ExtendedRule {

    private static final int FILL = -1;

    @Override
    public DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs) {
        int[] sources = sources(choices);
        int[] starts = starts(choices);
        return DoubleDoubles.of(sources.length, i -> {
            if (sources[i] == FILL) {
                return DoubleDouble.of(choices.output().at(i));
            }
            int input = input(sources[i], starts);
            return inputs.get(input).at(sources[i] - starts[input]);
        });
    }

    @Override
    public void pullBack(
            Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into) {
        int[] sources = sources(choices);
        int[] starts = starts(choices);
        for (int i = 0; i < sources.length; i++) {
            int input = sources[i] == FILL ? 0 : input(sources[i], starts);
            DoubleDoubles dx = into[input];
            if (dx != null && sources[i] != FILL) {
                dx.add(sources[i] - starts[input], cotangent.at(i));
            }
        }
    }

    /** For each element of the result the number of the one that it is. */
    private int[] sources(Choices choices) {
        int[] starts = starts(choices);
        int raise = starts[starts.length - 1] + 1;
        double[] numbers = moved(choices, starts, 0);
        double[] raised = moved(choices, starts, raise);
        int[] sources = new int[numbers.length];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = raised[i] - numbers[i] == raise ? (int) numbers[i] : FILL;
        }
        return sources;
    }

    private double[] moved(Choices choices, int[] starts, int raise) {
        List<Tensor> numbered = new ArrayList<>(choices.inputs());
        for (int k = 0; k < starts.length - 1; k++) {
            double[] numbers = new double[starts[k + 1] - starts[k]];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (double) starts[k] + i + raise;
            }
            numbered.set(k, Tensor.of(choices.inputs().get(k).shape(), numbers));
        }
        Shape shape = choices.output().shape();
        return op.value(numbered, shape);
    }

    /** The number of each moved input's first element, and their count; indices are read, not moved. */
    private int[] starts(Choices choices) {
        boolean hasIndices = op instanceof Gather || op instanceof GatherElements;
        int moved = hasIndices ? 1 : choices.inputs().size();
        int[] starts = new int[moved + 1];
        for (int k = 0; k < moved; k++) {
            starts[k + 1] = starts[k] + choices.inputs().get(k).size();
        }
        return starts;
    }

    private static int input(int number, int[] starts) {
        int input = 0;
        while (number >= starts[input + 1]) {
            input++;
        }
        return input;
    }
}
