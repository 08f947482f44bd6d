package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic narrower than float64, simulated in it: every result becomes one of its neighbours on its node's grid.
 *
 * <p>Kinks, winners and steps choose by operands that strayed {@link #BOLDNESS} times as far from the base evaluation as
 * these did. A unit whose input is as small as its rounding is flipped by a real machine now and then; eight runs no
 * bolder than the machine miss every fourth such flip, and a right gradient would fail. Runs that lean choose as the base
 * evaluation does, but at its edges all to one side.
 */
final class RandomRounding implements Rounding {

    private static final SerialSums IN_FLOAT32 = new SerialSums(true);

    private final Grid[] grids; // (node)
    private final Grid[] sums; // (node)
    private final Grid[] sumsInReverse; // (node)
    private final @Nullable Grid operands; // of products; null: as stored
    private final Evaluation base;
    private final Program program;
    private final Centring centring;
    private final Discrete discrete;
    private final Map<Node, Tensor> boldWinners = new IdentityHashMap<>(); // of maxima, moved too
    private final SplittableRandom random;
    private final Leaning leaning;
    private final TermSizes termSizes;
    private boolean isNearest; // forward
    private boolean isWithoutChance;
    private boolean isTying;

    private RandomRounding(Evaluation base, Grid grid, long seed, Leaning leaning, TermSizes termSizes) {
        this.base = base;
        this.program = base.program();
        this.grids = new Grid[program.nodes().size()];
        Arrays.fill(grids, grid);
        this.sums = grids;
        this.sumsInReverse = grids;
        this.operands = null;
        this.centring = program.centring();
        this.discrete = program.discrete();
        this.random = new SplittableRandom(seed);
        this.leaning = leaning;
        this.termSizes = termSizes;
    }

    private RandomRounding(
            Evaluation base, Precision precision, Grid[] grids, long seed, Leaning leaning, TermSizes termSizes) {
        this.base = base;
        this.program = base.program();
        this.grids = grids;
        this.sums = precision.sums(program);
        this.sumsInReverse = precision.sumsInReverse(program);
        this.operands = precision.computeGrid();
        this.centring = program.centring();
        this.discrete = program.discrete();
        this.random = new SplittableRandom(seed);
        this.leaning = leaning;
        this.termSizes = termSizes;
    }

    static RandomRounding throughout(Grid grid, Evaluation base, long seed, Leaning leaning, TermSizes sizes) {
        return new RandomRounding(base, grid, seed, leaning, sizes);
    }

    static RandomRounding mixed(
            Precision precision, Grid kept, Evaluation base, long seed, Leaning leaning, TermSizes sizes) {
        return new RandomRounding(base, precision, precision.grids(base.program(), kept), seed, leaning, sizes);
    }

    /** The same where products are rounded with their biases alone, and to the nearest; in reverse at random still. */
    static RandomRounding fused(
            Precision precision, Grid kept, Evaluation base, long seed, Leaning leaning, TermSizes sizes) {
        Grid[] grids = precision.fused(base.program(), kept);
        RandomRounding fused = new RandomRounding(base, precision.withSumsAlike(), grids, seed, leaning, sizes);
        fused.isNearest = true;
        return fused;
    }

    @Override
    public TermSizes sizes() {
        return termSizes;
    }

    /**
     * Rounds to the nearest, without chance: equal numbers stay equal. A few values that 16 bits cannot tell apart have no variance
     * then, and batch normalisation multiplies by {@code 1 / sqrt(epsilon)}; stray ones always have some.
     *
     * @param ties whether operations that choose see the rounded numbers too, of which more are equal, and not further ones
     */
    RandomRounding toNearest(boolean ties) {
        isNearest = true;
        isWithoutChance = true;
        isTying = ties;
        return this;
    }

    private Draws draws() {
        Draws draws = isWithoutChance ? Draws.NEAREST : Draws.from(random);
        return isNearest ? draws.toNearest() : draws;
    }

    @Override
    public Tensor given(Node node, Tensor value) {
        Tensor sizes = node.op() instanceof Constant constant ? constant.sizesIn(sums[node.id()]) : null;
        Stored loop = loop(node, sums, sizes == null && isExact(node), draws());
        if (sizes == null && termSizes.isKept(node, () -> loop.keeps(value.values()))) {
            return value;
        }
        double[] stored = new double[value.size()];
        loop.of(value.values(), sizes == null ? null : sizes.values(), stored);
        return Tensor.of(node.shape(), stored);
    }

    @Override
    public Tensor value(Node node, List<Tensor> inputs) {
        Op op = node.op();
        if (op.isMove() && base.readsAlike(node, inputs)) {
            return base.value(node);
        }
        if (choosesBoldly(op)) {
            List<Tensor> bold = bold(node, inputs);
            Tensor chosen = Tensor.of(node.shape(), op.value(bold, node.shape()));
            if (op instanceof Reduce) {
                boldWinners.put(node, chosen);
            }
            double[] taken = Branches.value(op, inputs, bold, chosen);
            double[] stored = new double[taken.length];
            loop(node, sums, isExact(node), draws()).of(taken, null, stored);
            return Tensor.of(node.shape(), stored);
        }
        List<Tensor> read = op instanceof Contraction ? operands(inputs) : inputs;
        double[] y = op instanceof Contraction product && addsInFloat32(sums[node.id()])
                ? IN_FLOAT32.value(product, read, node.shape())
                : op.value(read, node.shape());
        if (op.isMove()) {
            Tensor winners = boldWinners.get(node.inputs().get(0));
            if (winners != null && inputs.size() == 1) {
                boldWinners.put(node, Tensor.of(node.shape(), op.value(List.of(winners), node.shape())));
            }
            return Tensor.of(node.shape(), y);
        }
        boolean cancels = Terms.isSum(op) || centring.isCentred(node);
        double @Nullable [] sizes =
                cancels ? termSizes.forward(node, () -> Terms.sizes(node, read)) : ofKernel(op, read, y);
        Stored loop = loop(node, sums, isExact(node), draws());
        if (cancels) {
            loop.ofOthersSizes(y, Objects.requireNonNull(sizes), y);
        } else {
            loop.of(y, sizes, y);
        }
        return Tensor.of(node.shape(), y);
    }

    /**
     * No library rounds elementary functions correctly: they are off by up to two units in the last place, as 1 / (1 + exp(-x))
     * is, which near 1 are all that there is of a derivative. Null for an operation that is rounded correctly.
     */
    private static double @Nullable [] ofKernel(Op op, List<Tensor> inputs, double[] y) {
        if (!(op instanceof Unary unary) || !unary.function().isElementary()) {
            return null;
        }
        boolean[] rounded = Residues.of(op, inputs, inputs.get(0).shape()).rounded(y);
        double[] sizes = new double[y.length];
        for (int i = 0; i < y.length; i++) {
            sizes[i] = rounded[i] ? Math.nextUp(Math.abs(y[i])) : 0; // a sigmoid's 1 is no count
        }
        return sizes;
    }

    /** Whether a node's whole numbers are positions, counts or marks. */
    private boolean isExact(Node node) {
        return !program.isDifferentiable(node) || discrete.isDiscrete(node);
    }

    /** What stores a node's results, with random numbers of its own. */
    private Stored loop(Node node, Grid[] sums, boolean indices, Draws draws) {
        return new Stored(grids[node.id()], sums[node.id()].unitRoundoff(), indices, draws);
    }

    private List<Tensor> operands(List<Tensor> inputs) {
        Grid grid = operands;
        if (grid == null) {
            return inputs;
        }
        Draws draws = draws();
        return inputs.stream()
                .map(input -> input.map(x -> grid.round(x, Draws.high(draws.bits(x)))))
                .toList();
    }

    @Override
    public double[] cotangent(Node node, double[] arriving, double @Nullable [] sizes) {
        Draws draws = isWithoutChance ? Draws.NEAREST : Draws.from(random);
        Stored loop = loop(node, sumsInReverse, isExact(node), draws);
        if (sizes == null) {
            loop.of(arriving, null, arriving);
        } else {
            loop.ofOthersSizes(arriving, sizes, arriving);
        }
        return program.conditioning().strayed(node, arriving, base, grids[node.id()], random);
    }

    @Override
    public void pullBack(
            Node node, List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        Op op = node.op();
        if (choosesBoldly(op)) {
            List<Tensor> bold = leaning == Leaning.NONE ? bold(node, inputs) : leaning.leaned(node, base.inputs(node));
            op.pullBack(bold, Tensor.of(node.shape(), op.value(bold, node.shape())), cotangent, into);
        } else {
            List<Tensor> read = op instanceof Contraction ? operands(inputs) : inputs;
            double[] @Nullable [] inFloat32 = new double[into.length][];
            for (int k = 0; k < into.length; k++) {
                inFloat32[k] = addsInFloat32(sumsInReverse[receiver(node, k).id()]) ? into[k] : null;
            }
            IN_FLOAT32.pullBack(node, read, output, cotangent, into, inFloat32);
        }
    }

    /** Coarser sums are kept in float32 while they are added up. */
    private static boolean addsInFloat32(Grid sums) {
        return sums.digits() == Grid.FP32.digits();
    }

    /** Whether the operation compares its operands; a condition or an index has been computed before. */
    private static boolean choosesBoldly(Op op) {
        return !op.isSmooth() && !(op instanceof Select);
    }

    /**
     * Further off than rounding carried them, so that what it may decide is decided; what it makes equal stays equal, as a maximum
     * does the element that won, and what was decided stays as it is.
     */
    private List<Tensor> bold(Node node, List<Tensor> inputs) {
        if (isTying) {
            return inputs;
        }
        List<Tensor> bold = new ArrayList<>(inputs.size());
        for (int k = 0; k < inputs.size(); k++) {
            Node operand = node.inputs().get(k);
            Tensor winners = boldWinners.get(operand);
            if (winners != null || discrete.isDiscrete(operand)) {
                bold.add(winners == null ? inputs.get(k) : winners);
                continue;
            }
            double[] x = inputs.get(k).values();
            double[] from = base.value(operand).values();
            double[] y = new double[x.length];
            for (int i = 0; i < y.length; i++) {
                double off = BOLDNESS * (x[i] - from[i]);
                y[i] = Double.isFinite(off) && off != 0 ? from[i] + off : x[i];
            }
            bold.add(Tensor.of(inputs.get(k).shape(), y));
        }
        return bold;
    }

    @Override
    public Node receiver(Node node, int k) {
        Node source = k == 0 ? centring.source(node) : null;
        return source == null ? node.inputs().get(k) : source;
    }
}
