package dev.plumbline.diagnose;

import dev.plumbline.compute.health.NoiseScale;
import dev.plumbline.compute.health.SampleNorms;
import dev.plumbline.compute.health.TensorStatistics;
import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Each sample's own gradient, by reading the model once more for a batch of one and a reverse pass on each sample: together
 * the cost of one batch. A model whose batch has a fixed size, as most ONNX files have it, is given a batch that holds
 * nothing but that sample; a loss that sums then counts it as often. That the samples are independent is not assumed: their
 * gradients must add up to the batch's, or be its mean.
 */
final class SampleGradients {

    /** What rounding may do to a sum over the batch; a batch normalisation is off by far more. */
    private static final double ALLOWANCE = 1e-8;

    /** Operations worth spending where each sample takes a whole batch: some ten seconds of one core. */
    private static final double MOST_OPERATIONS = 3e10;

    private final DiagnosisRequest request;
    private final Map<String, Tensor> batch;
    private final int samples;

    private SampleGradients(DiagnosisRequest request, int samples) {
        this.request = request;
        this.batch = request.dataOrNone();
        this.samples = samples;
    }

    static SampleNorms of(DiagnosisRequest request, Map<String, Tensor> gradients) {
        int[] extents = request.dataOrNone().values().stream()
                .filter(tensor -> tensor.shape().rank() > 0)
                .mapToInt(tensor -> tensor.shape().extent(0))
                .distinct()
                .toArray();
        if (extents.length != 1 || extents[0] < 1) {
            return SampleNorms.none(
                    extents.length == 0
                            ? "there are no samples among the data"
                            : "the data's first axes differ, so it is not known which one counts samples");
        }
        try {
            return new SampleGradients(request, extents[0]).norms(gradients);
        } catch (Problem problem) {
            return SampleNorms.none("the model cannot be read for one sample: " + problem.explanation());
        }
    }

    private SampleNorms norms(Map<String, Tensor> gradients) {
        int rows = 1;
        Objective objective;
        try {
            objective = read(rows);
        } catch (Problem fixedBatch) {
            rows = samples;
            objective = read(rows);
            if (3.0 * samples * objective.program().cost() > MOST_OPERATIONS) {
                return SampleNorms.none(
                        "the model's batch has a fixed size, and a whole one for each sample costs too much");
            }
        }
        Program program = objective.program();
        Node output = program.output(ObjectiveReader.OBJECTIVE);
        Map<String, Tensor> point = new HashMap<>(objective.point());
        Map<String, double[]> sums = new LinkedHashMap<>();
        double[] norms = new double[samples];
        double[] products = new double[samples]; // with the batch's gradient
        double counted = request.lossOrNone().reduction() == Loss.Reduction.SUM ? rows : 1;
        for (int n = 0; n < samples; n++) {
            point.putAll(sample(n, rows));
            Map<String, Tensor> own = program.evaluate(point).gradient(output).byParameter();
            norms[n] = TensorStatistics.norm(own.values()) / counted;
            products[n] = product(own, gradients) / counted;
            own.forEach((name, tensor) -> add(sums.computeIfAbsent(name, key -> new double[tensor.size()]), tensor));
        }
        double size = counted * Arrays.stream(norms).sum();
        boolean isSum = isMultiple(sums, gradients, 1, size);
        return isSum || isMultiple(sums, gradients, samples, size)
                ? SampleNorms.of(
                        norms, noise(norms, products, (isSum ? 1.0 : samples) / (counted * samples), gradients))
                : SampleNorms.none("the samples' gradients neither add up to the batch's nor average to it, as with"
                        + " batch normalisation or a regularised sum");
    }

    /** @param factor the samples' mean gradient is this many times the batch's */
    private static @Nullable NoiseScale noise(
            double[] norms, double[] products, double factor, Map<String, Tensor> gradients) {
        double[] squares = Arrays.stream(norms).map(norm -> norm * norm).toArray();
        double[] withMean =
                Arrays.stream(products).map(product -> factor * product).toArray();
        double mean = factor * TensorStatistics.norm(gradients.values());
        return NoiseScale.of(squares, withMean, mean * mean);
    }

    private static double product(Map<String, Tensor> own, Map<String, Tensor> gradients) {
        double sum = 0;
        for (Map.Entry<String, Tensor> tensor : own.entrySet()) {
            Tensor other = gradients.get(tensor.getKey());
            if (other != null && other.shape().equals(tensor.getValue().shape())) {
                for (int i = 0; i < other.size(); i++) {
                    sum += tensor.getValue().at(i) * other.at(i);
                }
            }
        }
        return sum;
    }

    /** The model for a batch of some rows, each the first sample. */
    private Objective read(int rows) {
        return new ObjectiveReader(
                        Objects.requireNonNull(request.model()).read(),
                        request.lossOrNone(),
                        request.parametersOrNone(),
                        sample(0, rows),
                        request.claims(),
                        Set.of())
                .read(program -> {});
    }

    private static void add(double[] sum, Tensor tensor) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += tensor.at(i);
        }
    }

    /** Whether the samples' gradients add up to {@code factor} times the batch's. */
    private static boolean isMultiple(
            Map<String, double[]> sums, Map<String, Tensor> gradients, double factor, double size) {
        double off = 0;
        for (Map.Entry<String, double[]> sum : sums.entrySet()) {
            Tensor gradient = gradients.get(sum.getKey());
            if (gradient != null && gradient.size() != sum.getValue().length) {
                return false; // a Jacobian has as many rows as its batch
            }
            for (int i = 0; gradient != null && i < sum.getValue().length; i++) {
                off = Math.max(off, Math.abs(sum.getValue()[i] - factor * gradient.at(i)));
            }
        }
        return off <= ALLOWANCE * size;
    }

    private Map<String, Tensor> sample(int n, int rows) {
        Map<String, Tensor> sample = new LinkedHashMap<>();
        batch.forEach((name, tensor) -> sample.put(name, tensor.shape().rank() == 0 ? tensor : row(tensor, n, rows)));
        return sample;
    }

    /** Row n, {@code rows} times. */
    private static Tensor row(Tensor tensor, int n, int rows) {
        int[] extents = tensor.shape().extents();
        int size = tensor.size() / extents[0];
        extents[0] = rows;
        double[] values = new double[rows * size];
        for (int k = 0; k < rows; k++) {
            System.arraycopy(tensor.values(), n * size, values, k * size, size);
        }
        return Tensor.of(Shape.of(extents), tensor.datatype(), values);
    }
}
