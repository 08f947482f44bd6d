package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Deviation.Part;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Tangents;
import dev.plumbline.compute.program.Work;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RRQRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.jspecify.annotations.Nullable;

/**
 * Weights of many contributions to a gradient, fitted on a few random projections of it:
 *
 * <pre>
 *   {@code <w_j, e> = sum_k x_k <w_j, C_k>}     j = 1 ... K + 10
 * </pre>
 *
 * <p>The w_j are Gaussian in units of the allowances, over the tensors nearest to the loss that have entries enough; forward
 * mode gives the projections of all contributions at once, and only what is behind those tensors is computed.
 */
final class Sketch {

    private static final int MORE = 10;
    private static final double SINGULAR = 1e-11;

    /** Singular values of more than so many take too long. */
    private static final int MOST_DEPENDENT = 150;

    /** Allowances are six standard deviations. */
    private static final double DEVIATIONS = 6;

    /**
     * @param weights x_k
     * @param uncertainties one standard deviation of each
     */
    @SuppressWarnings("ArrayRecordComponent") // made once, read once
    record Weights(double[] weights, double[] uncertainties) {}

    private final Trial trial;
    private final LossElements elements;
    private final double[] cotangent;

    Sketch(Trial trial, LossElements elements) {
        this.trial = trial;
        this.elements = elements;
        this.cotangent = trial.wrong().gradient().by(elements.terms()).values();
    }

    /**
     * The weights; null where the budget is used up or the projections do not tell them apart.
     *
     * @param all whether all tensors are projected, which costs more and tells more apart
     */
    @Nullable
    Weights weights(boolean all) {
        int unknown = elements.groups();
        int rows = unknown + MORE;
        for (List<Part> parts : choices(2 * rows, all)) {
            RealMatrix projections = new Array2DRowRealMatrix(rows, unknown);
            double[] off = new double[rows];
            double scale = scale(parts);
            SplittableRandom random = new SplittableRandom(trial.wrong().seed());
            for (int j = 0; j < rows; j++) {
                if (!trial.budget().isOpen()) {
                    return null;
                }
                projections.setRow(j, row(parts, scale, random, off, j));
            }
            if (trial.budget().isLate()) {
                return null;
            }
            double size = parts.stream().mapToDouble(Part::size).sum();
            Weights found = solved(projections, off, scale * Math.sqrt(size) / DEVIATIONS);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** The tensors nearest to the loss that have so many entries, then all. */
    private List<List<Part>> choices(int entries, boolean all) {
        Objective objective = trial.wrong().objective();
        List<Part> nearest = new ArrayList<>(trial.deviation().parts());
        nearest.sort(Comparator.comparingInt((Part part) -> -objective.firstReader(part.name())));
        List<Part> few = new ArrayList<>();
        int count = 0;
        for (Part part : nearest) {
            if (count < entries) {
                few.add(part);
                count += part.size();
            }
        }
        if (all) {
            return few.size() == nearest.size() ? List.of() : List.of(nearest);
        }
        return few.size() == nearest.size() ? List.of(few) : List.of(few, nearest);
    }

    private double scale(List<Part> parts) {
        double scale = 0;
        for (Part part : parts) {
            for (int i = part.start(); i < part.start() + part.size(); i++) {
                double allowed = trial.deviation().allowance()[i];
                scale = Math.max(scale, allowed < Double.POSITIVE_INFINITY ? allowed : 0);
            }
        }
        return scale;
    }

    private double[] row(List<Part> parts, double scale, SplittableRandom random, double[] off, int j) {
        Map<String, Tensor> direction = new HashMap<>();
        for (Part part : parts) {
            double[] values = new double[part.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextGaussian() * (scale / trial.deviation().allowance()[part.start() + i]);
                off[j] += values[i] * trial.deviation().off()[part.start() + i];
            }
            direction.put(part.name(), Tensor.of(part.comparison().reference().shape(), values));
        }
        Work work = trial.budget().work();
        double[] tangent = Tangents.of(trial.wrong().objective(), direction, Set.of(elements.terms()), work)
                .getOrDefault(elements.terms(), new double[cotangent.length]);
        trial.budget().charge(work.passes());
        double[] row = new double[elements.groups()];
        int each = elements.each();
        for (int i = 0; i < tangent.length; i++) {
            row[i / each] += tangent[i] * cotangent[i];
        }
        return row;
    }

    /** @param noise one standard deviation of a row */
    private static @Nullable Weights solved(RealMatrix projections, double[] off, double noise) {
        int unknown = projections.getColumnDimension();
        double[] norms = new double[unknown];
        double largest = 0;
        for (int k = 0; k < unknown; k++) {
            norms[k] = projections.getColumnVector(k).getNorm();
            largest = Math.max(largest, norms[k]);
        }
        List<Integer> live = new ArrayList<>();
        for (int k = 0; k < unknown; k++) {
            if (norms[k] > SINGULAR * largest) {
                live.add(k);
            }
        }
        if (live.isEmpty()) {
            return null;
        }
        int[] columns = live.stream().mapToInt(Integer::intValue).toArray();
        RealMatrix scaled = new Array2DRowRealMatrix(projections.getRowDimension(), columns.length);
        for (int c = 0; c < columns.length; c++) {
            scaled.setColumnVector(c, projections.getColumnVector(columns[c]).mapDivide(norms[columns[c]]));
        }
        RealMatrix inverse = inverse(scaled);
        if (inverse == null) {
            return null;
        }
        double[] solution = inverse.operate(off);
        double[] left = new ArrayRealVector(off)
                .subtract(scaled.operate(new ArrayRealVector(solution)))
                .toArray();
        double[] refined = inverse.operate(left);
        for (int c = 0; c < solution.length; c++) {
            solution[c] += refined[c];
        }
        double[] weights = new double[unknown];
        double[] uncertainties = new double[unknown];
        for (int c = 0; c < columns.length; c++) {
            weights[columns[c]] = solution[c] / norms[columns[c]];
            uncertainties[columns[c]] = noise * inverse.getRowVector(c).getNorm() / norms[columns[c]];
        }
        return new Weights(weights, uncertainties);
    }

    /**
     * The pseudo-inverse; null where it would take too long. What the projections do not tell apart, as two equal samples,
     * shares what they are off together equally.
     */
    private static @Nullable RealMatrix inverse(RealMatrix projections) {
        RRQRDecomposition triangle = new RRQRDecomposition(projections);
        if (tellsApart(triangle.getR())) {
            return triangle.getSolver().solve(MatrixUtils.createRealIdentityMatrix(projections.getRowDimension()));
        }
        if (projections.getColumnDimension() > MOST_DEPENDENT) {
            return null;
        }
        SingularValueDecomposition values = new SingularValueDecomposition(projections);
        RealMatrix scaled = values.getV();
        for (int k = 0; k < scaled.getColumnDimension(); k++) {
            double value = values.getSingularValues()[k];
            double inverse = value > SINGULAR * values.getNorm() ? 1 / value : 0;
            scaled.setColumnVector(k, scaled.getColumnVector(k).mapMultiply(inverse));
        }
        return scaled.multiply(values.getUT());
    }

    /** Whether a triangle's diagonal stays clear of 0. */
    private static boolean tellsApart(RealMatrix triangle) {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (int k = 0; k < triangle.getColumnDimension(); k++) {
            double size = Math.abs(triangle.getEntry(k, k));
            least = Math.min(least, size);
            most = Math.max(most, size);
        }
        return least > SINGULAR * most;
    }
}
