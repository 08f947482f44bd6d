package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Float64 arithmetic that strays at random around an evaluation: each result that <em>was</em> rounded moves by up to
 * {@code 2 u} of its size (less, and eight runs overlook the noise of one product), a sum of K terms by up to {@code (2 + sqrt(K)/4) u} of their sizes, u = 2^-53, and comes to lie
 * on a float64 again. (One term after the other, different ones are off by {@code 0.24 sqrt(K) u}, root mean square; equal
 * ones by more, see {@link SerialSums}.)
 *
 * <p>What was rounded, residues tell: what twoSum (Knuth, TAOCP 2, 4.2.2) or a fused multiply-add finds missing. A
 * difference such as 1 - 0.5 stays and unties nothing. Steps, conditions and indices are the base evaluation's ({@link Branches});
 * at kinks the run takes its own side. A cotangent
 * counts as exact where it is a float32 number and no sum: most such come from short factors, and one in 5e8 by chance.
 */
final class Float64Rounding implements Rounding {

    private static final double U = 0x1p-53;
    private static final double FLUSHED = 0.5; // of sigmoids that are subnormal: 1 / (1 + exp(-x)) overflows inside
    private static final long EXPONENT = 0x7FF0_0000_0000_0000L;
    private static final long TINY = 52L << 52; // up to here ulps are subnormal
    private static final long INVERSE =
            (2L * Double.MAX_EXPONENT + 52) << 52; // less an exponent: of the inverse of its ulp
    private static final SerialSums SERIAL = new SerialSums(false);

    private final Evaluation base;
    private final Centring centring;
    private final Conditioning conditioning;
    private final Leaning leaning;
    private final SplittableRandom random;
    private final TermSizes termSizes;

    Float64Rounding(Evaluation base, long seed, Leaning leaning, TermSizes termSizes) {
        this.base = base;
        this.termSizes = termSizes;
        this.leaning = leaning;
        this.centring = base.program().centring();
        this.conditioning = base.program().conditioning();
        this.random = new SplittableRandom(seed);
    }

    @Override
    public TermSizes sizes() {
        return termSizes;
    }

    @Override
    public Tensor given(Node node, Tensor value) {
        Tensor sizes = node.op() instanceof Constant constant ? constant.sizes() : null;
        if (sizes == null) {
            return value;
        }
        Draws draws = Draws.from(random);
        double[] moved = value.values().clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] = sizes.at(i) == 0 ? moved[i] : stray(draws, moved[i], 2 * sizes.at(i));
        }
        return Tensor.of(node.shape(), moved);
    }

    @Override
    public Tensor value(Node node, List<Tensor> inputs) {
        Op op = node.op();
        if (op.isMove() && base.readsAlike(node, inputs)) {
            return base.value(node);
        }
        if (Branches.chooses(op) && !Branches.isContinuous(op)) {
            return Tensor.of(node.shape(), Branches.value(op, inputs, base(node), base.value(node)));
        }
        if (Branches.chooses(op)) {
            return Tensor.of(node.shape(), op.value(leaning.leaned(node, inputs), node.shape()));
        }
        double[] y = serially(op, inputs, node);
        if (op.isMove()) {
            return Tensor.of(node.shape(), y);
        }
        boolean sum = Terms.isSum(op);
        boolean isShared = sum || centring.isCentred(node);
        double[] sizes = isShared ? termSizes.forward(node, () -> Terms.sizes(node, inputs)) : y;
        Draws draws = Draws.from(random);
        if (sum) { // y is nobody else's
            straySums(draws, y, sizes, 2 + Math.sqrt(Terms.count(node)) / 4);
        } else {
            boolean[] rounded = Residues.of(op, inputs, node.shape()).rounded(y);
            if (op instanceof Unary unary && unary.function() == UnaryFunction.SIGMOID) {
                flush(draws, y, rounded);
            }
            strayResults(draws, y, sizes, rounded);
        }
        return Tensor.of(node.shape(), y);
    }

    private static void straySums(Draws draws, double[] y, double[] sizes, double spread) {
        for (int i = 0; i < y.length; i++) {
            double size = TermSizes.atLeast(Math.abs(sizes[i]), y[i]);
            if (!isWhole(y[i], size)) {
                y[i] = stray(draws, y[i], spread * size);
            }
        }
    }

    private static void strayResults(Draws draws, double[] y, double[] sizes, boolean[] rounded) {
        for (int i = 0; i < y.length; i++) {
            if (rounded[i]) {
                y[i] = stray(draws, y[i], 2 * TermSizes.atLeast(Math.abs(sizes[i]), y[i]));
            }
        }
    }

    /** Sets some subnormal results to 0, which then count as exact. */
    private static void flush(Draws draws, double[] y, boolean[] rounded) {
        for (int i = 0; i < y.length; i++) {
            if (rounded[i] && y[i] < Double.MIN_NORMAL && Draws.low(draws.bits(y[i], i)) < FLUSHED) {
                y[i] = 0;
                rounded[i] = false;
            }
        }
    }

    private static double[] serially(Op op, List<Tensor> inputs, Node node) {
        if (op instanceof Contraction product) {
            return SERIAL.value(product, inputs, node.shape());
        }
        return op instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM
                ? SERIAL.value(reduce, inputs, node.shape())
                : op.value(inputs, node.shape());
    }

    private static boolean isWhole(double value, double size) {
        return value == Math.rint(value) && size == Math.rint(size) && size < 0x1p53;
    }

    /** A float64 that is off by up to {@code u size}, to either side alike. */
    static double stray(Draws draws, double value, double size) {
        long bits = draws.bits(value, size);
        double off = 2 * U * size * (Draws.low(bits) - 0.5);
        long exponent = Double.doubleToRawLongBits(value) & EXPONENT;
        if (exponent <= TINY || exponent == EXPONENT) {
            return strayAtTheEnds(bits, value, size);
        }
        double ulp = Double.longBitsToDouble(exponent - TINY);
        double steps = off * Double.longBitsToDouble(INVERSE - exponent); // divided by ulp, exactly
        boolean coarse = Math.abs(steps) < 64; // else the sum is as good as any
        return value + (coarse ? Math.floor(steps + Draws.high(bits)) * ulp : off);
    }

    /** The same plainly, of any number. */
    static double strayAtTheEnds(long bits, double value, double size) {
        if (!Double.isFinite(value)) {
            return value;
        }
        boolean isSubnormal = Math.abs(value) < Double.MIN_NORMAL;
        double least = isSubnormal ? 2 * Double.MIN_NORMAL : 0; // below it the spacing stays
        double off = 2 * U * Math.max(size, least) * (Draws.low(bits) - 0.5);
        double ulp = Math.ulp(value);
        double steps = off / ulp;
        return value + (Math.abs(steps) < 64 ? Math.floor(steps + Draws.high(bits)) * ulp : off);
    }

    @Override
    public double[] cotangent(Node node, double[] arriving, double @Nullable [] sizes) {
        Draws draws = Draws.from(random);
        for (int i = 0; sizes == null && i < arriving.length; i++) {
            double value = arriving[i];
            if (value != (float) value) {
                arriving[i] = stray(draws, value, Math.abs(value));
            }
        }
        for (int i = 0; sizes != null && i < arriving.length; i++) {
            double value = arriving[i];
            boolean isExact = sizes[i] == 0 ? value == (float) value : isWhole(value, sizes[i]);
            if (!isExact) {
                arriving[i] = stray(draws, value, Math.abs(value) + 2 * TermSizes.atLeast(sizes[i], value));
            }
        }
        return conditioning.strayed(node, arriving, base, Grid.FP64, random);
    }

    /** On the run's own branches: where noise decides between two, a right gradient may have either, with its noise. */
    @Override
    public void pullBack(
            Node node, List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        if (Branches.chooses(node.op())) {
            Branches.pullBack(node, leaning.leaned(node, inputs), output, cotangent, into);
        } else {
            SERIAL.pullBack(node, inputs, output, cotangent, into, into);
        }
    }

    @Override
    public Node receiver(Node node, int k) {
        Node source = k == 0 ? centring.source(node) : null;
        return source == null ? node.inputs().get(k) : source;
    }

    private List<Tensor> base(Node node) {
        List<Tensor> inputs = new ArrayList<>(node.inputs().size());
        node.inputs().forEach(input -> inputs.add(base.value(input)));
        return inputs;
    }
}
