package dev.plumbline.check;

import dev.plumbline.compute.consistency.Finding;
import dev.plumbline.compute.consistency.Halves;
import dev.plumbline.compute.difference.Directions;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The samples of a check, which it can be asked to take by halves: the model is read once more for each.
 *
 * @param data of the request; what has as many rows as the first of them is halved, everything else stays
 * @param reader of the model with other data
 */
record Batch(Map<String, Tensor> data, Function<Map<String, Tensor>, ObjectiveReader> reader) {

    /** Operations of the model beyond which its halves, a dozen more passes, are not worth their time. */
    private static final double MOST_OPERATIONS = 1e8;

    /** One more than the law needs, lest a point lie outside of the model's domain. */
    private static final int ELSEWHERE = 3;

    /** Parameters move by this much of their size. */
    private static final double FAR = 0.1;

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
        List<Map<String, Tensor>> elsewhere = elsewhere(objective);
        try {
            first = part(0, samples / 2, elsewhere);
            second = part(samples / 2, samples, elsewhere);
        } catch (Problem problem) {
            return Finding.notEvaluated(
                    Halves.CHECK, "the model does not take a batch of another size (" + problem.explanation() + ")");
        }
        boolean fits = gradient.entrySet().stream().allMatch(tensor -> {
            Tensor half = first.gradient().get(tensor.getKey());
            return half != null && half.shape().equals(tensor.getValue().shape());
        });
        if (!fits) {
            return Finding.notEvaluated(Halves.CHECK, "what is differentiated has another shape for half of the data");
        }
        Halves.Part whole = new Halves.Part(samples, objective.value(), losses(objective, elsewhere), gradient);
        Finding finding = new Halves(whole, first, second).finding(allowance);
        return Boolean.FALSE.equals(finding.holds()) && objective.program().stopsGradients()
                ? Finding.notEvaluated(
                        Halves.CHECK, "the model stops gradients, so its gradient is not that of its loss")
                : finding;
    }

    /** Parameters away from the point, each entry by about its tensor's size: whether a loss is a mean or a sum shows there. */
    private static List<Map<String, Tensor>> elsewhere(Objective objective) {
        Set<String> parameters = objective.program().parameters().keySet();
        return IntStream.range(0, ELSEWHERE)
                .mapToObj(seed -> {
                    Map<String, Tensor> moved = new LinkedHashMap<>();
                    Directions.gaussian(parameters, objective, seed)
                            .forEach((name, direction) -> moved.put(name, moved(objective.parameter(name), direction)));
                    return moved;
                })
                .toList();
    }

    private static Tensor moved(Tensor from, Tensor direction) {
        double norm = from.norm();
        double size = norm > 0 && Double.isFinite(norm) ? norm / Math.sqrt(from.size()) : 1;
        double[] values = direction.map(d -> FAR * size * d).values();
        for (int i = 0; i < values.length; i++) {
            values[i] += from.at(i);
        }
        return Tensor.of(from.shape(), from.datatype(), values);
    }

    private static double[] losses(Objective objective, List<Map<String, Tensor>> elsewhere) {
        return elsewhere.stream()
                .mapToDouble(parameters -> loss(objective, parameters))
                .toArray();
    }

    private static double loss(Objective objective, Map<String, Tensor> parameters) {
        try {
            return objective.valueWith(parameters);
        } catch (Problem outOfRange) { // such as an index that is computed
            return Double.NaN;
        }
    }

    private int samples() {
        return data.values().stream()
                .filter(tensor -> tensor.shape().rank() > 0)
                .findFirst()
                .map(tensor -> tensor.shape().extent(0))
                .orElse(0);
    }

    private Halves.Part part(int from, int to, List<Map<String, Tensor>> elsewhere) {
        Map<String, Tensor> rows = new LinkedHashMap<>();
        data.forEach((name, tensor) -> rows.put(name, isOfSamples(tensor) ? rows(tensor, from, to) : tensor));
        Objective half = reader.apply(rows).read(AFFORDED);
        return new Halves.Part(
                to - from,
                half.value(),
                losses(half, elsewhere),
                half.gradient().byParameter());
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
