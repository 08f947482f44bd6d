package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Arithmetic narrower than float64, simulated in it: every result becomes one of its neighbours on its node's grid. */
final class RandomRounding implements Rounding {

    private final Grid[] grids; // (node)
    private final Grid sums;
    private final @Nullable Grid operands; // of products; null: as stored
    private final Program program;
    private final Centring centring;
    private final SplittableRandom random;

    private RandomRounding(Grid[] grids, Grid sums, @Nullable Grid operands, Program program, long seed) {
        this.grids = grids;
        this.sums = sums;
        this.operands = operands;
        this.program = program;
        this.centring = program.centring();
        this.random = new SplittableRandom(seed);
    }

    static RandomRounding throughout(Grid grid, Program program, long seed) {
        Grid[] grids = new Grid[program.nodes().size()];
        Arrays.fill(grids, grid);
        return new RandomRounding(grids, grid, null, program, seed);
    }

    static RandomRounding mixed(Precision precision, Grid kept, Program program, long seed) {
        return new RandomRounding(
                precision.grids(program, kept), precision.accumulateGrid(), precision.computeGrid(), program, seed);
    }

    @Override
    public Tensor given(Node node, Tensor value) {
        return Tensor.of(node.shape(), stored(node, value.values(), null));
    }

    @Override
    public Tensor value(Node node, List<Tensor> inputs) {
        Op op = node.op();
        List<Tensor> read = Terms.isProduct(op) ? operands(inputs) : inputs;
        double[] y = op.value(read, node.shape());
        boolean cancels = Terms.isSum(op) || centring.isCentred(node);
        return Tensor.of(node.shape(), op.isMove() ? y : stored(node, y, cancels ? Terms.sizes(node, read) : null));
    }

    /** On the node's grid, sums after they were off by up to {@code 2 u} of their terms' sizes. */
    private double[] stored(Node node, double[] values, double @Nullable [] sizes) {
        Grid grid = grids[node.id()];
        double spread = 4 * sums.unitRoundoff();
        boolean indices = !program.isDifferentiable(node);
        double[] stored = values.clone();
        for (int i = 0; i < stored.length; i++) {
            boolean whole = values[i] == Math.rint(values[i]);
            if (whole && (indices || (sizes != null && sizes[i] == Math.rint(sizes[i])))) {
                continue; // counts and indices, whatever their datatype
            }
            double off = sizes == null ? 0 : spread * sizes[i] * (random.nextDouble() - 0.5);
            stored[i] = grid.round(values[i] + off, random.nextDouble());
        }
        return stored;
    }

    private List<Tensor> operands(List<Tensor> inputs) {
        Grid grid = operands;
        return grid == null
                ? inputs
                : inputs.stream()
                        .map(input -> input.map(x -> grid.round(x, random.nextDouble())))
                        .toList();
    }

    @Override
    public double[] cotangent(Node node, double[] arriving, double @Nullable [] sizes) {
        return stored(node, arriving, sizes);
    }

    @Override
    public void pullBack(
            Node node, List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        node.op().pullBack(Terms.isProduct(node.op()) ? operands(inputs) : inputs, output, cotangent, into);
    }

    @Override
    public Node receiver(Node node, int k) {
        Node source = k == 0 ? centring.source(node) : null;
        return source == null ? node.inputs().get(k) : source;
    }
}
