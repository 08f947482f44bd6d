package dev.plumbline.check;

import dev.plumbline.compute.consistency.Finding;
import dev.plumbline.compute.consistency.Halves;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The samples of a check, which it can be asked to take by halves: the model is read once more for each.
 *
 * @param data of the request; what has as many rows as the first of them is halved, everything else stays
 * @param reader of the model with other data
 */
record Batch(Map<String, Tensor> data, Function<Map<String, Tensor>, ObjectiveReader> reader) {

    /** Operations of the model beyond which its halves are not worth their time: some seconds of one core. */
    private static final double MOST_OPERATIONS = 1e10;

    private static final Consumer<Program> AFFORDED = program -> {}; // by the whole batch

    /**
     * Whether the gradient of the batch is that of its halves.
     *
     * @param allowance by parameter, what rounding in float64 may do to an entry of one gradient
     */
    Finding halves(Objective objective, Map<String, Tensor> gradient, Map<String, Tensor> allowance) {
        int samples = samples();
        if (samples < 2) {
            return Finding.notEvaluated(Halves.CHECK, "there is no data with two samples or more");
        }
        if (objective.program().cost() > MOST_OPERATIONS) {
            return Finding.notEvaluated(Halves.CHECK, "the model is too large to be evaluated for that");
        }
        Halves.Part first;
        Halves.Part second;
        try {
            first = part(0, samples / 2);
            second = part(samples / 2, samples);
        } catch (Problem problem) {
            return Finding.notEvaluated(
                    Halves.CHECK, "the model does not take a batch of another size (" + problem.explanation() + ")");
        }
        boolean fits = gradient.entrySet().stream().allMatch(tensor -> {
            Tensor half = first.gradient().get(tensor.getKey());
            return half != null && half.shape().equals(tensor.getValue().shape());
        });
        return fits
                ? new Halves(new Halves.Part(samples, objective.value(), gradient), first, second).finding(allowance)
                : Finding.notEvaluated(Halves.CHECK, "what is differentiated has another shape for half of the data");
    }

    private int samples() {
        return data.values().stream()
                .filter(tensor -> tensor.shape().rank() > 0)
                .findFirst()
                .map(tensor -> tensor.shape().extent(0))
                .orElse(0);
    }

    private Halves.Part part(int from, int to) {
        Map<String, Tensor> rows = new LinkedHashMap<>();
        data.forEach((name, tensor) -> rows.put(name, isOfSamples(tensor) ? rows(tensor, from, to) : tensor));
        Objective half = reader.apply(rows).read(AFFORDED);
        return new Halves.Part(to - from, half.value(), half.gradient().byParameter());
    }

    private boolean isOfSamples(Tensor tensor) {
        return tensor.shape().rank() > 0 && tensor.shape().extent(0) == samples();
    }

    private static Tensor rows(Tensor tensor, int from, int to) {
        int row = tensor.size() / tensor.shape().extent(0);
        int[] extents = tensor.shape().extents().clone();
        extents[0] = to - from;
        double[] values = Arrays.copyOfRange(tensor.values(), from * row, to * row);
        return Tensor.of(Shape.of(extents), tensor.datatype(), values);
    }
}
