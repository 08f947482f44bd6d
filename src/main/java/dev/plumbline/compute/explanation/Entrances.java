package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Deviation.Part;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Tangents;
import dev.plumbline.compute.program.Work;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * Whether a wrong gradient that enters where an operation reads could have made the claim, whatever its rule: {@code J' delta
 * = e} is solved for delta by least squares, on random projections
 *
 * <pre>
 *   {@code <w_j, e> = <J w_j, delta>}
 * </pre>
 *
 * <p>One tangent pass for each w_j serves all values at once. An operation whose inputs admit no delta is cleared.
 *
 * <p>Bad: for values of more than some hundred entries, where it is not tried.
 */
final class Entrances {

    private static final int MORE = 40;
    private static final int LARGEST = 220;
    private static final int LOOKED_AT = 12;
    private static final double EXACT = 1e-7;
    private static final double SINGULAR = 1e-12;

    private final Trial trial;
    private final List<Operation> asked = new ArrayList<>();
    private final Map<Node, RealMatrix> projections = new HashMap<>(); // (row, entry)
    private double[] off = {};
    private double noise;

    private Entrances(Trial trial) {
        this.trial = trial;
    }

    /** For the first of some suspects whether they could be at fault; none where it was not tried. */
    static Map<Operation, Boolean> among(List<Operation> suspects, Trial trial) {
        Entrances entrances = new Entrances(trial);
        suspects.stream().filter(Entrances::isSmall).limit(LOOKED_AT).forEach(entrances.asked::add);
        Map<Operation, Boolean> admitted = new HashMap<>();
        if (!entrances.asked.isEmpty() && entrances.project()) {
            entrances.asked.forEach(operation -> admitted.put(operation, entrances.admits(operation)));
        }
        return admitted;
    }

    /** An operation's own parameters may be wrong by themselves: nothing is solved for there. */
    private static boolean isSmall(Operation operation) {
        return operation.inputs().stream().noneMatch(input -> input.inputs().isEmpty()) && size(operation) <= LARGEST;
    }

    private static int size(Operation operation) {
        return operation.inputs().stream()
                .mapToInt(input -> input.shape().size())
                .sum();
    }

    private boolean project() {
        int rows = asked.stream().mapToInt(Entrances::size).max().orElse(0) + MORE;
        Set<Node> wanted = new HashSet<>();
        asked.forEach(operation -> wanted.addAll(operation.inputs()));
        wanted.forEach(node -> projections.put(
                node, new Array2DRowRealMatrix(rows, node.shape().size())));
        double[] allowance = trial.deviation().allowance();
        double scale = 0;
        for (double allowed : allowance) {
            scale = Math.max(scale, allowed < Double.POSITIVE_INFINITY ? allowed : 0);
        }
        noise = scale * Math.sqrt(allowance.length);
        off = new double[rows];
        SplittableRandom random = new SplittableRandom(~trial.wrong().seed());
        for (int j = 0; j < rows; j++) {
            if (!trial.budget().isOpen()) {
                return false;
            }
            Map<String, Tensor> direction = direction(random, scale, j);
            int row = j;
            Work work = trial.budget().work();
            Tangents.of(trial.wrong().objective(), direction, wanted, work)
                    .forEach((node, tangent) -> matrix(node).setRow(row, tangent));
            trial.budget().charge(work.passes());
        }
        return !trial.budget().isLate();
    }

    private RealMatrix matrix(Node node) {
        return java.util.Objects.requireNonNull(projections.get(node));
    }

    private Map<String, Tensor> direction(SplittableRandom random, double scale, int j) {
        Map<String, Tensor> direction = new HashMap<>();
        for (Part part : trial.deviation().parts()) {
            double[] values = new double[part.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextGaussian() * (scale / trial.deviation().allowance()[part.start() + i]);
                off[j] += values[i] * trial.deviation().off()[part.start() + i];
            }
            direction.put(part.name(), Tensor.of(part.comparison().reference().shape(), values));
        }
        return direction;
    }

    /** Whether what no delta explains is rounding. */
    private boolean admits(Operation operation) {
        int columns = size(operation);
        int rows = off.length;
        RealMatrix joined = new Array2DRowRealMatrix(rows, columns);
        int from = 0;
        for (Node input : operation.inputs()) {
            joined.setSubMatrix(matrix(input).getData(), 0, from);
            from += input.shape().size();
        }
        SingularValueDecomposition values = new SingularValueDecomposition(joined);
        double[] left = off.clone();
        for (int k = 0; k < values.getSingularValues().length; k++) {
            if (values.getSingularValues()[k] > SINGULAR * values.getNorm()) {
                double[] u = values.getU().getColumn(k);
                double along = MatrixUtils.createRealVector(u).dotProduct(MatrixUtils.createRealVector(left));
                for (int j = 0; j < rows; j++) {
                    left[j] -= along * u[j];
                }
            }
        }
        double rest = MatrixUtils.createRealVector(left).getNorm();
        double whole = MatrixUtils.createRealVector(off).getNorm();
        return rest <= Math.max(EXACT * whole, noise * Math.sqrt(rows));
    }
}
